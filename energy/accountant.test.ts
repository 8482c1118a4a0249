/** Consumption in a real SQLite store: live, late and from the beginning give the same quarter hours. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../ingest/open-store.ts';
import type { Store } from '../ingest/store.ts';
import { systemClock } from '../shared/clock.ts';
import { referenceMistakes } from '../shared/site-references.ts';
import { random as randomFrom } from '../test/random.ts';
import { siteOf } from '../test/site-of.ts';
import { openAccountant } from './accountant.ts';
import { consumptionOf, edgesOf } from './consumption-of.ts';
import { type Meter, metersIn, metersOf } from './meters.ts';

const meter = (device: string, more: Partial<Meter> = {}): Meter => ({
  device, medium: 'electricity', measurement: 'electricity', field: 'energy_import_kwh', building: undefined, department: undefined, tenant: undefined, fedBy: undefined, ratedPerHour: 200, digits: undefined,
  tags: { site: 's', building: undefined, department: undefined, device, gateway: 'g', circuit: undefined }, ...more,
}); // biome-ignore format: a meter
const start = Date.UTC(2026, 2, 1) - 8 * 3_600_000;
const minute = 60_000;
const zone = 'Asia/Shanghai';

let folder: string;
let store: Store;
let now = start;
const clock = { ...systemClock(), now: () => now };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-energy-'));
  store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 's' });
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
const readings = (device: string, points: [t: number, v: number][]) =>
  store.write(
    points.map(([t, v]) => ({
      measurement: 'electricity' as const,
      tags: { site: 's', device, gateway: 'g' },
      t,
      fields: { energy_import_kwh: v },
    })),
  );
const open = (meters: Meter[]) => openAccountant({ meters, store, clock, timezone: zone });
const rows = (meters: Meter[], step: '15m' | '1d', from: number, to: number) => consumptionOf(store, meters, edgesOf(step, zone, from, to));

/** A counter that runs by chance, read each five minutes. */
function counterOf(seed: number, hours: number): [number, number][] {
  const random = randomFrom(seed);
  let v = 1_000;
  return Array.from({ length: hours * 12 + 1 }, (_, i): [number, number] => {
    if (i > 0) v += Math.round(1_000 * random()) / 200;
    return [start + i * 5 * minute, v];
  });
}

describe('the accountant', () => {
  test('writes what a counter counted, quarter by quarter, and says it by days', async () => {
    // The last steps are held until what follows proves them: an hour more than is asked for.
    const points = counterOf(1, 49);
    await readings('m', points);
    now = start + 50 * 3_600_000;
    await open([meter('m')]).work();
    const [first, second] = await rows([meter('m')], '1d', start, start + 48 * 3_600_000);
    expect(first?.value).toBeCloseTo(points[288]![1] - points[0]![1], 6);
    expect((first?.value ?? 0) + (second?.value ?? 0)).toBeCloseTo(points[576]![1] - 1_000, 6);
    expect(first).toMatchObject({ coverage: 1, unknown: 0 });
  });

  test.each([1, 2, 3])('live, late and from the beginning are the same (seed %i)', async (seed) => {
    const points = counterOf(seed, 32);
    // Three hours of it come when all the rest is long there.
    const [from, to] = [120, 156];
    const all = open([meter('live'), meter('late')]);
    for (let hour = 0; hour < 32; hour++) {
      const part = points.slice(hour * 12, (hour + 1) * 12 + 1);
      await readings('live', part);
      const there = part.filter(([t]) => t < points[from]![0] || t >= points[to]![0]);
      if (there.length > 0) await readings('late', there);
      now = start + (hour + 1) * 3_600_000 + 5 * minute;
      await all.work();
    }
    await readings('late', points.slice(from, to));
    all.heard('late', points[from]![0]);
    now += minute;
    await all.work();
    await readings('whole', points);
    await open([meter('whole')]).work();
    const end = start + 30 * 3_600_000;
    const of = async (device: string) => (await rows([meter(device)], '15m', start, end)).map((row) => Number(row.value?.toFixed(6)));
    const whole = await of('whole');
    expect(whole.reduce((sum, one) => sum + one, 0)).toBeCloseTo(points[360]![1] - 1_000, 3);
    expect(await of('live'), 'live').toEqual(whole);
    expect(await of('late'), 'late').toEqual(whole);
  });

  test('goes on where it stood after a restart, and counts nothing twice', async () => {
    const points = counterOf(7, 49);
    await readings('m', points.slice(0, 200));
    now = points[199]![0] + minute;
    await open([meter('m')]).work();
    await readings('m', points.slice(200));
    now = start + 50 * 3_600_000;
    await open([meter('m')]).work();
    const all = await rows([meter('m')], '1d', start, start + 48 * 3_600_000);
    expect(all.reduce((sum, one) => sum + (one.value ?? 0), 0)).toBeCloseTo(points[576]![1] - 1_000, 6);
  });

  test('days without readings are unknown and not 0', async () => {
    await readings('m', counterOf(4, 5));
    now = start + 24 * 5 * 3_600_000;
    await open([meter('m')]).work();
    const days = await rows([meter('m')], '1d', start, start + 4 * 24 * 3_600_000);
    expect(days.map((one) => one.value === null)).toEqual([false, true, true, true]);
  });
});

test('meters without a wire are meters too, and their ids are unlike those of devices', () => {
  const hand = { id: 'kitchen-gas', name: { zh: '厨房燃气', en: 'Kitchen gas' }, medium: 'gas', digits: 6 };
  const { config } = siteOf({ gw1: [['boiler', 'boiler']] }, { hand_meters: [hand] });
  expect(metersOf(config)).toMatchObject([
    { device: 'kitchen-gas', medium: 'gas', field: 'volume_m3', digits: 6, tags: { gateway: 'hand' } },
  ]);
  expect(referenceMistakes(config)).toEqual([]);
  const wrong = siteOf(
    { gw1: [['boiler', 'boiler']] },
    { hand_meters: [{ ...hand, id: 'boiler', department: 'none', fed_by: 'nothing' }] },
  );
  expect(referenceMistakes(wrong.config).map(({ path }) => path.join('.'))).toEqual(['hand_meters.0.id', 'hand_meters.0.department', 'hand_meters.0.fed_by']); // biome-ignore format: one
});

test('a scope counts nothing twice', () => {
  const all = [
    meter('in'),
    meter('t1', { fedBy: 'in', building: 'a' }),
    meter('f1', { fedBy: 't1', building: 'a', department: 'icu' }),
    meter('f2', { fedBy: 't1', building: 'b', department: 'icu' }),
    meter('w', { medium: 'water' }),
  ];
  const of = (...args: Parameters<typeof metersIn> extends [unknown, ...infer R] ? R : never) =>
    metersIn(all, ...args).map((one) => one.device);
  expect(of('site', undefined, 'electricity')).toEqual(['in']);
  expect(of('building', 'a', 'electricity')).toEqual(['t1']);
  expect(of('department', 'icu', 'electricity')).toEqual(['f1', 'f2']);
  expect(of('meter', 'f2', 'electricity')).toEqual(['f2']);
  expect(of('site', undefined, 'water')).toEqual(['w']);
});

test('days of 23 and 25 hours are as long as they are', () => {
  const edges = edgesOf('1d', 'Europe/Berlin', Date.UTC(2026, 2, 27, 23), Date.UTC(2026, 2, 30, 22));
  expect(edges.slice(1).map((t, i) => (t - edges[i]!) / 3_600_000)).toEqual([24, 23, 24]);
});
