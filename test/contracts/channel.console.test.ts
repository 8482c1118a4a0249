/**
 * The console as a channel: nobody sends to it, screens follow the stream and say what they have shown. Each point of the contract of channels (channel.ts) is
 * either held here by a real screen's stream, or says why there is nothing to hold; a new point of the contract has to be answered before this compiles.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AlarmDefinition } from '../../desk/desk.ts';
import { openDatabase, openReceipts } from '../../desk/index.ts';
import { plainText } from '../../notify/channel.ts';
import type { Alarm } from '../../shared/alarm.ts';
import { operationsFile } from '../../shared/role.ts';
import { supplements } from '../../shared/wording.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../dashboards-app.ts';
import { hangMs } from '../hang.ts';
import { siteOf } from '../site-of.ts';
import { noticeFor, alarm as oxygen, type Point, points } from './channel.ts';

let app: DashboardsApp;
let technician: string;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['o2-icu', 'oxygen']] }));
  technician = await app.signIn('technician');
}, 240_000);
afterAll(() => app?.[Symbol.asyncDispose]());

/** A screen: follows alarms, and says what it has shown unless told not to. */
async function screen(token = technician, says = true) {
  const alarms = new Map<string, Alarm>();
  const asked = request(`${app.url}/api/live?topics=alarms`, { headers: { authorization: `Bearer ${token}` } });
  let status = 0;
  let text = '';
  asked.on('response', (response) => {
    status = response.statusCode ?? 0;
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (!block.startsWith('event: alarms\n')) continue;
        const shown = JSON.parse(block.slice(block.indexOf('data: ') + 6)) as Alarm;
        alarms.set(shown.id, shown);
      }
    });
    response.on('error', () => undefined);
  });
  asked.on('error', () => undefined);
  asked.end();
  onTestFinished(() => void asked.destroy());
  await vi.waitFor(() => expect(status).not.toBe(0), { timeout: hangMs });
  const show = (list: readonly Alarm[], sounded = true) =>
    app.call('POST', '/api/console/shown', {
      token,
      body: { alarms: list.map(({ id, occurrence }) => ({ id, occurrence })), sounded },
    });
  return {
    status,
    alarms,
    async sees(id: string): Promise<Alarm> {
      await vi.waitFor(() => expect(alarms.has(id)).toBe(true), { timeout: hangMs, interval: 20 });
      const found = alarms.get(id) as Alarm;
      if (says) await show([found]);
      return found;
    },
    show,
    leave: () => asked.destroy(),
  };
}
const { rule, device, quantity, system, priority, trade, lifeSafety, unit, title, message, check, location, source } = oxygen;
const raise = (id: string, change: Partial<AlarmDefinition> = {}) =>
  app.desk.raise(
    heatingAlarm(device, {
      ...{ rule, quantity, system, priority, trade, lifeSafety, unit, title, message, check, location, source },
      ...{ id, causeKey: id, ...change },
    }),
    { at: Date.now(), value: 300.4, limit: 320 },
  );
const recorded = (id: string, occurrence: number) => {
  using db = openDatabase(operationsFile(app.dataDir));
  return openReceipts(db).of(id, occurrence);
};

