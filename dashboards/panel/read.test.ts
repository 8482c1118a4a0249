/** Thirteen months of a meter hall, and what a panel asks of the store for them: counted, not timed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../ingest/open-store.ts';
import type { SeriesQuery, Store, StorePoint } from '../../ingest/store.ts';
import { random } from '../../test/random.ts';
import { siteOf } from '../../test/site-of.ts';
import type { ReadingsPanel, Series } from '../board/board.ts';
import type { BoardDevice } from '../board/devices.ts';
import { type PanelAnswer, panelData } from './data.ts';

const hour = 3_600_000;
const day = 24 * hour;
const seed = 396;
/** Midnight in Shanghai. */
const end = Date.UTC(2026, 0, 14, 16);
const start = end - 396 * day;
const replacedAt = start + 100 * day + 13 * hour;
const devices: BoardDevice[] = Array.from({ length: 20 }, (_, index) => ({
  ...{ id: `meter-${index}`, name: { zh: `${index}`, en: `${index}` }, system: 'electricity', role: 'feeder' },
  ...{
    building: null,
    department: null,
    fedBy: null,
    attributes: {},
    quantities: new Set(['active_power_kw', 'energy_import_kwh'] as const),
  },
}));

let folder: string;
let store: Store;
let queries: SeriesQuery[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-read-'));
  const inner = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 'demo' });
  store = Object.assign(Object.create(inner) as Store, {
    series: inner.series.bind(inner),
    newest: inner.newest.bind(inner),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    seriesMany: (asked: SeriesQuery[]) => {
      queries.push(...asked);
      return inner.seriesMany(asked);
    },
  });
  const next = random(seed);
  for (const [index, { id }] of devices.entries()) {
    const tags = { site: 'demo', device: id, gateway: 'gw' };
    const points: StorePoint[] = [];
    for (let t = start; t < end; t += 3 * hour) {
      // 2 kWh an hour; the first meter is replaced in the middle of a day.
      const from = index === 0 && t >= replacedAt ? replacedAt : start - 50_000 * hour;
      points.push({
        measurement: 'electricity',
        tags,
        t,
        fields: { active_power_kw: next.below(100), energy_import_kwh: ((t - from) / hour) * 2 },
      });
    }
    expect(await inner.write(points)).toEqual([]);
  }
}, 240_000);
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  kind: ReadingsPanel['kind'],
  series: Partial<Series>,
  more: Partial<ReadingsPanel> = {},
  timezone = 'Asia/Shanghai',
  points = 500,
) {
  queries = [];
  const site = siteOf({ gw: [] }).config;
  const all: Series = { select: { roles: ['feeder'] }, values: ['active_power_kw'], aggregate: 'mean', ...series };
  const panel: ReadingsPanel = { id: 'p', kind, title: { zh: 'p', en: 'p' }, size: [24, 8], series: [all], ...more };
  const source = { site: { ...site, site: { ...site.site, timezone } }, store, devices, rules: [], newest: () => [], now: end };
  const answer = await panelData(panel, { from: start, to: end, points }, source);
  return { answer, buckets: queries.reduce((sum, { from, to, every }) => sum + (to - from) / (every ?? 1_000), 0) };
}
const most = ({ lines }: PanelAnswer) => Math.max(...lines.map(({ points }) => points.length));

describe('thirteen months of twenty meters', () => {
  it.each([
    ['time-series', { step: '15m' }],
    ['time-series', {}],
    ['heat-map', { aggregate: 'max', step: '1h' }],
    ['bar', { aggregate: 'increase', values: ['energy_import_kwh'], step: '1d' }],
    ['time-series', { aggregate: 'min', finer: '10m', step: '1d' }],
  ] as const)('are never more points than pixels, and come from roll-ups (%s %o)', async (kind, series) => {
    const { answer } = await ask(kind, series, kind === 'bar' ? { bars: 'over-time' } : {});
    expect(answer.lines).toHaveLength(20);
    expect(most(answer)).toBeLessThanOrEqual(500);
    expect(most(answer)).toBeGreaterThan(300);
    for (const { every } of queries) expect(every! % hour).toBe(0);
    const narrow = await ask(kind, series, kind === 'bar' ? { bars: 'over-time' } : {}, 'Asia/Shanghai', 120);
    expect(most(narrow.answer)).toBeLessThanOrEqual(120);
  });

  it('are asked by the step, not by the hour', async () => {
    const { buckets } = await ask('heat-map', { aggregate: 'max', step: '1h' });
    expect(buckets).toBeLessThanOrEqual(20 * 500);
    const figure = await ask('bar', { values: ['energy_import_kwh'], aggregate: 'increase' }, { bars: 'each' });
    // Only the meter that was replaced is followed by the hour.
    expect(figure.buckets).toBeLessThan(20 * 500 + 397 * 24);
    expect(new Set(queries.filter(({ every }) => every === hour).map(({ device }) => device))).toEqual(new Set(['meter-0']));
    expect(figure.answer.lines.find(({ device }) => device === 'meter-1')?.figure).toBeCloseTo(396 * 48 - 6);
    // What the new meter counted before its first reading is lost, and nothing else.
    expect(figure.answer.lines.find(({ device }) => device === 'meter-0')?.figure).toBeGreaterThan(396 * 48 - 20);
  });

  it('are the same days whether the store makes them or hours are joined, as where clocks change', async () => {
    const straight = await ask('time-series', { aggregate: 'max', step: '1d' });
    // The same clocks as in Shanghai, but with two changes a year: 8 hours ahead only in winter.
    const joined = await ask('time-series', { aggregate: 'max', step: '1d' }, {}, 'Antarctica/Casey');
    expect(queries.every(({ every }) => every === hour || every === day)).toBe(true);
    expect(most(straight.answer)).toBe(396);
    expect(Math.abs(most(joined.answer) - 396)).toBeLessThanOrEqual(1);
  });
});
