import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { passwordOf, startDashboardsApp } from '../test/dashboards-app.ts';
import { hangMs } from '../test/hang.ts';
import { siteOf } from '../test/site-of.ts';

it('answers what is under way when it stops, and then no connection holds it up', async () => {
  const app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }));
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ user: 'viewer', password: passwordOf('viewer') });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const asking = request(`${app.url}/api/login`, { method: 'POST', agent, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => asking.once('response', resolve).once('error', reject));
  await new Promise((sent) => asking.write(body.slice(0, 5), sent));
  // The server has the head of the request once another one over a later connection is answered.
  await app.call('GET', '/healthz');
  const stopped = app[Symbol.asyncDispose]();
  await vi.waitFor(() => expect(fetch(`${app.url}/healthz`)).rejects.toThrow(), { timeout: hangMs });
  asking.end(body.slice(5));
  const answer = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers.connection).toBe('close');
  // The agent would keep the connection; without the answer's word this waits for the server's patience with idle connections, over a minute.
  await stopped;
  agent.destroy();
}, 240_000);

it('does not wait for a connection that was opened in advance and has asked nothing', async () => {
  const app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }));
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  const said = text(socket);
  await once(socket, 'connect');
  // The server has it once another one over a later connection is answered.
  await app.call('GET', '/healthz');
  await app[Symbol.asyncDispose]();
  // Waited for, it would have been answered 408 a minute later.
  expect(await said).toBe('');
}, 240_000);
