/** Reports and reminders over real servers: each once, with its document, and after a crash uncertain instead of twice. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../desk/database.ts';
import { type Mailings, type NewMailing, openMailings } from '../desk/mailings.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, startHttpReceiver } from '../test/http-receiver.ts';
import { needs } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';
import { startSmtpServer } from '../test/smtp-server.ts';
import { checkChannels } from './check-channels.ts';
import { type Notifier, openNotifier } from './notifier.ts';

const environment = { ROBOT: 'robot-key-0001-4242' };
const people = [
  { id: 'zhang', name: '张建国', email: 'zhang@hospital.example' },
  { id: 'li', name: '李卫东', phone: '1' },
];
const pdf = { name: 'energy-month-2026-01-zh.pdf', type: 'application/pdf', content: Buffer.from('%PDF-1.7 a report') };
const report = (channel: string, more: Partial<NewMailing> = {}): NewMailing => ({
  key: `report/monthly/2026-01/${channel}`,
  ...{ kind: 'report', source: 'monthly', period: '2026-01', channel, receiver: null, document: pdf },
  message: {
    ...{ language: 'zh', subject: '【报表】能源月报', lines: [{ label: '期间', text: '2026 年 1 月' }], footer: ['按计划自动发送'] },
    link: { path: '#/reports', label: '打开报表' },
  },
  ...more,
});

let clock: ManualClock;
let db: Database;
let mailings: Mailings;
let robot: HttpReceiver;
let notifier: Notifier | undefined;
const folder = join(tmpdir(), `plantroom-mailer-${process.pid}`);
const file = () => join(folder, 'operations.db');
const wecom = () => ({ id: 'robot', type: 'wecom', url: robot.url, key: { env: 'ROBOT' } });
const start = (channels: object[], more: object = {}) => {
  const site = siteOf(
    { gw: [['m1', 'electricity']] },
    {
      ...{
        people,
        on_call: [{ trade: 'electrical', people: ['zhang'] }],
        channels,
        public_url: 'https://plant.example/',
        weekly_test: { enabled: false },
      },
      ...more,
    },
  );
  const desk = openEngineDesk({ file: file(), clock });
  notifier = openNotifier({ site, file: file(), desk, clock, log: silentLog(), metrics: new Registry(), environment });
};
const made = (...list: NewMailing[]) => mailings.made(null, list, clock.now(), clock.now());
const until = (check: () => void) => vi.waitFor(check, { timeout: hangMs, interval: 5 });
const states = () => mailings.latest('report', 10).map(({ state }) => state);

beforeEach(async () => {
  clock = manualClock();
  db = openDatabase(file());
  mailings = openMailings(db);
  robot = await startHttpReceiver(() => ({ body: '{"errcode":0,"errmsg":"ok"}' }));
});
afterEach(async () => {
  await notifier?.[Symbol.asyncDispose]();
  notifier = undefined;
  await robot[Symbol.asyncDispose]();
  db[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('what is sent by itself', () => {
  test('a robot gets it once, with a link and without the file', async () => {
    start([wecom()]);
    expect(made(report('robot'))).toBe(1);
    expect(made(report('robot'))).toBe(0);
    clock.advanceSync(3_000);
    await until(() => expect(states()).toEqual(['sent']));
    const body = robot.posts[0]?.body ?? '';
    expect(body).toContain('https://plant.example/#/reports');
    expect(body).not.toContain('%PDF');
    await notifier?.[Symbol.asyncDispose]();
    start([wecom()]);
    clock.advanceSync(60_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(robot.posts).toHaveLength(1);
  });

  test('what was on its way when the program ended is uncertain, and goes again only when somebody says so', async () => {
    made(report('robot'));
    mailings.sending(1, clock.now());
    start([wecom()]);
    clock.advanceSync(10_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(mailings.latest('report', 1)).toMatchObject([{ state: 'uncertain', error: 'the program ended while it was being sent' }]);
    expect(robot.posts).toHaveLength(0);
    expect(mailings.unaudited()).toHaveLength(1);
    mailings.again(1, clock.now());
    clock.advanceSync(3_000);
    await until(() => expect(states()).toEqual(['sent']));
    expect(() => mailings.again(1, clock.now())).toThrow(/is sent/);
  });

  test('what fails for the moment is tried again later, what is refused is not', async () => {
    robot.reply = () => ({ body: '{"errcode":45009,"errmsg":"too many"}' });
    start([wecom()]);
    made(report('robot'));
    clock.advanceSync(3_000);
    await until(() => expect(mailings.get(1)).toMatchObject({ state: 'waiting', error: expect.stringContaining('45009') }));
    clock.advanceSync(30_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(robot.posts).toHaveLength(1);
    robot.reply = () => ({ body: '{"errcode":44004,"errmsg":"empty"}' });
    clock.advanceSync(60_000);
    await until(() => expect(mailings.get(1)).toMatchObject({ state: 'failed', attempts: 2 }));
  });

  test('a channel that is gone and a person without an address fail with their reason', async () => {
    const mail = { id: 'mail', type: 'smtp', host: '127.0.0.1', port: 9, security: 'none', from: 'p@hospital.example' };
    start([wecom(), mail]);
    made(report('sms'), report('mail', { key: 'a', receiver: { id: 'li', name: '李卫东' } }));
    clock.advanceSync(3_000);
    await until(() => expect(states()).toEqual(['failed', 'failed']));
    expect(mailings.get(1).error).toMatch(/has this channel no more/);
    expect(mailings.get(2).error).toBe('li has no address for this channel (email)');
  });

  test('schedules that reach nobody are mistakes of the site file', () => {
    const mqttChannel = { id: 'bus', type: 'mqtt', url: 'mqtt://127.0.0.1' };
    const mail = { id: 'mail', type: 'smtp', host: '127.0.0.1', security: 'none', from: 'p@hospital.example' };
    const schedule = [
      { id: 'a', report: 'energy-month', channels: ['mail'], to: ['li'] },
      { id: 'b', report: 'energy-month', channels: ['bus'] },
      { id: 'c', report: 'energy-month', channels: ['mail'], to: ['zhang', 'li'] },
    ];
    const site = siteOf(
      { gw: [['m1', 'electricity']] },
      {
        ...{ people, on_call: [{ trade: 'electrical', people: ['zhang'] }], channels: [mail, mqttChannel] },
        reports: { schedule, reminders: { channels: ['mail'] } },
      },
    );
    const found = checkChannels(site).map(({ path, allowed }) => `${path}: ${allowed}`);
    expect(found.filter((one) => /schedule\.0\..*somebody under to who has email/.test(one))).toHaveLength(1);
    expect(found.filter((one) => /schedule\.1\..*a channel that can tell of reports/.test(one))).toHaveLength(1);
  });
});

test.runIf(needs('aiosmtpd'))('mail carries the document, to the tenant as to the engineer', async () => {
  await using server = await startSmtpServer();
  const mail = { id: 'mail', type: 'smtp', host: '127.0.0.1', port: server.port, security: 'none', from: 'p@hospital.example' };
  start([mail]);
  const tenant = { id: 'tenant:canteen', name: '食堂', email: 'canteen@tenant.example' };
  made(report('mail', { receiver: { id: 'zhang', name: '张建国' } }), report('mail', { key: 'r', kind: 'reminder', receiver: tenant }));
  clock.advanceSync(3_000);
  await until(() => expect(server.mails).toHaveLength(2));
  expect(server.mails.map(({ to }) => to.join()).sort()).toEqual(['canteen@tenant.example', 'zhang@hospital.example']);
  const sha256 = createHash('sha256').update(pdf.content).digest('hex');
  for (const one of server.mails) expect(one.attachments).toEqual([{ name: pdf.name, type: 'application/pdf', sha256 }]);
});
