import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleInForce } from '../../desk/index.ts';
import { consumptionOf, edgesOf, type Meter } from '../../energy/index.ts';
import { openStore } from '../../ingest/open-store.ts';
import type { Store, StorePoint } from '../../ingest/store.ts';
import { siteOf } from '../../test/site-of.ts';
import type { ReadingsPanel, Series } from '../board/board.ts';
import type { BoardDevice } from '../board/devices.ts';
import { pressureOfNominal } from '../board/values.ts';
import { earlierPanelData, type PanelSource, panelData } from './data.ts';
import { differences, intoSteps, startOfMonth } from './steps.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Midnight in Shanghai. */
const t0 = Date.UTC(2026, 0, 14, 16);
const now = t0 + 2 * day;

let folder: string;
let store: Store;
const device = (id: string, more: Partial<BoardDevice>): BoardDevice => ({
  id,
  name: { zh: id, en: id },
  system: 'electricity',
  role: 'feeder',
  building: null,
  department: null,
  fedBy: null,
  attributes: {},
  quantities: new Set(['energy_import_kwh', 'active_power_kw']),
  ...more,
});
const devices = [
  device('main', { department: 'icu' }),
  device('below', { department: 'icu', fedBy: 'main' }),
  device('other', { department: 'lab' }),
  device('zone', { system: 'oxygen', role: 'ward-zone', attributes: { nominal_kpa: 400 }, quantities: new Set(['pressure_kpa']) }),
];
const rule = {
  rule: {
    id: 'O2-AREA-LOW',
    kind: 'below',
    quantity: 'pressure_kpa',
    priority: 'critical',
    title: { zh: '低', en: 'low' },
    params: { limit: 320 },
  },
  drawn: [{ param: 'limit', side: 'below' }],
  pack: 'oxygen',
  enabled: true,
  overrides: [],
  parameters: [],
  places: [{ device: 'zone', limit: 320, unit: 'kPa', watches: [{ device: 'zone', quantity: 'pressure_kpa' }] }],
} as unknown as RuleInForce;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-panel-'));
  store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 'demo' });
  const points: StorePoint[] = [];
  const write = (id: string, t: number, fields: Record<string, number>, measurement: StorePoint['measurement'] = 'electricity') =>
    points.push({ measurement, tags: { site: 'demo', device: id, gateway: 'gw' }, t, fields });
  for (let t = t0; t < now; t += 5 * minute) {
    const hours = (t - t0) / hour;
    // 10 kWh an hour; the meter is replaced after 30 h and starts again at 0.
    write('main', t, { energy_import_kwh: hours < 30 ? 1_000 + hours * 10 : (hours - 30) * 10, active_power_kw: 10 });
    write('below', t, { energy_import_kwh: hours * 4, active_power_kw: 4 });
    write('other', t, { energy_import_kwh: 500 + hours * 2, active_power_kw: 2 + (hours < 24 ? 0 : 6) });
    write('zone', t, { pressure_kpa: hours < 47 ? 400 : 300 }, 'oxygen');
  }
  // What the energy role booked: 10 kWh an hour of one, with two hours filled in; of the other nothing is known of the second day any more.
  for (let t = t0; t < now; t += 15 * minute) {
    const filled = t >= t0 + 4 * hour && t < t0 + 6 * hour;
    write('main', t, { value: 2.5, estimated_amount: filled ? 2 : 0, unknown_amount: filled ? 0.5 : 0 }, 'consumption');
    write('other', t, t < t0 + day ? { value: 0.5 } : { value: 0, void: 1 }, 'consumption');
  }
  write('main', t0 - 40 * day, { online: 1 }, 'device_status');
  write('other', t0 + 12 * hour, { online: 0 }, 'device_status');
  expect(await store.write(points)).toEqual([]);
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const panel = (kind: ReadingsPanel['kind'], series: Series, more: Partial<ReadingsPanel> = {}): ReadingsPanel => ({
  id: 'p',
  kind,
  title: { zh: 'p', en: 'p' },
  size: [24, 8],
  series: [series],
  ...more,
});
const source = (): PanelSource => {
  const site = siteOf({ gw: [] }, { departments: [{ id: 'icu', name: { zh: '重症', en: 'ICU' } }, { id: 'lab', name: { zh: '检验', en: 'Lab' } }] }); // biome-ignore format: short
  return { site: site.config, store, devices, rules: [rule], newest: (ids) => store.newest(ids), now };
};
const ask = (of: ReadingsPanel, from = t0, to = now, points = 500) => panelData(of, { from, to, points }, source());
const meters = { roles: ['feeder'] } as const;
const booked = { select: meters, values: ['energy_import_kwh'], aggregate: 'consumed' } as const;

