/** Debian's Mosquitto in place of the embedded broker, with users and rights, and Mosquitto's own client as a third-party device. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { rightsOf } from '../../gateway/access.ts';
import { outboxFile, startGateway } from '../../gateway/app.ts';
import { openBroker } from '../../gateway/broker.ts';
import { brokerUsers, ensureCredentials } from '../../gateway/credentials.ts';
import { startIngest } from '../../ingest/app.ts';
import { openStore } from '../../ingest/open-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { type BrokerCredentials, type Role, type RoleContext, readingsFile } from '../../shared/role.ts';
import { Secret } from '../../shared/secret.ts';
import { siteSchema } from '../../shared/site.ts';
import type { LoadedSite } from '../../shared/site-file.ts';
import { topics } from '../../shared/topic.ts';
import { Troubles } from '../../shared/trouble.ts';
import { until } from '../program.ts';
import { needs, pathOf, type Server, startMosquitto, temporaryFolder } from '../servers.ts';
import { siteOf } from '../site-of.ts';

const run = promisify(execFile);
const topic = 'sensors/room-1';

/** A gateway with one MQTT bus; `url` names another broker than Plantroom's. */
function roomSite(url?: string, more: object = {}): LoadedSite {
  const { site } = siteOf({ gw: [] }).config;
  const points = [{ quantity: 'room_temp_c', path: '$.data.temp' }];
  const device = { id: 'room-1', name: { zh: '病房', en: 'Ward room' }, system: 'environment', topic, points, ...more };
  const bus = { id: 'json', type: 'mqtt', devices: [device], ...(url ? { url } : {}) };
  const config = siteSchema.parse({ site, gateways: [{ id: 'gw', name: { zh: '网关', en: 'Gateway' }, buses: [bus] }] });
  return { ...siteOf({ gw: [] }), config };
}

/** mosquitto_pub as the device. */
async function publish(port: number, user: { username: string; password: string } | undefined, payload: string, ...more: string[]) {
  const identity = user ? ['-u', user.username, '-P', user.password] : [];
  await run(pathOf('mosquitto_pub'), [
    '-h',
    '127.0.0.1',
    '-p',
    `${port}`,
    ...identity,
    '-q',
    '1',
    ...(more.includes('-t') ? [] : ['-t', topic]),
    '-m',
    payload,
    ...more,
  ]);
}

const aclOf = () =>
  brokerUsers
    .flatMap((user) => {
      const rights = rightsOf(user, 'demo');
      return [
        `user ${user}`,
        ...rights.publish.map((filter) => `topic write ${filter}`),
        ...rights.subscribe.map((filter) => `topic read ${filter}`),
        ...(rights.foreignPublish ? ['topic write sensors/#'] : []),
        ...(rights.foreignSubscribe ? ['topic read sensors/#'] : []),
      ];
    })
    .join('\n');

async function setUp(site: LoadedSite, port: number, credentials: BrokerCredentials, folder: string) {
  const undo = new AsyncDisposableStack();
  onTestFinished(() => undo.disposeAsync());
  const context = (role: Role): RoleContext => ({
    role,
    site,
    dataDir: folder,
    mqtt: { url: `mqtt://127.0.0.1:${port}`, username: credentials[role].username, password: new Secret(credentials[role].password) },
    storeUrl: `sqlite:${readingsFile(folder)}`,
    clock: systemClock(),
    log: silentLog(),
    metrics: new Registry(),
    troubles: new Troubles(systemClock()),
  });
  const store = undo.use(await openStore({ url: `sqlite:${readingsFile(folder)}`, site: 'demo' }));
  const ingest = context('ingest');
  undo.use(await startIngest(ingest));
  const gateway = context('gateway');
  undo.use(await startGateway(gateway));
  const metric = async ({ metrics }: RoleContext, name: string) =>
    ((await metrics.getMetricsAsJSON()).find((one) => one.name === name)?.values[0]?.value as number | undefined) ?? 0;
  await until(async () => (await metric(ingest, 'plantroom_ingest_subscribed')) === 1, 'ingest subscribed');
  const stored = async () => {
    const to = Date.now() + 60_000;
    return (await store.series({ measurement: 'environment', device: 'room-1', field: 'room_temp_c', from: 0, to })).map(
      ([, value]) => value,
    );
  };
  /** Publishes until one lands: nobody says when the gateway has subscribed. */
  const firstLands = (user: { username: string; password: string } | undefined, devicePort = port) =>
    until(async () => {
      await publish(devicePort, user, '{"data":{"temp":1}}');
      return (await stored()).length > 0;
    }, 'a first reading');
  const depth = () => metric(gateway, 'plantroom_gateway_outbox_messages');
  return { stored, firstLands, depth, undo, gateway };
}

async function secured(folder: string): Promise<{ broker: Server; credentials: BrokerCredentials }> {
  const credentials = ensureCredentials(folder);
  const users = Object.fromEntries(brokerUsers.map((user) => [credentials[user].username, credentials[user].password]));
  const broker = await startMosquitto({ users, acl: aclOf() });
  onTestFinished(() => broker[Symbol.asyncDispose]());
  return { broker, credentials };
}

