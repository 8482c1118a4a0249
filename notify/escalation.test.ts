/** Nobody answers: who is called when, in plant time, with a real desk, real rosters and a real HTTP server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase } from '../desk/database.ts';
import { type Deliveries, type Delivery, openDeliveries } from '../desk/deliveries.ts';
import type { AlarmDefinition, EngineDesk } from '../desk/desk.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { blueprintAsChannel } from '../test/blueprint-channel.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, type Reply, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';
import { type Notifier, openNotifier } from './notifier.ts';

const second = 1_000;
const minute = 60 * second;
const text = (en: string) => ({ zh: en, en });
const definition = (id: string, over: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  id,
  rule: 'EL-OVER',
  device: id,
  quantity: 'current_l1_a',
  system: 'electricity',
  priority: 'critical',
  trade: 'electrical',
  lifeSafety: false,
  latching: false,
  unit: 'A',
  title: text(`Overload ${id}`),
  message: text(`${id} overloaded`),
  check: text('Check the load'),
  location: text('Switch room'),
  building: null,
  department: null,
  source: 'proposal',
  ticket: true,
  causeKey: id,
  ...over,
});

let channel: Disposable;
let clock: ManualClock;
let folder: string;
let desk: EngineDesk;
let phones: HttpReceiver;
let second_: HttpReceiver;
let group: HttpReceiver;
let read: Deliveries;
let notifier: Notifier;

const people = ['duty', 'chief', 'logistics', 'outside'].map((id, index) => ({ id, name: id, phone: `10${index}` }));
const fixed = (id: string, rank: string, person: string, trades: string[] = ['electrical']) => ({
  id,
  name: text(id),
  trades,
  rank,
  layers: [{ kind: 'weekly', start: '2020-01-06T00:00', turns: [[{ person }]] }],
});
const duty = fixed('duty', 'duty', 'duty');
const everyRank = [
  duty,
  fixed('heads', 'head', 'chief'),
  fixed('logistics', 'logistics', 'logistics', []),
  fixed('outside', 'contractor', 'outside', []),
];
const sms = (over: object = {}) => ({ id: 'sms', type: '_blueprint', url: phones.url, token: { env: 'T' }, ...over });
const robot = () => ({ id: 'robot', type: 'webhook', url: group.url, secret: { env: 'T' } });

const start = (rosters: object[], channels: object[], more: object = {}) => {
  const site = siteOf({ gw: [['m1', 'electricity']] }, { people, rosters, channels, ...more });
  notifier = openNotifier({
    site,
    file: file(),
    desk,
    clock,
    log: silentLog(),
    metrics: new Registry(),
    environment: { T: 'a-secret-token-of-the-gateway' },
  });
};
const file = () => join(folder, 'operations.db');
const raise = (one: AlarmDefinition) => {
  desk.raise(one, { at: clock.now(), value: 110, limit: 100 });
  notifier.kick();
};
/** Lets real servers answer; plant time stands still. */
const settle = async () => {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setTimeout(resolve, 7));
};
const until = (check: () => void) => vi.waitFor(check, { timeout: hangMs, interval: 5 });
let begin: number;
/** Who was called over what, and after how many seconds of the plant. */
const calls = (filter: Partial<Delivery> = {}) =>
  read
    .deliveries({ limit: 5_000 })
    .filter((one) => one.step === 'escalated' && Object.entries(filter).every(([key, value]) => one[key as keyof Delivery] === value))
    .map((one) => `${(one.createdAt - begin) / second} ${one.person ?? 'group'} ${one.channel}`)
    .sort(byTime);

