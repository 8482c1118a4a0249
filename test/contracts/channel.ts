/** What every notification channel must do. `channelContract` runs the same tests against each, with a real server; see channel.*.test.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openDatabase, openDeliveries, openPush } from '../../desk/index.ts';
import { openEngineDesk } from '../../desk/open.ts';
import { type Channel, type ChannelDeps, type ChannelType, type Notice, noPush, type PushAccess } from '../../notify/channel.ts';
import { openNotifier } from '../../notify/notifier.ts';
import { noticeOf, summaryOf } from '../../notify/text.ts';
import type { Alarm } from '../../shared/alarm.ts';
import { systemClock } from '../../shared/clock.ts';
import { Fault, isFault } from '../../shared/errors.ts';
import { Secret } from '../../shared/secret.ts';
import type { Person } from '../../shared/site.ts';
import type { Language } from '../../shared/text.ts';
import { supplements } from '../../shared/wording.ts';
import { hangMs } from '../hang.ts';
import { temporaryFolder } from '../servers.ts';
import { siteOf } from '../site-of.ts';

export interface Received {
  /** All that a person (or a program) gets to read. */
  text: string;
  /** What a receiver knows a repetition by; undefined where the protocol has no place for it. */
  key: string | undefined;
}

/** How the server shall behave to the next notices. */
export type Behaviour = 'fine' | 'busy' | 'refuses' | 'denies' | 'silent' | 'cuts';

export interface ChannelBench extends AsyncDisposable {
  type: ChannelType;
  /** Settings as in the site file. Secrets by reference to the environment below. */
  settings: object;
  environment: Record<string, string>;
  /** The same for a server that nobody serves. */
  away: object;
  received(): Received[];
  /** Prepares the server, or the notice, so that it happens. */
  behave(behaviour: Behaviour, notice: Notice): Notice | Promise<Notice>;
  /** Settings with which the server refuses us, where `behave('denies')` cannot do it. */
  denied?: { settings: object; environment: Record<string, string> };
  /** For channels that people subscribe to. */
  push?: PushAccess;
  /** The longest message that the receiver takes, bytes. */
  mostBytes?: number;
}

export const person: Person = {
  id: 'zhang',
  name: '张建国',
  phone: '+86 000 0000 0001',
  email: 'zhang@hospital.example',
  wecom: 'zhangjg',
};
export const site = {
  id: 'demo',
  name: { zh: '示范县医院', en: 'Demo County Hospital' },
  timezone: 'Asia/Shanghai',
  language: 'zh',
  simulated: false,
  seed: 1,
} as const;

export const alarm: Alarm = {
  id: 'o2-area-low.o2-icu', rule: 'O2-AREA-LOW', device: 'o2-icu', quantity: 'pressure_kpa', system: 'oxygen', priority: 'critical',
  trade: 'medical-gas', lifeSafety: true, state: 'UNACK', active: true, acknowledged: false, raisedAt: Date.UTC(2026, 0, 15, 0, 30, 5),
  clearedAt: null, acknowledgedAt: null, acknowledgedBy: null, occurrence: 3, value: 300.4, live: null, worst: null, limit: 320, unit: 'kPa',
  title: { zh: '病区氧气压力低', en: 'Ward oxygen pressure low' },
  message: {
    zh: `重症医学科：氧气压力 300 kPa，低于限值 320 kPa，自 2026-01-15 08:30:05 起 ${supplements.zh}`,
    en: `ICU: oxygen pressure 300 kPa, below the limit of 320 kPa, since 2026-01-15 08:30:05. ${supplements.en}`,
  },
  check: { zh: '先看现场报警盘和压力表，查区域阀', en: 'Look at the local panel and gauge, check the zone valve' },
  location: { zh: '住院楼 3 层 重症医学科', en: 'Ward building, floor 3, ICU' },
  building: 'ward', department: 'icu', shelvedUntil: null, shelvedReason: null, suppressedBy: null, outOfServiceTicket: null, cause: null,
  ticket: 'T-17', source: 'GB 50751-2012 7.1', version: 1,
}; // biome-ignore format: a table

