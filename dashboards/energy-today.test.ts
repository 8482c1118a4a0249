import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeriesPoint, SeriesQuery, StorePoint } from '../ingest/store.ts';
import { wallOf } from '../shared/zone.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';
import { type Counter, readCounted } from './energy-today.ts';
import { startOf } from './panel/steps.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const midnight = Date.UTC(2026, 0, 14, 16);
const counter: Counter = { measurement: 'electricity', device: 'incomer', field: 'energy_import_kwh' };

/** A store of one series that answers as the contract says. */
function storeOf(readings: readonly [t: number, value: number][]) {
  const series = ({ from, to, every, offset = 0, aggregate }: SeriesQuery): SeriesPoint[] => {
    const inside = readings.filter(([t]) => t >= from && t < to);
    if (every === undefined) return inside.map(([t, value]) => [t, value]);
    const found: SeriesPoint[] = [];
    for (let start = Math.floor((from - offset) / every) * every + offset; start < to; start += every) {
      const here = inside.filter(([t]) => t >= start && t < start + every);
      found.push([start, (aggregate === 'first' ? here[0] : here.at(-1))?.[1] ?? null]);
    }
    return found;
  };
  return { seriesMany: async (queries: readonly SeriesQuery[]) => queries.map(series) };
}
const each = (from: number, to: number, perHour: number, start = 1_000): [number, number][] =>
  Array.from({ length: Math.floor((to - from) / minute) + 1 }, (_, at) => [from + at * minute, start + (at / 60) * perHour]);

describe('what a counter has counted today', () => {
  it('begins with the very first reading and ends now: 09:08 to 09:41 of 527 kWh an hour are 290 kWh', async () => {
    const begin = midnight + 9 * hour + 8 * minute;
    const now = midnight + 9 * hour + 41 * minute + 20_000;
    const readings = each(begin, now, 527);
    // The last one has only been heard, it is not in the store yet.
    const [t, value] = readings.pop()!;
    const [one] = await readCounted(storeOf(readings), [counter], { from: midnight, to: now }, [
      { device: 'incomer', field: 'energy_import_kwh', t, value },
    ]);
    expect(one).toMatchObject({ from: begin, resets: 0 });
    expect(one?.used).toBeCloseTo((527 * 33) / 60, 6);
  });

  it('begins with what the counter showed at midnight', async () => {
    const now = midnight + 2 * hour + 7 * minute;
    const [one] = await readCounted(storeOf(each(midnight - day, now, 60)), [counter], { from: midnight, to: now }, []);
    expect(one).toMatchObject({ from: midnight, resets: 0 });
    // From the reading before midnight to that before now, both a minute or less off.
    expect(Math.abs((one?.used ?? 0) - 127)).toBeLessThanOrEqual(1);
  });

  it('takes what was shown less than an hour before midnight for midnight, and nothing older', async () => {
    const now = midnight + 3 * hour;
    const after = each(midnight + 2 * hour, now, 60, 1_500);
    const near: [number, number] = [midnight - 50 * minute, 1_400];
    const far: [number, number] = [midnight - 2 * hour, 1_300];
    const of = async (readings: [number, number][]) =>
      (await readCounted(storeOf(readings), [counter], { from: midnight, to: now }, []))[0];
    expect(await of([near, ...after])).toMatchObject({ from: midnight, used: 1_559 - 1_400 });
    expect(await of([far, ...after])).toMatchObject({ from: midnight + 2 * hour, used: 59 });
  });

  it('goes on from 0 after a reset, takes a single wrong reading for none; nothing is unknown, not zero', async () => {
    const now = midnight + hour;
    const [reset] = await readCounted(
      storeOf([[midnight - minute, 100], [midnight + 5 * minute, 105], [midnight + 20 * minute, 2], [midnight + 40 * minute, 6]]), // biome-ignore format: short
      [counter],
      { from: midnight, to: now },
      [],
    );
    // 5 until it was set back, 2 that it shows since, and 4 more.
    expect(reset).toMatchObject({ used: 11, resets: 1, from: midnight });
    const [once] = await readCounted(
      storeOf([[midnight - minute, 40_482.9], [midnight + 14 * minute, 0], [midnight + 20 * minute, 40_482.92]]), // biome-ignore format: short
      [counter],
      { from: midnight, to: now },
      [],
    );
    expect(once).toMatchObject({ used: expect.closeTo(0.02, 6), resets: 0 });
    expect((await readCounted(storeOf([]), [counter], { from: midnight, to: now }, []))[0]).toMatchObject({ used: null, from: null });
    const alone = { device: 'incomer', field: 'energy_import_kwh', t: now - minute, value: 7 };
    expect((await readCounted(storeOf([]), [counter], { from: midnight, to: now }, [alone]))[0]).toMatchObject({
      used: 0,
      from: now - minute,
    });
  });
});

describe("today's energy over the API", () => {
  let app: DashboardsApp;
  const now = Date.now();
  const zone = 'Asia/Shanghai';
  const from = startOf(now, day, zone);
  beforeAll(async () => {
    const site = siteOf({ gw1: [['in-1', 'electricity'], ['in-2', 'electricity'], ['in-3', 'electricity'], ['f-1', 'electricity']] }); // biome-ignore format: short
    site.config.site.timezone = zone;
    for (const device of site.config.gateways[0]!.buses[0]!.devices) if (device.id.startsWith('in-')) device.role = 'incomer';
    app = await startDashboardsApp(site);
    const points = ['in-1', 'in-2', 'f-1'].flatMap((device) =>
      Array.from({ length: 27 * 60 }, (_, at): StorePoint => {
        const t = Math.floor(now / minute) * minute - at * minute;
        return {
          measurement: 'electricity',
          tags: { site: 'demo', device, gateway: 'gw1' },
          t,
          fields: { energy_import_kwh: 90_000 - at },
        };
      }),
    );
    await app.store.write(points);
  });
  afterAll(() => app?.[Symbol.asyncDispose]());

  it('is the sum of the incoming meters as the tree of meters shows them, since midnight, and says which meter is not in it', async () => {
    const token = await app.signIn('viewer');
    const { json } = await app.call('GET', '/api/site/today', { token });
    const { json: tree } = await app.call('GET', '/api/site/balance', { token });
    const used = (id: string) => tree.meters.find(({ device }: { device: string }) => device === id).used;
    expect(json.electricity.used).toBe(used('in-1') + used('in-2'));
    // Each counts one a minute.
    expect(Math.abs(json.electricity.used - (2 * (now - from)) / minute)).toBeLessThanOrEqual(4);
    expect(json).toMatchObject({
      from,
      electricity: { unit: 'kWh', since: from, meters: 3, unknown: ['in-3'] },
      water: { used: null, since: null, meters: 0 },
    });
    expect(wallOf(zone, json.from) % day).toBe(0);
  });
});