beforeEach(async () => {
  channel = blueprintAsChannel();
  clock = manualClock();
  begin = clock.now();
  folder = mkdtempSync(join(tmpdir(), 'plantroom-escalation-'));
  desk = openEngineDesk({ file: file(), clock });
  [phones, second_, group] = await Promise.all([startHttpReceiver(), startHttpReceiver(), startHttpReceiver()]);
  read = openDeliveries({ file: file() });
});
afterEach(async () => {
  channel[Symbol.dispose]();
  await notifier[Symbol.asyncDispose]();
  read[Symbol.dispose]();
  desk[Symbol.dispose]();
  for (const one of [phones, second_, group]) await one[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
/** Moves the plant on second by second, letting the servers answer in between. */
const pass = async (ms: number, step = 30 * second) => {
  for (let gone = 0; gone < ms; gone += step) {
    await clock.advance(Math.min(step, ms - gone));
    await settle();
  }
};

describe('nobody answers', () => {
  test('every rank is called at its plant time: 1, 2, 4 and 8 times the time to acknowledge', async () => {
    start(everyRank, [sms(), robot()]);
    raise(definition('a'));
    await until(() => expect(phones.posts).toHaveLength(1));
    await pass(25 * minute);
    expect(calls()).toEqual(
      ['180 duty sms', '360 chief sms', '720 logistics sms', '720 outside sms', '1440 duty sms', '1440 group robot'].sort(byTime),
    );
    expect(JSON.parse(phones.posts.at(-1)!.body).text).toMatch(/第5次呼叫，无人确认/);
  });

  test('an acknowledgement ends it, and so does the return of the alarm; what was not sent yet is withdrawn', async () => {
    start(everyRank, [sms()]);
    raise(definition('a'));
    raise(definition('b', { priority: 'high' }));
    await pass(4 * minute);
    desk.acknowledge('a', { id: 'duty' });
    await pass(5 * minute);
    desk.clear('b', { at: clock.now(), value: 50 });
    await pass(60 * minute, minute);
    expect(calls()).toEqual(['180 duty sms']);
  });

  test('a step that is empty costs no time: without heads and contractors the group is called in the same second', async () => {
    start([duty], [sms(), robot()]);
    raise(definition('a'));
    await pass(7 * minute);
    expect(calls()).toEqual(['180 duty sms', '360 duty sms', '360 group robot'].sort(byTime));
  });

  test.each([
    ['no channel is there at all', 'no-channel', [duty], () => [], {}],
    [
      'nobody is there',
      'empty',
      [{ ...duty, layers: [{ ...duty.layers[0]!, turns: [[{ person: 'duty', to: '2020-02-01T00:00' }]] }] }],
      () => [sms()],
      {},
    ],
    ['no channel has an address of whoever is there', 'no-address', [duty], () => [sms()], { people: [{ id: 'duty', name: 'duty' }] }],
  ])('a step that calls nobody says why: %s', async (_why, outcome, rosters, channels, more) => {
    start(rosters, channels(), more);
    raise(definition('a'));
    await pass(4 * minute);
    using db = openDatabase(file());
    expect(db.get<{ outcome: string }>('SELECT outcome FROM escalation_log ORDER BY id LIMIT 1')).toEqual({ outcome });
  });

  test('where not even duty has anybody, the head is called at once', async () => {
    const gone = [{ ...duty.layers[0]!, turns: [[{ person: 'duty', to: '2020-02-01T00:00' }]] }];
    start([{ ...duty, layers: gone }, fixed('heads', 'head', 'chief')], [sms()]);
    raise(definition('a'));
    await settle();
    expect(calls()).toEqual(['0 chief sms']);
    expect(phones.posts).toHaveLength(1);
  });

  test('a restart goes on where it was, and calls nobody twice', async () => {
    start(everyRank, [sms()]);
    raise(definition('a'));
    await pass(4 * minute);
    await notifier[Symbol.asyncDispose]();
    await clock.advance(3 * minute);
    start(everyRank, [sms()]);
    await settle();
    await pass(minute);
    expect(calls()).toEqual(['180 duty sms', '420 chief sms']);
    await pass(5 * minute);
    expect(calls().slice(2)).toEqual(['720 logistics sms', '720 outside sms']);
  });

  test('an alarm that flutters climbs all the same', async () => {
    start(everyRank, [sms()]);
    for (let round = 0; round < 8; round++) {
      raise(definition('a'));
      await pass(45 * second);
      desk.clear('a', { at: clock.now(), value: 50 });
      await pass(15 * second);
    }
    expect(calls({ person: 'chief' })).toHaveLength(1);
  });

  test('the site file names its own steps: persons, channels in order, repetition until the next', async () => {
    const steps = [
      { after: '1m', targets: ['duty'], channels: ['sms2', 'sms'], repeat: { every: '30s', times: 5 } },
      { after: '2m', targets: ['chief', 'outside'] },
    ];
    start([duty], [sms(), sms({ id: 'sms2', url: second_.url })], { escalation: { critical: steps } });
    raise(definition('a'));
    await pass(10 * minute);
    expect(calls()).toEqual(['60 duty sms2', '90 duty sms2', '120 chief sms', '120 outside sms']);
  });
});

describe('somebody takes it', () => {
  test('the others who were told hear it once, over the channel that reached them, the one who took it does not; so does a group', async () => {
    start(everyRank, [sms(), robot()]);
    raise(definition('a'));
    await pass(7 * minute);
    const before = phones.posts.length;
    desk.acknowledge('a', { id: 'chief' });
    notifier.kick();
    await pass(15 * second, second);
    await until(() => expect(phones.posts).toHaveLength(before + 1));
    await until(() => expect(JSON.parse(group.posts.at(-1)!.body)).toMatchObject({ step: 'taken' }));
    expect(JSON.parse(phones.posts.at(-1)!.body)).toMatchObject({ to: '100' });
    expect(JSON.parse(phones.posts.at(-1)!.body).text).toMatch(/chief已接单/);
    await pass(20 * minute);
    const taken = read.deliveries({ alarm: 'a' }).filter(({ step }) => step === 'taken');
    expect(taken.map(({ channel, person, state }) => `${channel} ${person} ${state}`).sort()).toEqual(['robot null sent', 'sms duty sent']);
  });

  test('that is counted in a storm like any message, and of a danger to life it is not', async () => {
    start([duty, fixed('gas', 'duty', 'duty', ['medical-gas'])], [sms({ per_minute: 6_000 })], { escalation: { critical: [], high: [] } });
    for (let index = 0; index < 20; index++) raise(definition(`m${index}`));
    raise(definition('o2', { system: 'oxygen', trade: 'medical-gas', lifeSafety: true, title: text('Oxygen low') }));
    await pass(minute, second);
    const before = phones.posts.length;
    for (let index = 0; index < 20; index++) desk.acknowledge(`m${index}`, { id: 'chief' });
    desk.acknowledge('o2', { id: 'chief' });
    notifier.kick();
    await pass(8 * minute);
    const told = phones.posts.slice(before).map(({ body }) => JSON.parse(body).text as string);
    expect(told[0]).toMatch(/chief已接单.*Oxygen low/);
    expect(told.slice(1).map((one) => one.split('\n')[0])).toEqual(['【20 条告警已接单】示范医院']);
    expect(phones.posts.filter(({ body }) => !body.includes('Oxygen low')).length).toBeLessThanOrEqual(2);
    expect(read.deliveries({ state: 'waiting', limit: 1_000 })).toEqual([]);
  }, 240_000);
});

const byTime = (a: string, b: string) => Number(a.split(' ')[0]) - Number(b.split(' ')[0]) || a.localeCompare(b);

describe('when the way is broken', () => {
  const dead: Reply = { status: 503, body: 'away' };

  test('a channel that fails falls back to the next in the same second', async () => {
    second_.reply = () => dead;
    const steps = [{ after: '1m', targets: ['duty'], channels: ['sms2', 'sms'] }];
    // The second channel tells of nothing by itself, so that its first failure is the call.
    start([duty], [sms(), sms({ id: 'sms2', url: second_.url, priorities: ['low'] })], { escalation: { critical: steps } });
    raise(definition('a'));
    await until(() => expect(phones.posts).toHaveLength(1));
    await clock.advance(minute);
    await until(() => expect(phones.posts).toHaveLength(2));
    expect(calls()).toEqual(['60 duty sms', '60 duty sms2'].sort(byTime));
  });

  test('all of them failing: the screen has a critical alarm of it within ten seconds, and every rank is owed a call', async () => {
    phones.reply = () => dead;
    start(everyRank, [sms()]);
    raise(definition('a'));
    await until(() => expect(read.alarmPath().state).toBe('broken'));
    await pass(10 * second, second);
    expect(desk.alarm('sys-notify.sms')).toMatchObject({ state: 'UNACK', priority: 'critical' });
    expect(clock.now() - begin).toBeLessThanOrEqual(10 * second);
    expect(new Set(calls().map((call) => call.split(' ')[1]))).toEqual(new Set(['duty', 'chief', 'logistics', 'outside']));
    // The way is mended: they are told, since nobody has answered.
    phones.reply = () => ({});
    await pass(6 * minute);
    expect(new Set(phones.posts.map((post) => JSON.parse(post.body).to)).size).toBe(4);
  });
});

describe('a storm', () => {
  test('of 500 alarms is at most two messages a person in ten minutes, and an oxygen alarm in the middle goes by itself at once', async () => {
    start([duty, fixed('gas', 'duty', 'duty', ['medical-gas'])], [sms({ per_minute: 6_000 })], { escalation: { critical: [], high: [] } });
    const begun = clock.now();
    for (let index = 0; index < 500; index++) {
      raise(definition(`m${index}`, { priority: index % 7 === 0 ? 'critical' : 'high' }));
      if (index % 50 === 49) await clock.advance(second);
      if (index !== 250) continue;
      raise(definition('o2', { system: 'oxygen', trade: 'medical-gas', lifeSafety: true, title: text('Oxygen low') }));
      await until(() => expect(phones.posts.some((post) => post.body.includes('Oxygen low'))).toBe(true));
    }
    await pass(9 * minute + 45 * second);
    expect(clock.now() - begun).toBeLessThan(10 * minute);
    const ordinary = () => phones.posts.filter((post) => !post.body.includes('Oxygen low'));
    expect(ordinary().length).toBeLessThanOrEqual(2);
    expect(ordinary().length).toBeGreaterThan(0);
    await pass(3 * minute);
    // Nothing is left out: each alarm has gone out, by itself or in a summary.
    expect(read.deliveries({ state: 'waiting', limit: 1_000 })).toEqual([]);
    expect(ordinary().length).toBeLessThanOrEqual(4);
  }, 240_000);
});
