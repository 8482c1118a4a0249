import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import type { RawPayload } from '../shared/raw.ts';
import { type BrokerCredentials, mqttAccess } from '../shared/role.ts';
import { filters, topics } from '../shared/topic.ts';
import { type Broker, openBroker } from './broker.ts';
import { ensureCredentials } from './credentials.ts';
import { Outbox } from './outbox.ts';
import { type Link, startLink } from './publish.ts';

const site = 'demo';
const clock = systemClock();
let folder: string;
let broker: Broker;
let credentials: BrokerCredentials;
let undo: AsyncDisposableStack;

beforeEach(async () => {
  undo = new AsyncDisposableStack();
  folder = mkdtempSync(join(tmpdir(), 'plantroom-link-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  credentials = ensureCredentials(folder);
  broker = await openBroker({ site, dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog() });
  undo.defer(() => broker[Symbol.asyncDispose]());
});
afterEach(() => undo.disposeAsync());

async function until(condition: () => unknown, what: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not happen: ${what}`);
}

/** Hears everything and, as ingest, commits each reading. */
async function farEnd(): Promise<{ retained: Map<string, unknown>; readings: string[]; client: MqttClient }> {
  const connect = (user: 'ingest' | 'dashboards') =>
    mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { ...credentials[user], protocolVersion: 4, reconnectPeriod: 50 });
  const client = await connect('ingest');
  const watcher = await connect('dashboards');
  undo.defer(async () => void (await Promise.all([client.endAsync(true), watcher.endAsync(true)])));
  const readings: string[] = [];
  const retained = new Map<string, unknown>();
  client.on('message', (topic, payload) => {
    const { boot, seq } = JSON.parse(payload.toString());
    readings.push(`${boot}/${seq}`);
    client.publish(topics.committed(site, topic.split('/')[2] as string), JSON.stringify({ boot, seqs: [[seq, seq]] }), { qos: 1 });
  });
  watcher.on('message', (topic, payload) => {
    if (topic.endsWith('/status')) retained.set(topic, JSON.parse(payload.toString()));
  });
  await client.subscribeAsync(filters.allReadings(site), { qos: 1 });
  await watcher.subscribeAsync(`plantroom/${site}/#`, { qos: 1 });
  return { retained, readings, client };
}

function gateway(more: Partial<Parameters<typeof startLink>[0]> = {}): { outbox: Outbox; link: Link } {
  const outbox = undo.use(
    new Outbox({
      file: join(folder, 'gw.db'), maxBytes: 1 << 24, maxAgeMs: 1e9, wire: clock, plant: clock, log: silentLog(),
      sender: { commitTimeoutMs: 300 },
    }), // biome-ignore format: short
  );
  const access = mqttAccess('gateway', folder, { PLANTROOM_MQTT_URL: `mqtt://127.0.0.1:${broker.port}`, PLANTROOM_MQTT_EMBEDDED: '1' });
  const link = undo.use(
    startLink({
      site,
      gateway: 'gw',
      access,
      outbox,
      wire: clock,
      plant: clock,
      log: silentLog(),
      facts: () => ({ clock: { jumps: 0 } }),
      heartbeatMs: 100,
      ...more,
    }),
  );
  return { outbox, link };
}
const poll = (outbox: Outbox) => outbox.add({ device: 'm', t: clock.now(), v: { active_power_kw: 1 }, bad: {} });

describe('the gateway on the broker', () => {
  it('sends readings, forgets them when they are committed, and tells of itself and its devices', async () => {
    const { retained, readings } = await farEnd();
    const { outbox, link } = gateway();
    poll(outbox);
    link.device({ device: 'm', online: true, since: 5 });
    await until(() => readings.length === 1 && outbox.status().depth === 0, 'committed');
    await until(
      () => (retained.get(topics.gatewayStatus(site, 'gw')) as { outbox?: { committed: number } })?.outbox?.committed === 1,
      'status',
    );
    expect(retained.get(topics.gatewayStatus(site, 'gw'))).toMatchObject({
      online: true,
      outbox: { boot: outbox.boot, depth: 0, dropped: { full: 0, age: 0, damaged: 0, memory: 0 }, disk: true },
      devices: { known: 1, online: 1 },
      clock: { jumps: 0 },
    });
    expect(retained.get(topics.deviceStatus(site, 'gw', 'm'))).toEqual({ online: true, since: 5 });
    await link[Symbol.asyncDispose]();
    await until(() => (retained.get(topics.gatewayStatus(site, 'gw')) as { online: boolean }).online === false, 'farewell');
  });

  it('is reported offline by its last will when it is cut off', async () => {
    const { retained } = await farEnd();
    const { outbox } = gateway();
    await until(() => retained.has(topics.gatewayStatus(site, 'gw')), 'online');
    const takeover = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      ...credentials.gateway,
      clientId: `plantroom-${site}-gw`,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    await until(() => {
      const status = retained.get(topics.gatewayStatus(site, 'gw')) as { online: boolean; boot?: string };
      return status.online === false && status.boot === outbox.boot;
    }, 'last will');
    await takeover.endAsync(true);
  });

  it('loses nothing and says its statuses again when the broker has lost its memory', async () => {
    const far = await farEnd();
    const { outbox, link } = gateway();
    link.device({ device: 'm', online: false, since: 7, reason: 'timeout' });
    poll(outbox);
    await until(() => far.readings.length === 1, 'first reading');
    const port = broker.port;
    await broker[Symbol.asyncDispose]();
    for (let i = 0; i < 50; i++) poll(outbox);
    await until(() => outbox.status().depth >= 50, 'waiting');
    broker = await openBroker({ site, dataDir: folder, host: '127.0.0.1', port, log: silentLog() });
    await until(() => outbox.status().depth === 0, 'all committed');
    expect(new Set(far.readings).size).toBe(51);
    const second = await farEnd();
    await until(() => second.retained.get(topics.deviceStatus(site, 'gw', 'm')), 'device status retained again');
    expect(second.retained.get(topics.deviceStatus(site, 'gw', 'm'))).toEqual({ online: false, since: 7, reason: 'timeout' });
  });

  it('hears who looks at a device, and what it shows is kept by nobody', async () => {
    const asked: unknown[] = [];
    const { link } = gateway({ watched: (device, request) => asked.push([device, request]) });
    const open = { ...credentials.dashboards, protocolVersion: 4 as const };
    const screen = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, open);
    undo.defer(async () => void (await screen.endAsync(true)));
    const shown: string[] = [];
    screen.on('message', (topic, payload) => shown.push(`${topic} ${payload}`));
    await screen.subscribeAsync(filters.allRaw(site));
    const payload: RawPayload = { type: 'mqtt', t: 5, fields: [] };
    await until(() => {
      screen.publish(topics.watch(site, 'gw', 'm'), '{"seconds":20}');
      return asked.length > 0;
    }, 'the gateway hears it');
    expect(asked[0]).toEqual(['m', { seconds: 20 }]);
    asked.length = 0;
    for (const text of ['', '{', '{"seconds":-1}', '{"seconds":20,"more":1}'])
      await screen.publishAsync(topics.watch(site, 'gw', 'bad'), text);
    await screen.publishAsync(topics.watch(site, 'another', 'm'), '{"seconds":20}');
    link.raw('m', payload);
    await until(() => shown.length > 0, 'the screen sees it');
    expect(shown).toEqual([`${topics.raw(site, 'gw', 'm')} ${JSON.stringify(payload)}`]);
    expect(asked.filter((one) => (one as [string])[0] !== 'm')).toEqual([]);
    const late = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, open);
    undo.defer(async () => void (await late.endAsync(true)));
    const retained: string[] = [];
    late.on('message', (topic) => retained.push(topic));
    await late.subscribeAsync(filters.allRaw(site));
    link.raw('m', payload);
    await until(() => retained.length > 0, 'only what comes now');
    expect(retained).toHaveLength(1);
  });

  it('ignores a "committed" that makes no sense', async () => {
    const { client } = await farEnd();
    const { outbox } = gateway();
    for (const text of ['', '{', '{"boot":"x"}', '{"boot":"x","seqs":[[1]]}']) {
      await client.publishAsync(topics.committed(site, 'gw'), text, { qos: 1 });
    }
    poll(outbox);
    await until(() => outbox.status().committed === 1, 'committed');
  });
});