let count = 0;
export function noticeFor(change: Partial<Alarm> = {}, more: { language?: Language; uncertain?: boolean; key?: string } = {}): Notice {
  const whole = { ...alarm, ...change };
  const key = more.key ?? `demo/${whole.id}/${whole.occurrence}/x.${++count}/raised/test`;
  const owed = {
    key,
    seq: 1,
    step: 'raised' as const,
    person: null,
    alarm: whole,
    attempts: 0,
    uncertain: more.uncertain ?? false,
    queuedAt: 0,
  };
  return noticeOf(owed, { site, language: more.language ?? 'zh', to: [person], now: (whole.raisedAt ?? 0) + 1_000 });
}

export function depsFor(environment: Record<string, string>, push: PushAccess = noPush): ChannelDeps {
  return {
    push,
    wire: systemClock(),
    path: (name) => name,
    secret({ env }) {
      const value = env === undefined ? undefined : environment[env];
      if (value === undefined) throw new Fault('secret/missing', `the environment variable ${env} is not set`);
      return new Secret(value);
    },
  };
}

/** What is asked of every channel. The console, to which nobody sends, answers each of them too (channel.console.test.ts). */
export const points = {
  whole: 'a notice arrives whole in %s: what, where, since when, how bad, what to check first',
  panels: 'a life-safety notice says once that the statutory panels stay in force',
  long: 'too long a text is shortened, never refused, and keeps the sentence on the statutory panels',
  sameName: 'a notice that is tried again bears the same name, another one another',
  repetition: 'one that may be a repetition says so',
  summary: 'a summary of 300 alarms is taken as one message that tells their number',
  markup: 'texts with line breaks, markup and control signs change nothing but themselves',
  away: 'a server that is away is a fault that passes',
  busy: 'a server that is busy is a fault that passes',
  refused: 'a notice that is refused for good is a fault that stays',
  denied: 'wrong credentials are told as such and tried again',
  silent: 'a silent server is left when the signal says so, and nobody claims to know what came of it',
  cut: 'a connection that ends before the answer leaves it open whether the notice was taken',
  handOver: 'nothing of a notice leaves before it may be handed over, and none that never may is in doubt',
  after: 'after all that it still works, and closing twice is fine',
  missing: 'a secret that is missing is named, and none ever shows',
  inFile: 'a secret in the site file itself is a mistake',
  records: 'no secret gets into log or record, whether a notice goes out or is denied',
} as const;
export type Point = keyof typeof points;

