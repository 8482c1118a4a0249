import mqtt, { type MqttClient } from 'mqtt';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { type RoleContext, readingsFile } from '../shared/role.ts';
import { Secret } from '../shared/secret.ts';
import { type CommittedPayload, committedPayload, topics } from '../shared/topic.ts';
import { Troubles } from '../shared/trouble.ts';
import { needs, type Server, startMosquitto, temporaryFolder } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';
import { type IngestOptions, startIngestWith } from './app.ts';
import { openDeadLetters } from './dead-letter.ts';
import { openStore } from './open-store.ts';
import type { Store, StorePoint } from './store.ts';

const now = () => Date.now();
const site = siteOf({ 'gw-1': [['m1', 'electricity'], ['m2', 'water']], 'gw-2': [['m3', 'oxygen']] }); // biome-ignore format: a table

async function until(condition: () => unknown, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`did not happen: ${what}`);
}

async function setUp(options: { broker?: Server; ingest?: IngestOptions } = {}) {
  const undo = new AsyncDisposableStack();
  onTestFinished(() => undo.disposeAsync());
  const folder = undo.use(temporaryFolder('ingest'));
  const broker = options.broker ?? undo.use(await startMosquitto());
  const context: RoleContext = {
    role: 'ingest', site, dataDir: folder.path, mqtt: { url: broker.url }, storeUrl: `sqlite:${readingsFile(folder.path)}`,
    clock: systemClock(), log: silentLog(), metrics: new Registry(), troubles: new Troubles(systemClock()),
  }; // biome-ignore format: a table
  const start = () => startIngestWith(context, options.ingest);
  const store = undo.use(await openStore({ url: context.storeUrl, site: 'demo' }));
  const client: MqttClient = await mqtt.connectAsync(broker.url);
  undo.defer(() => client.endAsync(true));
  const committed = new Map<string, Set<number>>();
  client.on('message', (topic, payload) => {
    const { boot, seqs }: CommittedPayload = committedPayload.parse(JSON.parse(payload.toString()));
    const key = `${topic.split('/')[2]} ${boot}`;
    const set = committed.get(key) ?? new Set();
    committed.set(key, set);
    for (const [from, to] of seqs) for (let i = from; i <= to; i++) set.add(i);
  });
  await client.subscribeAsync('plantroom/demo/+/committed', { qos: 1 });
  const send = (gateway: string, device: string, payload: object | string) =>
    client.publishAsync(topics.readings('demo', gateway, device), typeof payload === 'string' ? payload : JSON.stringify(payload), {
      qos: 1,
    });
  const running = undo.use(await start());
  const up = () => until(async () => (await metric(context, 'plantroom_ingest_subscribed')) === 1, 'ingest subscribed');
  await up();
  return { context, folder: folder.path, broker, store, client, committed, send, running };
}

