/** The notifier with a real desk and a real HTTP server; time is moved by hand. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Deliveries, openDeliveries } from '../desk/deliveries.ts';
import type { AlarmDefinition, EngineDesk } from '../desk/desk.ts';
import { openEngineDesk } from '../desk/open.ts';
import { openConditionHandler } from '../rules/condition-handler.ts';
import { openRuleBook } from '../rules/pack.ts';
import type { Alarm } from '../shared/alarm.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, type Reply, startHttpReceiver } from '../test/http-receiver.ts';
import { needs } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';
import { startSmtpServer } from '../test/smtp-server.ts';
import { type Notifier, openNotifier } from './notifier.ts';

const minute = 60_000;
const hour = 60 * minute;
const environment = { HOOK: 'a-key-of-the-hook-signature', ROBOT: 'robot-key-0001-4242' };
const text = (zh: string, en: string) => ({ zh, en });
const definition = (id: string, over: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  id, rule: 'EL-OVER', device: id, quantity: 'current_l1_a', system: 'electricity', priority: 'high', trade: 'electrical', lifeSafety: false,
  latching: false, unit: 'A', title: text(`过载 ${id}`, `Overload ${id}`), message: text(`${id} 过载`, `${id} overloaded`),
  check: text('查负荷', 'Check the load'), location: text('配电室', 'Switch room'), building: null, department: null, source: 'proposal',
  ticket: true, causeKey: id, ...over,
}); // biome-ignore format: a table
const oxygen = (id: string, over: Partial<AlarmDefinition> = {}) =>
  definition(id, {
    rule: 'O2-AREA-LOW',
    system: 'oxygen',
    priority: 'critical',
    trade: 'medical-gas',
    lifeSafety: true,
    title: text(`氧气 ${id}`, `Oxygen ${id}`),
    ...over,
  });

let clock: ManualClock;
let folder: string;
let desk: EngineDesk;
let hook: HttpReceiver;
let robot: HttpReceiver;
let read: Deliveries;
let notifier: Notifier;
let metrics: Registry;
let logged: string[];
const ok: Reply = { body: '{"errcode":0,"errmsg":"ok"}' };

const file = () => join(folder, 'operations.db');
const people = [
  { id: 'zhang', name: '张建国', email: 'zhang@hospital.example' },
  { id: 'zhao', name: '赵敏', email: 'zhao@hospital.example' },
  { id: 'li', name: '李卫东', phone: '1' },
];
const onCall = [
  { trade: 'electrical', people: ['zhang', 'li'] },
  { trade: 'medical-gas', people: ['zhao', 'zhang'] },
];
const webhook = (over: object = {}) => ({ id: 'hook', type: 'webhook', url: hook.url, secret: { env: 'HOOK' }, ...over });
const wecom = (over: object = {}) => ({ id: 'robot', type: 'wecom', url: robot.url, key: { env: 'ROBOT' }, ...over });
/** Nobody is called a second time here: escalation has tests of its own. */
const escalation = { critical: [], high: [] };
const siteWith = (channels: object[], more: object = {}) =>
  siteOf({ gw: [['m1', 'electricity']] }, { people, on_call: onCall, channels, escalation, ...more });
const start = (channels: object[], more: object = {}) => {
  metrics = new Registry();
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  notifier = openNotifier({ site: siteWith(channels, more), file: file(), desk, clock, log, metrics, environment });
};
const stop = () => notifier[Symbol.asyncDispose]();
const raise = (one: AlarmDefinition, value = 110): Alarm => {
  const alarm = desk.raise(one, { at: clock.now(), value, limit: 100 });
  notifier.kick();
  return alarm;
};
const clear = (id: string) => {
  desk.clear(id, { at: clock.now(), value: 50 });
  notifier.kick();
};
/** Waits for what real servers do; plant time stands still meanwhile. */
const until = (check: () => void) => vi.waitFor(check, { timeout: hangMs, interval: 5 });
const posts = () =>
  hook.posts.map(
    (post) => JSON.parse(post.body) as { key: string; step: string; subject: string; text: string; alarms: Alarm[]; to: { id: string }[] },
  );
