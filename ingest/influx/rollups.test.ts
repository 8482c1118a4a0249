import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../../shared/clock.ts';
import { needs, type Server, startInfluxdb } from '../../test/servers.ts';
import type { SeriesQuery, StorePoint } from '../store.ts';
import { Influx1Store } from '../stores/influx1.ts';
import { Rollups, runsOf } from './rollups.ts';

const hour = 3_600_000;
const day = 24 * hour;

test('hours become runs of at most a day', () => {
  expect(runsOf([5, 3, 4, 9, 7])).toEqual([[3, 6], [7, 8], [9, 10]]); // biome-ignore format: short
  expect(runsOf(Array.from({ length: 50 }, (_, i) => 100 + i))).toEqual([[100, 124], [124, 148], [148, 150]]); // biome-ignore format: short
});

test('an hour is marked with the first points of a minute, and again when the write was not confirmed', () => {
  const clock = manualClock();
  const rollups = new Rollups({ query: async () => [], send: async () => {}, database: 'd', clock });
  const tags = { site: 'demo', device: 'm', gateway: 'g' };
  const points: StorePoint[] = [0, 1, hour].map((t) => ({ measurement: 'water', tags, t, fields: { flow_m3h: 1 } }));
  expect(rollups.marksFor(points).lines.length).toBe(2);
  const second = rollups.marksFor(points);
  expect(second.lines.length).toBe(2);
  second.done();
  expect(rollups.marksFor(points).lines).toEqual([]);
  clock.advanceSync(60_000);
  const lines = rollups.marksFor(points).lines;
  expect(lines.length).toBe(2);
  expect(new Set(lines.map((line) => line.split(' ').at(-1))).size).toBe(2);
  expect(rollups.marksFor([{ ...(points[0] as StorePoint), measurement: 'consumption' }]).lines).toEqual([]);
});

describe.runIf(needs('influxd'))('roll-ups inside InfluxDB 1.6.7', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startInfluxdb();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  const ask = async (q: string): Promise<number> => {
    const reply = await fetch(`${server.url}/query?db=d&epoch=ms`, { method: 'POST', body: new URLSearchParams({ q }) });
    const { results } = (await reply.json()) as { results: { series?: { values: unknown[][] }[] }[] };
    return results[0]?.series?.[0]?.values.length ?? 0;
  };

  test('finished hours are read from roll-ups, the others and late ones from points, and all aggregates are those of the points', async () => {
    const clock = manualClock(Date.now());
    const url = new URL(`influx1://127.0.0.1:${server.port}/d`);
    await using store = new Influx1Store(url, clock);
    // Another worker, which knows nothing of what the first one marked.
    await using second = new Influx1Store(url, clock);
    const start = Math.floor(Date.now() / day) * day - 6 * day;
    const tags = { site: 'demo', device: 'm1', gateway: 'gw' };
    const value = (i: number) => ((i * 7919) % 1000) / 8 - 30;
    const point = (i: number): StorePoint => ({
      measurement: 'electricity',
      tags,
      t: start + i * 300_000,
      fields: { active_power_kw: value(i), frequency_hz: 50 },
    });
    const count = (5 * day) / 300_000;
    const late = (i: number) => i % 211 === 7;
    const all = Array.from({ length: count }, (_, i) => i);
    await store.write(all.filter((i) => !late(i)).map(point));
    const now = start + 5 * day + hour;
    const rollNow = async () => {
      clock.advanceSync(121_000);
      await store.maintain(now);
    };
    const marks = () => ask(`SELECT * FROM rollup_marks WHERE "of" != 'none'`);
    // Not settled: somebody may still be writing on the strength of a mark.
    await store.maintain(now);
    expect(await marks()).toBe(120);
    await rollNow();
    expect(await marks()).toBe(0);
    expect(await ask('SELECT "count_active_power_kw" FROM "long"."hourly_electricity"')).toBe(120);

    const query: SeriesQuery = { measurement: 'electricity', device: 'm1', field: 'active_power_kw', from: start, to: start + 5 * day };
    const check = async (have: number[], every: number, from = start) => {
      for (const aggregate of ['mean', 'min', 'max', 'first', 'last', 'sum', 'count'] as const) {
        const found = await store.series({ ...query, from, every, aggregate });
        const first = Math.floor(from / every) * every;
        for (const [b, [t, v]] of found.entries()) {
          expect(t).toBe(first + b * every);
          const inside = have.filter((i) => start + i * 300_000 >= Math.max(from, t) && start + i * 300_000 < t + every).map(value);
          const sum = inside.reduce((a, one) => a + one, 0);
          const wanted = {
            mean: sum / inside.length,
            sum,
            count: inside.length,
            min: Math.min(...inside),
            max: Math.max(...inside),
            first: inside[0],
            last: inside.at(-1),
          }[aggregate] as number;
          expect(Math.abs((v as number) - wanted), `${aggregate} bucket ${b}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
        }
      }
    };
    const inTime = all.filter((i) => !late(i));
    await check(inTime, hour);
    await check(inTime, day);
    await check(inTime, 6 * hour, start + 25 * 60_000);

    // A wrong roll-up shows that it is the roll-up that is read, so the next lines prove something.
    await fetch(`${server.url}/write?db=d&rp=long&precision=ms`, {
      method: 'POST',
      body: `hourly_electricity,device=m1,gateway=gw,site=demo max_active_power_kw=12345 ${start + 9 * hour}`,
    });
    expect((await store.series({ ...query, every: hour, aggregate: 'max' }))[9]?.[1]).toBe(12345);

    await second.write(all.filter(late).map(point));
    await second.write([point(9 * 12)]);
    await check(all, hour);
    await check(all, day);
    await rollNow();
    await check(all, hour);
    await store.write([{ ...point(0), t: point(0).t + 1, fields: { active_power_kw: 999 } }]);
    expect((await store.series({ ...query, every: hour, aggregate: 'max' }))[0]?.[1]).toBe(999);
    expect(await marks()).toBe(1);
  });
});
