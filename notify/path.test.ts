/** The way to people itself: its pulse, the outgoing heartbeat, and the weekly test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../desk/database.ts';
import { openDeliveries } from '../desk/deliveries.ts';
import type { EngineDesk } from '../desk/desk.ts';
import { followPulse, nextTest, openPulse, openTestNotices, testedPeople } from '../desk/index.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { type Log, silentLog } from '../shared/log.ts';
import { blueprintAsChannel } from '../test/blueprint-channel.ts';
import { heatingAlarm } from '../test/dashboards-app.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';
import { type Notifier, openNotifier } from './notifier.ts';

const second = 1_000;
const day = 86_400 * second;
const secrets: Record<string, string> = { T: 'a-secret-token-of-the-gateway', W: 'watchdog-token-0123456789' };
let channel: Disposable;
let clock: ManualClock;
let folder: string;
let desk: EngineDesk;
let notifier: Notifier | undefined;
let phones: HttpReceiver;
let watchdog: HttpReceiver;
const file = () => join(folder, 'operations.db');
const people = [
  { id: 'duty', name: '张建国', phone: '100' },
  { id: 'chief', name: '赵敏', phone: '101' },
  { id: 'nobody', name: '无号码' },
];
const sms = () => ({ id: 'sms', type: '_blueprint', url: phones.url, token: { env: 'T' } });
const start = (more: object, log: Log = silentLog()) => {
  const site = siteOf(
    { gw: [['m1', 'electricity']] },
    { people, on_call: [{ trade: 'general', people: ['duty'] }], channels: [sms()], public_url: 'https://desk.example/plant/', ...more },
  );
  notifier = openNotifier({ site, file: file(), desk, clock, log, metrics: new Registry(), environment: secrets });
};
/** Some time later, with the program away in between: nobody has to tick through it. */
const again = async (ms: number, more: object) => {
  await notifier?.[Symbol.asyncDispose]();
  await clock.advance(ms);
  start(more);
  await settle();
  await settle();
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 25));
const until = (check: () => void) => vi.waitFor(check, { timeout: hangMs, interval: 5 });
const pass = async (ms: number, step = second) => {
  for (let gone = 0; gone < ms; gone += step) {
    await clock.advance(Math.min(step, ms - gone));
    await settle();
  }
};

