/** Signed webhooks in the console: added with a key that is told once, tried, followed and removed, with a real notifier and a real receiver. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Notifier, openNotifier } from '../notify/notifier.ts';
import { systemClock } from '../shared/clock.ts';
import { hookKeyFile } from '../shared/hook-key.ts';
import { silentLog } from '../shared/log.ts';
import { operationsFile } from '../shared/role.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';

let app: DashboardsApp;
let notifier: Notifier;
let receiver: HttpReceiver;
let admin: string;
const alertToken = 'token-of-the-alertmanager-0123456789';
const site = siteOf(
  { gw1: [['loop-1', 'heating']] },
  {
    hooks: [{ id: 'fixed', url: 'http://127.0.0.1:9/x', secret: { env: 'FIXED' } }],
    alertmanager_in: { token: { env: 'PLANTROOM_TEST_ALERT_TOKEN' } },
  },
);
beforeAll(async () => {
  process.env.PLANTROOM_TEST_ALERT_TOKEN = alertToken;
  receiver = await startHttpReceiver(() => ({ body: 'taken' }));
  app = await startDashboardsApp(site);
  admin = await app.signIn('admin');
  notifier = openNotifier({
    ...{ site, file: operationsFile(app.dataDir), desk: app.desk, clock: systemClock(), log: silentLog(), metrics: new Registry() },
    environment: { FIXED: 'a-key-of-the-site-file' },
  });
}, 240_000);
afterAll(async () => {
  delete process.env.PLANTROOM_TEST_ALERT_TOKEN;
  await notifier?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});
const call = (method: string, path = '', body?: unknown) =>
  app.call(method, `/api/hooks${path}`, { token: admin, ...(body === undefined ? {} : { body }) });

test('added with a key told once, it is tried, hears every change signed with that key, tells its errors, and is removed', async () => {
  const made = await call('POST', '', { id: 'erp', url: `${receiver.url}/in` });
  expect([made.status, made.json]).toEqual([201, expect.objectContaining({ id: 'erp', source: 'console', addedBy: 'admin', of: ['alarm', 'ticket', 'change'] })]); // biome-ignore format: one
  const { secret } = made.json as { secret: string };
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await call('POST', '', { id: 'erp', url: receiver.url })).status).toBe(409);

  const tried = await call('POST', '/erp/test');
  expect(tried.json).toMatchObject({ kind: 'test', object: 'erp', state: 'sent', answer: 'HTTP 200 taken' });
  app.desk.raise(heatingAlarm('loop-1'), { at: Date.now(), value: 80, limit: 100 });
  await vi.waitFor(() => expect(receiver.posts.map(({ body }) => JSON.parse(body).kind)).toContain('alarm'), { timeout: hangMs });
  for (const { headers, body } of receiver.posts) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(signed)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${mac}`);
  }

  receiver.reply = () => ({ status: 500, body: `you sent ${secret}` });
  expect((await call('POST', '/erp/test')).json).toMatchObject({ state: 'failed', answer: expect.stringMatching(/^HTTP 500/) });
  app.desk.acknowledge('heat-loop-low.loop-1', { id: 'technician' });
  await vi.waitFor(
    async () => expect((await call('GET')).json.find(({ id }: { id: string }) => id === 'erp')).toMatchObject({ error: expect.stringMatching(/^HTTP 500/) }),
    { timeout: hangMs },
  ); // biome-ignore format: one
  const events = (await call('GET', '/erp/events')).json as { kind: string; state: string; attempts: number }[];
  expect(events[0]).toMatchObject({ state: 'waiting' });
  expect(events.some(({ kind, state }) => kind === 'test' && state === 'failed')).toBe(true);

  // The key is nowhere: not in an answer, not in the database, not in the audit log.
  const shown = [await call('GET'), await call('GET', '/erp/events'), await app.call('GET', '/api/audit', { token: admin })];
  for (const { json } of shown) expect(JSON.stringify(json)).not.toContain(secret);
  for (const file of [operationsFile(app.dataDir), `${operationsFile(app.dataDir)}-wal`])
    expect(readFileSync(file).includes(secret)).toBe(false);
  expect(readFileSync(hookKeyFile(app.dataDir), 'utf8')).not.toContain(secret);

  expect((await call('DELETE', '/erp')).status).toBe(204);
  expect((await call('GET')).json.map(({ id }: { id: string }) => id)).toEqual(['fixed']);
  const before = receiver.posts.length;
  app.desk.clear('heat-loop-low.loop-1', { at: Date.now(), value: 300 });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(receiver.posts.length).toBe(before);
  // Of the same name, it has another key.
  receiver.reply = () => ({});
  expect((await call('POST', '', { id: 'erp', url: receiver.url })).json.secret).not.toBe(secret);
});

test('one of the site file is removed there; addresses with a password, and whoever is no administrator, are refused', async () => {
  expect((await call('DELETE', '/fixed')).status).toBe(409);
  expect((await call('DELETE', '/none')).status).toBe(404);
  for (const url of ['ftp://a.example', 'http://user:pw@a.example', 'https://a.example/?token=1', 'x'])
    expect((await call('POST', '', { id: 'bad', url })).status).toBe(400);
  const manager = await app.signIn('manager');
  for (const [method, path] of [['GET', ''], ['POST', ''], ['DELETE', '/fixed'], ['POST', '/fixed/test'], ['GET', '/fixed/events']] as const) // biome-ignore format: short
    expect((await app.call(method, `/api/hooks${path}`, { token: manager, ...(method === 'POST' ? { body: { id: 'x', url: 'http://a.example' } } : {}) })).status).toBe(403); // biome-ignore format: one
});

const alertOf = (number: number, more: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'A', severity: 'none' },
  startsAt: new Date(Date.now() - 5_000).toISOString(),
  fingerprint: number.toString(16),
  ...more,
});
const alerts = (...all: object[]) =>
  app.call('POST', '/api/alertmanager', { token: alertToken, body: { version: '4', externalURL: 'http://am.example', alerts: all } });

test('severities of any wording are taken; a bad alert is named and does not lose the others; of a thousand none is dropped', async () => {
  const named = ['constructor', '__proto__', 'toString'].map((severity, at) => alertOf(at + 1, { labels: { alertname: 'A', severity } }));
  expect((await alerts(...named)).json).toEqual({ taken: 3, ignored: 0 });
  expect(app.desk.alarm('external.1')?.priority).toBe('medium');

  const mixed = await alerts(alertOf(4), alertOf(5, { startsAt: 'yesterday' }), alertOf(6));
  expect([mixed.status, mixed.json.zh]).toEqual([400, '3 条告警中有 1 条无法识别，未接收']);
  expect(mixed.json.errors).toEqual([{ field: 'alerts.1.startsAt', message: 'Invalid ISO datetime' }]);
  expect([4, 5, 6].map((id) => app.desk.alarm(`external.${id}`)?.active)).toEqual([true, undefined, true]);

  const many = Array.from({ length: 1_000 }, (_, at) => alertOf(1_000 + at));
  expect((await alerts(...many)).json).toEqual({ taken: 1_000, ignored: 0 });
  expect(app.desk.alarm(`external.${(1_999).toString(16)}`)?.active).toBe(true);
});

test('an alert whose begin is not set began when it came, and returns all the same', async () => {
  const unset = { startsAt: '0001-01-01T00:00:00Z' };
  const before = Date.now();
  expect((await alerts(alertOf(0xfade, unset))).json).toEqual({ taken: 1, ignored: 0 });
  expect(app.desk.alarm('external.fade')?.raisedAt).toBeGreaterThanOrEqual(before);
  expect((await alerts(alertOf(0xfade, unset))).json).toEqual({ taken: 0, ignored: 1 });
  expect((await alerts(alertOf(0xfade, { ...unset, status: 'resolved' }))).json).toEqual({ taken: 1, ignored: 0 });
  expect(app.desk.alarm('external.fade')?.active).toBe(false);
});