function folderOf(name: string): string {
  const folder = temporaryFolder(name);
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

describe.runIf(needs('mosquitto', 'mosquitto_pub', 'mosquitto_passwd'))('Mosquitto', () => {
  test('carries readings of mosquitto_pub to the store under password and access rights, retained ones never', async () => {
    const folder = folderOf('mosquitto');
    const { broker, credentials } = await secured(folder);
    await publish(broker.port, credentials.device, '{"data":{"temp":99}}', '-r');
    const { stored, firstLands, depth } = await setUp(roomSite(), broker.port, credentials, folder);
    await firstLands(credentials.device);
    await publish(broker.port, credentials.device, '{"data":{"temp":21.5}}');
    await publish(broker.port, credentials.device, '{"data":{"temp":22.5}}', '-r');
    await publish(broker.port, credentials.device, 'junk');
    await publish(broker.port, credentials.device, '{"data":{}}');
    await until(async () => (await stored()).includes(22.5) && (await depth()) === 0, 'readings in the store, outbox empty');
    // The one that was retained before the gateway came must not appear; the one published with the flag while it listens is new.
    expect(new Set(await stored())).toEqual(new Set([1, 21.5, 22.5]));
  });

  test('killed and back without its memory: every reading lands', async () => {
    const folder = folderOf('mosquitto-kill');
    const { broker, credentials } = await secured(folder);
    // The devices are on a broker of their own that stays.
    const devices = await startMosquitto();
    onTestFinished(() => devices[Symbol.asyncDispose]());
    const { stored, firstLands, depth } = await setUp(roomSite(devices.url), broker.port, credentials, folder);
    await firstLands(undefined, devices.port);
    await broker.kill('SIGKILL');
    for (let i = 0; i < 10; i++) await publish(devices.port, undefined, JSON.stringify({ data: { temp: 30 + i } }));
    await until(async () => (await depth()) >= 10, 'readings wait');
    await broker.start();
    await until(async () => (await depth()) === 0, 'outbox empty');
    expect((await stored()).filter((value) => value !== 1)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });

  test('F5 what devices sent while the gateway was away arrives with its own times: retained ones and those of QoS 1', async () => {
    const folder = folderOf('mosquitto-away');
    const { broker, credentials } = await secured(folder);
    const devices = await startMosquitto();
    onTestFinished(() => devices[Symbol.asyncDispose]());
    const points = [
      { quantity: 'room_temp_c', path: '$.t' },
      { quantity: 'leak_detected', path: '$.water_leak', topic: 'sensors/leak-1' },
    ];
    const site = roomSite(devices.url, { points, partial: true, time: { path: '$.ts', unit: 'iso' } });
    const first = await setUp(site, broker.port, credentials, folder);
    const at = (secondsAgo: number) => new Date(Math.floor(Date.now() / 1_000 - secondsAgo) * 1_000).toISOString();
    await until(async () => {
      await publish(devices.port, undefined, JSON.stringify({ ts: at(60), t: 1 }));
      return (await first.stored()).length > 0;
    }, 'a first reading');
    await first.undo.disposeAsync();
    const [t1, t2, t3] = [at(30), at(29), at(28)];
    await publish(devices.port, undefined, JSON.stringify({ ts: t1, t: 29.9 }));
    await publish(devices.port, undefined, JSON.stringify({ ts: t2, t: 31.5 }));
    await publish(devices.port, undefined, JSON.stringify({ ts: t3, water_leak: true }), '-r', '-t', 'sensors/leak-1');
    await setUp(site, broker.port, credentials, folder);
    const store = await openStore({ url: `sqlite:${readingsFile(folder)}`, site: 'demo' });
    onTestFinished(() => store[Symbol.asyncDispose]());
    const series = (field: string) =>
      store.series({ measurement: 'environment', device: 'room-1', field, from: 0, to: Date.now() + 60_000 });
    await until(async () => (await series('leak_detected')).length > 0 && (await series('room_temp_c')).length > 2, 'both');
    expect(await series('leak_detected')).toEqual([[Date.parse(t3), 1]]);
    expect((await series('room_temp_c')).filter(([, value]) => value !== 1)).toEqual([
      [Date.parse(t1), 29.9],
      [Date.parse(t2), 31.5],
    ]);
  });

  test('refuses what a role may not publish, and a stranger', async () => {
    const { broker, credentials } = await secured(folderOf('mosquitto-rights'));
    await expect(publish(broker.port, { username: 'device', password: 'wrong' }, '{}')).rejects.toThrow();
    const gateway = await mqtt.connectAsync(broker.url, { ...credentials.gateway, protocolVersion: 5, reconnectPeriod: 0 });
    onTestFinished(() => gateway.endAsync(true));
    await gateway.publishAsync(topics.readings('demo', 'gw', 'room-1'), '{}', { qos: 1 });
    await expect(gateway.publishAsync(topics.committed('demo', 'gw'), '{}', { qos: 1 })).rejects.toThrow(/Not authorized/);
  });

  test("its client as a device on the embedded broker, with the device user's password", async () => {
    const folder = folderOf('embedded');
    const credentials = ensureCredentials(folder);
    const broker = await openBroker({ site: 'demo', dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog() });
    onTestFinished(() => broker[Symbol.asyncDispose]());
    await publish(broker.port, credentials.device, '{"data":{"temp":99}}', '-r');
    const { stored, firstLands, depth } = await setUp(roomSite(), broker.port, credentials, folder);
    await firstLands(credentials.device);
    await publish(broker.port, credentials.device, '{"data":{"temp":20.25}}');
    await until(async () => (await stored()).includes(20.25) && (await depth()) === 0, 'reading in the store');
    expect(new Set(await stored())).toEqual(new Set([1, 20.25]));
    expect(outboxFile(folder, 'gw')).toBe(join(folder, 'outbox', 'gw.db'));
  });
});
