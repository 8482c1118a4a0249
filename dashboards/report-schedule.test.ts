/** What is sent by itself, over the real API: made once for its month, seen on the page, audited; tenants without an address are never written to. */
import { describe, expect, test } from 'vitest';
import { completeSite } from '../commands/complete-site.ts';
import { openDatabase } from '../desk/database.ts';
import { audiencesMemory, channelNamesMemory } from '../desk/index.ts';
import { openMailings } from '../desk/mailings.ts';
import { openBills, type TenantBill } from '../energy/index.ts';
import { systemClock } from '../shared/clock.ts';
import { operationsFile } from '../shared/role.ts';
import { channelBaseSchema } from '../shared/site.ts';
import { loadSite } from '../shared/site-file.ts';
import { momentOf } from '../shared/zone.ts';
import { startDashboardsApp } from '../test/dashboards-app.ts';
import { dueTimesOf, periodDue } from './reports/schedule.ts';

const demo = completeSite(loadSite(new URL('../sites/demo.yaml', import.meta.url).pathname));
const zone = 'Asia/Shanghai';
const dayMs = 86_400_000;
const at = (text: string) => momentOf(zone, Date.parse(`${text}Z`));
const today = new Date(Date.now() + 8 * 3_600_000).getUTCDate();
/** Due at the beginning of today, or some days ago. */
const monthly = { id: 'monthly', report: 'energy-month', day: Math.min(28, today), at: '00:00', channels: ['mail', 'robot'], to: ['li'] };
const keptSchedule = { ...monthly, id: 'kept', report: 'department-costs', channels: [], to: [] };
const site = {
  ...demo,
  config: {
    ...demo.config,
    people: [{ id: 'li', name: '李工', email: 'li@hospital.example' }],
    tenants: demo.config.tenants.map((one) => (one.id === 'shop' ? { ...one, email: 'shop@tenant.example' } : one)),
    channels: [
      channelBaseSchema.parse({ id: 'mail', type: 'smtp' }),
      channelBaseSchema.parse({ id: 'robot', type: 'wecom', name: { zh: '后勤群', en: 'Logistics group' } }),
    ],
    reports: { schedule: [monthly, keptSchedule], reminders: { channels: ['mail', 'robot'] } },
  },
};

describe('when a report is due', () => {
  const config = site.config;
  const schedule = { ...monthly, day: 3, at: '08:30' };

  test('is on its day by the clock of the site, and tells of the month before', () => {
    const [due] = dueTimesOf(schedule, config, at('2026-03-01'), at('2026-04-01')) as [number];
    expect(due).toBe(at('2026-03-03T08:30:00'));
    expect(periodDue({ period: 'month' }, config, due, due)?.id).toBe('2026-02');
  });

  test('of a year tells of the last reporting year that has ended', () => {
    const january = at('2026-01-03T08:30:00');
    expect(periodDue({ period: 'year' }, config, january, january)?.id).toBe('2025');
    const november = { ...config, reports: { ...config.reports, year_end: '11-15' } };
    const december = at('2026-12-03T08:30:00');
    expect(periodDue({ period: 'year' }, november, december, december)?.id).toBe('2026');
  });
});

