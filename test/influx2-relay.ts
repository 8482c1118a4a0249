/**
 * Debian has no InfluxDB 2 or 3. This relay gives a real InfluxDB 1.6.7 their addresses and manners as far as their documentation goes: token,
 * /api/v2/write, /api/v2/delete, /query with one statement only (3). So the whole contract runs through our clients for 2 and 3; that real servers
 * of these versions behave the same is not proven by it (docs/decisions/0005-stores.md).
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from './servers.ts';

export interface Relay extends AsyncDisposable {
  port: number;
}

export async function startInflux2Relay(influxdb: Server, options: { token: string; oneStatement?: boolean }): Promise<Relay> {
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request, await textOf(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const answer = async (request: IncomingMessage, text: string): Promise<{ status: number; body: string }> => {
    if (request.headers.authorization !== `Token ${options.token}`)
      return { status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' };
    const url = new URL(request.url ?? '/', influxdb.url);
    const forward = async (path: string, form: string | URLSearchParams) => {
      const found = await fetch(`${influxdb.url}${path}`, { method: 'POST', body: form });
      return { status: found.status, body: await found.text() };
    };
    const bucket = encodeURIComponent(url.searchParams.get('bucket') ?? '');
    // InfluxDB 3 makes a database with its first write.
    if (url.pathname === '/api/v2/write' && options.oneStatement)
      await forward('/query', new URLSearchParams({ q: `CREATE DATABASE "${url.searchParams.get('bucket')}"` }));
    if (url.pathname === '/api/v2/write') return forward(`/write?db=${bucket}&precision=${url.searchParams.get('precision')}`, text);
    if (url.pathname === '/api/v2/delete' && !options.oneStatement) {
      const { stop, predicate } = JSON.parse(text) as { stop: string; predicate: string };
      const measurement = /^_measurement="(\w+)"$/.exec(predicate)?.[1];
      const { status, body } = await forward(
        `/query?db=${bucket}`,
        new URLSearchParams({ q: `DELETE FROM "${measurement}" WHERE time < '${stop}'` }),
      );
      return status === 200 ? { status: 204, body: '' } : { status, body };
    }
    if (url.pathname === '/query') {
      const q = new URLSearchParams(text).get('q') ?? '';
      if (options.oneStatement && q.includes(';SE')) return { status: 400, body: 'must provide only one InfluxQl statement per query' };
      return forward(`/query${url.search}`, new URLSearchParams({ q }));
    }
    return { status: 404, body: '{"code":"not found"}' };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
