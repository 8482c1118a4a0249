/** Sends test notices: those that somebody asked for, and once a week one to each person over each channel that reaches him. */
import { type Database, nextTest, openTestNotices, type TestNotice } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { publicLink } from '../shared/public-link.ts';
import type { SiteConfig } from '../shared/site.ts';
import { fill, type Text } from '../shared/text.ts';
import { localTime } from '../shared/wording.ts';
import type { Notice } from './channel.ts';
import type { Route } from './intake.ts';
import type { Ledger } from './ledger.ts';
import type { Sender } from './sender.ts';

/** A weekly test that was due while the program was down is made up for so long. */
const lateMs = 12 * 3_600_000;
const tries = 3;
/** Real time. */
const againMs = 5 * 60_000;
const memory = 'weekly-test';

const words = {
  subject: { zh: '【测试】告警通知测试，无需处理设备', en: '[Test] Test of alarm notices, nothing to do at the plant' },
  weekly: { zh: '每周例行测试', en: 'Weekly test' },
  byHand: { zh: '由 {who} 发起', en: 'Asked for by {who}' },
  why: { zh: '原因', en: 'Why' },
  channel: { zh: '渠道', en: 'Channel' },
  at: { zh: '时间', en: 'Time' },
  please: { zh: '请确认', en: 'Please confirm' },
  confirm: {
    zh: '请在 7 天内打开链接并点击“已收到”；未确认者会在平台上列出。',
    en: 'Open the link and press “Received” within 7 days; who has not is named in the console.',
  },
  label: { zh: '确认收到', en: 'Confirm' },
} satisfies Record<string, Text>;

export interface TestSenderOptions {
  db: Database;
  site: SiteConfig;
  routes: readonly Route[];
  senders: readonly Sender[];
  clock: Clock;
  wire: Clock;
  log: Log;
  ledger: Pick<Ledger, 'memory' | 'setMemory'>;
}

export interface TestSender {
  look(): void;
}

export function openTestSender({ db, site, routes, senders, clock, wire, log, ledger }: TestSenderOptions): TestSender {
  const notices = openTestNotices(db);
  notices.resume();
  const remembered = ledger.memory(memory);
  let last = typeof remembered === 'number' ? remembered : clock.now();
  if (typeof remembered !== 'number') ledger.setMemory(memory, last);
  let next = nextTest(site, last);

  const askWeekly = (due: number) => {
    const late = clock.now() - due > lateMs;
    let asked = 0;
    db.transact(() => {
      ledger.setMemory(memory, due);
      if (late) return;
      for (const person of site.people)
        for (const { config, type } of routes) {
          if (type.audience !== 'person' || type.address(person) === undefined) continue;
          notices.ask({ channel: config.id, person: person.id, by: 'engine', round: due }, clock.now(), wire.now());
          asked++;
        }
    });
    if (late) log.warn('the weekly test of notices was due while the program was down; the next one is next week');
    else if (asked > 0) log.info({ notices: asked }, 'weekly test of notices');
  };

  const noticeOf = (one: TestNotice, route: Route): Notice => {
    const language = route.config.language ?? site.site.language;
    const say = (text: Text, values: Record<string, string> = {}) => fill(text[language], values);
    const link =
      one.person === null || site.public_url === undefined
        ? {}
        : { link: { url: publicLink(site.public_url, `t/${notices.link(one.id, wire.now())}`), label: say(words.label) } };
    const line = (label: Text, text: string) => ({ label: label[language], text });
    return {
      key: `${site.site.id}/test/${one.id}`,
      step: 'test',
      priority: 'high',
      lifeSafety: false,
      language,
      site: { id: site.site.id, name: site.site.name[language] },
      subject: `${say(words.subject)} · ${site.site.name[language]}`,
      lines: [
        line(words.why, one.round === null ? say(words.byHand, { who: one.askedBy }) : say(words.weekly)),
        line(words.channel, route.config.id),
        line(words.at, localTime(clock.now(), site.site.timezone)),
        ...(one.person === null ? [] : [line(words.please, say(words.confirm))]),
      ],
      footer: [],
      alarms: [],
      to: site.people.filter(({ id }) => id === one.person),
      ...link,
    };
  };

  const send = async (one: TestNotice) => {
    const route = routes.find(({ config }) => config.id === one.channel);
    const sender = senders.find(({ id }) => id === one.channel);
    const person = site.people.find(({ id }) => id === one.person);
    if (!route || !sender) return notices.failed(one.id, 'the site file has this channel no more', null);
    if (route.type.audience === 'person' && (!person || route.type.address(person) === undefined))
      return notices.failed(
        one.id,
        person ? `${person.id} has not ${route.type.addressName.en}` : 'this channel reaches persons: name one',
        null,
      );
    notices.sending(one.id, wire.now());
    const result = await sender.sendNow(noticeOf(one, route), true);
    if (result === undefined) return;
    if ('answer' in result) return notices.sent(one.id, result.answer, clock.now());
    const again = one.round !== null && result.again && one.attempts + 1 < tries;
    notices.failed(one.id, result.error, again ? wire.now() + againMs : null);
  };

  return {
    look() {
      if (next !== undefined && clock.now() >= next) {
        last = next;
        // Of several that were missed only the last is held.
        for (let later = nextTest(site, last); later !== undefined && later <= clock.now(); later = nextTest(site, last)) last = later;
        askWeekly(last);
        next = nextTest(site, last);
      }
      for (const one of notices.due(wire.now()))
        send(one).catch((error: unknown) => {
          log.error({ reason: reasonOf(error), channel: one.channel }, 'a test notice could not be made');
          notices.failed(one.id, reasonOf(error), null);
        });
    },
  };
}