const told = () => posts().map((post) => `${post.step} ${post.alarms[0]?.id}`);
const robotTexts = () => robot.posts.map((post) => (JSON.parse(post.body) as { markdown: { content: string } }).markdown.content);
const settled = async () => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 8));
};
const metric = async (name: string, channel?: string) =>
  (await metrics.getSingleMetric(name)?.get())?.values
    .filter((one) => channel === undefined || one.labels.channel === channel)
    .reduce((sum, one) => sum + one.value, 0);

beforeEach(async () => {
  clock = manualClock();
  logged = [];
  folder = mkdtempSync(join(tmpdir(), 'plantroom-notify-'));
  desk = openEngineDesk({ file: file(), clock });
  hook = await startHttpReceiver();
  robot = await startHttpReceiver(() => ok);
  read = openDeliveries({ file: file() });
});
afterEach(async () => {
  await stop();
  read[Symbol.dispose]();
  desk[Symbol.dispose]();
  await hook[Symbol.asyncDispose]();
  await robot[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe('who is told of what', () => {
  test('a notice to a person carries his own one-time link, one to a group the page of the alarm, below the path of the public address', async () => {
    // The server of the gateway repeats what it got; the link is a secret, and neither record nor log may hold it.
    hook.reply = (post: { body: string }) => ({ status: 200, body: post.body });
    const sms = {
      id: 'sms',
      type: 'sms',
      url: hook.url,
      body: '{"key":"{secret}","to":"{phone}","text":"{text}"}',
      success: 'text',
      secret: { env: 'HOOK' },
    };
    start([sms, wecom()], { public_url: 'https://plant.hospital.example/plantroom', on_call: [{ trade: 'electrical', people: ['li'] }] });
    raise(definition('f1'));
    await until(() => expect([hook.posts.length, robot.posts.length]).toEqual([1, 1]));
    const token = /https:\/\/plant\.hospital\.example\/plantroom\/a\/([\w-]{22})/.exec(hook.posts[0]!.body)?.[1];
    expect(token).toBeDefined();
    expect(robotTexts()[0]).toContain('https://plant.hospital.example/plantroom/#/alarms/f1');
    expect(robotTexts()[0]).not.toContain('/a/');
    await until(() => expect(read.deliveriesOf('f1').map((one) => one.state)).toEqual(['sent', 'sent']));
    expect(JSON.stringify(read.deliveriesOf('f1')) + logged.join('')).not.toContain(token);
  });

  test('an urgent alarm is told once on each channel, also over restarts, and that is on record', async () => {
    start([webhook(), wecom()]);
    raise(definition('f1'));
    await until(() => expect([hook.posts.length, robot.posts.length]).toEqual([1, 1]));
    for (let i = 0; i < 3; i++) {
      await stop();
      start([webhook(), wecom()]);
      await clock.advance(minute);
    }
    raise(definition('f1'));
    await settled();
    expect([hook.posts.length, robot.posts.length]).toEqual([1, 1]);
    expect(read.deliveriesOf('f1')).toMatchObject([
      {
        channel: 'hook',
        step: 'raised',
        occurrence: 1,
        state: 'sent',
        attempts: 1,
        lastError: null,
        sentAt: clock.now() - 3 * minute,
        answer: 'HTTP 200',
      },
      { channel: 'robot', state: 'sent', answer: 'errcode 0 ok' },
    ]);
    expect(read.alarmPath()).toMatchObject({ state: 'fine', channels: [{ channel: 'hook', waiting: 0 }, { channel: 'robot' }] });
  });

  test('each occurrence is told anew, with its own key', async () => {
    start([webhook()]);
    raise(definition('f1'));
    clear('f1');
    await clock.advance(1_000);
    raise(definition('f1'));
    await until(() => expect(hook.posts).toHaveLength(2));
    expect(new Set(posts().map((post) => post.key)).size).toBe(2);
    expect(told()).toEqual(['raised f1', 'raised f1']);
    expect(read.deliveriesOf('f1', 2)).toHaveLength(1);
  });

  test('medium alarms open a ticket only and low ones nothing, unless the channel wants them; a lowered life-safety alarm is told all the same', async () => {
    start([webhook(), wecom({ priorities: ['medium', 'critical'] })]);
    raise(definition('m', { priority: 'medium' }));
    raise(definition('l', { priority: 'low' }));
    raise(oxygen('o', { priority: 'medium' }));
    await until(() => expect([hook.posts.length, robot.posts.length]).toEqual([1, 2]));
    expect(told()).toEqual(['raised o']);
    expect(read.deliveriesOf('l')).toEqual([]);
  });

  test('the return of a life-safety alarm is told, of others not, and never before its rise has arrived', async () => {
    start([webhook()]);
    hook.reply = () => ({ status: 503 });
    raise(oxygen('o'));
    raise(definition('f1'));
    await until(() => expect(hook.posts).toHaveLength(2));
    clear('o');
    clear('f1');
    await settled();
    expect(told().filter((one) => one.startsWith('returned'))).toEqual([]);
    hook.posts.length = 0;
    hook.reply = () => ({});
    await clock.advance(10_000);
    await until(() => expect(hook.posts).toHaveLength(3));
    expect(told().filter((one) => one.endsWith(' o'))).toEqual(['raised o', 'returned o']);
    const returned = posts().find((post) => post.step === 'returned');
    expect(returned?.text).not.toContain('先检查');
    expect(returned).toMatchObject({ subject: '【已恢复·紧急·生命安全】氧气 o，配电室' });
  });

  test('what is hidden calls nobody; it does when it comes into the open, and again when a shelf ends', async () => {
    start([webhook()]);
    desk.raise(definition('f1'), { at: clock.now(), value: 1, limit: 2 }, 'parent');
    raise(definition('f2'));
    await until(() => expect(told()).toEqual(['raised f2']));
    desk.releaseFrom('f1', 'parent');
    desk.shelve('f2', { id: 'anna' }, { reason: 'test', until: clock.now() + hour });
    notifier.kick();
    await until(() => expect(told()).toEqual(['raised f2', 'raised f1']));
    clock.advanceSync(hour);
    desk.endShelves();
    notifier.kick();
    await until(() => expect(told()).toEqual(['raised f2', 'raised f1', 'shelf-ended f2']));
  });

  test('an alarm that came and went while the notifier was behind is told with its own facts', async () => {
    start([webhook()]);
    await stop();
    const first = clock.now();
    desk.raise(definition('f1'), { at: first, value: 111, limit: 100 });
    desk.clear('f1', { at: first + 5_000, value: 1 });
    clock.advanceSync(10_000);
    desk.raise(definition('f1'), { at: first + 9_000, value: 222, limit: 100 });
    start([webhook()]);
    await until(() => expect(hook.posts).toHaveLength(2));
    expect(posts().map(({ alarms: [one] }) => [one?.occurrence, one?.raisedAt, one?.value])).toEqual([
      [1, first, 111],
      [2, first + 9_000, 222],
    ]);
  });

  test('what was in the journal before there was a notifier, or before there were channels, is no news', async () => {
    desk.raise(definition('old'), { at: clock.now(), value: 1, limit: 2 });
    start([]);
    raise(definition('unseen'));
    await clock.advance(1_000);
    await stop();
    expect(read.alarmPath().state).toBe('none');
    start([webhook()]);
    raise(definition('new'));
    await until(() => expect(told()).toEqual(['raised new']));
  });

  test.runIf(needs('aiosmtpd'))(
    'mail goes to each person on call for the trade who has an address, and each delivery is recorded by itself',
    async () => {
      await using server = await startSmtpServer();
      const mail = { id: 'mail', type: 'smtp', host: '127.0.0.1', port: server.port, security: 'none', from: 'p@hospital.example' };
      start([{ ...mail, language: 'en' }]);
      raise(oxygen('o'));
      raise(definition('f1'));
      raise(definition('w', { trade: 'wastewater' }));
      // Whoever has just had a message gets the next one some seconds later, with what has come in between.
      await until(() => expect(read.deliveries({ state: 'sent' })).toHaveLength(3));
      await clock.advance(16_000);
      await until(() => expect(read.deliveries({ state: 'sent' })).toHaveLength(5));
      // Nobody is on call for wastewater or for general maintenance: everybody on call is told.
      expect(
        read
          .deliveries()
          .map((one) => `${one.alarm} ${one.person}`)
          .sort(),
      ).toEqual(['f1 zhang', 'o zhang', 'o zhao', 'w zhang', 'w zhao']);
      await until(() => expect(server.mails).toHaveLength(5));
      expect(server.mails.map((one) => one.subject)).toContain('[Critical · life safety] Oxygen o, Switch room');
      expect(read.deliveriesOf('o')[0]?.answer).toContain('queued as 4711');
    },
  );
});

describe('when it does not work at once', () => {
  test('a try that fails is repeated after 5, 10, 20 s until it succeeds, and the record says so', async () => {
    start([webhook()]);
    hook.reply = () => ({ status: 503, body: 'overloaded' });
    raise(definition('f1'));
    await until(() => expect(hook.posts).toHaveLength(1));
    for (const [waitMs, count] of [[5_000, 2], [10_000, 3], [20_000, 4]] as const) {
      await settled();
      await clock.advance(waitMs - 1_500);
      await settled();
      expect(hook.posts).toHaveLength(count - 1);
      await clock.advance(1_800);
      await until(() => expect(hook.posts).toHaveLength(count));
    } // biome-ignore format: a table
    hook.reply = () => ({});
    await settled();
    await clock.advance(41_000);
    await until(() => expect(read.deliveriesOf('f1')).toMatchObject([{ state: 'sent', attempts: 5, lastError: 'HTTP 503 overloaded' }]));
    expect(new Set(posts().map((post) => post.key)).size).toBe(1);
    expect(posts().at(-1)?.text).toContain('可能重复');
    expect(await metric('plantroom_notices_retried_total')).toBe(4);
  });

  test('what is refused for good, and what has failed for too long, is recorded as failed, counted and logged', async () => {
    start([webhook({ give_up: '10m' })]);
    hook.reply = () => ({ status: 400, body: 'unknown field' });
    raise(definition('f1'));
    await until(() =>
      expect(read.deliveriesOf('f1')).toMatchObject([{ state: 'failed', attempts: 1, lastError: 'HTTP 400 unknown field' }]),
    );
    hook.reply = () => ({ status: 503 });
    raise(definition('f2'));
    for (let i = 0; i < 20; i++) {
      clock.advanceSync(50_000);
      await settled();
    }
    expect(read.deliveriesOf('f2')).toMatchObject([
      { state: 'failed', lastError: expect.stringMatching(/^given up after \d+ tries: HTTP 503/) },
    ]);
    expect(await metric('plantroom_notices_failed_total')).toBe(2);
    expect(logged.filter((line) => line.includes('given up') || line.includes('refused for good'))).toHaveLength(2);
  });

  test('a channel that does not work raises an alarm that goes out over the others; when none works that is told once, and seen', async () => {
    start([webhook(), wecom()]);
    hook.reply = () => ({ status: 401 });
    raise(oxygen('o'));
    await until(() => expect([hook.posts.length, robot.posts.length]).toEqual([1, 1]));
    await settled();
    for (let i = 0; i < 6; i++) {
      clock.advanceSync(30_000);
      await settled();
    }
    expect(desk.alarm('sys-notify.hook')).toMatchObject({ state: 'UNACK', priority: 'high', ticket: expect.any(String) });
    await until(() => expect(robotTexts().some((one) => one.includes('告警通知发送失败'))).toBe(true));
    expect(told().filter((one) => one.includes('sys-notify'))).toEqual([]);
    expect(read.alarmPath()).toMatchObject({ state: 'degraded', channels: [{ channel: 'hook', reason: 'HTTP 401', waiting: 1 }, {}] });

    robot.reply = () => ({ status: 500 });
    raise(oxygen('p'));
    await settled();
    for (let i = 0; i < 8; i++) {
      clock.advanceSync(30_000);
      await settled();
    }
    expect(read.alarmPath().state).toBe('broken');
    expect(await metric('plantroom_notify_path_broken')).toBe(1);
    expect(logged.filter((line) => line.includes('nobody is told'))).toHaveLength(1);
    expect(desk.alarm('sys-notify.robot')).toMatchObject({ active: true, priority: 'critical' });
    expect(await metric('plantroom_notices_life_safety_oldest_seconds')).toBeGreaterThan(180);

    hook.reply = () => ({});
    robot.reply = () => ok;
    for (let i = 0; i < 12; i++) {
      clock.advanceSync(30_000);
      await settled();
    }
    await until(() => expect(desk.alarm('sys-notify.hook')?.active).toBe(false));
    expect(read.alarmPath().state).toBe('fine');
    expect(await metric('plantroom_notify_path_broken')).toBe(0);
    expect(read.deliveries({ state: 'waiting' })).toEqual([]);
  });

  test('over a restart the alarm of a channel stands until the channel works, or is there no more', async () => {
    start([webhook(), wecom()]);
    hook.reply = () => ({ status: 401 });
    raise(oxygen('o'));
    await until(() => expect(robot.posts.length).toBe(1));
    for (let i = 0; i < 6; i++) {
      clock.advanceSync(30_000);
      await settled();
    }
    expect(desk.alarm('sys-notify.hook')).toMatchObject({ active: true, occurrence: 1 });
    const restart = async (channels: object[]) => {
      await stop();
      openConditionHandler(openRuleBook(siteWith(channels).config), desk, clock);
      start(channels);
      for (let i = 0; i < 6; i++) {
        clock.advanceSync(30_000);
        await settled();
      }
    };
    await restart([webhook(), wecom()]);
    expect(desk.alarm('sys-notify.hook')).toMatchObject({ active: true, occurrence: 1 });
    await restart([wecom()]);
    expect(desk.alarm('sys-notify.hook')).toMatchObject({ active: false, occurrence: 1 });
  });

  test('a missing secret holds up its own channel only, until it is there', async () => {
    const late: Record<string, string> = { HOOK: environment.HOOK };
    notifier = openNotifier({
      site: siteWith([webhook(), wecom()]),
      file: file(),
      desk,
      clock,
      log: pino({ level: 'silent' }),
      metrics: new Registry(),
      environment: late,
    });
    raise(oxygen('o'));
    await until(() => expect(hook.posts).toHaveLength(1));
    await until(() => expect(read.deliveriesOf('o').find((one) => one.channel === 'robot')?.lastError).toContain('ROBOT'));
    late.ROBOT = environment.ROBOT;
    await clock.advance(6_000);
    await until(() => expect(robot.posts).toHaveLength(1));
  });

  test('no secret is logged or recorded, not even when a server repeats it', async () => {
    start([webhook(), wecom()]);
    hook.reply = () => ({ status: 401, body: `no user with key ${environment.HOOK}` });
    robot.reply = () => ({ body: JSON.stringify({ errcode: 93000, errmsg: `invalid key ${environment.ROBOT} from ip` }) });
    raise(oxygen('o'));
    await until(() => expect(read.deliveries().filter((one) => one.lastError !== null)).toHaveLength(2));
    await stop();
    start([webhook(), wecom()]);
    const stored = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    for (const secret of Object.values(environment)) expect([...logged, ...stored].filter((one) => one.includes(secret))).toEqual([]);
    expect(read.deliveries().map((one) => one.lastError)).toContain('errcode 93000 invalid key <secret> from ip');
  });
});

describe('when there are too many', () => {
  test('a flood goes out within the limit as summaries that leave nothing out, and oxygen alarms in it go out by themselves at once', async () => {
    start([wecom()]);
    desk.batch(() => {
      for (let i = 0; i < 120; i++) desk.raise(definition(`f${i}`), { at: clock.now(), value: 110, limit: 100 });
    });
    raise(oxygen('o1'));
    await until(() => expect(robot.posts).toHaveLength(2));
    expect(robotTexts().filter((one) => one.includes('生命安全'))).toHaveLength(1);
    expect(robotTexts().find((one) => one.includes('汇总'))).toContain('120 条告警');
    // Then a trickle of 40 within 20 s, and 25 more oxygen alarms.
    for (let i = 0; i < 40; i++) {
      raise(definition(`g${i}`));
      await settled();
      await clock.advance(500);
    }
    expect(robot.posts.length).toBeLessThanOrEqual(15);
    for (let i = 0; i < 25; i++) raise(oxygen(`p${i}`));
    await until(() => expect(robotTexts().filter((one) => one.includes('生命安全'))).toHaveLength(26));
    expect(clock.now() - manualClock().now()).toBe(20_000);
    for (let i = 0; i < 10; i++) {
      clock.advanceSync(10_000);
      await settled();
    }
    const states = read.deliveries({ limit: 1_000 }).map((one) => one.state);
    expect(states).toHaveLength(120 + 40 + 26);
    expect(states.every((state) => state === 'sent' || state === 'summarised')).toBe(true);
    const sent = (await metric('plantroom_notices_sent_total')) ?? 0;
    expect(sent + ((await metric('plantroom_notices_summarised_total')) ?? 0)).toBe(186);
  });

  test('when the robot says "too many", ordinary notices wait a minute and oxygen alarms are tried again within seconds', async () => {
    start([wecom()]);
    robot.reply = () => ({ body: '{"errcode":45009,"errmsg":"api freq out of limit"}' });
    raise(definition('f1'));
    raise(oxygen('o'));
    // The danger to life was first, and what it was told holds for the others.
    await until(() => expect(robot.posts).toHaveLength(1));
    robot.reply = () => ok;
    await settled();
    await clock.advance(6_000);
    await until(() => expect(read.deliveriesOf('o')).toMatchObject([{ state: 'sent', attempts: 2 }]));
    expect(read.deliveriesOf('f1')).toMatchObject([{ state: 'waiting' }]);
    await clock.advance(60_000);
    await until(() => expect(read.deliveriesOf('f1')).toMatchObject([{ state: 'sent' }]));
    expect(desk.alarm('sys-notify.robot')).toBeUndefined();
  });

  test('alarms under a root cause that is told are recorded and not sent; a life-safety alarm is sent whatever it stands under', async () => {
    start([webhook({ per_minute: 4 })]);
    raise(definition('root'));
    await until(() => expect(told()).toEqual(['raised root']));
    desk.batch(() => {
      for (const one of [definition('a'), definition('b'), oxygen('o')]) {
        desk.raise(one, { at: clock.now(), value: 1, limit: 2 });
        desk.setCause(one.id, 'root');
      }
    });
    notifier.kick();
    await until(() => expect(told()).toEqual(['raised root', 'raised o']));
    // Once the danger to life is out.
    await until(() => expect(read.deliveriesOf('a')).toMatchObject([{ state: 'grouped', answer: 'under root' }]));
    expect(await metric('plantroom_notices_grouped_total')).toBe(2);
  });

  test('what follows from an alarm that somebody has already is told', async () => {
    start([webhook()]);
    raise(definition('root'));
    await until(() => expect(told()).toEqual(['raised root']));
    desk.acknowledge('root', { id: 'zhang' });
    desk.batch(() => {
      desk.raise(definition('a'), { at: clock.now(), value: 1, limit: 2 });
      desk.setCause('a', 'root');
    });
    notifier.kick();
    await until(() => expect(told()).toContain('raised a'));
  });

  test('the limit of a minute holds over a restart', async () => {
    start([wecom({ per_minute: 8 })]);
    for (let i = 0; i < 6; i++) {
      raise(definition(`f${i}`));
      await settled();
      await clock.advance(i < 5 ? 1_000 : 11_000);
    }
    await until(() => expect(robot.posts).toHaveLength(6));
    await stop();
    start([wecom({ per_minute: 8 })]);
    raise(definition('g'));
    await settled();
    await clock.advance(20_000);
    await settled();
    expect(robot.posts).toHaveLength(6);
    await clock.advance(30_000);
    await until(() => expect(robot.posts).toHaveLength(7));
  });
});

test('a notice that is told late says how late it is', async () => {
  start([webhook({ language: 'en' })]);
  hook.reply = () => ({ status: 503 });
  raise(definition('f1'));
  await until(() => expect(hook.posts).toHaveLength(1));
  await stop();
  hook.reply = () => ({});
  clock.advanceSync(20 * minute);
  start([webhook({ language: 'en' })]);
  await until(() => expect(posts().at(-1)?.text).toContain('This notice is late: the alarm began 20 minutes ago'));
});

test('what is owed to a channel that was taken out of the site file is recorded as failed', async () => {
  start([webhook(), wecom()]);
  hook.reply = () => ({ status: 503 });
  raise(definition('f1'));
  await until(() => expect(read.deliveriesOf('f1')).toMatchObject([{ lastError: 'HTTP 503' }, { state: 'sent' }]));
  await stop();
  start([wecom()]);
  expect(read.deliveriesOf('f1')).toMatchObject([
    { state: 'failed', lastError: 'the site file has this channel no more' },
    { state: 'sent' },
  ]);
  expect(read.alarmPath()).toMatchObject({ state: 'fine', channels: [{ channel: 'robot' }] });
});

test('a channel that is not set up right starts nothing', () => {
  start([]);
  expect(() =>
    openNotifier({
      site: siteWith([{ id: 'x', type: 'smpt' }]),
      file: file(),
      desk,
      clock,
      log: pino({ level: 'silent' }),
      metrics: new Registry(),
    }),
  ).toThrow(expect.objectContaining({ code: 'site/invalid', message: expect.stringContaining('did you mean "smtp"') }));
});
