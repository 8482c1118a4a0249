/** InfluxDB 2 and 3 keep hours when the points are gone; their addresses are served by InfluxDB 1.6.7 (test/influx2-relay.ts). */
import { describe, expect, test } from 'vitest';
import { startInflux2Relay } from '../../test/influx2-relay.ts';
import { random } from '../../test/random.ts';
import { needs, startInfluxdb } from '../../test/servers.ts';
import { openStore } from '../open-store.ts';
import type { Aggregate, SeriesPoint, StorePoint } from '../store.ts';

const hour = 3_600_000;
const day = 24 * hour;
const token = 'geheim';
const aggregates: readonly Aggregate[] = ['mean', 'min', 'max', 'first', 'last', 'sum', 'count'];

describe.runIf(needs('influxd'))('hours kept longer than points', () => {
  test.each(['influx2', 'influx3'] as const)('%s: what boards of months show stays the same when the points are gone, late ones included', async (version) => {
    await using server = await startInfluxdb();
    await using relay = await startInflux2Relay(server, { token, oneStatement: version === 'influx3' });
    const ask = async (q: string) => (await fetch(`${server.url}/query`, { method: 'POST', body: new URLSearchParams({ q }) })).json();
    await ask('CREATE DATABASE b');
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    const next = random(seed);
    await using store = await openStore({ url: `${version}://${token}@127.0.0.1:${relay.port}${version === 'influx2' ? '/org' : ''}/b`, site: 'demo' });
    const now = Math.floor(Date.now() / day) * day + 7 * hour;
    const point = (t: number, device: string): StorePoint => ({ measurement: 'electricity', tags: { site: 'demo', device, gateway: 'g', building: 'b 1' }, t, fields: { active_power_kw: Math.round(next() * 1_000) / 8, frequency_hz: 50 } });
    const points = Array.from({ length: 900 }, () => point(now - Math.floor(next() * 20 * day), next() < 0.5 ? 'm1' : 'm2'));
    expect(await store.write(points)).toEqual([]);
    await store.maintain?.(now);
    // Into hours that were rolled up already.
    const late = Array.from({ length: 20 }, () => point(now - 9 * day - Math.floor(next() * 8 * day), 'm1'));
    expect(await store.write(late)).toEqual([]);
    const from = Math.floor((now - 21 * day) / day) * day;
    const queries = aggregates.flatMap((aggregate) => ['m1', 'm2'].flatMap((device) => [hour, 6 * hour, day].map((every) => ({ measurement: 'electricity', device, field: 'active_power_kw', from, to: now, every, aggregate }) as const)));
    const before = await store.seriesMany(queries);
    await store.maintain?.(now);
    await (await fetch(`${server.url}/query?db=b`, { method: 'POST', body: new URLSearchParams({ q: `DELETE FROM "electricity" WHERE time < ${now - 10 * day}ms` }) })).json();
    expect((await store.series({ measurement: 'electricity', device: 'm1', field: 'active_power_kw', from, to: now - 10 * day })).length).toBe(0);
    const after = await store.seriesMany(queries);
    for (const [i, series] of after.entries()) {
      const what = `SEED=${seed} ${JSON.stringify(queries[i])}`;
      expect(series.length, what).toBe(before[i]?.length);
      for (const [k, [t, value]] of series.entries()) {
        const [at, wanted] = (before[i] as SeriesPoint[])[k] as SeriesPoint;
        expect(t, what).toBe(at);
        if (wanted === null) expect(value, what).toBe(null);
        else expect(value, `${what} ${new Date(t).toISOString()}`).toBeCloseTo(wanted, 6);
      }
    }
    const databases = version === 'influx3' ? 'b_long' : 'b';
    expect(JSON.stringify(await (await fetch(`${server.url}/query?db=${databases}&q=${encodeURIComponent('SHOW MEASUREMENTS')}`)).json())).toMatch(/hourly_electricity/);
  }, 240_000);
}); // biome-ignore format: a table
