/** The role as main.ts starts it, on a real broker: payloads of the devices that speak MQTT, the list of faults, commands and replies. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import type { RoleContext } from '../shared/role.ts';
import { loadSite } from '../shared/site-file.ts';
import { topics } from '../shared/topic.ts';
import { Troubles } from '../shared/trouble.ts';
import { hangMs } from '../test/hang.ts';
import { temporaryFolder } from '../test/servers.ts';
import { startSimulators } from './app.ts';
import { winter } from './test-hospital.ts';

const loaded = loadSite(join(import.meta.dirname, '../sites/demo.yaml'));
// any free port: this test speaks MQTT only
for (const bus of loaded.config.gateways.flatMap((gateway) => gateway.buses)) if (bus.type === 'modbus-tcp') bus.port = 0;

const undo = new AsyncDisposableStack();
const dataDir = undo.use(temporaryFolder()).path;
const messages: { topic: string; text: string; retain: boolean }[] = [];
const metrics = new Registry();
let client: MqttClient;
let realStart: number;

beforeAll(async () => {
  const aedes = await Aedes.createBroker({ concurrency: 0, drainTimeout: 5_000 });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.defer(() => new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve()))));
  const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
  client = await mqtt.connectAsync(url, { protocolVersion: 4 });
  undo.defer(() => client.endAsync(true));
  client.on('message', (topic, payload, packet) => messages.push({ topic, text: payload.toString(), retain: packet.retain }));
  await client.subscribeAsync('simulated/demo/#', { qos: 1 });
  realStart = Date.now();
  const context: RoleContext = {
    role: 'simulators',
    site: loaded,
    dataDir,
    mqtt: { url },
    storeUrl: '',
    clock: systemClock({ speed: 60, realStart, plantStart: winter }),
    log: silentLog(),
    metrics,
    troubles: new Troubles(systemClock()),
  };
  undo.use(await startSimulators(context));
}, 240_000);
afterAll(() => undo.disposeAsync());

const replyTo = async (command: Record<string, unknown> & { id: string }) => {
  client.publish(topics.simulatorCommand('demo'), JSON.stringify(command), { qos: 1 });
  const topic = topics.simulatorReply('demo', command.id);
  await vi.waitFor(() => expect(messages.some((one) => one.topic === topic)).toBe(true), { timeout: hangMs });
  return JSON.parse(messages.find((one) => one.topic === topic)?.text ?? '') as unknown;
};

test('devices speak at their own pace with plant time; only the list of faults is kept for whoever comes later', async () => {
  const topic = topics.simulatedDevice('demo', 'room-icu');
  await vi.waitFor(() => expect(messages.filter((one) => one.topic === topic).length).toBeGreaterThanOrEqual(2), { timeout: hangMs });
  const own = messages.filter((one) => one.topic === topic);
  const payloads = own.map((one) => JSON.parse(one.text) as { temp: number; rh: number; ts: number });
  const late = await mqtt.connectAsync(`mqtt://127.0.0.1:${client.options.port}`, { protocolVersion: 4 });
  const kept: string[] = [];
  late.on('message', (kind, _payload, packet) => void (packet.retain && kept.push(kind)));
  await late.subscribeAsync('simulated/demo/#', { qos: 1 });
  await vi.waitFor(() => expect(kept).toContain(topics.simulatorFaults('demo')), { timeout: hangMs });
  expect(kept).toEqual([topics.simulatorFaults('demo')]);
  await late.endAsync(true);
  expect(payloads[0]?.temp).toBeGreaterThan(20);
  expect((payloads[1]?.ts ?? 0) - (payloads[0]?.ts ?? 0)).toBeGreaterThanOrEqual(29_000);
  const chiller = messages.find((one) => one.topic === topics.simulatedDevice('demo', 'chiller-1'));
  expect(JSON.parse(chiller?.text ?? '{}')).toMatchObject({
    state: 'stopped',
    chw: { supply: expect.any(Number), return: expect.any(Number) },
  });
});

test('commands are obeyed and answered', async () => {
  expect(await replyTo({ id: 'a-1', action: 'start', name: 'burst-heating-pipe' })).toEqual({ id: 'a-1', ok: true });
  await vi.waitFor(
    () => {
      const list = messages.filter((one) => one.topic === topics.simulatorFaults('demo')).at(-1);
      const faults = JSON.parse(list?.text ?? '[]') as { name: string; active: boolean }[];
      expect(faults.find((fault) => fault.name === 'burst-heating-pipe')?.active).toBe(true);
    },
    { timeout: hangMs },
  );
  expect(await replyTo({ id: 'a-2', action: 'start', name: 'meteorite' })).toMatchObject({
    id: 'a-2',
    ok: false,
    error: expect.stringContaining('meteorite'),
  });
  expect(await replyTo({ id: 'a-3', action: 'stop', name: 'burst-heating-pipe' })).toEqual({ id: 'a-3', ok: true });
});

test('a dead device falls silent', async () => {
  await replyTo({ id: 'a-4', action: 'start', name: 'dead-slave', params: { device: 'room-or-1' } });
  const count = () => messages.filter((one) => one.topic === topics.simulatedDevice('demo', 'room-or-1')).length;
  const others = () => messages.filter((one) => one.topic === topics.simulatedDevice('demo', 'room-or-2')).length;
  const [before, otherBefore] = [count(), others()];
  await vi.waitFor(() => expect(others()).toBeGreaterThanOrEqual(otherBefore + 2), { timeout: hangMs });
  expect(count()).toBeLessThanOrEqual(before + 1);
});

test('the metrics say how far the plant lags behind', async () => {
  const text = await metrics.metrics();
  expect(text).toContain('plantroom_simulator_published_total');
  expect(Number(/^plantroom_simulator_behind_seconds (\S+)$/m.exec(text)?.[1])).toBeLessThan(600);
});
