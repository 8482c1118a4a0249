/** The rules role on a real broker: readings in over MQTT, alarms and tickets out, over a restart too. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Desk, openDesk } from '../../desk/index.ts';
import { openStore } from '../../ingest/open-store.ts';
import { openNotifier } from '../../notify/index.ts';
import { startRules } from '../../rules/app.ts';
import type { Alarm } from '../../shared/alarm.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { operationsFile, type RoleContext } from '../../shared/role.ts';
import { loadSite } from '../../shared/site-file.ts';
import { filters, topics } from '../../shared/topic.ts';
import { Troubles } from '../../shared/trouble.ts';
import { hangMs } from '../hang.ts';
import { needs, startInfluxdb } from '../servers.ts';

const site = loadSite(join(import.meta.dirname, '../../sites/demo.yaml'));
const clock = systemClock();
const alarmId = 'o2-area-low.o2-icu';

let folder: string;
let context: RoleContext;
let client: MqttClient;
let desk: Desk;
let messages: { topic: string; text: string; retain: boolean }[];
let closers: (() => unknown)[];
let seq = 0;
/** How often a rules role has subscribed to readings: before that nothing reaches it. */
let subscribed = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-rules-'));
  closers = [() => rmSync(folder, { recursive: true })];
  const aedes = await Aedes.createBroker({ concurrency: 0, drainTimeout: 5_000 });
  subscribed = 0;
  aedes.on('subscribe', (subscriptions) => {
    if (subscriptions.some(({ topic }) => topic.endsWith('/readings'))) subscribed++;
  });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => aedes.close(() => server.close(resolve))));
  const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
  client = await mqtt.connectAsync(url, { protocolVersion: 4 });
  closers.push(() => client.endAsync());
  messages = [];
  client.on('message', (topic, payload, packet) => messages.push({ topic, text: payload.toString(), retain: packet.retain }));
  await client.subscribeAsync([filters.allAlarms('demo'), filters.allTickets('demo')], { qos: 1 });
  context = {
    role: 'rules',
    site,
    dataDir: folder,
    mqtt: { url },
    storeUrl: '',
    clock,
    log: silentLog(),
    metrics: new Registry(),
    troubles: new Troubles(systemClock()),
  };
  desk = openDesk({ file: operationsFile(folder), clock });
  closers.push(() => desk[Symbol.dispose]());
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

const send = (kpa: number | null, t = clock.now()) =>
  client.publishAsync(
    topics.readings('demo', 'gw-plant', 'o2-icu'),
    JSON.stringify({
      boot: 'b',
      seq: seq++,
      t,
      v: kpa === null ? {} : { pressure_kpa: kpa, oxygen_flow_lmin: 5 },
      ...(kpa === null ? { bad: { pressure_kpa: 'sensor' } } : {}),
    }),
    { qos: 1 },
  );
const start = async () => {
  const before = subscribed;
  const role = await startRules(openNotifier)({ ...context, metrics: new Registry() });
  await until(() => expect(subscribed).toBeGreaterThan(before));
  return role;
};
const until = (check: () => void) => vi.waitFor(check, { timeout: hangMs, interval: 20 });
const published = () => messages.filter((message) => message.topic === topics.alarm('demo', alarmId));

