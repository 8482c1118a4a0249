/** Comparisons are of like with like; causes are what was done to the figures; paths and flows add up. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { filesOf } from '../../shared/catalog.ts';
import { momentOf } from '../../shared/zone.ts';
import { random as randomFrom } from '../../test/random.ts';
import type { ConsumptionRow } from '../consumption-of.ts';
import type { Meter } from '../meters.ts';
import { changesOf } from './changes.ts';
import { compare } from './compare.ts';
import { type DayTable, midnights } from './days.ts';
import { factorOn, readFactors } from './factors.ts';
import { flowsOf } from './flows.ts';
import { monthUses, targetState } from './targets.ts';

const zone = 'Asia/Shanghai';
const day = 86_400_000;
const at = (year: number, month: number, date = 1) => momentOf(zone, Date.UTC(year, month - 1, date));
const edges = midnights(zone, at(2024, 11), at(2026, 11, 27));
const outdoorC = Float64Array.from(
  edges.slice(0, -1),
  (_, i) => 13 - 14 * Math.cos((2 * Math.PI * (i - 75)) / 365.25) + Math.sin(i * 1.7) * 3,
);

/** A day's use by its number and temperature; null: not measured. */
const rows = (use: (i: number, c: number) => number | null, coverage = 1): ConsumptionRow[] =>
  edges.slice(0, -1).map((from, i) => {
    const value = use(i, outdoorC[i] as number);
    return {
      from,
      to: edges[i + 1] as number,
      value,
      measured: value ?? 0,
      estimated: 0,
      manual: 0,
      unknown: 0,
      coverage: value === null ? 0 : coverage,
    };
  });
const tableOf = (meters: Record<string, ConsumptionRow[]>): DayTable => ({ edges, meters: new Map(Object.entries(meters)), outdoorC });
const meter = (device: string, more: Partial<Meter> = {}): Meter => ({ device, medium: 'electricity', measurement: 'electricity', field: 'energy_import_kwh', building: 'a', department: undefined, tenant: undefined, fedBy: undefined, ratedPerHour: undefined, digits: undefined, tags: { site: 's', building: undefined, department: undefined, device, gateway: 'g', circuit: undefined }, ...more }); // biome-ignore format: a meter
const noise = (seed: number) => {
  const random = randomFrom(seed);
  return () => random() - 0.5;
};
const october = [at(2026, 10), at(2026, 11)] as const;

describe('a month against last year', () => {
  it('counts only days that were measured in both years', () => {
    const gap = edges.indexOf(at(2025, 10, 11));
    const table = tableOf({ m: rows((i) => (i >= gap && i < gap + 10 ? null : 100)) });
    const found = compare(table, ['m'], zone, ...october);
    expect(found).toMatchObject({ value: 3_100, days: 31, measuredDays: 31, matchedDays: 21, matched: 2_100, before: 2_100, changePct: 0 });
    const none = compare(tableOf({ m: rows((i) => ((edges[i] as number) < at(2026, 1) ? null : 100)) }), ['m'], zone, ...october);
    expect(none).toMatchObject({ value: 3_100, matchedDays: 0, before: null, changePct: null });
    // A day of which a third is missing is none; of two meters both must be there.
    expect(compare(tableOf({ m: rows(() => 100, 0.66) }), ['m'], zone, ...october).value).toBeNull();
    expect(
      compare(tableOf({ m: rows(() => 100), n: rows((i) => (i % 2 ? null : 5)) }), ['m', 'n'], zone, ...october).measuredDays,
    ).toBeLessThan(17);
  });

  it('takes out the weather where there is a signal of it, and says nothing where there is none', () => {
    const own = noise(3);
    const mean = (from: number) => outdoorC.slice(edges.indexOf(from), edges.indexOf(from) + 31).reduce((sum, c) => sum + c, 0) / 31;
    const heated = compare(tableOf({ m: rows((_, c) => 100 + 10 * Math.max(0, 16 - c) + own()) }), ['m'], zone, at(2026, 1), at(2026, 2));
    expect(heated.weather?.r2).toBeGreaterThan(0.95);
    // What the weather changed is gone.
    expect(Math.abs(heated.normalisedPct as number)).toBeLessThan(0.2);
    expect((heated.matched as number) - (heated.normalised as number)).toBeCloseTo(310 * (mean(at(2025, 1)) - mean(at(2026, 1))), -1);
    expect(compare(tableOf({ m: rows(() => 100 + 20 * own()) }), ['m'], zone, ...october).normalised).toBeNull();
  });
});

describe('what changed', () => {
  it('knows a new meter, a step and its day, the weather; and tells each kWh once', () => {
    const [retrofit, opened] = [at(2026, 3), at(2026, 5)];
    const own = noise(5);
    const table = tableOf({
      main: rows(() => 1_000),
      fan: rows((i) => ((edges[i] as number) < retrofit ? 100 : 75) + 4 * own()),
      ward: rows((i) => ((edges[i] as number) < opened ? null : 60)),
      heat: rows((_, c) => 20 + 12 * Math.max(0, 16 - c)),
      same: rows(() => 10 + own()),
    });
    const meters = [meter('main'), ...['fan', 'ward', 'heat', 'same'].map((id) => meter(id, { fedBy: 'main' }))];
    const found = changesOf(table, meters, zone, ...october);
    expect(found.map(({ device }) => device)).not.toContain('main');
    const of = (id: string) => found.find(({ device }) => device === id);
    expect(of('ward')).toMatchObject({ cause: 'new-meter', since: opened, before: null, delta: 31 * 60 });
    expect(of('fan')).toMatchObject({ cause: 'step' });
    expect(Math.abs((of('fan')?.since as number) - retrofit)).toBeLessThanOrEqual(2 * day);
    expect(of('fan')?.share).toBeCloseTo(-0.25, 1);
    expect(of('fan')?.changePct).toBeCloseTo(-25, 0);
    expect(of('heat')).toMatchObject({ cause: 'weather' });
    expect(found[0]?.device).toBe('ward');
  });
});

