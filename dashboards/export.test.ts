/** An export leaves as it is read: what is held is counted, not timed. */
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanBlock, Store } from '../ingest/store.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { until } from '../test/program.ts';
import { siteOf } from '../test/site-of.ts';
import { csvOf } from './export-csv.ts';

const start = Date.UTC(2026, 0, 15);
const seconds = 40_000;
let app: DashboardsApp;
let token: string;

beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating'], ['loop-2', 'heating']] })); // biome-ignore format: short
  token = await app.signIn('viewer');
  for (const device of ['loop-1', 'loop-2']) {
    const tags = { site: 'demo', device, gateway: 'gw1' };
    const points = Array.from({ length: seconds }, (_, i) => ({
      ...{ measurement: 'heating' as const, tags, t: start + i * 1_000 },
      fields: { supply_temp_c: 50 + (i % 7), pressure_kpa: 300 },
    }));
    expect(await app.store.write(points)).toEqual([]);
  }
}, 240_000);
afterAll(() => app?.[Symbol.asyncDispose]());

const range = `from=${start}&to=${start + seconds * 1_000}`;
const open = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(app.url + path, { headers: { authorization: `Bearer ${token}` }, agent: false }, resolve).on('error', reject);
  });

describe('GET /api/export', () => {
  it('gives every reading once, in time order, of the devices and quantities asked for, compressed or not', async () => {
    const path = `/api/export?device=loop-1,loop-2&quantity=supply_temp_c&${range}`;
    for (const encoding of ['gzip', 'identity']) {
      const answer = await app.call('GET', path, { token, headers: { 'accept-encoding': encoding } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
      expect(answer.headers.get('content-type')).toContain('text/csv');
      const rows = (answer.json as string).trimEnd().split('\r\n');
      expect(rows.slice(0, 3)).toEqual([
        'time,device,quantity,value',
        '2026-01-15T00:00:00.000Z,loop-1,supply_temp_c,50',
        '2026-01-15T00:00:00.000Z,loop-2,supply_temp_c,50',
      ]);
      expect(rows).toHaveLength(1 + 2 * seconds);
      expect(rows.slice(1)).toEqual(rows.slice(1).sort());
    }
  });

  it('refuses what makes no sense', async () => {
    const status = async (query: string) => (await app.call('GET', `/api/export?${query}`, { token })).status;
    expect(await status('')).toBe(400);
    expect(await status('device=nobody')).toBe(404);
    expect(await status('device=loop-1&quantity=colour')).toBe(400);
    expect(await status(`device=loop-1&from=${start}&to=${start}`)).toBe(400);
    expect(await status(`device=loop-1&from=${start}&to=${start + 401 * 86_400_000}`)).toBe(400);
  });

  it('lets two run, tells the third, and lets go when somebody leaves', async () => {
    // More than sockets and streams take in by themselves: these wait for a reader who does not read.
    const path = `/api/export?device=loop-1,loop-2&${range}`;
    const slow = [await open(path), await open(path)];
    expect((await app.call('GET', path, { token })).status).toBe(429);
    for (const response of slow) response.destroy();
    await until(async () => (await app.call('GET', path, { token })).status === 200);
  });
});

it('gives a value as it is stored, from whatever store', async () => {
  const value = 434.570_220_947_265_6;
  const rowsOnly = {
    async *scan() {
      yield { t: start, device: 'loop-1', field: 'pressure_kpa', value };
    },
  };
  let text = '';
  for await (const piece of csvOf(rowsOnly as unknown as Store, { series: [], from: 0, to: 1 })) text += piece;
  expect(text).toContain(`,loop-1,pressure_kpa,${value}\r\n`);
});

describe('what is held of an export', () => {
  it('is a block or two, however long the range', async () => {
    let blocks = 0;
    let ended = false;
    const endless: Pick<Store, 'scanBlocks'> = {
      async *scanBlocks(): AsyncIterable<ScanBlock> {
        try {
          for (;;) {
            blocks++;
            const count = 20_000;
            const t = Float64Array.from({ length: count }, (_, i) => start + (blocks * count + i) * 1_000);
            yield {
              keys: [{ device: 'loop-1', field: 'pressure_kpa' }],
              key: new Uint32Array(count),
              t,
              value: new Float64Array(count),
              count,
            };
          }
        } finally {
          ended = true;
        }
      },
    };
    const rows = csvOf(endless as Store, { series: [], from: 0, to: 1 });
    await rows.next();
    expect(blocks).toBe(0);
    for (let i = 0; i < 9; i++) await rows.next();
    expect(blocks).toBe(3);
    await rows.return(undefined);
    expect(ended).toBe(true);
  });
});
