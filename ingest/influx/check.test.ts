/** What `plantroom check --connect` and /healthz ask of a store: a missing bucket, organisation or right is named before the first reading is lost. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isFault } from '../../shared/errors.ts';
import { needs, startInfluxdb } from '../../test/servers.ts';
import { openStore } from '../open-store.ts';

async function checked(url: string): Promise<string> {
  await using store = await openStore({ url, site: 'demo' });
  return await store.check().then(
    () => 'fine',
    (error: unknown) => (isFault(error) ? `${error.code} ${error.detail?.trouble ?? ''} ${error.message}` : String(error)),
  );
}

describe('InfluxDB 2', () => {
  /** As 2.7.12 answers, by what is asked for. */
  const server = async (answers: { query?: [number, string]; write?: [number, string] }) => {
    const http = createServer((request, response) =>
      request.resume().on('end', () => {
        const [status, body] = request.url?.startsWith('/query')
          ? (answers.query ?? [200, '{"results":[{"statement_id":0}]}'])
          : (answers.write ?? [400, '{"code":"invalid","message":"writing requires points"}']);
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      }),
    );
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    return `influx2://token@127.0.0.1:${(http.address() as AddressInfo).port}/hospital/plantroom`;
  };

  test('that has all is fine', async () => expect(await checked(await server({}))).toBe('fine'));
  test.each([
    ['bucket', { query: [404, '{"code":"not found","message":"bucket \\"plantroom\\" not found"}'] }, /store-missing .*bucket/],
    ['mapping', { query: [200, '{"results":[{"statement_id":0,"error":"database not found: plantroom"}]}'] }, /store-missing/],
    ['organisation', { write: [404, '{"code":"not found","message":"organization name \\"hospital\\" not found"}'] }, /store-missing .*organization name/],
    ['right to read', { query: [200, '{"results":[{"error":"read:orgs/1/buckets/2 is unauthorized"}]}'] }, /store\/denied .*may not read/],
    ['right to write', { write: [403, '{"code":"forbidden","message":"insufficient permissions for write"}'] }, /store\/denied .*may not write/],
    ['token', { query: [401, '{"code":"unauthorized","message":"unauthorized access"}'] }, /store\/denied/],
  ] as const)('without its %s is told', async (_what, answers, words) => {
    expect(await checked(await server(answers as never))).toMatch(words);
  }); // biome-ignore format: a table
});

test.runIf(needs('influxd'))('InfluxDB 1: a user without the right to read or to write is told, one with both is fine', async () => {
  await using server = await startInfluxdb({ admin: { username: 'admin', password: 'for-this-test' } });
  const ask = async (q: string) => {
    const answer = await fetch(`${server.url}/query`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('admin:for-this-test').toString('base64')}` },
      body: new URLSearchParams({ q }),
    });
    expect(await answer.text()).not.toContain('error');
  };
  await ask('CREATE DATABASE plantroom');
  for (const [user, right] of [['reader', 'READ'], ['writer', 'WRITE'], ['both', 'ALL'], ['nobody', '']] as const) {
    await ask(`CREATE USER ${user} WITH PASSWORD 'for-this-test'`);
    if (right) await ask(`GRANT ${right} ON plantroom TO ${user}`);
  } // biome-ignore format: a table
  const as = (user: string) => checked(`influx1://${user}:for-this-test@127.0.0.1:${server.port}/plantroom`);
  expect(await as('both')).toBe('fine');
  for (const user of ['reader', 'writer', 'nobody', 'stranger'])
    expect([user, await as(user)]).toEqual([user, expect.stringMatching(/^store\/denied/)]);
});