describe('what was consumed', () => {
  it('is what the energy role booked, and says how much of it was filled in', async () => {
    const { lines } = await ask(panel('stat', { ...booked, combine: 'sum' }));
    expect(lines).toMatchObject([{ figure: 528, estimated: { figure: 20 }, unit: 'kWh' }]);
    const sites = await consumptionOf(store, [{ device: 'main' }, { device: 'other' }] as Meter[], [t0, now]);
    expect(sites).toMatchObject([{ value: 528, estimated: 16, unknown: 4 }]);
  });

  it('of a range that begins and ends in the middle of a day is that of its quarter hours', async () => {
    const [from, to] = [t0 + 5 * hour + 30 * minute, t0 + day + 7 * hour + 45 * minute];
    const { lines } = await ask(panel('stat', { ...booked, combine: 'sum' }), from, to);
    expect(lines).toMatchObject([{ figure: 26.25 * 10 + 18.5 * 2, estimated: { figure: 5 } }]);
    const edges = edgesOf('15m', 'Asia/Shanghai', from, to);
    const rows = await consumptionOf(store, [{ device: 'main' }, { device: 'other' }] as Meter[], edges);
    expect(rows.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe(lines[0]!.figure);
  });

  it('of which nothing is known is no value and not 0: days, months, meters', async () => {
    const days = await ask(panel('bar', { ...booked, step: '1d' }, { bars: 'over-time' }));
    const of = (device: string) => days.lines.find((one) => one.device === device)!;
    expect(of('main').points).toEqual([[t0, 240], [t0 + day, 240]]); // biome-ignore format: short
    expect(of('main').estimated?.points).toEqual([[t0, 20], [t0 + day, 0]]); // biome-ignore format: short
    expect(of('other').points).toEqual([[t0, 48], [t0 + day, null]]); // biome-ignore format: short
    expect(of('below')).toMatchObject({ figure: null, estimated: { figure: null } });
    const months = await ask(panel('bar', { ...booked, combine: 'sum', step: '1mo' }, { bars: 'over-time' }));
    expect(months.lines[0]!.points).toHaveLength(13);
    expect(months.lines[0]!.points.filter(([, value]) => value !== null)).toEqual([[startOfMonth(now - 1, 'Asia/Shanghai'), 528]]);
  });

  it('where only estimates are asked shows the meters that have some', async () => {
    const { lines } = await ask(panel('table', { ...booked, part: 'estimated' }));
    expect(lines.map(({ device, figure }) => [device, figure])).toEqual([['main', 20]]);
  });
});

describe('a panel', () => {
  it('works out derived values and draws the limit in their unit', async () => {
    const { lines } = await ask(
      panel('gauge', { select: { roles: ['ward-zone'] }, values: [pressureOfNominal], aggregate: 'last' }, { rules: ['O2-AREA-LOW'] }),
    );
    expect(lines).toMatchObject([{ device: 'zone', figure: 75, unit: '%', figureAt: now - 5 * minute }]);
    expect(lines[0]!.limits).toEqual([
      { rule: 'O2-AREA-LOW', title: { zh: '低', en: 'low' }, priority: 'critical', side: 'below', value: 80 },
    ]);
    const trend = await ask(
      panel('time-series', { select: { roles: ['ward-zone'] }, values: [pressureOfNominal], aggregate: 'min', step: '1h' }),
    );
    expect(trend.lines[0]!.points).toHaveLength(48);
    expect(trend.lines[0]!.points.at(-1)).toEqual([now - hour, 75]);
    expect(trend.lines[0]!.points.at(-2)).toEqual([now - 2 * hour, 100]);
  });

  it('a tile with its trend shows what is now and not the mean of the range; the lowest of several says where it is', async () => {
    const tile = panel('stat', { select: { roles: ['ward-zone'] }, values: [pressureOfNominal], aggregate: 'last' }, { trend: true });
    const { lines } = await ask(tile);
    expect(lines).toMatchObject([{ figure: 75, place: null }]);
    expect(lines[0]!.points.filter(([, value]) => value === 100).length).toBeGreaterThan(200);
    const two = [...devices, device('low', { system: 'oxygen', role: 'ward-zone', attributes: { nominal_kpa: 300 }, quantities: new Set(['pressure_kpa']) })]; // biome-ignore format: short
    const newest = () => [
      { device: 'zone', field: 'pressure_kpa', t: now - minute, value: 310 },
      { device: 'low', field: 'pressure_kpa', t: now - minute, value: 303 },
    ];
    const lowest = panel('stat', { select: { roles: ['ward-zone'] }, values: [pressureOfNominal], aggregate: 'last', combine: 'min' });
    // 310 of 400 is less than 303 of 300.
    const found = await panelData(lowest, { from: t0, to: now, points: 500 }, { ...source(), devices: two, newest });
    expect(found.lines).toMatchObject([{ figure: 77.5, place: { en: 'zone' } }]);
  });

  it('shows nothing as now that is a quarter of an hour old, unless the device is read so seldom', async () => {
    const tile = panel('gauge', { select: { devices: ['zone'] }, values: ['pressure_kpa'], aggregate: 'last' });
    const old = { ...source(), newest: () => [{ device: 'zone', field: 'pressure_kpa', t: now - 16 * minute, value: 403 }] };
    const range = { from: t0, to: now, points: 500 };
    expect((await panelData(tile, range, old)).lines).toMatchObject([{ figure: null, figureAt: null }]);
    expect((await panelData(tile, range, { ...old, freshMs: () => hour })).lines).toMatchObject([{ figure: 403 }]);
  });

  it('lists as devices with bad points those that have some', async () => {
    const table = panel('table', { select: {}, values: [{ status: 'bad_points' }], aggregate: 'last' });
    const newest = () => [
      { device: 'main', field: 'bad_points', t: t0, value: 0 },
      { device: 'other', field: 'bad_points', t: t0, value: 3 },
    ];
    const { lines } = await panelData(table, { from: t0, to: now, points: 500 }, { ...source(), newest });
    expect(lines.filter(({ figure }) => figure !== null).map((line) => line.device)).toEqual(['other']);
  });

  it('counts what counters counted, also over a replaced meter, and nothing twice in a department', async () => {
    const series: Series = { select: meters, values: ['energy_import_kwh'], aggregate: 'increase', combine: 'sum', by: 'department' };
    const { lines } = await ask(panel('bar', series, { bars: 'each' }), t0 + hour, now);
    expect(lines.map(({ label }) => label.en)).toEqual(['ICU', 'Lab']);
    // "main" only, as "below" hangs under it. The replacement loses at most what was counted between two readings.
    expect(lines[0]!.figure).toBeGreaterThan(467);
    expect(lines[0]!.figure).toBeLessThanOrEqual(470);
    expect(lines[1]!.figure).toBeCloseTo(94, 0);
  });

  it('makes days of the site: 24 local hours of 2 kWh', async () => {
    const series: Series = { select: { devices: ['other'] }, values: ['energy_import_kwh'], aggregate: 'increase', step: '1d' };
    const { lines, every } = await ask(panel('bar', series, { bars: 'over-time' }), t0 + day, now);
    expect(every).toBe(day);
    const [first] = lines[0]!.points.filter(([t]) => t === t0 + day);
    expect(first?.[1]).toBeCloseTo(48, 0);
    const least = await ask(
      panel(
        'bar',
        { select: { devices: ['other'] }, values: ['active_power_kw'], aggregate: 'min', finer: '10m', step: '1d' },
        { bars: 'over-time' },
      ),
    );
    expect(least.lines[0]!.points).toEqual([[t0, 2], [t0 + day, 8]]); // biome-ignore format: short
  });

  it('joins devices step by step', async () => {
    const { lines } = await ask(
      panel('time-series', { select: meters, values: ['active_power_kw'], aggregate: 'mean', combine: 'sum', step: '1h' }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]!.points[0]).toEqual([t0, 16]);
    expect(lines[0]!.points.at(-1)).toEqual([now - hour, 22]);
  });

  it('knows a state that was written long before the range', async () => {
    const series: Series = { select: meters, values: [{ status: 'online' }], aggregate: 'last' };
    const { lines } = await ask(panel('state-timeline', series), t0, now, 48);
    const of = (id: string) => lines.find((line) => line.device === id)!.points;
    expect(of('main').every(([, value]) => value === 1)).toBe(true);
    expect(
      of('other')
        .filter(([t]) => t < t0 + 12 * hour)
        .every(([, value]) => value === null),
    ).toBe(true);
    expect(of('other').at(-1)?.[1]).toBe(0);
    const table = await ask(panel('table', series));
    expect(table.lines.map(({ device: id, figure }) => [id, figure])).toEqual([['main', 1], ['below', null], ['other', 0]]); // biome-ignore format: short
  });

  it('shows the same so long ago', async () => {
    const answer = await ask(
      panel('time-series', { select: { devices: ['other'] }, values: ['active_power_kw'], aggregate: 'mean', step: '1h' }, { shift: '1d' }),
      t0 + day,
      now,
    );
    expect([answer.from, answer.to]).toEqual([t0, t0 + day]);
    expect(answer.lines[0]!.points.every(([, value]) => value === 2)).toBe(true);
  });

  it('lays an earlier day on the axis of the present one', async () => {
    const of = panel('time-series', { select: { devices: ['other'] }, values: ['active_power_kw'], aggregate: 'mean', step: '1h' });
    const range = { from: t0 + day, to: now, points: 500 };
    const [present, earlier] = [await panelData(of, range, source()), await earlierPanelData(of, range, 'day', source())];
    expect([earlier.from, earlier.to]).toEqual([present.from, present.to]);
    expect(earlier.lines[0]!.points.map(([t]) => t)).toEqual(present.lines[0]!.points.map(([t]) => t));
    expect(new Set(present.lines[0]!.points.map(([, value]) => value))).toEqual(new Set([8]));
    expect(new Set(earlier.lines[0]!.points.map(([, value]) => value))).toEqual(new Set([2]));
    expect([present.lines[0]!.figure, earlier.lines[0]!.figure]).toEqual([8, 2]);
    const days = panel(
      'bar',
      { select: { devices: ['other'] }, values: ['energy_import_kwh'], aggregate: 'increase', step: '1d' },
      { bars: 'over-time' },
    );
    const before = await earlierPanelData(days, range, 'day', source());
    expect(before.lines[0]!.points.find(([t]) => t === t0 + day)?.[1]).toBeCloseTo(48, 0);
  });

  it('looks back two weeks where a day alone says little, and further where that is asked', async () => {
    const of = panel(
      'bar',
      { select: { devices: ['other'] }, values: ['active_power_kw'], aggregate: 'min', step: '1d' },
      { bars: 'over-time', lookBack: '14d' },
    );
    expect((await ask(of, now - hour, now)).from).toBe(now - 14 * day);
    expect((await ask(of, now - 30 * day, now)).from).toBe(now - 30 * day);
  });

  it('adds up months of the calendar, a year back', async () => {
    const series: Series = {
      select: { devices: ['other'] },
      values: ['energy_import_kwh'],
      aggregate: 'increase',
      combine: 'sum',
      step: '1mo',
    };
    const { lines, from } = await ask(panel('bar', series, { bars: 'over-time' }), now - hour, now);
    expect(from).toBe(Date.UTC(2024, 11, 31, 16));
    const months = lines[0]!.points.filter(([, value]) => value !== null);
    expect(months.map(([t]) => t)).toEqual([Date.UTC(2025, 11, 31, 16)]);
    expect(months[0]![1]).toBeCloseTo(95.8, 0);
    expect(startOfMonth(Date.UTC(2026, 0, 31, 16), 'Asia/Shanghai')).toBe(Date.UTC(2026, 0, 31, 16));
    expect(startOfMonth(Date.UTC(2026, 0, 31, 15), 'Asia/Shanghai', 1)).toBe(Date.UTC(2025, 10, 30, 16));
  });

  it('refuses to read without bound', async () => {
    const many = Array.from({ length: 400 }, (_, index) => device(`m${index}`, {}));
    const huge = panelData(
      panel('time-series', { select: meters, values: ['active_power_kw'], aggregate: 'mean', finer: '10m' }),
      { from: now - 400 * day, to: now, points: 500 },
      { ...source(), devices: many },
    );
    await expect(huge).rejects.toMatchObject({ code: 'api/invalid' });
  });
});

describe('steps', () => {
  it('are local days also where clocks change: 23 and 25 hours in Berlin', () => {
    const hours = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => [from + index * hour, 1] as [number, number]);
    const spring = intoSteps(hours(Date.UTC(2026, 2, 27, 23), 71), day, 'count', 'Europe/Berlin');
    expect(spring.map(([, value]) => value)).toEqual([24, 23, 24]);
    const autumn = intoSteps(hours(Date.UTC(2026, 9, 23, 22), 73), day, 'count', 'Europe/Berlin');
    expect(autumn.map(([, value]) => value)).toEqual([24, 25, 24]);
  });

  it('a counter that fell counts nothing for that step', () => {
    expect(differences([[0, 5], [1, 7], [2, null], [3, 10], [4, 0], [5, 2]])).toEqual([[1, 2], [2, null], [3, 3], [4, 0], [5, 2]]); // biome-ignore format: short
  });
});
