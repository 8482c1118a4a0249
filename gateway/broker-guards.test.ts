/** What one gateway, one thermometer and one stranger must not be able to do to the others on the embedded broker. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as tcpConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../shared/log.ts';
import { type BrokerCredentials, gatewayClientId, gatewayPassword, gatewayUser } from '../shared/role.ts';
import { topics } from '../shared/topic.ts';
import { until } from '../test/program.ts';
import { mayBeCalled, mayPublish, maySubscribe, rightsOf } from './access.ts';
import { type Broker, openBroker } from './broker.ts';
import { Anteroom, guardLimits, RetainedBudget } from './broker-guards.ts';
import { ensureCredentials } from './credentials.ts';

const site = 'demo';
const gateways = ['a', 'a-b', 'c'];
let folder: string;
let broker: Broker;
let credentials: BrokerCredentials;
const clients: MqttClient[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-guards-'));
  credentials = ensureCredentials(folder);
  broker = await openBroker({ site, dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog(), gateways });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(user: { username: string; password: string }, more: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { ...user, protocolVersion: 4, reconnectPeriod: 0, ...more });
  clients.push(client);
  client.on('error', () => undefined);
  return client;
}
const gateway = (id: string) => ({ username: gatewayUser(id), password: gatewayPassword(credentials, id) });
const closed = (client: MqttClient) => new Promise<void>((resolve) => void client.once('close', () => resolve()));

describe('a gateway', () => {
  it('has a password of its own, which opens no other door', async () => {
    await connect(gateway('a'));
    await expect(connect({ ...gateway('a'), username: gatewayUser('c') })).rejects.toThrow(/Bad username/);
    await expect(connect({ ...gateway('a'), username: 'gateway' })).rejects.toThrow(/Bad username/);
    await expect(connect(gateway('not-of-this-site'))).rejects.toThrow(/Bad username/);
    expect(gatewayPassword(credentials, 'a')).toMatch(/^[\w-]{43}$/);
  });

  it('says what it has read and nothing of its neighbours', async () => {
    const rights = rightsOf({ gateway: 'a' }, site);
    for (const topic of [
      topics.readings(site, 'a', 'm'),
      topics.deviceStatus(site, 'a', 'm'),
      topics.gatewayStatus(site, 'a'),
      topics.raw(site, 'a', 'm'),
    ])
      expect([topic, mayPublish(rights, topic)]).toEqual([topic, true]);
    for (const topic of [
      topics.readings(site, 'c', 'm'),
      topics.deviceStatus(site, 'a-b', 'm'),
      topics.gatewayStatus(site, 'c'),
      topics.committed(site, 'a'),
      topics.alarm(site, 'x'),
    ])
      expect([topic, mayPublish(rights, topic)]).toEqual([topic, false]);
    expect(maySubscribe(rights, topics.committed(site, 'a'))).toBe(true);
    expect(maySubscribe(rights, topics.committed(site, '+'))).toBe(false);
    const client = await connect(gateway('a'), { clientId: gatewayClientId(site, 'a') });
    client.publish(topics.readings(site, 'c', 'm'), '{}', { qos: 1 });
    await closed(client);
  });

  it('keeps its name: nobody else may be called so, not even a gateway whose id begins alike', async () => {
    const may = (user: Parameters<typeof mayBeCalled>[0], id: string) => mayBeCalled(user, id, site, gateways);
    expect(may({ gateway: 'a' }, 'plantroom-demo-a')).toBe(true);
    expect(may({ gateway: 'a' }, 'plantroom-demo-a-3f2a-rooms')).toBe(true);
    expect(may({ gateway: 'a' }, 'plantroom-demo-a-b')).toBe(false);
    expect(may({ gateway: 'a-b' }, 'plantroom-demo-a-b-x')).toBe(true);
    expect(may({ gateway: 'a' }, 'mqttjs_1')).toBe(true);
    for (const user of ['device', 'ingest', 'rules', 'dashboards', { gateway: 'c' }] as const)
      expect([user, may(user, 'plantroom-demo-a'), may(user, 'plantroom-other-a')]).toEqual([user, false, false]);
    expect(may('ingest', 'ingest-demo-1')).toBe(true);
    expect(may('device', 'ingest-demo-1')).toBe(false);
    const held = await connect(gateway('a'), { clientId: gatewayClientId(site, 'a') });
    await expect(connect(credentials.device, { clientId: gatewayClientId(site, 'a') })).rejects.toThrow(/Not authorized/);
    expect(held.connected).toBe(true);
  });

  it('loses no name in use to another user, whatever it is called', async () => {
    const held = await connect(credentials.rules, { clientId: 'some-name' });
    await expect(connect(credentials.device, { clientId: 'some-name' })).rejects.toThrow(/Not authorized/);
    expect(held.connected).toBe(true);
    const again = await connect(credentials.rules, { clientId: 'some-name' });
    expect(again.connected).toBe(true);
  });
});

describe('a third-party device', () => {
  it('does not speak for the simulated plant', () => {
    const rights = rightsOf('device', site);
    expect(mayPublish(rights, topics.simulatedDevice(site, 'room-1'))).toBe(false);
    expect(mayPublish(rights, 'simulated/other/devices/x')).toBe(false);
    expect(mayPublish(rights, 'zigbee2mqtt/room-1')).toBe(true);
    expect(maySubscribe(rightsOf('gateway', site), topics.simulatedDevice(site, 'room-1'))).toBe(true);
  });

  it('fills no memory with retained messages: beyond the budget they are passed on and not kept', async () => {
    const device = await connect(credentials.device);
    const live = await connect(gateway('a'));
    const heard: { retain: boolean }[] = [];
    live.on('message', (_topic, _payload, packet) => heard.push(packet));
    await live.subscribeAsync('t/#', { qos: 1 });
    const text = 'x'.repeat(200_000);
    const fit = Math.floor(guardLimits.retainedBytes / 200_000);
    for (let index = 0; index < fit + 5; index++) await device.publishAsync(`t/${index}`, text, { qos: 1, retain: true });
    await until(async () => heard.length === fit + 5);
    const late = await connect(gateway('c'));
    const kept = new Set<string>();
    late.on('message', (topic, _payload, packet) => packet.retain && kept.add(topic));
    await late.subscribeAsync('t/#', { qos: 1 });
    await device.publishAsync('u/end', '', { qos: 1 });
    await until(async () => kept.size >= fit - 1);
    expect(kept.size).toBeLessThanOrEqual(fit);
  });

  it('gets its budget back for what it takes away', () => {
    const budget = new RetainedBudget();
    for (let index = 0; index < guardLimits.retainedTopics; index++) expect(budget.take(`t/${index}`, 10)).toBe(true);
    expect(budget.take('one/more', 10)).toBe(false);
    expect(budget.take('t/1', 20)).toBe(true);
    expect(budget.take('t/1', 0)).toBe(true);
    expect(budget.take('one/more', 10)).toBe(true);
    expect(budget.take('t/2', guardLimits.retainedBytes)).toBe(false);
  });
});

describe('strangers', () => {
  it('that connect and say nothing keep nobody out', async () => {
    const sockets = Array.from({ length: 300 }, () => {
      const socket = tcpConnect(broker.port, '127.0.0.1');
      socket.on('error', () => undefined);
      return socket;
    });
    try {
      await until(
        async () => sockets.filter(({ destroyed, connecting }) => !destroyed && !connecting).length <= guardLimits.unknownOfAddress,
      );
      const client = await connect(gateway('a'));
      expect(client.connected).toBe(true);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('of many addresses wait in one room of a bounded size, the longest wait ends first', () => {
    const room = new Anteroom();
    const ended: number[] = [];
    const socket = (index: number) =>
      Object.assign(tcpConnectless(), {
        remoteAddress: `10.0.${index >> 6}.${index & 63}`,
        bytesRead: 0,
        destroy: () => ended.push(index),
      });
    for (let index = 0; index < guardLimits.unknown + 3; index++) room.enter(socket(index) as never, () => false);
    // Their ends are not told here, so that the first one is named each time.
    expect(ended).toEqual([0, 0, 0]);
  });
});

const tcpConnectless = () => ({ on: () => undefined, once: () => undefined, off: () => undefined });