async function metric(context: RoleContext, name: string, labels: Record<string, string> = {}): Promise<number> {
  const found = (await context.metrics.getMetricsAsJSON()).find((one) => one.name === name);
  const values = (found?.values ?? []) as { value: number; labels: Record<string, unknown> }[];
  return values
    .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

describe.runIf(needs('mosquitto'))('ingest', () => {
  test('stores readings and says committed only then, in ranges per gateway and boot', async () => {
    const { store, send, committed } = await setUp();
    const t = now() - 60_000;
    for (let seq = 0; seq < 30; seq++)
      await send('gw-1', seq % 2 ? 'm1' : 'm2', { boot: 'b1', seq, t: t + seq, v: seq % 2 ? { active_power_kw: seq } : { flow_m3h: seq } });
    await send('gw-2', 'm3', { boot: 'x', seq: 7, t, v: { pressure_kpa: 400 } });
    await until(() => committed.get('gw-1 b1')?.size === 30 && committed.get('gw-2 x')?.size === 1, 'committed');
    expect((await store.series({ measurement: 'electricity', device: 'm1', field: 'active_power_kw', from: t, to: t + 99 })).length).toBe(
      15,
    );
    expect((await store.newest(['m2', 'm3'])).map(({ device, value }) => [device, value])).toEqual([['m2', 28], ['m3', 400]]); // biome-ignore format: a table
  });

  test('hears readings again after the broker was gone, and does not call it a refusal', async () => {
    const { broker, context, send, committed } = await setUp();
    const subscribed = async () => (await metric(context, 'plantroom_ingest_subscribed')) === 1;
    for (let round = 0; round < 2; round++) {
      await broker.kill('SIGKILL');
      await until(async () => !(await subscribed()), 'the broker gone');
      await broker.start();
      await until(subscribed, 'subscribed again');
      await send('gw-1', 'm1', { boot: 'back', seq: round, t: now(), v: { active_power_kw: 1 } });
      await until(() => committed.get('gw-1 back')?.has(round), 'committed again');
      expect(context.troubles.list()).toEqual([]);
    }
  });

  test('keeps what it cannot take, with reason and text, and lets the gateway go on', async () => {
    const { store, send, committed, folder, context } = await setUp();
    const t = now();
    const good = { boot: 'b', t, v: { active_power_kw: 1 } };
    await send('gw-1', 'm1', 'not json');
    await send('gw-1', 'm1', { ...good, seq: 1, v: { volts: 1 } });
    await send('gw-1', 'stranger', { ...good, seq: 2 });
    await send('nobody', 'm1', { ...good, seq: 3 });
    await send('gw-1', 'm1', { ...good, seq: 4, t: t + 6 * 60_000 });
    await send('gw-1', 'm1', { ...good, seq: 5, t: 86_400_000 });
    await send('gw-1', 'm1', { ...good, seq: 6, t: t + 60_000 });
    await until(() => committed.get('gw-1 b')?.size === 5 && committed.get('nobody b')?.size === 1, 'committed');
    using letters = openDeadLetters(folder);
    expect(letters.list({ limit: 10 }).map(({ topic, reason }) => `${topic.split('/').slice(2, 4).join(' ')}: ${reason}`)).toEqual([
      expect.stringMatching(/^gw-1 m1: 1970-01-02.* before 2020/),
      expect.stringMatching(/^gw-1 m1: .* in the future/),
      expect.stringMatching(/^nobody m1: .*no such/),
      expect.stringMatching(/^gw-1 stranger: .*no such/),
      expect.stringMatching(/^gw-1 m1: v\.volts is not a known quantity/),
      expect.stringMatching(/^gw-1 m1: not JSON/),
    ]);
    expect(letters.list({ limit: 10 }).at(-1)?.payload).toBe('not json');
    expect(await metric(context, 'plantroom_ingest_dead_letters_total')).toBe(6);
    expect(await store.newest(['m1'])).toMatchObject([{ t: t + 60_000 }]);
  });

  test('shows bad points and device status as series of their own, and never as values', async () => {
    const { store, send, client, committed, context } = await setUp();
    const t = now() - 10_000;
    await send('gw-1', 'm1', { boot: 'b', seq: 0, t, v: { active_power_kw: 1 }, bad: { frequency_hz: 'sentinel', voltage_l1_v: 'comm' } });
    await send('gw-1', 'm1', {
      boot: 'b',
      seq: 1,
      t: t + 1000,
      v: { active_power_kw: 2, power_factor: 17 },
      bad: { frequency_hz: 'sentinel' },
    });
    await send('gw-1', 'm1', { boot: 'b', seq: 2, t: t + 2000, v: { active_power_kw: 3, frequency_hz: 50 } });
    await client.publishAsync(
      topics.deviceStatus('demo', 'gw-1', 'm1'),
      JSON.stringify({ online: false, since: t - 5000, reason: 'timeout' }),
      { qos: 1, retain: true },
    );
    await until(() => committed.get('gw-1 b')?.size === 3, 'committed');
    await until(async () => (await store.newest(['m1'])).some(({ field }) => field === 'online'), 'status stored');
    const fields = Object.fromEntries((await store.newest(['m1'])).map(({ field, t: at, value }) => [field, [at - t, value]]));
    expect(fields).toEqual({ active_power_kw: [2000, 3], frequency_hz: [2000, 50], bad_points: [2000, 0], online: [-5000, 0] });
    const bad = await store.series({ measurement: 'device_status', device: 'm1', field: 'bad_points', from: t, to: t + 5000 });
    expect(bad.map(([, value]) => value)).toEqual([2, 0]);
    expect(await metric(context, 'plantroom_ingest_bad_values_total', { reason: 'range' })).toBe(1);
  });

  test('a store that is away costs nothing: nothing is committed until it is back, then all', async () => {
    let away = true;
    const { context, store, send, committed } = await setUp({
      ingest: { limits: { firstRetryMs: 20, longestRetryMs: 50 }, store: { ...nothing, write: async (points) => {
        if (away) throw new Fault('store/unavailable');
        return store.write(points);
      } } },
    }); // biome-ignore format: short enough
    const t = now();
    for (let seq = 0; seq < 10; seq++) await send('gw-1', 'm1', { boot: 'b', seq, t: t + seq, v: { active_power_kw: seq } });
    await until(async () => (await metric(context, 'plantroom_ingest_store_up')) === 0, 'store seen down');
    expect(committed.size).toBe(0);
    away = false;
    await until(() => committed.get('gw-1 b')?.size === 10, 'committed');
    expect((await store.series({ measurement: 'electricity', device: 'm1', field: 'active_power_kw', from: t, to: t + 99 })).length).toBe(
      10,
    );
  });

  test('points that the store refuses are named in the dead-letter table, the rest of the batch is stored', async () => {
    const { store, send, committed, folder } = await setUp({
      ingest: { store: { ...nothing, write: async (points) => {
        const refused = points.flatMap((point, index) => (point.fields.flow_m3h === undefined ? [] : [{ index, reason: 'no water today' }]));
        await store.write(points.filter((point) => point.fields.flow_m3h === undefined));
        return refused;
      } } },
    }); // biome-ignore format: short enough
    const t = now();
    await send('gw-1', 'm1', { boot: 'b', seq: 0, t, v: { active_power_kw: 1 } });
    await send('gw-1', 'm2', { boot: 'b', seq: 1, t, v: { flow_m3h: 2 } });
    await until(() => committed.get('gw-1 b')?.size === 2, 'committed');
    using letters = openDeadLetters(folder);
    expect(letters.list({ limit: 5 })).toMatchObject([
      { topic: 'store/water/m2', reason: 'no water today', payload: expect.stringMatching(/"flow_m3h":2/) },
    ]);
  });

  test('a store that confirms what it does not have is found out: from then on nothing is committed, and it is told', async () => {
    const real = Date.now();
    const { send, committed, context } = await setUp({
      ingest: {
        wallClock: systemClock({ speed: 100, realStart: real, plantStart: real }),
        store: { ...nothing, write: async () => [], series: async () => [] },
      },
    });
    await send('gw-1', 'm1', { boot: 'b', seq: 0, t: now(), v: { active_power_kw: 1 } });
    await until(
      () => context.troubles.list().some(({ code, detail }) => code === 'store-wrong' && /active_power_kw of m1/.test(detail)),
      'told',
    );
    const before = committed.get('gw-1 b')?.size ?? 0;
    for (let seq = 1; seq < 5; seq++) await send('gw-1', 'm1', { boot: 'b', seq, t: now(), v: { active_power_kw: 1 } });
    await until(async () => (await metric(context, 'plantroom_ingest_values_written_total')) >= 5, 'written as far as the store says');
    expect(committed.get('gw-1 b')?.size ?? 0).toBe(before);
  });

  test('memory is bounded: above the limit messages are not taken, counted and not committed', async () => {
    const { send, committed, context } = await setUp({
      ingest: {
        limits: { maxMessages: 5, firstRetryMs: 20 },
        store: { ...nothing, write: () => Promise.reject(new Fault('store/unavailable')) },
      },
    });
    for (let seq = 0; seq < 9; seq++) await send('gw-1', 'm1', { boot: 'b', seq, t: now(), v: { active_power_kw: seq } });
    await until(async () => (await metric(context, 'plantroom_ingest_shed_messages_total')) === 4, 'shed');
    await until(async () => (await metric(context, 'plantroom_ingest_waiting_messages')) === 5, 'five waiting');
    expect(committed.size).toBe(0);
  });
});

describe.runIf(needs('mosquitto', 'mosquitto_passwd'))('several ingest workers', () => {
  test('share the readings under the rights of the ingest role, each message goes to one of them, and one may fall out', async () => {
    const acl =
      'user ingest\ntopic read plantroom/demo/+/+/readings\ntopic read plantroom/demo/+/+/status\ntopic write plantroom/demo/+/committed';
    await using broker = await startMosquitto({
      users: { ingest: 'i', gateway: 'g' },
      acl: `${acl}\nuser gateway\ntopic readwrite plantroom/#`,
    });
    using folder = temporaryFolder('ingest');
    const store = await openStore({ url: `sqlite:${readingsFile(folder.path)}`, site: 'demo' });
    await using undo = new AsyncDisposableStack();
    undo.use(store);
    const worker = async () => {
      const context: RoleContext = {
        role: 'ingest', site, dataDir: folder.path, mqtt: { url: broker.url, username: 'ingest', password: new Secret('i') },
        storeUrl: `sqlite:${readingsFile(folder.path)}`, clock: systemClock(), log: silentLog(), metrics: new Registry(), troubles: new Troubles(systemClock()),
      }; // biome-ignore format: a table
      const running = await startIngestWith(context);
      await until(async () => (await metric(context, 'plantroom_ingest_subscribed')) === 1, 'worker subscribed');
      return { context, running };
    };
    const [first, second] = [await worker(), await worker()];
    undo.use(second.running);
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5, username: 'gateway', password: 'g' });
    undo.defer(() => client.endAsync(true));
    const open = new Map<number, string>();
    client.on('message', (_, payload) => {
      const { seqs } = committedPayload.parse(JSON.parse(payload.toString()));
      for (const [from, to] of seqs) for (let seq = from; seq <= to; seq++) open.delete(seq);
    });
    await client.subscribeAsync('plantroom/demo/+/committed', { qos: 1 });
    const t = now() - 60_000;
    const send = async (from: number, to: number) => {
      for (let seq = from; seq < to; seq++) open.set(seq, JSON.stringify({ boot: 'b', seq, t: t + seq, v: { active_power_kw: seq } }));
      await Promise.all(
        [...open.values()].map((payload) => client.publishAsync(topics.readings('demo', 'gw-1', 'm1'), payload, { qos: 1 })),
      );
    };
    await send(0, 200);
    await until(() => open.size === 0, 'first 200 committed');
    // What was committed may be counted a moment later.
    const counts = () =>
      Promise.all([first, second].map(({ context }) => metric(context, 'plantroom_ingest_messages_total', { kind: 'readings' })));
    await until(async () => (await counts()).reduce((sum: number, one) => sum + (one ?? 0), 0) >= 200, 'all counted');
    const [ofFirst = 0, ofSecond = 0] = await counts();
    expect(ofFirst).toBeGreaterThan(0);
    expect(ofSecond).toBeGreaterThan(0);
    expect(ofFirst + ofSecond).toBe(200);
    await first.running[Symbol.asyncDispose]();
    await send(200, 400);
    await until(() => open.size === 0, 'the other one took over');
    const points = await store.series({ measurement: 'electricity', device: 'm1', field: 'active_power_kw', from: t, to: t + 1000 });
    expect(points.map(([, value]) => value)).toEqual(Array.from({ length: 400 }, (_, i) => i));
  });
});

const nothing: Store = {
  name: 'test',
  write: async (_points: readonly StorePoint[]) => [],
  series: async () => [],
  seriesMany: async () => [],
  newest: async () => [],
  async *scan() {},
  retain: async () => {},
  check: async () => {},
  [Symbol.asyncDispose]: async () => {},
};
