import { describe, expect, test } from 'vitest';
import { openStore } from '../../ingest/open-store.ts';
import type { StorePoint } from '../../ingest/store.ts';
import { startInflux2Relay } from '../influx2-relay.ts';
import { freePort, needs, startInfluxdb, startVictoriaMetrics } from '../servers.ts';
import { storeContract } from './store.ts';

const token = 'a/b+c==geheim';
for (const version of ['influx2', 'influx3'] as const) {
  describe.runIf(needs('influxd'))(`${version}, its addresses served by InfluxDB 1.6.7`, () => {
    storeContract(version, async () => {
      const server = await startInfluxdb();
      const relay = await startInflux2Relay(server, { token, oneStatement: version === 'influx3' });
      const path = version === 'influx2' ? '/org' : '';
      let count = 0;
      return {
        async fresh() {
          const bucket = `store_${++count}`;
          await fetch(`${server.url}/query`, { method: 'POST', body: new URLSearchParams({ q: `CREATE DATABASE ${bucket}` }) });
          return `${version}://${encodeURIComponent(token)}@127.0.0.1:${relay.port}${path}/${bucket}`;
        },
        away: `${version}://${encodeURIComponent(token)}@127.0.0.1:${await freePort()}${path}/b`,
        denied: `${version}://geheim@127.0.0.1:${relay.port}${path}/b`,
        ...(version === 'influx3'
          ? { without: { retention: 'its retention is that of the database; see docs/decisions/0005-stores.md' } }
          : {}),
        async [Symbol.asyncDispose]() {
          await relay[Symbol.asyncDispose]();
          await server[Symbol.asyncDispose]();
        },
      };
    });
  });
}

describe.runIf(needs('victoria-metrics'))('VictoriaMetrics through the InfluxDB 2 client', () => {
  test('takes our lines at /api/v2/write and gives back the same labels, times and values', async () => {
    await using server = await startVictoriaMetrics();
    await using store = await openStore({ url: `influx2://any@127.0.0.1:${server.port}/org/bucket`, site: 'demo' });
    const t = Math.floor(Date.now() / 1000) * 1000 - 60_000;
    const odd = '氧气 "A", 1=2';
    const point = (i: number): StorePoint => ({
      measurement: 'oxygen',
      tags: { site: 'demo', building: 'b 1', department: undefined, device: odd, gateway: 'gw-1', circuit: '' },
      t: t + i * 1000,
      fields: { pressure_kpa: 400 + i / 8, oxygen_flow_lmin: i },
    });
    expect(await store.write(Array.from({ length: 50 }, (_, i) => point(i)))).toEqual([]);
    expect(await store.write([{ ...point(0), fields: { pressure_kpa: Number.NaN } }])).toMatchObject([{ index: 0 }]);
    await fetch(`${server.url}/internal/force_flush`);
    const reply = await (await fetch(`${server.url}/api/v1/export?match[]={device!=""}`)).text();
    const series = reply.trim().split('\n').map((line) => JSON.parse(line) as { metric: Record<string, string>; values: number[]; timestamps: number[] });
    const pressure = series.find(({ metric }) => metric.__name__ === 'oxygen_pressure_kpa');
    expect(pressure?.metric).toMatchObject({ site: 'demo', building: 'b 1', device: odd, gateway: 'gw-1' });
    expect(pressure?.values).toEqual(Array.from({ length: 50 }, (_, i) => 400 + i / 8));
    expect(pressure?.timestamps).toEqual(Array.from({ length: 50 }, (_, i) => t + i * 1000));
    expect(series.find(({ metric }) => metric.__name__ === 'oxygen_oxygen_flow_lmin')?.values).toEqual(Array.from({ length: 50 }, (_, i) => i));
  }); // biome-ignore format: short enough
});
