/** Months priced and allocated from quarter hours: sums that hold, what is missing is shown, what is closed stays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { systemClock } from '../shared/clock.ts';
import { siteSchema } from '../shared/site.ts';
import { momentOf } from '../shared/zone.ts';
import { MemoryStore } from '../test/energy/memory-store.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { openMonthVersions } from './versions.ts';

const zone = 'Asia/Shanghai';
const at = (text: string) => momentOf(zone, Date.parse(`${text}Z`));
const quarter = 900_000;
const hour = 3_600_000;
const meter = (id: string, unit: number, more: object) => ({
  ...{ id, name: { zh: id, en: id }, system: 'electricity', profile: 'acrel-adl3000', unit, role: 'feeder' },
  ...more,
});
const site = siteSchema.parse({
  site: { id: 's', name: { zh: '院', en: 'H' }, timezone: zone },
  departments: [
    { id: 'icu', name: { zh: 'a', en: 'a' }, area_m2: 300 },
    { id: 'ward', name: { zh: 'b', en: 'b' }, area_m2: 100 },
  ],
  tenants: [{ id: 'shop', name: { zh: 'c', en: 'c' } }],
  gateways: [
    {
      id: 'g',
      name: { zh: 'g', en: 'g' },
      buses: [
        {
          id: 'b',
          type: 'modbus-tcp',
          host: '192.0.2.1',
          devices: [
            meter('main', 1, { role: 'incomer' }),
            meter('fd-icu', 2, { fed_by: 'main', department: 'icu' }),
            meter('fd-shop', 3, { fed_by: 'main', tenant: 'shop', role: 'tenant-meter' }),
            meter('fd-light', 4, { fed_by: 'main' }),
          ],
        },
      ],
    },
  ],
  tariffs: [
    { id: 'old', file: 'tou.yaml', valid_to: '2026-03-15' },
    { id: 'new', price_per_kwh: 1, valid_from: '2026-03-16' },
    { id: 'resale', price_per_kwh: 2, tenants: ['shop'] },
  ],
  tree: [
    { id: 'main', by: 'area' },
    { id: 'fd-icu', item: '01D5' },
    { id: 'fd-light', item: '01A1' },
    { id: 'v', name: { zh: 'v', en: 'v' }, plus: ['fd-icu', { meter: 'fd-light', share: 0.5 }], minus: ['fd-shop'] },
  ],
});
const tou = `
id: tou
name: { zh: 峰谷, en: time of use }
region: { zh: x, en: x }
medium: electricity
source: test
confidence: A
versions:
  - from: 2026-01-01
    energy: { prices: { flat: 0.5, peak: 1 }, schedules: [{ hours: { peak: ["08:00-20:00"] } }] }
    basic: { kind: demand, price: 30, capacity_kva: 100 }
    power_factor: { standard: "0.85" }
`;

let folder: string;
let store: MemoryStore;
let db: Database;
let ledger: Ledger;
let now = at('2026-04-20T00:00');
const clock = { ...systemClock(), now: () => now };
beforeEach(() => {
  now = at('2026-04-20T00:00');
  folder = mkdtempSync(join(tmpdir(), 'plantroom-ledger-'));
  writeFileSync(join(folder, 'tou.yaml'), tou);
  store = new MemoryStore();
  db = openDatabase(':memory:');
  ledger = openLedger({ site, folder, store: () => store, db, clock, wall: clock });
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** kW of a meter, quarter by quarter. */
function write(device: string, from: string, to: string, kw: (hourOfDay: number) => number) {
  for (let t = at(from); t < at(to); t += quarter) store.set('consumption', device, 'value', t, kw((((t + 8 * hour) / hour) % 24) | 0) / 4);
  openMonthVersions(db).bump([from.slice(0, 7)], now);
}
const march = (device: string, kw: (hourOfDay: number) => number) => write(device, '2026-03-01T00:00', '2026-04-01T00:00', kw);
const day = (h: number) => h >= 8 && h < 20;
const cents = (value: number) => Math.round(value * 100);
const total = (values: number[]) => values.reduce((sum, one) => sum + cents(one), 0);
const cost = async (scope: 'site' | 'department' | 'tenant' | 'item' | 'meter', id?: string) =>
  (await ledger.cost({ scope, id, from: at('2026-03-01T00:00'), to: at('2026-04-01T00:00') }))[0]!;

