/** On a tenant's bill quantity × price is the amount: it says so, and whoever pays multiplies. */
import { expect, test } from 'vitest';
import { random } from '../test/random.ts';
import type { Ledger } from './ledger.ts';
import { billPrice, meanPrice } from './money.ts';
import { tenantBill } from './tenant-bills.ts';

const product = (quantity: number, price: number) => Math.round(quantity * price * 100) / 100;

test('a share of what the hospital paid adds up to the cent', async () => {
  const [quantity, cost] = [499, 2250.2];
  const ledger = {
    site: { site: { name: { zh: '院', en: 'Hospital' } }, tenants: [{ id: 'shop', name: { zh: '店', en: 'Shop' } }] },
    media: ['water'],
    meters: [],
    tariffs: { forTenant: () => undefined },
    statement: async () => ({ closed: {}, account: { month: '2026-03', medium: 'water', from: 0, to: 1, meters: [] }, later: [] }),
    cost: async () => [{ lines: [{ medium: 'water', part: 'energy', quantity, unit: 'm³', price: meanPrice(cost, quantity), cost }] }],
  } as unknown as Ledger;
  const { lines } = await tenantBill(ledger, { seriesMany: async () => [] }, 'shop', '2026-03');
  expect(lines).toMatchObject([{ quantity, price: 4.50942, amount: cost }]);
  expect(product(quantity, lines[0]?.price ?? 0)).toBe(cost);
});

const seed = 20261128;
test(`up to 9,000 units at any price, with no place more than that needs (seed ${seed})`, () => {
  const next = random(seed);
  for (let i = 0; i < 2_000; i++) {
    const quantity = (1 + next.below(900_000)) / 100;
    const amount = product(quantity, next() * 10);
    const price = billPrice(amount / quantity, quantity, amount);
    expect(product(quantity, price), `${quantity} × ${price}`).toBeCloseTo(amount, 9);
  }
  expect(billPrice(4.5, 100, 450)).toBe(4.5);
});