export function channelContract(name: string, setUp: () => Promise<ChannelBench>): void {
  describe(`the channel contract: ${name}`, () => {
    let bench: ChannelBench;
    const never = new AbortController().signal;
    beforeAll(async () => {
      bench = await setUp();
    });
    afterAll(() => bench?.[Symbol.asyncDispose]());
    const open = async (settings = bench.settings, environment = bench.environment): Promise<Channel> =>
      bench.type.open(bench.type.options.parse(settings), depsFor(environment, bench.push));
    const deliver = async (notice: Notice): Promise<Received> => {
      await using channel = await open();
      const before = bench.received().length;
      const { answer } = await channel.send(await bench.behave('fine', notice), never);
      expect(answer.length).toBeLessThanOrEqual(300);
      // A server in another process tells us a moment after it told the channel.
      await vi.waitFor(() => expect(bench.received().length).toBeGreaterThan(before), { timeout: hangMs, interval: 10 });
      const fresh = bench.received().slice(before);
      expect(fresh).toHaveLength(1);
      return fresh[0] as Received;
    };
    /** The fault that sending ends with; everything that it would print. */
    const failure = async (behaviour: Behaviour, channel: Channel, signal = never) => {
      const notice = await bench.behave(behaviour, noticeFor());
      const error = await channel.send(notice, signal).then(
        () => expect.unreachable(`the notice was sent though the server ${behaviour}`),
        (reason: unknown) => reason,
      );
      if (!isFault(error)) throw new Error('not a Fault', { cause: error });
      return error;
    };
    const secretsIn = (thing: unknown) => {
      const shown = `${inspect(thing, { depth: 9, showHidden: true })} ${String(thing)} ${JSON.stringify(thing)}`;
      return Object.values(bench.environment).filter((secret) => shown.includes(secret));
    };

    test.each(['zh', 'en'] as const)(points.whole, async (language) => {
      const { text } = await deliver(noticeFor({}, { language }));
      const said = language === 'zh' ? ['紧急', '生命安全'] : ['Critical', 'life safety'];
      const since = '2026-01-15 08:30:05';
      for (const part of [alarm.title[language], alarm.location[language], since, '300', '320', alarm.check[language], 'T-17', ...said])
        expect(text).toContain(part);
    });

    test(points.panels, async () => {
      const { text } = await deliver(noticeFor());
      expect(text.split(supplements.zh)).toHaveLength(2);
    });

    test(points.long, async () => {
      const long = { zh: '很长的说明'.repeat(2_000), en: 'long '.repeat(5_000) };
      const { text } = await deliver(noticeFor({ message: long, check: long, location: long }));
      expect(text).toContain(supplements.zh);
      expect(text).toContain(alarm.title.zh);
      if (bench.mostBytes !== undefined) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bench.mostBytes);
    });

    test(points.sameName, async () => {
      const notice = noticeFor();
      const [first, second, other] = [await deliver(notice), await deliver(notice), await deliver(noticeFor())];
      expect(second.key).toBe(first.key);
      if (first.key !== undefined) expect(other.key).not.toBe(first.key);
    });

    test(points.repetition, async () => {
      expect((await deliver(noticeFor({}, { uncertain: true }))).text).toContain('可能重复');
    });

    test(points.summary, async () => {
      const owed = Array.from({ length: 300 }, (_, seq) => ({
        key: `k${seq}`, seq, step: 'raised' as const, person: null, attempts: 0, uncertain: false, queuedAt: 0,
        alarm: { ...alarm, id: `el-over.f${seq}`, lifeSafety: false, priority: seq === 299 ? ('critical' as const) : ('high' as const), title: { zh: `过载 ${seq}`, en: `Overload ${seq}` } },
      })); // biome-ignore format: a table
      const { text } = await deliver(summaryOf(owed, `summary/${++count}`, { site, language: 'zh', to: [person], now: 0 }));
      expect(text).toContain('300 条告警');
      expect(text).toContain('过载 299');
    });

    test(points.markup, async () => {
      const evil = '阀\r\nBcc: all@hospital.example\r\n\r\n<@all> [x](http://a.example) **\u0000\u2028"\\😀';
      const { text } = await deliver(noticeFor({ title: { zh: evil, en: evil }, location: { zh: evil, en: evil } }));
      expect(text).toContain('😀');
      expect(text).not.toContain('\nBcc:');
      expect(text).not.toContain('\u0000');
    });

    test(points.away, async () => {
      await using channel = await open(bench.away);
      const fault = await failure('fine', channel);
      expect(fault).toMatchObject({ code: 'notify/unreachable', retryable: true });
      expect(fault.detail?.uncertain).not.toBe(true);
    });

    test(points.busy, async () => {
      await using channel = await open();
      expect((await failure('busy', channel)).retryable).toBe(true);
    });

    test(points.refused, async () => {
      await using channel = await open();
      expect(await failure('refuses', channel)).toMatchObject({ code: 'notify/refused', retryable: false });
    });

    test(points.denied, async () => {
      await using channel = bench.denied ? await open(bench.denied.settings, bench.denied.environment) : await open();
      const fault = await failure('denies', channel);
      expect(fault).toMatchObject({ code: 'notify/denied', retryable: true });
      expect(secretsIn(fault)).toEqual([]);
    });

    test(points.silent, async () => {
      await using channel = await open();
      const fault = await failure('silent', channel, AbortSignal.timeout(300));
      expect(fault).toMatchObject({ code: 'notify/unreachable', detail: { uncertain: true } });
    });

    test(points.cut, async () => {
      await using channel = await open();
      expect(await failure('cuts', channel)).toMatchObject({ code: 'notify/unreachable', detail: { uncertain: true } });
    });

    test(points.handOver, async () => {
      await using channel = await open();
      const before = bench.received().length;
      const notice = await bench.behave('fine', noticeFor());
      const may = Promise.withResolvers<void>();
      let asked = 0;
      const sent = channel.send(notice, never, () => {
        asked++;
        return may.promise;
      });
      await vi.waitFor(() => expect(asked).toBeGreaterThan(0), { timeout: hangMs, interval: 5 });
      // Another one arrives meanwhile: time enough for this one.
      await deliver(noticeFor());
      expect(bench.received()).toHaveLength(before + 1);
      may.resolve();
      await sent;
      await vi.waitFor(() => expect(bench.received()).toHaveLength(before + 2), { timeout: hangMs, interval: 10 });
      const ending = new AbortController();
      const over = channel.send(await bench.behave('fine', noticeFor()), ending.signal, async () => {
        ending.abort();
        throw new Error('over');
      });
      const error = await over.then(
        () => expect.unreachable('it was sent though it never might'),
        (reason: unknown) => reason,
      );
      expect(isFault(error) && error.detail?.uncertain === true).toBe(false);
      expect(bench.received()).toHaveLength(before + 2);
    });

    test(points.after, async () => {
      await deliver(noticeFor());
      const channel = await open();
      await channel[Symbol.asyncDispose]();
      await channel[Symbol.asyncDispose]();
    });

    test(points.missing, async () => {
      await expect((async () => open(bench.settings, {}))()).rejects.toMatchObject({ code: 'secret/missing' });
      await using channel = await open();
      expect(secretsIn(channel)).toEqual([]);
      await using away = await open(bench.away);
      expect(secretsIn(await failure('fine', away))).toEqual([]);
    });

    test(points.records, async () => {
      using folder = temporaryFolder('channel-records');
      const file = join(folder.path, 'operations.db');
      const lines: string[] = [];
      const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
      const clock = systemClock();
      for (const behaviour of ['fine', 'denies'] as const) {
        const denied = behaviour === 'denies' ? bench.denied : undefined;
        const channel = { id: 'it', type: bench.type.id, ...(denied?.settings ?? bench.settings) };
        const own = siteOf(
          { gw: [['o2-icu', 'oxygen']] },
          { people: [person], on_call: [{ trade: 'medical-gas', people: [person.id] }], channels: [channel], escalation: { critical: [] } },
        );
        using desk = openEngineDesk({ file, clock });
        using db = openDatabase(file);
        for (const target of bench.push?.of(person.id) ?? []) openPush(db).add({ ...target, user: person.id, device: 'test' }, clock.now());
        await bench.behave(behaviour, noticeFor());
        const environment = denied?.environment ?? bench.environment;
        await using notifier = openNotifier({ site: own, file, desk, clock, log, metrics: new Registry(), environment });
        const id = `o2-${behaviour}`;
        const { rule, device, quantity, system, priority, trade, lifeSafety, unit, title, message, check, location, source } = alarm;
        desk.raise(
          {
            ...{ id, rule, device, quantity, system, priority, trade, lifeSafety, unit, title, message, check, location, source },
            ...{ latching: false, building: null, department: null, ticket: false, causeKey: id },
          },
          { at: clock.now(), value: 300.4, limit: 320 },
        );
        notifier.kick();
        const told = openDeliveries({ db });
        await vi.waitFor(
          () => expect(told.deliveriesOf(id).some((one) => one.state === 'sent' || one.lastError !== null)).toBe(true),
          10_000,
        );
      }
      const kept = readdirSync(folder.path).map((name) => readFileSync(join(folder.path, name), 'latin1'));
      for (const secret of Object.values(bench.environment))
        expect([...lines, ...kept].filter((one) => one.includes(secret)).map((one) => one.slice(0, 200))).toEqual([]);
      expect(lines.join()).toContain('notification channels');
    });

    test(points.inFile, () => {
      const [field] = Object.entries(bench.settings).find(([, value]) => typeof value === 'object' && value !== null) ?? [];
      expect(field).toBeDefined();
      expect(bench.type.options.safeParse({ ...bench.settings, [field as string]: 'hunter2hunter2hunter2' }).success).toBe(false);
    });
  });
}