describe('a month', () => {
  it('is priced by the clock and by the date, and what everybody has is the bill', async () => {
    march('main', (h) => (day(h) ? 40 : 20));
    march('fd-icu', (h) => (day(h) ? 16 : 8));
    march('fd-shop', () => 4);
    march('fd-light', () => 2);
    const row = await cost('site');
    // 15 days by periods, 16 days at one yuan. Peak 40 kW for 12 hours, flat 20 kW for 12; the demand counts for 15 of 31 days.
    expect(row.lines.map(({ part, quantity, cost: yuan }) => [part, quantity, yuan])).toEqual([
      ['peak', 7200, 7200],
      ['flat', 3600, 1800],
      ['energy', 11520, 11520],
      ['demand', 40, Math.round((40 * 30 * 1500) / 31) / 100],
    ]);
    expect(row).toMatchObject({ quantity: 22320, running: false, closed: false, quality: [{ coverage: 1, measured: 22320 }] });
    expect(row.notes.map(({ id }) => id)).toEqual(['no-reactive']);
    const icu = await cost('department', 'icu');
    // Its own meter, and three quarters by area of what no meter below the main counts.
    expect(icu.quantity).toBeCloseTo(31 * 12 * 24 + 0.75 * 31 * 12 * (60 - 24 - 8 - 4), 6);
    const parts = [icu, await cost('department', 'ward'), await cost('tenant', 'shop')];
    const { allocation } = (await ledger.statement('2026-03', 'electricity')).account;
    expect(total(parts.map((one) => one.total)) + cents(allocation.unallocatedCost)).toBe(cents(row.total));
    expect(allocation.unallocated).toBe(31 * 24 * 2);
    expect((await cost('item', '01')).quantity).toBe(31 * (12 * 24 + 48));
    expect((await cost('meter', 'v')).quantity).toBeCloseTo(31 * (12 * 24 + 24 - 96), 6);
    expect((await cost('meter', 'main')).total).toBeCloseTo(row.total, 1);
  });

  it('shows a meter that told nothing and one that counts too much, and adds up all the same', async () => {
    march('main', () => 10);
    march('fd-icu', () => 12);
    const { account } = await ledger.statement('2026-03', 'electricity');
    const { allocation } = account;
    expect(allocation.missing.toSorted()).toEqual(['fd-light', 'fd-shop']);
    expect(allocation.negative).toEqual([{ meter: 'main', quantity: -2 * 24 * 31 }]);
    expect(cents(allocation.allocated) + cents(allocation.unallocated)).toBe(cents(allocation.main));
    expect(cents(allocation.allocatedCost) + cents(allocation.unallocatedCost)).toBe(cents(account.cost));
  });

  it('goes by the meters below where the main one is silent', async () => {
    march('fd-icu', () => 12);
    march('fd-shop', () => 3);
    const { account } = await ledger.statement('2026-03', 'electricity');
    expect(account.allocation).toMatchObject({ main: 15 * 24 * 31, missing: expect.arrayContaining(['main']) });
    expect(account.groups[0]?.mains).toEqual(['fd-icu', 'fd-shop']);
  });

  it('is worked out again when its consumption was written, and only then', async () => {
    march('main', () => 10);
    expect((await cost('site')).quantity).toBe(7440);
    expect(await ledger.statement('2026-03', 'electricity')).toMatchObject({ version: 1 });
    write('main', '2026-03-10T00:00', '2026-03-10T01:00', () => 110);
    expect((await cost('site')).quantity).toBe(7540);
  });

  it('asked to a midnight of the month that runs counts whole days only, which do not move while today goes on', async () => {
    now = at('2026-03-10T09:00');
    const days = (kw: (h: number) => number) => write('main', '2026-03-01T00:00', '2026-03-10T00:00', kw);
    days((h) => (day(h) ? 40 : 20));
    const to = at('2026-03-10T00:00');
    const over = async () => (await ledger.cost({ scope: 'site', from: at('2026-03-01T00:00'), to }))[0]!;
    const before = await over();
    expect(before).toMatchObject({ quantity: 9 * 12 * 60, running: true, to, quality: [{ coverage: 1 }] });
    // Today is dear, and not measured yet to the end.
    write('main', '2026-03-10T00:00', '2026-03-10T12:00', () => 90);
    now = at('2026-03-10T12:00');
    expect(await over()).toEqual(before);
    const [soFar] = await ledger.cost({ scope: 'site', from: at('2026-03-01T00:00'), to: now });
    expect(soFar?.quantity).toBe(9 * 12 * 60 + 12 * 90);
    // What came late is counted.
    write('main', '2026-03-09T00:00', '2026-03-09T01:00', () => 120);
    expect((await over()).quantity).toBe(9 * 12 * 60 + 100);
  });

  it('stays as it was closed; what is corrected after that is a line of the next open month', async () => {
    march('main', () => 10);
    march('fd-shop', () => 4);
    write('main', '2026-04-01T00:00', '2026-04-20T00:00', () => 10);
    await expect(ledger.close('2026-04', 'li')).rejects.toThrow(/not over/);
    await expect(ledger.close('2026-01', 'li')).rejects.toThrow(/before the first reading/);
    const [closed] = await ledger.close('2026-03', 'li');
    await expect(ledger.close('2026-03', 'li')).rejects.toThrow(/is closed/);
    const before = await cost('tenant', 'shop');
    write('fd-shop', '2026-03-20T00:00', '2026-03-20T10:00', () => 5);
    expect(await cost('tenant', 'shop')).toEqual({ ...before, closed: true });
    const { later, account } = await ledger.statement('2026-04', 'electricity');
    expect(later).toContainEqual({ of: '2026-03', receiver: 'shop', quantity: 10, cost: expect.closeTo(10.2, 1) });
    expect(total(later.map(({ cost: yuan }) => yuan))).toBe(0);
    const april = await ledger.cost({ scope: 'site', from: account.from, to: account.to });
    expect(april[0]?.lines.find(({ part }) => part === 'later')).toMatchObject({ cost: 0 });
    // April is closed with it; the same correction is not booked again in May.
    now = at('2026-05-02T00:00');
    await ledger.close('2026-04', 'li');
    expect((await ledger.statement('2026-05', 'electricity')).later).toEqual([]);
    ledger.reopen('2026-03', 'li', 'new reading');
    expect((await cost('tenant', 'shop')).quantity).toBe(before.quantity! + 10);
    expect(closed?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