test('reports and reminders are made once, and shown with what came of them', { timeout: 240_000 }, async () => {
  await using app = await startDashboardsApp(site);
  using db = openDatabase(operationsFile(app.dataDir));
  const clock = systemClock();
  const mailings = openMailings(db);
  const bills = openBills(db, clock);
  // As the notifier writes them down at its start.
  db.run('INSERT INTO rules_memory (name, value) VALUES (?,?)', audiencesMemory, JSON.stringify({ mail: 'person', robot: 'group' }));
  db.run(
    'INSERT INTO rules_memory (name, value) VALUES (?,?)',
    channelNamesMemory,
    JSON.stringify({ mail: { zh: '电子邮件', en: 'E-mail' }, robot: { zh: '机器人', en: 'Robot' } }),
  );
  for (const id of ['mail', 'robot']) db.run("INSERT INTO delivery_channels (channel, type) VALUES (?, 'x')", id);
  // Known for two months: what was due today is made now.
  for (const id of ['monthly', 'kept']) mailings.since(id, clock.now() - 62 * dayMs);
  mailings.since('reminders', clock.now() - dayMs);
  const bill = (tenant: string): TenantBill => ({
    ...{
      tenant,
      name: { zh: tenant, en: tenant },
      hospital: { zh: '医院', en: 'Hospital' },
      period: '2026-01',
      months: ['2026-01'],
      lines: [],
    },
    ...{ total: 100, estimatedShare: {}, meters: [], currency: 'CNY' },
  });
  for (const tenant of ['shop', 'canteen']) bills.issue(bill(tenant), clock.now() - 3 * dayMs, 'test');
  bills.remindDue(() => 7);
  const engineer = await app.signIn('engineer');
  const viewer = await app.signIn('viewer');
  const asked = async () => (await app.call('GET', '/api/reports/schedules', { token: viewer })).json;
  expect((await asked()).schedules[0]).toMatchObject({ id: 'monthly', to: ['李工'], rounds: [], mailings: [] });

  expect((await app.call('POST', '/api/reports/schedules/look', { token: viewer })).status).toBe(403);
  for (let i = 0; i < 2; i++) expect((await app.call('POST', '/api/reports/schedules/look', { token: engineer })).status).toBe(200);

  const { schedules, reminders } = await asked();
  expect(schedules[0].rounds).toMatchObject([{ error: null, tries: 1, madeAt: expect.any(Number) }]);
  expect(schedules[0].mailings.map((one: { channel: string; receiver: string | null }) => `${one.channel} ${one.receiver}`).sort()).toEqual(
    ['mail 李工', 'robot null'],
  );
  expect(schedules[0].nextAt).toBeGreaterThan(clock.now());
  // Of a schedule without channels the document is kept here, as it was made.
  expect(schedules[1].mailings).toMatchObject([{ channel: 'console', receiver: null, state: 'sent', document: expect.any(String) }]);
  expect(mailings.due(Number.MAX_SAFE_INTEGER)).not.toContain(schedules[1].mailings[0].id);
  const kept = await fetch(`${app.url}/api/reports/mailings/${schedules[1].mailings[0].id}/document`, {
    headers: { authorization: `Bearer ${viewer}` },
  });
  expect([kept.status, kept.headers.get('content-type'), (await kept.text()).slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-']);
  // Channels and people are told by what they are called.
  expect((await app.call('GET', '/api/site', { token: viewer })).json).toMatchObject({
    channels: [
      { id: 'mail', name: { zh: '电子邮件', en: 'E-mail' } },
      { id: 'robot', name: { zh: '后勤群', en: 'Logistics group' } },
    ],
    people: expect.arrayContaining([{ id: 'li', name: '李工' }]),
  });
  const [sent] = mailings.of('report', 'monthly', 1);
  expect(
    mailings
      .document(sent?.document ?? '')
      ?.content.subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
  // The canteen has no address: it is never written to, the group hears of both.
  expect(reminders.mailings.map((one: { source: string; channel: string }) => `${one.source} ${one.channel}`).sort()).toEqual([
    '2026-01-canteen robot',
    '2026-01-shop mail',
    '2026-01-shop robot',
  ]);
  const group = mailings.of('reminder', '2026-01-canteen', 1)[0];
  expect(group?.message.lines.map(({ text }) => text)).toContain('未登记邮箱，系统不联系租户，请人工催缴');
  expect(mailings.of('reminder', '2026-01-shop', 5).find(({ channel }) => channel === 'mail')?.receiver?.email).toBe('shop@tenant.example');

  // Paid: nobody is reminded any more. What failed is seen, and sent again by who may.
  mailings.failed(sent?.id ?? 0, '550 no such user', null);
  expect((await app.call('POST', `/api/reports/mailings/${sent?.id}/again`, { token: viewer })).status).toBe(403);
  await app.call('POST', '/api/reports/schedules/look', { token: engineer });
  expect((await app.call('POST', `/api/reports/mailings/${sent?.id}/again`, { token: engineer })).json.state).toBe('waiting');
  const audit = (await app.call('GET', '/api/audit?limit=20', { token: await app.signIn('admin') })).json as {
    action: string;
    object: string;
  }[];
  expect(audit.map(({ action }) => action)).toEqual(expect.arrayContaining(['report.make', 'report.failed', 'report.again']));
});
