/** The way from an alarm to people, as the console sees it: the time line of an alarm, the screens on record, tests of channels. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openAnswerLinks, openDatabase } from '../desk/index.ts';
import { operationsFile } from '../shared/role.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

const people = [
  { id: 'zhang', name: '张建国', email: 'zhang@hospital.example' },
  { id: 'technician', name: '赵敏', email: 'zhao@hospital.example' },
];
let app: DashboardsApp;
let db: Database;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { people }));
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
