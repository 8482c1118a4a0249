import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isFault } from '../../shared/errors.ts';
import { needs, startInfluxdb } from '../../test/servers.ts';
import { openStore } from '../open-store.ts';
import type { StorePoint } from '../store.ts';
import { type Answer, deliver } from './deliver.ts';

const batch = (count: number) => ({
  lines: Array.from({ length: count }, (_, i) => `line${i}`),
  indexes: Array.from({ length: count }, (_, i) => 100 + i),
});
const fine: Answer = { status: 204, body: '' };

describe('delivering lines', () => {
  test('InfluxDB 3 names lines itself', async () => {
    const body = JSON.stringify({
      error: 'partial write of line protocol occurred',
      data: [{ original_line: 'line1', line_number: 2, error_message: 'invalid column type' }, { line_number: 4, error_message: 'no' }],
    }); // biome-ignore format: short
    for (const status of [400, 201]) {
      let calls = 0;
      const refused = await deliver(batch(5), async () => {
        calls++;
        return { status, body };
      });
      expect(refused).toEqual([{ index: 101, reason: 'invalid column type' }, { index: 103, reason: 'no' }]); // biome-ignore format: short
      expect(calls).toBe(1);
    }
  });

  test('where only a number of dropped points is told, halving finds them', async () => {
    const wrong = new Set(['line3', 'line40', 'line41']);
    let calls = 0;
    const refused = await deliver(batch(64), async (lines) => {
      calls++;
      const dropped = lines.filter((line) => wrong.has(line)).length;
      return dropped === 0
        ? fine
        : { status: 400, body: JSON.stringify({ error: `partial write: field type conflict dropped=${dropped}` }) };
    });
    expect(refused.map(({ index }) => index)).toEqual([103, 140, 141]);
    expect(calls).toBeLessThan(32);
  });

  test('a batch of which every line is dropped is named at once', async () => {
    let calls = 0;
    const reply = { status: 400, body: '{"error":"partial write: points beyond retention policy dropped=64"}' };
    const refused = await deliver(batch(64), async () => {
      calls++;
      return reply;
    });
    expect(refused.length).toBe(64);
    expect(calls).toBe(1);
  });

  test('a body that is too large goes in halves', async () => {
    const sizes: number[] = [];
    const refused = await deliver(batch(10), async (lines) => {
      sizes.push(lines.length);
      return lines.length > 3 ? { status: 413, body: 'too large' } : fine;
    });
    expect(refused).toEqual([]);
    expect(Math.max(...sizes.slice(1))).toBe(5);
  });

  test('a server in trouble refuses nothing for good', async () => {
    for (const status of [500, 502, 503, 429, 404, 307]) {
      await expect(deliver(batch(2), async () => ({ status, body: 'timeout' }))).rejects.toSatisfy((error) =>
        isFault(error, 'store/unavailable'),
      );
    }
    await expect(deliver(batch(2), async () => ({ status: 401, body: '' }))).rejects.toSatisfy((error) => isFault(error, 'store/denied'));
  });

  test('only 204 is success: a friendly page, an empty 200 and a redirect are not the database', async () => {
    const page = '<html><body>Please sign in to the network</body></html>';
    for (const [status, body] of [[200, page], [200, ''], [201, page], [202, '{}'], [302, ''], [400, page], [422, page]] as const) {
      await expect(deliver(batch(2), async () => ({ status, body })), `${status} ${body}`).rejects.toSatisfy(
        (error) => isFault(error, 'store/unavailable') && error.detail?.trouble === 'store-wrong',
      );
    }
  }); // biome-ignore format: a table

  test('F16 what can never be stored is recognised whatever the status', async () => {
    for (const status of [400, 422, 500]) {
      for (const words of [
        '{"error":"partial write: field type conflict: input field \\"x\\" is type float, already exists as type integer dropped=1"}',
        '{"error":"points beyond retention policy"}',
        '{"code":"unprocessable entity","message":"failure writing points to database: partial write: points beyond retention policy dropped=1"}',
      ]) {
        const refused = await deliver(batch(16), async (lines) => (lines.includes('line5') ? { status, body: words } : fine));
        expect(
          refused.map(({ index }) => index),
          `${status} ${words}`,
        ).toEqual([105]);
      }
    }
  });

  test('a full disk and a missing bucket are named, and nothing is refused for good', async () => {
    const cases = [
      [500, '{"error":"partial write: write failed: no space left on device"}', 'store-full'],
      [404, '{"code":"not found","message":"bucket \\"b\\" not found"}', 'store-missing'],
      [404, '{"error":"database not found: \\"d\\""}', 'store-missing'],
    ] as const;
    for (const [status, body, trouble] of cases) {
      await expect(
        deliver(batch(2), async () => ({ status, body })),
        body,
      ).rejects.toSatisfy((error) => isFault(error, 'store/unavailable') && error.detail?.trouble === trouble);
    }
  });

  test('InfluxDB 3 names a hundred lines at most: the others are not taken for stored', async () => {
    const wrong = new Set(Array.from({ length: 150 }, (_, i) => `line${i * 2}`));
    const stored = new Set<string>();
    const refused = await deliver(batch(400), async (lines) => {
      for (const line of lines) if (!wrong.has(line)) stored.add(line);
      const data = lines.flatMap((line, i) => (wrong.has(line) ? [{ line_number: i + 1, error_message: 'no' }] : [])).slice(0, 100);
      return data.length === 0 ? fine : { status: 400, body: JSON.stringify({ error: 'partial write of line protocol occurred', data }) };
    });
    expect(refused.length).toBe(150);
    expect(stored.size).toBe(250);
  });

  test.each(['influx1', 'influx2', 'influx3'])('%s behind a proxy that answers 200 with a page: nothing is written, nothing read, and check says so', async (kind) => {
    for (const page of ['<html>Sign in</html>', '{"status":"ok"}']) {
      const server = createServer((request, response) => request.resume().on('end', () => response.writeHead(200).end(page)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void server.close());
      const path = kind === 'influx2' ? '/org/b' : '/b';
      await using store = await openStore({ url: `${kind}://x@127.0.0.1:${(server.address() as AddressInfo).port}${path}`, site: 'demo' });
      const point: StorePoint = { measurement: 'water', tags: { site: 'demo', device: 'm', gateway: 'g' }, t: Date.UTC(2026, 0, 15), fields: { flow_m3h: 1 } };
      const query = { measurement: 'water', device: 'm', field: 'flow_m3h', from: 0, to: Date.UTC(2027, 0, 1), limit: 10 } as const;
      for (const [what, call] of [['write', () => store.write([point])], ['series', () => store.series(query)], ['newest', () => store.newest(['m'])], ['check', () => store.check()]] as const) {
        await expect(call(), `${what} ${page}`).rejects.toSatisfy((error) => isFault(error, 'store/unavailable'));
      }
      server.closeAllConnections();
    }
  }); // biome-ignore format: a table

  test.runIf(needs('influxd'))('a real type conflict names the points and stores the others', async () => {
    await using server = await startInfluxdb();
    const query = (q: string) => fetch(`${server.url}/query?db=d`, { method: 'POST', body: new URLSearchParams({ q }) });
    await query('CREATE DATABASE d');
    // Somebody else made this field an integer: only a float fits our schema, so these points can never go in.
    const t = Date.UTC(2026, 0, 15);
    await fetch(`${server.url}/write?db=d&precision=ms`, { method: 'POST', body: `water,device=x flow_m3h=1i ${t}` });
    await using store = await openStore({ url: `influx1://127.0.0.1:${server.port}/d`, site: 'demo' });
    const points = Array.from({ length: 200 }, (_, i): StorePoint => {
      const fields = i % 50 === 7 ? { flow_m3h: 1 } : { supply_temp_c: i };
      return { measurement: 'water', tags: { site: 'demo', device: `m${i}`, gateway: 'gw' }, t, fields };
    });
    const refused = await store.write(points);
    expect(refused.map(({ index }) => index)).toEqual([7, 57, 107, 157]);
    expect(refused[0]?.reason).toMatch(/type/);
    expect((await store.newest()).filter(({ field }) => field === 'supply_temp_c').length).toBe(196);
  });
});