/** What holds the point, or why it cannot apply. */
const answers: Record<Point, (() => Promise<void>) | string> = {
  async whole() {
    const follower = await screen();
    raise('whole');
    const seen = await follower.sees('whole');
    for (const language of ['zh', 'en'] as const)
      expect([seen.title[language], seen.location[language], seen.check[language]]).toEqual([
        oxygen.title[language],
        oxygen.location[language],
        oxygen.check[language],
      ]);
    expect(seen).toMatchObject({ value: 300.4, limit: 320, unit: 'kPa', priority: 'critical', lifeSafety: true, raisedAt: expect.any(Number), ticket: expect.stringMatching(/^T-/) }); // biome-ignore format: one
    // Nothing of it is missing that a message over another channel would say.
    const said = plainText(noticeFor({ ...seen, id: 'whole' }));
    for (const part of [seen.title.zh, seen.location.zh, seen.check.zh, '300 kPa', '320', seen.ticket as string])
      expect(said).toContain(part);
  },

  async panels() {
    const follower = await screen();
    raise('panels');
    const { message: words } = await follower.sees('panels');
    for (const language of ['zh', 'en'] as const) expect(words[language].split(supplements[language])).toHaveLength(2);
  },

  async long() {
    const follower = await screen();
    const long = { zh: `${'很长的说明'.repeat(2_000)} ${supplements.zh}`, en: `${'long '.repeat(5_000)} ${supplements.en}` };
    raise('long', { message: long, check: long, location: long });
    // A screen has room: it is not even shortened.
    expect((await follower.sees('long')).message).toEqual(long);
  },

  async sameName() {
    const follower = await screen();
    raise('again');
    const first = await follower.sees('again');
    for (let n = 0; n < 3; n++) await follower.show([first], n > 0);
    expect(recorded('again', first.occurrence)).toMatchObject([{ user: 'technician', soundedAt: expect.any(Number) }]);
    app.desk.acknowledge('again', { id: 'technician' });
    app.desk.clear('again', { at: Date.now(), value: 400 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { occurrence } = raise('again');
    expect(occurrence).toBe(first.occurrence + 1);
    expect(recorded('again', occurrence)).toEqual([]);
  },

  repetition: 'a screen shows the alarm itself, in one line however often the stream tells of it: nothing comes a second time',

  async summary() {
    const follower = await screen(technician, false);
    const ids = Array.from({ length: 300 }, (_, n) => `many-${n}`);
    app.desk.batch(() => {
      for (const id of ids) raise(id, { lifeSafety: false, priority: 'high' });
    });
    await vi.waitFor(() => expect(ids.every((id) => follower.alarms.has(id))).toBe(true), { timeout: hangMs, interval: 50 });
    const { json } = await follower.show(ids.map((id) => follower.alarms.get(id) as Alarm));
    expect(json).toEqual({ noted: 300 });
  },

  async markup() {
    const follower = await screen();
    const evil = '阀\r\n\r\nevent: path\ndata: {}\n\n<img src=x onerror=alert(1)> \u2028"\\😀';
    raise('evil', { title: { zh: evil, en: evil } });
    raise('after-evil');
    expect((await follower.sees('evil')).title.zh).toBe(evil);
    await follower.sees('after-evil');
  },

  async away() {
    // No screen is there. One that comes is told what it missed, and until then nothing is on record.
    raise('missed');
    const { json } = await app.call('GET', '/api/alarms', { token: technician });
    expect(json.map(({ id }: { id: string }) => id)).toContain('missed');
    expect(recorded('missed', 1)).toEqual([]);
  },

  handOver: 'nothing is handed over: a screen reads what stands on the desk, and a kill of the notifier repeats nothing there',
  busy: 'between the desk and a screen stands no server that could say so; a stream that stalls is a screen that has lost its server, which it shows and sounds itself (decision 0048)',

  refused: 'a screen has no way to refuse an alarm',

  async denied() {
    expect((await screen('no-such-token')).status).toBe(401);
    const body = { alarms: [{ id: 'missed', occurrence: 1 }], sounded: true };
    expect((await app.call('POST', '/api/console/shown', { body })).status).toBe(401);
    expect(recorded('missed', 1)).toEqual([]);
  },

  async silent() {
    const follower = await screen(technician, false);
    raise('silent');
    const { occurrence } = await follower.sees('silent');
    expect(recorded('silent', occurrence)).toEqual([]);
  },

  async cut() {
    const follower = await screen(technician, false);
    raise('cut');
    await follower.sees('cut');
    follower.leave();
    expect(recorded('cut', 1)).toEqual([]);
  },

  async after() {
    const follower = await screen();
    raise('after');
    const { occurrence } = await follower.sees('after');
    follower.leave();
    follower.leave();
    expect(recorded('after', occurrence)).toMatchObject([{ user: 'technician' }]);
  },

  missing: 'it has no settings in the site file, and so no secret there; screens sign in as people do (dashboards/access.test.ts)',
  records: 'it has no secret that could get there; tokens of sessions are kept as hashes (access/accounts.test.ts)',
  inFile: 'it has no settings in the site file',
};

describe('the channel contract: console', () => {
  for (const [point, answer] of Object.entries(answers) as [Point, (typeof answers)[Point]][]) {
    const name = points[point].replace('%s', 'both languages');
    if (typeof answer === 'string') test.skip(`${name}. Does not apply: ${answer}`, () => undefined);
    else test(name, answer);
  }
});
