/** A ticket that waits for the head, or for a contractor, is told to him: real desk, real rosters, a real HTTP server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineDesk } from '../desk/desk.ts';
import { openDatabase, openTicketNotices } from '../desk/index.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { hangMs } from '../test/hang.ts';
import { type HttpReceiver, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';
import { type Notifier, openNotifier } from './notifier.ts';

const text = (zh: string, en = zh) => ({ zh, en });
const people = ['li', 'chief', 'logistics', 'outside'].map((id, index) => ({ id, name: id, phone: `+86 10${index}` }));
const roster = (id: string, rank: string, person: string) => ({
  id,
  name: text(id),
  trades: [],
  rank,
  layers: [{ kind: 'weekly', start: '2020-01-06T00:00', turns: [[{ person }]] }],
});
const all = [roster('duty', 'duty', 'li'), roster('heads', 'head', 'chief'), roster('logistics', 'logistics', 'logistics'), roster('outside', 'contractor', 'outside')]; // biome-ignore format: a table
const li = { id: 'li', admin: false };
const tomorrow = () => clock.now() + 86_400_000;

let clock: ManualClock;
let folder: string;
let desk: EngineDesk;
let phones: HttpReceiver;
let backup: HttpReceiver;
let notifier: Notifier | undefined;

const sms = (id: string, { url }: HttpReceiver) => ({ id, type: 'sms', url, body: '{"to":"{phone}","text":"{text}","key":"{key}","s":"{secret}"}', headers: { 'content-type': 'application/json' }, success: 'ok', secret: { env: 'T' } }); // biome-ignore format: a table
const start = (rosters: object[], channels: object[]) => {
  const site = siteOf(
    { gw: [['m1', 'electricity']] },
    { people, rosters, channels, public_url: 'https://plant.hospital.example', weekly_test: { enabled: false } },
  );
  const file = join(folder, 'operations.db');
  notifier = openNotifier({
    ...{ site, file, desk, clock, log: silentLog(), metrics: new Registry() },
    environment: { T: 'a-secret-token-of-the-gateway' },
  });
};
const waiting = (kind: 'approval' | 'contractor', reason: string): string => {
  const { id } = desk.createTicket(
    {
      title: text('电梯异响'),
      description: text('二号梯'),
      system: 'lift',
      trade: 'general',
      priority: 'medium',
      location: text('门诊楼'),
    },
    li,
  );
  desk.assign(id, li, 'li');
  if (kind === 'contractor') desk.approve(id, { id: 'chief' });
  desk.wait(id, li, reason, { kind, resumeAt: tomorrow() });
  notifier?.kick();
  return id;
};
const read = (of: HttpReceiver) => of.posts.map(({ body }) => JSON.parse(body) as { to: string; text: string; key: string });
const until = (check: () => void) => vi.waitFor(check, { timeout: hangMs, interval: 5 });
const recorded = (ticket: string) => {
  using db = openDatabase(join(folder, 'operations.db'));
  return openTicketNotices(db).ofTicket(ticket);
};

beforeEach(async () => {
  clock = manualClock(Date.UTC(2026, 0, 15));
  folder = mkdtempSync(join(tmpdir(), 'plantroom-ticket-notice-'));
  desk = openEngineDesk({ file: join(folder, 'operations.db'), clock });
  phones = await startHttpReceiver(() => ({ body: 'ok' }));
  backup = await startHttpReceiver(() => ({ body: 'ok' }));
});
afterEach(async () => {
  await notifier?.[Symbol.asyncDispose]();
  notifier = undefined;
  desk[Symbol.dispose]();
  await phones[Symbol.asyncDispose]();
  await backup[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('a ticket that waits for approval is told to the head once, with what, why, who asks and the way to it; the approval to whoever has it', async () => {
  start(all, [sms('sms', phones)]);
  const id = waiting('approval', '钢丝绳须更换，约 8000 元');
  await until(() => expect(read(phones)).toHaveLength(1));
  const [first] = read(phones);
  expect(first?.to).toBe('+86101');
  for (const part of [
    '待审批',
    id,
    '电梯异响',
    '门诊楼',
    '钢丝绳须更换，约 8000 元',
    'li',
    `https://plant.hospital.example/#/tickets/${id}`,
  ])
    expect(first?.text).toContain(part);
  // A restart tells nobody again.
  await notifier?.[Symbol.asyncDispose]();
  start(all, [sms('sms', phones)]);
  desk.approve(id, { id: 'chief' }, '同意');
  notifier?.kick();
  await until(() => expect(read(phones)).toHaveLength(2));
  expect(read(phones)[1]).toMatchObject({ to: '+86100', text: expect.stringContaining('已审批') });
  await until(() =>
    expect(recorded(id).map(({ kind, person, state }) => [kind, person, state])).toEqual([
      ['approval', 'chief', 'sent'],
      ['approved', 'li', 'sent'],
    ]),
  );
});

test('a ticket that goes to the contractor is told to the contractor, and to nobody else', async () => {
  start(all, [sms('sms', phones)]);
  const id = waiting('contractor', '电梯维保单位');
  await until(() => expect(recorded(id).map(({ state }) => state)).toEqual(['sent', 'sent']));
  expect(read(phones).map(({ to, text: said }) => [to, said.includes('委托外修')])).toEqual(expect.arrayContaining([['+86103', true]]));
  expect(recorded(id).filter(({ kind }) => kind === 'contractor')).toMatchObject([{ person: 'outside', state: 'sent' }]);
});

test('without a head the head of logistics is told; without anybody it is on record that nobody is', async () => {
  start(all.filter(({ rank }) => rank !== 'head'), [sms('sms', phones)]); // biome-ignore format: short
  waiting('approval', '采购');
  await until(() => expect(read(phones)).toMatchObject([{ to: '+86102' }]));
  const id = waiting('contractor', '外修');
  await notifier?.[Symbol.asyncDispose]();
  start([all[0] as object], [sms('sms', phones)]);
  const alone = waiting('approval', '采购');
  await until(() => expect(recorded(alone)).toMatchObject([{ person: null, state: 'failed', error: expect.stringContaining('head') }]));
  expect(id).not.toBe(alone);
});

test('a channel that does not work is passed over at once, and what came of each try is on record', async () => {
  phones.reply = () => ({ status: 503 });
  start(all, [sms('first', phones), sms('second', backup)]);
  const id = waiting('approval', '采购');
  await until(() => expect(recorded(id)[0]).toMatchObject({ attempts: 1, error: expect.stringContaining('503') }));
  notifier?.kick();
  await until(() => expect(read(backup)).toMatchObject([{ to: '+86101' }]));
  await until(() => expect(recorded(id)).toMatchObject([{ state: 'sent', channel: 'second', attempts: 2 }]));
});
