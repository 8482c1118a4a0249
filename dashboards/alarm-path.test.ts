/** The way from an alarm to people, as the console sees it: the time line of an alarm, the screens on record, web push, tests of channels. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openAnswerLinks, openDatabase, openPush, openTestNotices, pushId } from '../desk/index.ts';
import { type Notifier, openNotifier } from '../notify/notifier.ts';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { operationsFile } from '../shared/role.ts';
import { blueprintAsChannel } from '../test/blueprint-channel.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';

const people = [
  { id: 'zhang', name: '张建国', email: 'zhang@hospital.example' },
  { id: 'technician', name: '赵敏', email: 'zhao@hospital.example' },
];
let app: DashboardsApp;
let db: Database;
beforeAll(async () => {
  const channels = [{ id: 'push', type: 'push', contact: 'it@hospital.example', services: ['fcm.googleapis.com'] }];
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { people, channels }));
  db = openDatabase(operationsFile(app.dataDir));
});
afterAll(async () => {
  db?.[Symbol.dispose]();
  await app?.[Symbol.asyncDispose]();
});

const raise = (id: string) => app.desk.raise(heatingAlarm('loop-1', { id, causeKey: id }), { at: Date.now(), value: 80, limit: 100 });
const delivered = (id: string, occurrence: number, person: string, state: string, sentAt: number | null, error: string | null = null) =>
  db.run(
    `INSERT INTO deliveries (key, seq, alarm, occurrence, step, channel, person, rank, priority, life_safety, state, attempts, uncertain, created_at,
      queued_at, due_at, sent_at, last_error, alarm_then) VALUES (?,1,?,?,'raised','mail',?,1,'critical',0,?,1,0,?,0,0,?,?,'{}')`,
    `${id}/${occurrence}/${person}`,
    id,
    occurrence,
    person,
    state,
    Date.now(),
    sentAt,
    error,
  );
const trail = async (id: string, query = '') => {
  const { status, json } = await app.call('GET', `/api/alarms/${id}/trail${query}`, { token: await app.signIn('viewer') });
  return { status, json, lines: (json.entries ?? []).map((one: { kind: string; event: string }) => `${one.kind} ${one.event}`) };
};

test('one page has every message, silence, answer, override, arrival and signature of an occurrence, in the order of time', async () => {
  const id = 'trail.one';
  const alarm = raise(id);
  delivered(id, 1, 'zhang', 'failed', null, 'HTTP 503 away');
  delivered(id, 1, 'technician', 'sent', Date.now() + 1);
  db.run(
    "INSERT INTO escalation_log (alarm, occurrence, at, step, targets, outcome, told) VALUES (?,1,?,0,?,'empty','[]'), (?,1,?,1,?,'declined',?)",
    id,
    Date.now() + 2,
    '["head"]',
    id,
    Date.now() + 2,
    '[]',
    '[{"person":"zhang","channel":null}]',
  );
  await new Promise((resolve) => setTimeout(resolve, 10));
  const links = openAnswerLinks(db);
  const token = links.make({ delivery: `${id}/1/technician`, alarm: id, occurrence: 1, person: 'technician', language: 'zh' }, Date.now());
  const taken = await fetch(`${app.url}/a/${token}/take`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: '',
  });
  expect(taken.status).toBe(200);
  const who = { id: 'technician' };
  app.desk.arrive(alarm.ticket!, who);
  app.desk.resolve(alarm.ticket!, who, 'filled up');
  app.desk.verify(alarm.ticket!, { id: 'admin', admin: true }, undefined, { reason: 'the sensor is away' });
  const { json, lines } = await trail(id);
  expect(json).toMatchObject({ occurrence: 1, occurrences: 1 });
  expect(json.entries.map(({ t }: { t: number }) => t)).toEqual(json.entries.map(({ t }: { t: number }) => t).toSorted());
  const order = [
    'move raise',
    'message raised',
    'silence empty',
    'answer declined',
    'move take',
    'ticket arrive',
    'ticket resolve',
    'ticket verify',
  ];
  expect(order.map((one) => lines.indexOf(one))).toEqual(order.map((one) => lines.indexOf(one)).toSorted((a, b) => a - b));
  expect(lines).toEqual(expect.arrayContaining(order));
  expect(json.entries.filter(({ bad }: { bad: boolean }) => bad).map(({ event }: { event: string }) => event)).toEqual([
    'raised',
    'empty',
    'verify',
  ]);
  expect(json.entries.find(({ state }: { state: string }) => state === 'failed').why).toBe('HTTP 503 away');
});

test('each occurrence has its own page; one that never was is unknown', async () => {
  const id = 'trail.two';
  raise(id);
  app.desk.acknowledge(id, { id: 'zhang' });
  app.desk.clear(id, { at: Date.now(), value: 120 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  raise(id);
  expect((await trail(id)).lines.filter((one: string) => one.startsWith('move'))).toEqual(['move raise']);
  expect((await trail(id, '?occurrence=1')).lines.filter((one: string) => one.startsWith('move'))).toEqual([
    'move raise',
    'move acknowledge',
    'move clear',
  ]);
  expect((await trail(id, '?occurrence=3')).status).toBe(404);
  expect((await trail('no.such')).status).toBe(404);
});

test('of one moment the moves stand in the order in which they were made', async () => {
  const id = 'trail.moment';
  raise(id);
  app.desk.acknowledge(id, { id: 'zhang' });
  app.desk.clear(id, { at: Date.now(), value: 120 });
  db.run("UPDATE journal SET t = ? WHERE kind = 'alarm' AND id = ?", Date.now(), id);
  expect((await trail(id)).lines.filter((one: string) => one.startsWith('move'))).toEqual(['move raise', 'move acknowledge', 'move clear']);
});

test('what a screen shows is on record with its user, sound and acknowledgement, and stands among the deliveries', async () => {
  const id = 'seen.one';
  raise(id);
  const token = await app.signIn('technician');
  const shown = (sounded: boolean, who = token) =>
    app.call('POST', '/api/console/shown', {
      token: who,
      body: {
        alarms: [
          { id, occurrence: 1 },
          { id: 'never.was', occurrence: 1 },
        ],
        sounded,
      },
    });
  expect((await shown(false)).json).toEqual({ noted: 1 });
  expect((await shown(false)).json).toEqual({ noted: 0 });
  await shown(true);
  await shown(false, await app.signIn('viewer'));
  await app.call('POST', `/api/alarms/${id}/acknowledge`, { token, body: {} });
  const { json } = await app.call('GET', `/api/alarms/${id}/deliveries`, { token });
  expect(json.map(({ channel, person, answer }: Record<string, string>) => `${channel} ${person} ${answer}`).sort()).toEqual([
    'console technician acknowledged',
    'console viewer shown',
  ]);
  expect((await trail(id)).lines).toEqual(expect.arrayContaining(['receipt sounded', 'receipt shown']));
  const listed = await app.call('GET', '/api/deliveries?channel=console', { token });
  expect(listed.json.filter(({ alarm }: { alarm: string }) => alarm === id)).toHaveLength(2);
});

test('a browser subscribes for the user who is signed in, at a push service of the site only; the address never comes back', async () => {
  const token = await app.signIn('technician');
  const keys = { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) };
  const subscribe = (endpoint: string, who = token) =>
    app.call('POST', '/api/push', { token: who, body: { endpoint, keys, device: 'Android Chrome' } });
  const first = (await app.call('GET', '/api/push', { token })).json;
  expect(first).toMatchObject({ person: true, devices: [], key: expect.stringMatching(/^[\w-]{87}$/) });
  expect(statSync(join(app.dataDir, 'secrets', 'push.json')).mode & 0o777).toBe(0o600);
  for (const wrong of ['http://127.0.0.1:8086/x', 'https://evil.example/x', 'https://fcm.googleapis.com.evil.example/x'])
    expect([wrong, (await subscribe(wrong)).status]).toEqual([wrong, 400]);
  const endpoint = 'https://fcm.googleapis.com/fcm/send/secret-of-the-browser';
  const { status, json } = await subscribe(endpoint);
  expect([status, json.devices.length, JSON.stringify(json).includes('secret-of')]).toEqual([200, 1, false]);
  await subscribe(endpoint);
  const other = await app.signIn('viewer');
  expect((await app.call('DELETE', `/api/push/${json.devices[0].id}`, { token: other })).status).toBe(404);
  expect((await app.call('GET', '/api/push', { token: other })).json).toMatchObject({ person: false, devices: [] });
  for (let index = 0; index < 12; index++) await subscribe(`${endpoint}-${index}`);
  expect((await app.call('GET', '/api/push', { token })).json.devices).toHaveLength(10);
  const left = (await app.call('DELETE', `/api/push/${pushId(`${endpoint}-11`)}`, { token })).json;
  expect(left.devices).toHaveLength(9);
  // Whoever loses his account is told nothing more.
  await subscribe(`${endpoint}-ward`, await app.signIn('ward'));
  expect(openPush(db).any('ward')).toBe(true);
  expect((await app.call('DELETE', '/api/users/ward', { token: await app.signIn('admin') })).status).toBe(204);
  expect(openPush(db).any('ward')).toBe(false);
});

describe('with a notifier', () => {
  let channel: Disposable | undefined;
  let phones: HttpReceiver;
  let notifier: Notifier;
  beforeAll(async () => {
    phones = await startHttpReceiver();
    channel = blueprintAsChannel();
    const channels = [
      { id: 'sms', type: '_blueprint', url: phones.url, token: { env: 'T' } },
      { id: 'hook', type: 'webhook', url: phones.url, secret: { env: 'T' } },
    ];
    const site = siteOf(
      { gw1: [['loop-1', 'heating']] },
      {
        people: people.map((one, at) => ({ ...one, phone: `10${at}` })),
        channels,
        on_call: [{ trade: 'general', people: ['zhang'] }],
        public_url: 'https://desk.example/',
      },
    );
    notifier = openNotifier({
      site,
      file: operationsFile(app.dataDir),
      desk: app.desk,
      clock: systemClock(),
      log: silentLog(),
      metrics: new Registry(),
      environment: { T: 'a-secret-token-of-the-gateway' },
    });
  });
  afterAll(async () => {
    channel?.[Symbol.dispose]();
    await phones?.[Symbol.asyncDispose]();
  });
  const send = async (channel: string, body: object = {}, role: 'engineer' | 'technician' = 'engineer') =>
    app.call('POST', `/api/channels/${channel}/test`, { token: await app.signIn(role), body });

  test('a test notice goes out and says what the receiver said; a failing channel says so in its own words, without its secret', async () => {
    expect((await send('sms', { person: 'zhang' })).json).toMatchObject({
      state: 'sent',
      person: 'zhang',
      answer: expect.stringContaining('HTTP 200'),
    });
    expect(JSON.parse(phones.posts.at(-1)?.body ?? '{}')).toMatchObject({ to: '100', text: expect.stringContaining('engineer') });
    expect((await send('hook')).json).toMatchObject({ state: 'sent', person: null });
    phones.reply = () => ({ status: 401, body: 'bad token a-secret-token-of-the-gateway' });
    const failed = await send('sms', { person: 'zhang' });
    expect(failed.json).toMatchObject({ state: 'failed', error: expect.stringContaining('HTTP 401 bad token <secret>') });
    phones.reply = () => ({});
    expect((await send('sms')).status).toBe(400);
    expect((await send('no-such')).status).toBe(404);
    expect((await send('sms', { person: 'zhang' }, 'technician')).status).toBe(403);
  });

  test('the link in it confirms by POST only, once is enough, and a guessed one is refused', async () => {
    await send('sms', { person: 'zhang' });
    const token = /\/t\/([\w-]{22})/.exec(JSON.parse(phones.posts.at(-1)?.body ?? '{}').text)?.[1];
    const page = await app.call('GET', `/t/${token}`);
    expect([page.status, page.json.includes('已收到'), page.headers.get('cache-control')]).toEqual([200, true, 'no-store']);
    const status = async () => (await app.call('GET', '/api/test-notices', { token: await app.signIn('viewer') })).json;
    expect((await status()).byHand[0].confirmedAt).toBe(null);
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' };
    const post = () => fetch(`${app.url}/t/${token}`, { method: 'POST', headers: form, body: '' });
    expect([(await post()).status, (await post()).status]).toEqual([200, 200]);
    expect((await status()).byHand[0].confirmedAt).toBeGreaterThan(0);
    expect((await fetch(`${app.url}/t/${'A'.repeat(22)}`, { method: 'POST', headers: form, body: '' })).status).toBe(404);
  });

  test('who is signed in confirms the weekly test in the console; who has not is named', async () => {
    const notices = openTestNotices(db);
    const round = Date.now();
    for (const person of ['zhang', 'technician']) {
      const id = notices.ask({ channel: 'sms', person, by: 'engine', round }, round, Date.now() + 3_600_000);
      notices.sent(id, 'HTTP 200', round);
    }
    const token = await app.signIn('technician');
    expect((await app.call('POST', '/api/test-notices/confirm', { token })).json).toEqual({ confirmed: 1 });
    const { json } = await app.call('GET', '/api/test-notices', { token });
    expect(json.people.map(({ name, state }: Record<string, string>) => `${name} ${state}`)).toEqual([
      '赵敏 confirmed',
      '张建国 unconfirmed',
    ]);
    expect(json.next).toBeGreaterThan(Date.now());
  });

  test('a notifier that ends is silence on every screen within ten seconds', async () => {
    const token = await app.signIn('viewer');
    const abort = new AbortController();
    const response = await fetch(`${app.url}/api/live?topics=alarms`, {
      headers: { authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    let text = '';
    const reading = (async () => {
      for await (const part of response.body ?? []) text += Buffer.from(part).toString();
    })().catch(() => undefined);
    await vi.waitFor(() => expect(text).toMatch(/event: path\ndata: {"state":"(fine|degraded|broken)"/), hangMs);
    const endedAt = performance.now();
    await notifier[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(text).toContain('"state":"silent"'), { timeout: hangMs, interval: 50 });
    const tookMs = performance.now() - endedAt;
    abort.abort();
    await reading;
    // Where nothing else runs.
    if (process.env.PLANTROOM_TEST_LONG) expect(tookMs).toBeLessThan(10_000);
    expect((await app.call('GET', '/api/alarm-path', { token })).json.state).toBe('silent');
  }, 240_000);
});
