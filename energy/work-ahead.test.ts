/** Months worked out ahead are those that would be worked out when asked, and only as long as nothing of them was written again. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import type { Store } from '../ingest/store.ts';
import { systemClock } from '../shared/clock.ts';
import { siteSchema } from '../shared/site.ts';
import { momentOf } from '../shared/zone.ts';
import { MemoryStore } from '../test/energy/memory-store.ts';
import { basisOf, type KeptMonths, openKeptMonths } from './kept-months.ts';
import { openLedger } from './ledger.ts';
import { readDays } from './management/days.ts';
import { daysOfMonth } from './management/kept-days.ts';
import { metersOf } from './meters.ts';
import { tariffsOfSite } from './site-tariffs.ts';
import { openMonthVersions } from './versions.ts';
import { monthsToKeep, workAhead } from './work-ahead.ts';

const zone = 'Asia/Shanghai';
const at = (text: string) => momentOf(zone, Date.parse(`${text}Z`));
const quarter = 900_000;
const siteWith = (price: number) =>
  siteSchema.parse({
    site: { id: 's', name: { zh: '院', en: 'H' }, timezone: zone },
    departments: [{ id: 'icu', name: { zh: 'a', en: 'a' }, area_m2: 300 }],
    gateways: [
      {
        ...{ id: 'g', name: { zh: 'g', en: 'g' } },
        buses: [
          {
            ...{ id: 'b', type: 'modbus-tcp', host: '192.0.2.1' },
            devices: [
              { id: 'main', name: { zh: 'm', en: 'm' }, system: 'electricity', profile: 'acrel-adl3000', unit: 1, role: 'incomer' },
              { id: 'fd-icu', name: { zh: 'i', en: 'i' }, system: 'electricity', profile: 'acrel-adl3000', unit: 2, role: 'feeder', fed_by: 'main', department: 'icu' },
            ],
          },
        ],
      },
    ],
    tariffs: [{ id: 'plain', price_per_kwh: price }],
  }); // biome-ignore format: short
const site = siteWith(0.8);
const meters = metersOf(site);
const tariffs = tariffsOfSite(site, '.');
const march = { month: '2026-03', from: at('2026-03-01T00:00'), to: at('2026-04-01T00:00') };
const clock = { ...systemClock(), now: () => at('2026-04-20T00:00') };

let folder: string;
let store: MemoryStore;
let db: Database;
let kept: KeptMonths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-kept-'));
  store = new MemoryStore();
  db = openDatabase(':memory:');
  kept = openKeptMonths(folder, basisOf(site, meters, tariffs));
  for (let t = march.from; t < march.to; t += quarter) {
    store.set('consumption', 'main', 'value', t, 5);
    // A day of which nothing is known.
    if (t < at('2026-03-09T00:00') || t >= at('2026-03-10T00:00')) store.set('consumption', 'fd-icu', 'value', t, 2);
  }
  openMonthVersions(db).bump(['2026-03', '2026-04'], clock.now());
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});
const source = () => ({ site, meters, tariffs, store, station: undefined, versions: openMonthVersions(db), kept, clock });
const all = async () => {
  let count = 0;
  while (await workAhead(source())) count++;
  return count;
};
const nothing: Pick<Store, 'seriesMany' | 'series'> = {
  seriesMany: () => Promise.reject(new Error('asked the store')),
  series: () => Promise.reject(new Error('asked the store')),
};
const ledgerOn = (from: Pick<Store, 'seriesMany'>, files?: KeptMonths) =>
  openLedger({ ...{ site, folder: '.', store: () => from, db, clock, wall: clock }, ...(files ? { kept: () => files } : {}) });

it('a month that is over is worked out once, the running one never', async () => {
  expect(monthsToKeep(source())).toMatchObject([{ month: '2026-03', missing: ['days', 'account-electricity'] }]);
  expect(await all()).toBe(2);
  expect(await all()).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['2026-03-account-electricity.json', '2026-03-days.json']);
});

it('bills and days are to the last digit what they would be without it, and ask the store for nothing', async () => {
  await all();
  const fresh = await ledgerOn(store).statement('2026-03', 'electricity');
  expect(fresh.account.cost).toBeCloseTo(31 * 96 * 5 * 0.8, 2);
  expect(await ledgerOn(nothing, kept).statement('2026-03', 'electricity')).toEqual(fresh);
  const days = { store: nothing, meters, station: undefined, timezone: zone };
  const table = await readDays({ ...days, store }, march.from, march.to);
  expect(table.meters.get('fd-icu')?.[8]?.value).toBeNull();
  expect(await daysOfMonth(days, kept, { ...march, version: 1, over: true })).toEqual(table);
});

it('counts no more once something of the month was written again, once a price changed, once the file is torn', async () => {
  await all();
  store.set('consumption', 'main', 'value', march.from, 105);
  openMonthVersions(db).bump(['2026-03'], clock.now());
  expect((await ledgerOn(store, kept).statement('2026-03', 'electricity')).account.cost).toBeCloseTo((31 * 96 * 5 + 100) * 0.8, 2);
  // The answer to that question is kept too: what is missing are the days.
  expect(await all()).toBe(1);
  const dearer = siteWith(1);
  expect(openKeptMonths(folder, basisOf(dearer, meters, tariffsOfSite(dearer, '.'))).get('2026-03', 'days', 2)).toBeUndefined();
  expect(kept.get('2026-03', 'days', 2)).toBeDefined();
  writeFileSync(join(folder, '2026-03-days.json'), `${basisOf(site, meters, tariffs)} 2\n{"edges":[1`);
  expect(kept.get('2026-03', 'days', 2)).toBeUndefined();
  expect(kept.get('2026-03', 'account-electricity', undefined)).toBeUndefined();
});
