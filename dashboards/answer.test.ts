/** One-time links: the page, the three answers, and everything that must be refused. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AnswerLink, type AnswerLinks, type Database, openAnswerLinks, openDatabase } from '../desk/index.ts';
import type { Alarm } from '../shared/alarm.ts';
import { operationsFile } from '../shared/role.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

const people = [
  { id: 'zhang', name: '张建国<b>' },
  { id: 'zhao', name: '赵敏' },
];
const step = (after: string) => ({ after, targets: ['duty'] });
let app: DashboardsApp;
let db: Database;
let links: AnswerLinks;
let alarm: Alarm;
let count = 0;
beforeAll(async () => {
  app = await startDashboardsApp(
    siteOf({ gw1: [['loop-1', 'heating']] }, { people, escalation: { critical: [step('3m'), step('6m')], high: [] } }),
  );
  db = openDatabase(operationsFile(app.dataDir));
  links = openAnswerLinks(db);
});
afterAll(async () => {
  db?.[Symbol.dispose]();
  await app?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  const id = `loop-low.${++count}`;
  alarm = app.desk.raise(heatingAlarm('loop-1', { id, lifeSafety: true, causeKey: id }), { at: Date.now(), value: 80, limit: 100 });
});

const linkFor = (person = 'zhang', more: { now?: number; delivery?: string; language?: 'zh' | 'en' } = {}) => {
  const link: Pick<AnswerLink, 'delivery' | 'alarm' | 'occurrence' | 'person' | 'language'> = {
    delivery: more.delivery ?? `${alarm.id}/${person}`,
    alarm: alarm.id,
    occurrence: alarm.occurrence,
    person,
    language: more.language ?? 'en',
  };
  return links.make(link, more.now ?? Date.now());
};
/** As the escalation of the notifier leaves it: step `at` is the next to be called, far from now. */
const calling = (at: number, times = 0) =>
  db.run(
    'INSERT INTO escalations (alarm, occurrence, name, seq, step, times, calls, begun_at, due_at) VALUES (?,?,?,0,?,?,1,0,?)',
    alarm.id,
    alarm.occurrence,
    alarm.id,
    at,
    times,
    Date.now() + 3_600_000,
  );
const escalated = () => db.get<{ step: number; due_at: number | null }>('SELECT step, due_at FROM escalations WHERE alarm = ?', alarm.id);
const told = (person: string) =>
  db.run(
    `INSERT INTO deliveries (key, seq, alarm, occurrence, step, channel, person, rank, priority, life_safety, state, attempts, uncertain, created_at,
      queued_at, due_at, alarm_then) VALUES (?,1,?,?,'raised','sms',?,1,'critical',1,'sent',1,0,0,0,0,'{}')`,
    `${alarm.id}/${person}`,
    alarm.id,
    alarm.occurrence,
    person,
  );
