import { expect, test } from 'vitest';
import type { IssuedBill } from '../energy/index.ts';
import { isFigure } from './document.ts';
import { rounded } from './render.ts';
import { tenantBillDocument } from './tenant-bill.ts';

test('a price stands on paper and in files with as many places as its amount needs', () => {
  const name = { zh: '店', en: 'Shop' };
  const line = { month: '2026-03', medium: 'water', part: 'energy', quantity: 499, unit: 'm³', amount: 2250.2 };
  const bill = { tenant: 'shop', name, hospital: name, period: '2026-03', months: ['2026-03'], meters: [], estimatedShare: {}, total: 2250.2, currency: 'CNY' }; // biome-ignore format: one
  const document = tenantBillDocument(
    {
      ...{
        id: '2026-03-shop',
        bill: {
          ...bill,
          lines: [
            { ...line, price: 4.50942 },
            { ...line, price: 4.5 },
          ],
        },
      },
      ...{ total: 2250.2, paid: 0, open: 2250.2, state: 'open', dueAt: 0, issuedAt: 0, issuedBy: 'li', sha256: '', payments: [], reminders: [], cancelled: null }, // biome-ignore format: one
    } as unknown as IssuedBill,
    'en',
    'Asia/Shanghai',
    () => name,
  );
  const cells = rounded(document).blocks.flatMap((block) => (block.kind === 'table' ? block.rows.flat() : []));
  const prices = cells.filter((cell) => isFigure(cell)).filter(({ unit }) => unit === '');
  expect(prices.map(({ value, digits }) => [value, digits])).toEqual([
    [4.50942, 5],
    [4.5, 4],
  ]);
});
