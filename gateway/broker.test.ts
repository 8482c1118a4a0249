import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as tcpConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../shared/log.ts';
import { type BrokerCredentials, credentialsFile } from '../shared/role.ts';
import { filters, topics } from '../shared/topic.ts';
import { type Broker, openBroker } from './broker.ts';
import { type BrokerUser, ensureCredentials, signIn } from './credentials.ts';

const site = 'demo';
let folder: string;
let broker: Broker;
let credentials: BrokerCredentials;
const clients: MqttClient[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-broker-'));
  credentials = ensureCredentials(folder);
  broker = await openBroker({ site, dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog(), maxPayloadBytes: 1_000 });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(user: BrokerUser, password = credentials[user].password, port = broker.port): Promise<MqttClient> {
  const options = { username: user, password, protocolVersion: 4, reconnectPeriod: 0 } as const;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, options);
  clients.push(client);
  return client;
}
const closed = (client: MqttClient) => new Promise<void>((resolve) => void client.once('close', () => resolve()));

describe('the embedded broker', () => {
  it('makes credentials once, readable by the owner only', () => {
    const file = credentialsFile(folder);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(ensureCredentials(folder)).toEqual(credentials);
    const passwords = new Set(Object.values(credentials).map(({ password }) => password));
    expect(passwords.size).toBe(8);
    expect(Math.min(...[...passwords].map((password) => password.length))).toBeGreaterThanOrEqual(32);
  });

  it('does not quote a spoilt credentials file', () => {
    const other = mkdtempSync(join(tmpdir(), 'plantroom-credentials-'));
    ensureCredentials(other);
    const text = readFileSync(credentialsFile(other), 'utf8');
    writeFileSync(credentialsFile(other), text.replace('"password"', '"pass"'));
    const secret = ensureCredentials(folder).gateway.password;
    expect(() => ensureCredentials(other)).toThrow(/agreed form/);
    try {
      ensureCredentials(other);
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(secret);
    }
    rmSync(other, { recursive: true });
  });

  it('lets in who knows the password, and nobody else', async () => {
    await connect('gateway');
    await expect(connect('gateway', 'wrong')).rejects.toThrow(/Bad username or password/);
    await expect(connect('gateway', '')).rejects.toThrow(/Bad username or password/);
    const check = signIn(credentials);
    expect(check('gateway', Buffer.from(credentials.gateway.password))).toBe('gateway');
    expect(check('gateway', Buffer.from(credentials.ingest.password))).toBeUndefined();
    expect(check('nobody', Buffer.from(''))).toBeUndefined();
    expect(check(undefined, undefined)).toBeUndefined();
  });

  it('carries readings from the gateway to ingest at QoS 1', async () => {
    const ingest = await connect('ingest');
    await ingest.subscribeAsync(filters.allReadings(site), { qos: 1 });
    const heard = new Promise<string>((resolve) => void ingest.once('message', (_topic, payload) => resolve(payload.toString())));
    const gateway = await connect('gateway');
    await gateway.publishAsync(topics.readings(site, 'gw', 'm'), 'hello', { qos: 1 });
    expect(await heard).toBe('hello');
  });

  it('ends the connection of a role that publishes what it must not', async () => {
    const gateway = await connect('gateway');
    gateway.publish(topics.committed(site, 'gw'), '{}', { qos: 1 });
    await closed(gateway);
    const device = await connect('device');
    device.publish(topics.readings(site, 'gw', 'm'), '{}', { qos: 1 });
    await closed(device);
  });

  it('refuses a last will that the role may not publish', async () => {
    const watcher = await connect('dashboards');
    await watcher.subscribeAsync(`plantroom/${site}/#`, { qos: 1 });
    const heard: string[] = [];
    watcher.on('message', (topic) => heard.push(topic));
    const evil = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username: 'device',
      password: credentials.device.password,
      protocolVersion: 4,
      reconnectPeriod: 0,
      will: { topic: topics.gatewayStatus(site, 'gw'), payload: Buffer.from('{}'), qos: 1, retain: true },
    });
    evil.stream.destroy();
    await closed(evil);
    const gateway = await connect('gateway');
    await gateway.publishAsync(topics.gatewayStatus(site, 'other'), '{}', { qos: 1 });
    await new Promise<void>((resolve) => {
      const look = () => (heard.length > 0 ? resolve() : setImmediate(look));
      look();
    });
    expect(heard).toEqual([topics.gatewayStatus(site, 'other')]);
  });

  it('answers a shared subscription with a refusal and keeps the connection', async () => {
    const ingest = await connect('ingest');
    const granted = await new Promise<number[]>((resolve) => {
      ingest.subscribe(filters.sharedReadings(site), { qos: 1 }, (_error, given, packet) =>
        resolve((packet?.granted as number[]) ?? given?.map(({ qos }) => qos) ?? []),
      );
    });
    expect(granted).toEqual([128]);
    expect(ingest.connected).toBe(true);
    await ingest.subscribeAsync(filters.allReadings(site), { qos: 1 });
  });

  it('refuses a payload above the limit', async () => {
    const gateway = await connect('gateway');
    gateway.publish(topics.readings(site, 'gw', 'm'), 'x'.repeat(1_001), { qos: 1 });
    await closed(gateway);
  });

  it('ends a stranger that sends much before signing in', async () => {
    const socket = tcpConnect(broker.port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.on('error', () => {});
      socket.once('close', () => resolve());
      // A CONNECT that announces 200 MB.
      socket.write(Buffer.from([0x10, 0x80, 0xc0, 0xaf, 0x5f, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc2, 0, 60, 0xff, 0xff]));
      let sent = 0;
      const push = () => {
        if (socket.destroyed) return;
        sent += 65_536;
        if (sent > 64 << 20) return reject(new Error('64 MB were taken'));
        socket.write(Buffer.alloc(65_536), push);
      };
      push();
    });
  });

  it('says which port is taken', async () => {
    const second = openBroker({ site, dataDir: folder, host: '127.0.0.1', port: broker.port, log: silentLog() });
    await expect(second).rejects.toThrow(/cannot listen on 127.0.0.1/);
  });
});
