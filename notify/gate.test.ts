/** One notice under way at a time while receivers answer; and nobody is held up by one that does not. Real receivers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDeliveries } from '../desk/index.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type Clock, manualClock, systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { heatingAlarm } from '../test/dashboards-app.ts';
import { hangMs } from '../test/hang.ts';
import { type Post, type Reply, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';
import { openGate, type Passenger } from './gate.ts';
import { openNotifier } from './notifier.ts';
import { postJson } from './post.ts';

async function running(reply: (post: Post) => Reply | Promise<Reply>, wire: Clock = systemClock()) {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-gate-'));
  const file = join(folder, 'operations.db');
  const clock = systemClock();
  const desk = openEngineDesk({ file, clock });
  const receivers = [await startHttpReceiver(reply), await startHttpReceiver(reply)];
  const channels = receivers.map(({ url }, at) => ({ id: `hook-${at}`, type: 'webhook', url, secret: { env: 'HOOK' } }));
  const site = siteOf(
    { gw: [['loop-1', 'heating']] },
    { channels, escalation: { critical: [], high: [] }, weekly_test: { enabled: false } },
  );
  const environment = { HOOK: 'a-key-of-the-hook-signature' };
  const notifier = openNotifier({ site, file, desk, clock, log: silentLog(), metrics: new Registry(), environment, wire });
  onTestFinished(async () => {
    await notifier[Symbol.asyncDispose]();
    desk[Symbol.dispose]();
    for (const one of receivers) await one[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const raise = (id: string, lifeSafety: boolean) =>
    desk.raise(heatingAlarm('loop-1', { id, causeKey: id, lifeSafety, priority: lifeSafety ? 'critical' : 'high' }), {
      at: Date.now(),
      value: 90,
      limit: 100,
    });
  return { raise, notifier, file, posts: () => receivers.flatMap(({ posts }) => posts) };
}

test('a storm and an oxygen alarm in it over two channels: never two notices under way, life safety first on both', async () => {
  let [now, most] = [0, 0];
  const order: string[] = [];
  const { raise, notifier, posts } = await running(async ({ body }) => {
    most = Math.max(most, ++now);
    order.push((JSON.parse(body) as { lifeSafety: boolean }).lifeSafety ? 'life' : 'other');
    await sleep(10);
    now--;
    return {};
    // No moment passes in which the next could go out beside it, however slow the machine.
  }, manualClock());
  for (let n = 0; n < 6; n++) raise(`a${n}`, false);
  for (const id of ['oxygen', 'fire']) raise(id, true);
  notifier.kick();
  await vi.waitFor(() => expect(posts().length).toBeGreaterThanOrEqual(16), { timeout: hangMs, interval: 20 });
  expect(most).toBe(1);
  // What had begun may end first.
  expect(order.slice(1, 5).filter((one) => one === 'life').length).toBeGreaterThanOrEqual(3);
});

const passenger = (more: Partial<Passenger> = {}): Passenger => ({
  ...{ channel: 'a', lifeSafety: false, pressed: () => false, failing: () => false, begin: () => true },
  ...more,
});
/** Who has got in, in that order. */
const atGate = (wire: Pick<Clock, 'after'>) => {
  const gate = openGate(wire, () => undefined);
  const order: string[] = [];
  const come = (name: string, more: Partial<Passenger> = {}) => {
    const passage = gate.passage(passenger(more));
    passage.enter().then(
      () => order.push(name),
      () => order.push(`${name} not`),
    );
    return passage;
  };
  return { gate, order, come };
};
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('time in which our own program stood still is not held against a receiver', async () => {
  const { order, come } = atGate(systemClock());
  const first = come('first');
  come('oxygen', { lifeSafety: true, pressed: () => true, channel: 'b' });
  const until = performance.now() + 400;
  while (performance.now() < until);
  await sleep(1);
  expect(order).toEqual(['first']);
  first.leave();
  await settled();
  expect(order).toEqual(['first', 'oxygen']);
});

test.each([
  ['an ordinary notice waits a second', {}, {}, 1_000],
  ['a danger to life a quarter of a second', {}, { lifeSafety: true }, 250],
  ['one that has waited for long a tenth', {}, { lifeSafety: true, pressed: () => true }, 100],
  ['behind a channel that fails a twentieth', { failing: () => true }, { lifeSafety: true }, 50],
  ['behind a channel that fails an ordinary one a quarter', { failing: () => true }, {}, 250],
])('beside one that is not answered the next goes out after a while: %s', async (_, holder, next, ms) => {
  const wire = manualClock();
  const { order, come } = atGate(wire);
  come('holder', holder);
  come('next', { channel: 'b', ...next });
  await wire.advance(ms - 1);
  expect(order).toEqual(['holder']);
  await wire.advance(1);
  expect(order).toEqual(['holder', 'next']);
});

