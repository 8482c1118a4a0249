import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Aedes, Client } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../shared/log.ts';
import { type BrokerCredentials, gatewayPassword, gatewayUser } from '../shared/role.ts';
import { filters, topics } from '../shared/topic.ts';
import { type Broker, openBroker } from './broker.ts';
import { ensureCredentials } from './credentials.ts';
import { readingsOut } from './mqtt/readings-out.ts';
import { ReadingsLane } from './readings-lane.ts';

const site = 'demo';

function packet(first: number, topic: string, payload: string): Buffer {
  const text = Buffer.from(topic + payload);
  return Buffer.concat([Buffer.from([first, 2 + text.length, 0, Buffer.byteLength(topic)]), text]);
}

describe('the lane of readings', () => {
  const subscriber = (id: string, ...wanted: string[]) => {
    const writes: string[] = [];
    const conn = { writableNeedDrain: false, write: (bytes: Buffer) => void writes.push(bytes.toString('latin1')) };
    return { id, conn, writes, subscriptions: Object.fromEntries(wanted.map((filter) => [filter, {}])) };
  };
  function setUp(subscribers: ReturnType<typeof subscriber>[], may = (_topic: string) => true) {
    const aedes = Object.assign(new EventEmitter(), { clients: Object.fromEntries(subscribers.map((one) => [one.id, one])) });
    const client = { id: 'gw' } as unknown as Client;
    let passed = 0;
    let isGateway = true;
    const lane = new ReadingsLane({
      aedes: aedes as unknown as Aedes,
      isGateway: () => isGateway,
      mayPublish: (_client, topic) => may(topic),
      maxPayloadBytes: 20,
      passed: (messages) => {
        passed += messages;
      },
    });
    const incoming: Buffer[] = [];
    const socket = { read: (_size?: number | null) => incoming.shift() ?? null };
    lane.watch(socket as unknown as Socket, () => client);
    /** What the broker gets of what comes in. */
    const comes = (...bytes: Buffer[]) => {
      incoming.push(Buffer.concat(bytes));
      return (socket.read(null) ?? Buffer.alloc(0)).toString('latin1');
    };
    const done = (topic: string) => aedes.emit('publish', { qos: 0, topic }, client);
    return { comes, done, aedes, passed: () => passed, stranger: () => (isGateway = false) };
  }
  const [a, b] = [topics.readings(site, 'gw', 'a'), topics.readings(site, 'gw', 'b')];
  const text = (...bytes: Buffer[]) => Buffer.concat(bytes).toString('latin1');

  it('writes neighbouring messages to everybody who wants them, as they came and at once', () => {
    const all = subscriber('all', filters.allReadings(site), `plantroom/${site}/#`);
    const none = subscriber('none', filters.allAlarms(site));
    const { comes, passed } = setUp([all, none]);
    const [one, two, ping, three] = [packet(0x30, a, '1'), packet(0x30, b, '2'), Buffer.from([0xc0, 0]), packet(0x30, a, '3')];
    expect(comes(one, two, ping, three)).toBe(text(ping));
    expect(all.writes).toEqual([text(one, two), text(three)]);
    expect(none.writes).toEqual([]);
    expect(passed()).toBe(3);
  });

  it('knows at once who begins and who ends to listen', () => {
    const first = subscriber('first', filters.allReadings(site));
    const { comes, aedes } = setUp([first]);
    comes(packet(0x30, a, '1'));
    const second = subscriber('second', topics.readings(site, 'gw', 'b'));
    aedes.clients.second = second;
    aedes.emit('subscribe');
    comes(packet(0x30, a, '2'), packet(0x30, b, '3'));
    delete aedes.clients.first;
    aedes.emit('clientDisconnect');
    comes(packet(0x30, b, '4'));
    expect(first.writes.join('')).toBe(text(packet(0x30, a, '1'), packet(0x30, a, '2'), packet(0x30, b, '3')));
    expect(second.writes.join('')).toBe(text(packet(0x30, b, '3'), packet(0x30, b, '4')));
  });

  it('leaves to the broker what it may not, must not or cannot pass on', () => {
    const all = subscriber('all', `plantroom/${site}/#`);
    const { comes, stranger } = setUp([all], (topic) => topic !== b);
    const others = [
      packet(0x31, a, 'retained'),
      packet(0x32, a, '\0\u0001acknowledged'),
      packet(0x30, topics.deviceStatus(site, 'gw', 'a'), 'status'),
      packet(0x30, 'plantroom/demo/gw/ä/readings', 'odd'),
      packet(0x30, b, 'not allowed'),
    ];
    expect(comes(...others)).toBe(text(...others));
    stranger();
    expect(comes(packet(0x30, a, '1'))).toBe(text(packet(0x30, a, '1')));
    expect(all.writes).toEqual([]);
    const { comes: again } = setUp([all]);
    expect(again(packet(0x30, a, 'x'.repeat(21)))).toBe(text(packet(0x30, a, 'x'.repeat(21))));
    expect(all.writes).toEqual([]);
  });

  it('overtakes nothing: while somebody is slow all go the ordinary way, until the last of them is through', () => {
    const slow = subscriber('slow', filters.allReadings(site));
    const { comes, done } = setUp([slow]);
    slow.conn.writableNeedDrain = true;
    expect(comes(packet(0x30, a, '1'))).toBe(text(packet(0x30, a, '1')));
    slow.conn.writableNeedDrain = false;
    expect(comes(packet(0x30, a, '2'))).toBe(text(packet(0x30, a, '2')));
    done(a);
    expect(comes(packet(0x30, a, '3'))).toBe(text(packet(0x30, a, '3')));
    done(a);
    done(a);
    expect(comes(packet(0x30, a, '4'))).toBe('');
    expect(slow.writes).toEqual([text(packet(0x30, a, '4'))]);
  });
});