beforeEach(async () => {
  channel = blueprintAsChannel();
  clock = manualClock();
  folder = mkdtempSync(join(tmpdir(), 'plantroom-path-'));
  desk = openEngineDesk({ file: file(), clock });
  [phones, watchdog] = await Promise.all([startHttpReceiver(), startHttpReceiver()]);
});
afterEach(async () => {
  channel[Symbol.dispose]();
  await notifier?.[Symbol.asyncDispose]();
  notifier = undefined;
  desk[Symbol.dispose]();
  for (const one of [phones, watchdog]) await one[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('the watchdog is called while people can be told, and no more once every channel fails; with the first that works it is called again', async () => {
  start({ heartbeat: { url: watchdog.url, token: { env: 'W' }, every: '10s' } });
  await until(() => expect(watchdog.posts).toHaveLength(1));
  expect(watchdog.posts[0]?.headers.authorization).toBe(`Bearer ${secrets.W}`);
  await pass(30 * second);
  expect(watchdog.posts).toHaveLength(4);
  phones.reply = () => ({ status: 503 });
  desk.raise(heatingAlarm('m1'), { at: clock.now(), value: 80, limit: 100 });
  notifier?.kick();
  using deliveries = openDeliveries({ file: file() });
  await until(() => expect(deliveries.alarmPath().state).toBe('broken'));
  await pass(10 * second);
  // The console has it within ten seconds as a critical alarm; the watchdog misses its call.
  expect(desk.alarm('sys-notify.sms')).toMatchObject({ state: 'UNACK', priority: 'critical' });
  const before = watchdog.posts.length;
  await pass(40 * second);
  expect(watchdog.posts.length).toBe(before);
  phones.reply = () => ({});
  await pass(60 * second);
  expect(watchdog.posts.length).toBeGreaterThan(before);
});

test('a watchdog that cannot be reached is on record without its key, and said once in the log', async () => {
  const written: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void written.push(line) });
  watchdog.reply = () => ({ status: 403, body: `no such key ${secrets.W}` });
  secrets.U = `${watchdog.url}/ping/${secrets.W}`;
  start({ heartbeat: { url: { env: 'U' }, every: '10s' } }, log);
  using db = openDatabase(file());
  await until(() => expect(openPulse(db).read()?.heartbeatError).toBeTruthy());
  await pass(30 * second);
  expect(watchdog.posts.length).toBeGreaterThan(2);
  expect(written.filter((line) => line.includes('watchdog'))).toHaveLength(1);
  expect(openPulse(db).read()).toMatchObject({ heartbeatAt: null });
  expect(`${openPulse(db).read()?.heartbeatError} ${written.join('')}`).not.toContain(secrets.W);
});

test('the pulse beats every two seconds; seven without one are silence, and a start is none', async () => {
  let now = 0;
  start({});
  using db = openDatabase(file());
  const follow = followPulse(openPulse(db), () => now);
  expect(follow().silent).toBe(false);
  for (let round = 0; round < 6; round++) {
    await pass(2 * second);
    now += 2_000;
    expect(follow().silent).toBe(false);
  }
  await notifier?.[Symbol.asyncDispose]();
  notifier = undefined;
  now += 6_000;
  expect(follow().silent).toBe(false);
  now += 1_000;
  expect(follow().silent).toBe(true);
  start({});
  await settle();
  expect(follow().silent).toBe(false);
});

test('every week each person is told over each channel that reaches him, once also over a restart; who confirms is known, who does not is named', async () => {
  // Plant time begins on Thursday 15 January 2026, 08:00 in Shanghai.
  start({ weekly_test: { day: 'thursday', at: '08:01' } });
  await settle();
  expect(phones.posts).toEqual([]);
  await pass(60 * second, 20 * second);
  await until(() => expect(phones.posts).toHaveLength(2));
  const texts = phones.posts.map((post) => JSON.parse(post.body) as { to: string; text: string });
  expect(texts.map(({ to }) => to).sort()).toEqual(['100', '101']);
  const token = /https:\/\/desk\.example\/plant\/t\/([\w-]{22})/.exec(texts.find(({ to }) => to === '100')?.text ?? '')?.[1];
  expect(texts[0]?.text).toMatch(/测试/);
  await notifier?.[Symbol.asyncDispose]();
  start({ weekly_test: { day: 'thursday', at: '08:01' } });
  await pass(60 * second, 20 * second);
  expect(phones.posts).toHaveLength(2);
  using db = openDatabase(file());
  const notices = openTestNotices(db);
  const found = notices.byToken(token ?? '');
  expect(found).toMatchObject({ person: 'duty', channel: 'sms', state: 'sent' });
  expect([notices.confirm(found!.id, 'duty', clock.now()), notices.confirm(found!.id, 'duty', clock.now())]).toEqual([true, false]);
  const people = testedPeople(notices.ofRound(notices.lastRound()!));
  expect(people.map(({ person, state }) => `${person} ${state}`)).toEqual(['chief unconfirmed', 'duty confirmed']);
  expect(JSON.stringify(db.all('SELECT * FROM test_notices'))).not.toContain(token);
  await again(7 * day, { weekly_test: { day: 'thursday', at: '08:01' } });
  await until(() => expect(phones.posts).toHaveLength(4));
});

test('a test that fails is tried three times, five minutes apart, and says why without the secret', async () => {
  phones.reply = () => ({ status: 503, body: `busy ${secrets.T}` });
  start({ weekly_test: { day: 'thursday', at: '08:01' }, people: people.slice(0, 1) });
  await pass(60 * second, 20 * second);
  for (let round = 0; round < 4; round++)
    await again(6 * 60 * second, { weekly_test: { day: 'thursday', at: '08:01' }, people: people.slice(0, 1) });
  expect(phones.posts).toHaveLength(3);
  using db = openDatabase(file());
  const [one] = openTestNotices(db).ofRound(openTestNotices(db).lastRound()!);
  expect(one).toMatchObject({ state: 'failed', attempts: 3, error: expect.stringContaining('busy <secret>') });
});

test('by default it is on Monday at 10:05 on the clock of the site; switched off, there is none', () => {
  const { config } = siteOf({ gw: [['m1', 'electricity']] });
  const next = nextTest(config, clock.now());
  expect(new Date(next as number).toISOString()).toBe('2026-01-19T02:05:00.000Z');
  expect(nextTest({ ...config, weekly_test: { ...config.weekly_test, enabled: false } }, clock.now())).toBeUndefined();
});