const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' };
const get = (token: string, query = '') => app.call('GET', `/a/${token}${query}`);
const post = async (token: string, answer: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}/a/${token}/${answer}`, { method: 'POST', headers: { ...form, ...headers }, body: '' });
  return { status: response.status, html: await response.text() };
};

test('the page tells what, where, how bad, what to check and the statutory sentence, in both languages, and runs and fetches nothing', async () => {
  told('zhao');
  const token = linkFor();
  const { status, json: html, headers } = await get(token);
  expect(status).toBe(200);
  for (const part of [
    'Loop pressure low',
    'Rear building',
    '80 kPa',
    '100 kPa',
    'Check the make-up',
    'statutory',
    '赵敏 (no answer yet)',
    'I take it',
  ])
    expect(html).toContain(part);
  expect((await get(token, '?lang=zh')).json).toContain('我来处理');
  expect(html).not.toMatch(/<script|<b>|src=|href="\/|action="\//);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/);
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
});

test('GET and HEAD do nothing, however often; I take it acknowledges and makes the ticket his, once', async () => {
  const token = linkFor();
  for (let i = 0; i < 3; i++) await get(token);
  await fetch(`${app.url}/a/${token}`, { method: 'HEAD' });
  expect((await get(`${token}/take`)).status).toBe(404);
  expect(app.desk.alarm(alarm.id)?.state).toBe('UNACK');
  const done = await post(token, 'take');
  expect([done.status, app.desk.alarm(alarm.id)?.acknowledgedBy, app.desk.ticket(alarm.ticket!)?.assignee]).toEqual([
    200,
    'zhang',
    'zhang',
  ]);
  const again = await post(token, 'take');
  expect([again.status, again.html.includes('used before')]).toEqual([410, true]);
  expect((await get(token)).status).toBe(410);
});

test('an answer by one link of a notice uses up the link of its repetition', async () => {
  calling(0);
  const [first, second] = [linkFor(), linkFor()];
  expect((await post(first, 'pass')).status).toBe(200);
  expect((await post(second, 'take')).status).toBe(410);
});

test('pass on calls the next step now, past one that repeats; with none left it says so', async () => {
  calling(0, 1);
  expect((await post(linkFor(), 'pass')).html).toContain('being called now');
  expect(escalated()?.step).toBe(1);
  expect(escalated()?.due_at).toBeLessThanOrEqual(Date.now());
  db.run('UPDATE escalations SET step = 2, due_at = NULL WHERE alarm = ?', alarm.id);
  expect((await post(linkFor('zhao'), 'pass')).html).toContain('nobody more is on the list');
});

test('I cannot waits for the others of the step, and calls the next when the last of them cannot', async () => {
  calling(0);
  told('zhang');
  told('zhao');
  expect((await post(linkFor(), 'cannot')).html).toContain('Still called: 赵敏');
  expect(escalated()?.due_at).toBeGreaterThan(Date.now());
  expect((await post(linkFor('zhao'), 'cannot')).html).toContain('being called now');
  expect(escalated()?.due_at).toBeLessThanOrEqual(Date.now());
});

test('expired, guessed, of nobody, of an ended occurrence, taken by another: refused clearly, and nothing happens', async () => {
  expect((await post(linkFor('zhang', { now: Date.now() - 86_400_001 }), 'take')).status).toBe(410);
  expect((await post('A'.repeat(22), 'take')).status).toBe(404);
  expect((await post('..%2f..%2fetc', 'take')).status).toBe(404);
  expect((await post(linkFor('gone'), 'take')).status).toBe(404);
  expect((await post(linkFor(), 'delete')).status).toBe(404);
  expect(app.desk.alarm(alarm.id)?.state).toBe('UNACK');
  app.desk.acknowledge(alarm.id, { id: 'zhao' });
  const late = await post(linkFor(), 'take');
  expect([late.status, late.html.includes('赵敏 has acknowledged')]).toEqual([409, true]);
  app.desk.clear(alarm.id, { at: Date.now(), value: 120 });
  expect((await post(linkFor(), 'take')).status).toBe(410);
});

test('in a browser where another account is signed in it does nothing', async () => {
  const cookie = `plantroom_session=${await app.signIn('technician')}`;
  const token = linkFor();
  expect((await post(token, 'take', { cookie })).status).toBe(403);
  expect(app.desk.alarm(alarm.id)?.state).toBe('UNACK');
});

test('the database knows only the hash of a link', () => {
  const token = linkFor();
  expect(JSON.stringify(db.all('SELECT * FROM answer_links'))).not.toContain(token);
  expect(Buffer.from(token, 'base64url')).toHaveLength(16);
});

test('guessing is limited per address', async () => {
  const tries: number[] = [];
  for (let i = 0; i < 65; i++) tries.push((await get(`guess${i}`.padEnd(22, 'x'))).status);
  expect(tries.at(-1)).toBe(429);
  expect(tries.filter((status) => status !== 404 && status !== 429)).toEqual([]);
});