test('a channel that leaves one unanswered holds the next danger to life up for a twentieth of a second only', async () => {
  const wire = manualClock();
  const { order, come } = atGate(wire);
  come('1', { lifeSafety: true });
  await wire.advance(250);
  come('2', { lifeSafety: true });
  come('3', { lifeSafety: true, channel: 'b' });
  await wire.advance(50);
  expect(order).toEqual(['1', '2', '3']);
});

test('dangers to life go first, whoever ends gives up his place, and what is wanted no more is never begun', async () => {
  const { gate, order, come } = atGate(manualClock());
  const first = come('first');
  expect(gate.isIdle()).toBe(false);
  come('ordinary');
  const gone = come('gone', { lifeSafety: true });
  come('withdrawn', { lifeSafety: true, begin: () => false });
  const oxygen = come('oxygen', { lifeSafety: true });
  gone.leave();
  first.leave();
  await settled();
  expect(order).toEqual(['gone not', 'first', 'withdrawn not', 'oxygen'].sort((x, y) => order.indexOf(x) - order.indexOf(y)));
  oxygen.leave();
  await settled();
  expect(order.at(-1)).toBe('ordinary');
});

test('connecting counts for nobody: while one channel is not connected yet, the other hands over', async () => {
  const { order, come } = atGate(manualClock());
  const gate = openGate(manualClock(), () => undefined);
  gate.passage(passenger());
  expect(gate.isIdle()).toBe(true);
  come('connected');
  await settled();
  expect(order).toEqual(['connected']);
});

test('ten dangers to life over two channels whose receivers take their time: one after the other at first, then none waits for all the others', async () => {
  let now = 0;
  const beside: number[] = [];
  const { raise, notifier, posts } = await running(async () => {
    beside.push(++now);
    await sleep(150);
    now--;
    return {};
  });
  for (let n = 0; n < 10; n++) raise(`oxygen-${n}`, true);
  notifier.kick();
  await vi.waitFor(() => expect(posts().length).toBe(20), { timeout: hangMs, interval: 20 });
  expect(beside.slice(0, 2)).toEqual([1, 1]);
  expect(Math.max(...beside)).toBeGreaterThan(1);
});

test('a receiver that does not answer holds up neither the other channel nor the next danger to life', async () => {
  const hanging = new Set<string>();
  const { raise, notifier, posts, file } = await running(({ body }) => {
    if (body.includes('"first/') || body.includes('/first/')) hanging.add(body);
    return body.includes('/first/') ? { silent: true } : {};
  });
  raise('first', true);
  notifier.kick();
  await vi.waitFor(() => expect(hanging.size).toBeGreaterThan(0), { timeout: hangMs, interval: 5 });
  raise('second', true);
  notifier.kick();
  await vi.waitFor(() => expect(posts().filter(({ body }) => body.includes('/second/')).length).toBe(2), { timeout: hangMs, interval: 5 });
  // And the first still hangs: nobody has given it up.
  using read = openDeliveries({ file });
  const first = read.deliveries({ limit: 100 }).filter(({ alarm }) => alarm === 'first');
  expect(first.map(({ attempts, lastError }) => `${attempts} ${lastError}`)).toContain('1 null');
}, 300_000);

test('what was only being made ready when the program ended is in no doubt, and one at most is', async () => {
  const wire = manualClock();
  const { raise, notifier, posts, file } = await running(() => ({ silent: true }), wire);
  for (const id of ['pump', 'fan', 'oxygen']) raise(id, id === 'oxygen');
  notifier.kick();
  await vi.waitFor(() => expect(posts()).toHaveLength(1), { timeout: hangMs, interval: 5 });
  const ended = notifier[Symbol.asyncDispose]();
  await wire.advance(2_000);
  await ended;
  using read = openDeliveries({ file });
  const states = read.deliveries({ limit: 100 }).map(({ state, attempts, lastError }) => `${state} ${attempts} ${lastError}`);
  expect(states.sort()).toEqual(['sending 1 null', ...Array(5).fill('waiting 0 null')]);
  expect(posts()).toHaveLength(1);
});

test('no connection is used twice: one that the other side closed in the meantime leaves no doubt about a notice', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    request.resume();
    // Keeps it open whatever we ask for, and closes it without a word when it is used again.
    if (sockets.has(request.socket)) return void request.socket.destroy();
    sockets.add(request.socket);
    request.on('end', () => response.writeHead(200, { 'content-length': '2' }).end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (let n = 0; n < 5; n++) expect((await postJson(url, {}, '{}', AbortSignal.timeout(5_000))).status).toBe(200);
  expect(sockets.size).toBe(5);
});