describe('the rules role', () => {
  test('publishes an alarm and its ticket, and takes them away when all is over', async () => {
    await using _role = await start();
    const t0 = clock.now() - 5_000;
    await send(300, t0);
    await send(300, t0 + 3_500);
    await until(() => expect(published().length).toBeGreaterThan(0));
    const alarm = JSON.parse(published()[0]?.text ?? '') as Alarm;
    expect(alarm).toMatchObject({ state: 'UNACK', raisedAt: t0 + 3_000, value: 300, limit: 320, priority: 'critical', ticket: 'T-1' });
    expect(alarm.message.zh).toContain('不替代现场法定报警装置');
    await until(() => expect(messages.some((message) => message.topic === topics.ticket('demo', 'T-1'))).toBe(true));

    // A move of another process is published too.
    desk.acknowledge(alarmId, { id: 'anna' });
    await until(() => expect(JSON.parse(published().at(-1)?.text ?? '{}')).toMatchObject({ state: 'ACKED', acknowledgedBy: 'anna' }));
    await send(400, t0 + 4_000);
    await send(400, t0 + 14_001);
    await until(() => expect(published().at(-1)?.text).toBe(''));
    expect(JSON.parse(published().at(-2)?.text ?? '{}')).toMatchObject({ state: 'NORM' });
    expect(desk.ticket('T-1')).toMatchObject({ state: 'open', alarmActive: false });
  });

  test('a restart neither loses, doubles nor clears an alarm, and bad values do not clear it', async () => {
    const first = await start();
    const t0 = clock.now() - 5_000;
    await send(300, t0);
    await send(300, t0 + 3_500);
    await until(() => expect(desk.alarm(alarmId)?.state).toBe('UNACK'));
    desk.acknowledge(alarmId, { id: 'anna' });
    await first[Symbol.asyncDispose]();

    await using _second = await start();
    await send(null);
    await send(301, clock.now() + 1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(desk.alarm(alarmId)).toMatchObject({ state: 'ACKED', occurrence: 1 });
    expect(desk.tickets()).toHaveLength(1);
  });

  test.runIf(needs('influxd'))(
    'keeps every move of an alarm in the store, though the store was away and the role was stopped meanwhile',
    async () => {
      await using influxdb = await startInfluxdb();
      context.storeUrl = `influx1://127.0.0.1:${influxdb.port}/plantroom`;
      const first = await start();
      await influxdb.kill();
      const t0 = clock.now() - 5_000;
      await send(300, t0);
      await send(300, t0 + 3_500);
      await until(() => expect(desk.alarm(alarmId)?.state).toBe('UNACK'));
      await first[Symbol.asyncDispose]();
      desk.acknowledge(alarmId, { id: 'anna' });
      await influxdb.start();

      await using _second = await start();
      await using store = await openStore({ url: context.storeUrl, site: 'demo' });
      const moves = (transition: string, field: string) =>
      store.series({
        measurement: 'alarm_transition', device: 'o2-icu', alarm: { rule: 'O2-AREA-LOW', transition }, field, from: t0, to: clock.now(),
      }); // biome-ignore format: a table
      await vi.waitFor(async () => expect(await moves('acknowledged', 'open')).toHaveLength(1), { timeout: hangMs, interval: 100 });
      expect(await moves('raised', 'value')).toEqual([[t0 + 3_000, 300]]);
      await send(400, t0 + 4_000);
      await send(400, t0 + 14_001);
      await vi.waitFor(async () => expect(await moves('raised', 'returned_at_ms')).toEqual([[t0 + 3_000, t0 + 14_000]]), {
        timeout: hangMs,
        interval: 100,
      });
    },
  );

  test('what came and went during an outage is an alarm that has returned, though live readings came first', async () => {
    await using _role = await start();
    const t0 = clock.now() - 30 * 60_000;
    await send(400, t0);
    await send(400, clock.now());
    for (let s = 1; s < 60; s++) await send(s > 20 && s < 40 ? 300 : 400, t0 + s * 1_000);
    await until(() => expect(desk.alarm(alarmId)).toMatchObject({ state: 'RTNUN', raisedAt: t0 + 24_000, clearedAt: t0 + 50_000 }));
    expect(desk.alarm(alarmId)?.message.en).toMatch(/late data: happened at/);
    await until(() => expect(published().map(({ text }) => JSON.parse(text) as Alarm)).toMatchObject([{ state: 'RTNUN' }]));
  });

  test('garbage on the topic stops nothing', async () => {
    await using _role = await start();
    const topic = topics.readings('demo', 'gw-plant', 'o2-icu');
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"boot":"b","seq":1,"t":-1,"v":{}}',
      '{"boot":"b","seq":1,"t":1,"v":{"pressure_kpa":"0"}}',
    ]) {
      await client.publishAsync(topic, text, { qos: 1 });
    }
    const t0 = clock.now() - 5_000;
    await send(300, t0);
    await send(300, t0 + 3_500);
    await until(() => expect(desk.alarm(alarmId)?.active).toBe(true));
  });
});