describe('readings at QoS 0 through the embedded broker', () => {
  let folder: string;
  let broker: Broker;
  let credentials: BrokerCredentials;
  let undo: AsyncDisposableStack;
  beforeEach(async () => {
    undo = new AsyncDisposableStack();
    folder = mkdtempSync(join(tmpdir(), 'plantroom-lane-'));
    undo.defer(() => rmSync(folder, { recursive: true, force: true }));
    credentials = ensureCredentials(folder);
    broker = await openBroker({ site, dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog(), gateways: ['gw', 'other'] });
    undo.defer(() => broker[Symbol.asyncDispose]());
  });
  afterEach(() => undo.disposeAsync());
  const join_ = async (user: { username: string; password: string }, keepalive = 60): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      ...user,
      keepalive,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    undo.defer(() => client.endAsync(true));
    return client;
  };
  const gateway = (id: string) => join_({ username: gatewayUser(id), password: gatewayPassword(credentials, id) });

  it('come to everybody once and in order, also to one who stopped reading for a while', async () => {
    const most = 3_500;
    const numbers = async (client: MqttClient, filter: string) => {
      const heard: number[] = [];
      client.on('message', (topic, payload) => topic.endsWith('/readings') && heard.push(Number.parseInt(payload.toString(), 10)));
      await client.subscribeAsync(filter, { qos: 0 });
      return heard;
    };
    const ingest = await numbers(await join_(credentials.ingest), filters.allReadings(site));
    const lazyClient = await join_(credentials.dashboards);
    const lazy = await numbers(lazyClient, `plantroom/${site}/#`);
    const socket = lazyClient.stream as Socket;
    socket.pause();
    const from = await gateway('gw');
    const out = readingsOut(from, () => {}, 0);
    for (let i = 0; i < most; i += 100) {
      const batch = Array.from({ length: 100 }, (_, k) => ({
        topic: topics.readings(site, 'gw', 'm'),
        payload: `${i + k} ${'x'.repeat(1_500)}`,
      }));
      out.send(batch);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // It is held up by the one who does not read, far from the end.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ingest.length).toBeLessThan(most);
    socket.resume();
    for (let i = 0; i < 1_000 && (ingest.length < most || lazy.length < most); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    const wanted = Array.from({ length: most }, (_, i) => i);
    expect(ingest).toEqual(wanted);
    expect(lazy).toEqual(wanted);
  });

  it('of another gateway end the connection and are not passed on', async () => {
    const ingest = await join_(credentials.ingest);
    const heard: string[] = [];
    ingest.on('message', (topic) => heard.push(topic));
    await ingest.subscribeAsync(filters.allReadings(site), { qos: 0 });
    const thief = await gateway('other');
    const ended = new Promise<void>((resolve) => void thief.once('close', () => resolve()));
    readingsOut(thief, () => {}, 0).send([{ topic: topics.readings(site, 'gw', 'm'), payload: '{}' }]);
    await ended;
    readingsOut(await gateway('gw'), () => {}, 0).send([{ topic: topics.readings(site, 'gw', 'm'), payload: '{}' }]);
    for (let i = 0; i < 500 && heard.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(heard).toHaveLength(1);
  });

  it('are a sign of life of their gateway', async () => {
    const login = { username: gatewayUser('gw'), password: gatewayPassword(credentials, 'gw') };
    const socket = connect(broker.port, '127.0.0.1');
    undo.defer(() => void socket.destroy());
    const field = (text: string) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
    const body = Buffer.concat([field('MQTT'), Buffer.from([4, 0xc2, 0, 1]), field('gw'), field(login.username), field(login.password)]);
    let isClosed = false;
    socket.on('close', () => {
      isClosed = true;
    });
    socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
    await new Promise((resolve) => socket.once('data', resolve));
    // Keep-alive of 1 s: without a packet the broker lets go after 1.5 s.
    for (let i = 0; i < 9; i++) {
      socket.write(packet(0x30, topics.readings(site, 'gw', 'm'), '{}'));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(isClosed).toBe(false);
  });
});
