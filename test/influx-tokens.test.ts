/** The administrator's token makes two of less power, for one bucket; against a stand-in that speaks the four addresses of InfluxDB 2 that are used. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import command from '../commands/influx-tokens.ts';
import { addressOf } from '../ingest/influx/v2.ts';
import { temporaryFolder } from './servers.ts';

async function standIn() {
  const made: { token: string; permissions: { action: string; resource: { type: string; id: string; orgID: string } }[] }[] = [];
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.replace(/^Token /, '');
    const isAdmin = token === 'the-admin';
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      const url = request.url ?? '';
      if (!isAdmin && !made.some((one) => one.token === token)) return answer(401, { code: 'unauthorized' });
      if (url === '/api/v2/orgs?org=hospital') return answer(200, { orgs: [{ id: 'o1' }] });
      if (url === '/api/v2/buckets?orgID=o1&name=plant') return answer(200, { buckets: [{ id: 'b1' }] });
      if (url === '/api/v2/buckets/b1') return answer(200, { id: 'b1' });
      if (url === '/api/v2/authorizations' && request.method === 'POST' && isAdmin) {
        const { permissions } = JSON.parse(text);
        made.push({ token: `made-${made.length + 1}`, permissions });
        return answer(201, made.at(-1));
      }
      return answer(200, { orgs: [], buckets: [] });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, made };
}

function setting() {
  const folder = temporaryFolder('influx-tokens');
  vi.stubEnv('PLANTROOM_INFLUX_ADMIN_TOKEN', 'the-admin');
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => {
    folder[Symbol.dispose]();
    vi.unstubAllEnvs();
    out.mockRestore();
  });
  return { write: join(folder.path, 'write'), read: join(folder.path, 'read'), printed: () => out.mock.calls.flat().join('') };
}

test('makes one token that reads and writes the bucket and one that only reads it, once; a token that was taken back is made anew', async () => {
  const { url, made } = await standIn();
  const { write, read, printed } = setting();
  const args = ['--url', url, '--org', 'hospital', '--bucket', 'plant', '--write', write, '--read', read];
  expect(await command.run(args)).toBe(0);
  const resource = { type: 'buckets', id: 'b1', orgID: 'o1' };
  expect(made.map(({ permissions }) => permissions)).toEqual([
    [
      { action: 'read', resource },
      { action: 'write', resource },
    ],
    [{ action: 'read', resource }],
  ]);
  expect(readFileSync(write, 'utf8')).toBe('made-1\n');
  expect(readFileSync(read, 'utf8')).toBe('made-2\n');
  expect(statSync(write).mode & 0o077).toBe(0);
  expect(printed()).not.toMatch(/made-|the-admin/);

  await command.run(args);
  expect(made).toHaveLength(2);
  made.shift();
  await command.run(args);
  expect(readFileSync(write, 'utf8')).toBe(`${made.at(-1)?.token}\n`);
  expect(made.at(-1)?.permissions).toHaveLength(2);

  // And the store takes it from there; where it is read from is no secret, the token is.
  const address = addressOf(`influx2://h:8086/hospital/plant?token_file=${encodeURIComponent(write)}`, 'influx2');
  expect(address.token.reveal()).toBe(made.at(-1)?.token);
  expect(address.name).toBe('influx2://h:8086/hospital/plant');
});

test('says which file, organisation or bucket is wrong, and does not wait for what waiting does not mend', async () => {
  const { url } = await standIn();
  const { write } = setting();
  const run = (org: string, bucket: string) => command.run(['--url', url, '--org', org, '--bucket', bucket, '--write', write]);
  await expect(run('hotel', 'plant')).rejects.toThrow(/no organisation "hotel"/);
  await expect(run('hospital', 'plants')).rejects.toThrow(/no bucket "plants"/);
  vi.stubEnv('PLANTROOM_INFLUX_ADMIN_TOKEN', 'wrong');
  await expect(run('hospital', 'plant')).rejects.toThrow(/refuses the token/);
  await expect(command.run(['--url', url])).rejects.toThrow(/--write/);
  const of = (file: string) => () => addressOf(`influx2://h:8086/o/b?token_file=${encodeURIComponent(file)}`, 'influx2');
  expect(of(write)).toThrow(/secret file .*write cannot be read/);
  writeFileSync(write, '\n');
  expect(of(write)).toThrow(/secret file .*write is empty/);
});
