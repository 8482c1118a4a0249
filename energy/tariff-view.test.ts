/** What people see of a tariff is what the bill is made with; what is wrong with a file is shown with its line. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { periodAt } from './bill.ts';
import { tariffFolder } from './site-tariffs.ts';
import { lookAtTariff, readTariff, tariffSchema } from './tariff.ts';
import { viewOf } from './tariff-view.ts';

const dayMs = 86_400_000;
const quarter = 900_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-tariff-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const written = (content: string) => {
  const file = join(folder, 'own.yaml');
  writeFileSync(file, content);
  return file;
};

const own = `id: own
name: { zh: 自备, en: own }
region: { zh: 某地, en: somewhere }
medium: electricity
calendar: [2026-05-01]
source: bill of May
confidence: A
versions:
  - from: 2025-01-01
    energy: { price: 0.6 }
  - from: 2026-01-01
    energy:
      prices: { flat: 0.6, peak: 1, deep: 0.1 }
      schedules:
        - { days: holiday, hours: { deep: ["10:00-16:00"] } }
        - { months: [12, 1, 2], hours: { peak: ["22:00-02:00"] } }
        - { hours: { peak: ["08:00-11:30"] } }
    basic: { kind: contract, price: 35, contract_kw: 300, capacity_kva: 1000 }
    power_factor: { standard: "0.90" }
`;

describe('the day of a month', () => {
  it('is the one of the bill, for every quarter of an hour of a year and every tariff', () => {
    const tariffs = [readTariff(written(own)), ...readdirSync(tariffFolder).map((name) => readTariff(join(tariffFolder, name)))];
    let compared = 0;
    for (const tariff of tariffs)
      for (const [i, version] of viewOf(tariff, '2026-06-01').versions.entries()) {
        const energy = tariff.versions[i]!.energy;
        if (!('schedules' in energy)) continue;
        expect(version.groups.flatMap(({ months }) => months).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, m) => m + 1));
        for (let wall = Date.UTC(2026, 0, 1); wall < Date.UTC(2027, 0, 1); wall += quarter) {
          const month = new Date(wall).getUTCMonth() + 1;
          const minutes = (wall % dayMs) / 60_000;
          const date = new Date(wall).toISOString().slice(0, 10);
          const weekend = [0, 6].includes(new Date(wall).getUTCDay());
          // The calendar of China is the bill's own; here only days that are what they look like.
          if (tariff.calendar === 'china' && month !== 3) continue;
          const day = Array.isArray(tariff.calendar) && tariff.calendar.includes(date) ? 'holiday' : weekend ? 'weekend' : 'workday';
          const { strips } = version.groups.find(({ months }) => months.includes(month))!;
          const strip = strips.find(({ days }) => days.length === 0 || days.includes(day))!;
          const span = strip.spans.find(({ from, to }) => minutes >= from && minutes < to)!;
          if (span.period !== periodAt(energy.schedules, tariff.calendar, wall))
            expect.fail(`${tariff.id} ${new Date(wall).toISOString()}`);
          compared++;
        }
      }
    expect(compared).toBeGreaterThan(300_000);
  });

  it('is told apart by kinds of days only where they differ, with the rules of the contract', () => {
    const { versions, calendar } = viewOf(readTariff(written(own)), '2026-06-01');
    expect([calendar, versions.map(({ from, to, inForce }) => [from, to, inForce])]).toEqual(['own', [['2025-01-01', '2026-01-01', false], ['2026-01-01', null, true]]]); // biome-ignore format: one
    const [old, now] = versions;
    expect(old).toMatchObject({ price: 0.6, groups: [], basic: null, powerFactor: null });
    expect(now!.groups.map(({ months, strips }) => [months, strips.map(({ days }) => days)])).toEqual([
      [[1, 2, 12], [['workday', 'weekend'], ['holiday']]],
      [[3, 4, 5, 6, 7, 8, 9, 10, 11], [['workday', 'weekend'], ['holiday']]],
    ]); // biome-ignore format: one
    // 40 % of the transformers are more than the contract.
    expect(now!.basic).toMatchObject({ contractKw: 300, leastKw: 400, freeKw: 420, overTimes: 2, busy: null });
    const rows = new Map(now!.powerFactor!.rows.map(({ factor, pct }) => [factor, pct]));
    expect([rows.get(1), rows.get(0.9), rows.get(0.85), rows.get(0.7), rows.get(0.65)]).toEqual([-0.75, 0, 2.5, 10, 15]);
  });
});

describe('a file with mistakes', () => {
  const mistakesOf = (content: string) => {
    const found = lookAtTariff(written(content));
    return 'mistakes' in found ? found.mistakes : [];
  };
  it('says in which line what is wrong, in both languages', () => {
    expect(mistakesOf(own)).toEqual([]);
    expect(mistakesOf(own.replace('price: 0.6 }', 'price: dear }'))).toMatchObject([{ line: 10, at: 'versions.0.energy.price', en: expect.stringMatching(/expected number/), zh: expect.stringMatching(/[一-龥]/) }]); // biome-ignore format: one
    expect(mistakesOf(own.replace('capacity_kva: 1000', 'capacity_kva: -1'))).toMatchObject([
      { line: 18, at: 'versions.1.basic.capacity_kva', en: expect.stringMatching(/>0/), zh: expect.stringMatching(/[一-龥]/) },
    ]);
    expect(mistakesOf(own.replace('peak: 1, ', ''))).toEqual([
      { line: 11, at: 'versions.1', zh: '有“peak”时段但没有对应的价格', en: 'has hours of "peak" and no price for it' },
    ]);
    expect(mistakesOf(own.replace('medium: electricity\n', ''))).toMatchObject([{ at: 'medium' }]);
    expect(mistakesOf(`${own}  bad: [`)[0]).toMatchObject({ line: 20, at: '', en: expect.stringMatching(/YAML/) });
    expect(lookAtTariff(join(folder, 'none.yaml'))).toMatchObject({ mistakes: [{ line: null, at: '' }] });
  });
  it('is seen wherever the program itself would refuse it', () => {
    expect(() => readTariff(written(own.replace('peak: 1, ', '')))).toThrow(/has hours of "peak" and no price/);
    expect(tariffSchema.safeParse({}).success).toBe(false);
  });
});