describe('a target', () => {
  const now = (use: (i: number) => number | null) => rows(use);
  const uses = (year: number, of: ConsumptionRow[]) => monthUses(year, of, (t) => t + 8 * 3_600_000);

  it('goes along the path of last year, and its months add up to it', () => {
    const table = now((i) => 100 + (i % 30));
    const state = targetState({ reduce_pct: 3 }, 2026, uses(2026, table), uses(2025, table));
    const last = uses(2025, table).reduce((sum, { value }) => sum + (value ?? 0), 0);
    expect(state.amount).toBeCloseTo(last * 0.97, 6);
    expect(state.months.reduce((sum, { planned }) => sum + (planned ?? 0), 0)).toBeCloseTo(state.amount as number, 6);
    expect(state).toMatchObject({ state: 'above', reason: null });
    // 26 days of November are over: the plan goes so far and no farther.
    const november = state.months[10];
    expect(november).toMatchObject({ days: 26, measuredDays: 26 });
    expect((november?.plannedToDate as number) / (november?.planned as number)).toBeCloseTo(26 / 30, 9);
    expect(targetState({ reduce_pct: -5 }, 2026, uses(2026, table), uses(2025, table)).state).toBe('on');
  });

  it('says why where it cannot be worked out', () => {
    const late = now((i) => ((edges[i] as number) < at(2025, 3) ? null : 100));
    expect(targetState({ reduce_pct: 3 }, 2026, uses(2026, late), uses(2025, late))).toMatchObject({
      amount: null,
      state: 'unknown',
      reason: 'last-year-incomplete',
    });
    const holes = now((i) => (i % 3 === 0 && (edges[i] as number) > at(2026, 1) ? null : 100));
    expect(targetState({ amount: 1_000 }, 2026, uses(2026, holes), uses(2025, holes))).toMatchObject({
      amount: 1_000,
      state: 'unknown',
      reason: 'this-year-incomplete',
    });
  });
});

it('flows from the main meter add up to it, with what nobody metered', () => {
  const meters = [meter('main'), meter('t1', { fedBy: 'main' }), meter('a', { fedBy: 't1', department: 'icu' }), meter('b', { fedBy: 't1', building: 'b' }), meter('c', { fedBy: 'b', building: 'b', tenant: 'shop' }), meter('w', { medium: 'water' }), meter('silent', { fedBy: 't1' })]; // biome-ignore format: a tree
  const use: Record<string, number> = { main: 1_000, t1: 980, a: 400, b: 300, c: 120 };
  const flows = flowsOf(meters, 'electricity', (device) => ({ value: use[device] ?? null, estimated: 0 }));
  const from = flows.links.filter((link) => link.from === 'source:electricity').reduce((sum, { value }) => sum + value, 0);
  expect(from).toBeCloseTo(1_000, 9);
  expect(flows).toMatchObject({ total: 1_000, unmetered: 20 + 280, missing: ['silent'], negative: [] });
  expect(flows.links).toContainEqual({ from: 'building:b', to: 'tenant:shop', value: 120, estimated: 0 });
  expect(flows.links).toContainEqual({ from: 'building:b', to: 'common:b', value: 180, estimated: 0 });
  expect(
    flowsOf(meters, 'electricity', (device) => ({ value: device === 'a' ? 1_200 : (use[device] ?? null), estimated: 0 })).negative,
  ).toEqual([{ device: 't1', value: 980 - 1_500 }]);
});

it('factors hold one at a time, are of a sensible size and have a source', () => {
  const { standard_coal: coal, co2, quotas } = readFactors();
  for (const list of [coal, co2])
    for (const medium of ['electricity', 'gas', 'heat'] as const) {
      const found = list.filter(
        (one) => one.medium === medium && one.from <= '2026-06-01' && (one.to === undefined || one.to >= '2026-06-01'),
      );
      expect(found.length, medium).toBe(1);
    }
  expect(factorOn(co2, 'electricity', '2022-07-01')?.value).toBe(0.5366);
  for (const { medium, value, source } of co2) {
    if (medium === 'electricity') expect(value > 0.05 && value < 1.2).toBe(true);
    expect(source.en.length).toBeGreaterThan(10);
  }
  // There is no limit of GB/T 51161 for hospitals.
  expect(quotas.find(({ id }) => id === 'gbt-51161')).toMatchObject({ limit: null });
});

it('sources of factors, quotas, tariffs and due dates are told in both languages', () => {
  const root = join(import.meta.dirname, '..', '..');
  const both = z.object({ zh: z.string().min(1), en: z.string().regex(/^[^\p{Script=Han}]+$/u) });
  const { standard_coal: coal, co2, quotas } = readFactors();
  const texts: [string, unknown][] = [
    ...[...coal, ...co2].map(({ medium, from, source }): [string, unknown] => [`${medium} ${from}`, source]),
    ...quotas.flatMap(({ id, standard, note, region }): [string, unknown][] => [standard, note, region].map((one) => [id, one])),
    ...['desk/deadlines', 'energy/tariffs'].flatMap((folder) =>
      filesOf(join(root, folder), '.yaml').map((file): [string, unknown] => [
        file,
        (parse(readFileSync(join(root, folder, file), 'utf8')) as { source: unknown }).source,
      ]),
    ),
  ];
  expect(texts.length).toBeGreaterThan(40);
  for (const [what, text] of texts) expect(both.safeParse(text).success, `${what}: ${JSON.stringify(text)}`).toBe(true);
});
