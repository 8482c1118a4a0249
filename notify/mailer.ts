/** Sends reports and reminders that were made elsewhere, each once. What was on its way when the program ended is not sent again by itself. */
import { type Database, type Mailing, openMailings } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { publicLink } from '../shared/public-link.ts';
import type { Person, SiteConfig } from '../shared/site.ts';
import type { Notice } from './channel.ts';
import type { Route } from './intake.ts';
import type { Sender } from './sender.ts';

/** Real time between looks; a report is in no hurry. */
const lookMs = 2_000;
/** 1, 2, 4 ... 60 minutes between tries. */
const firstPauseMs = 60_000;
const longestPauseMs = 60 * 60_000;
const tries = 24;
/** Sent documents stay so long. */
const keptMs = 400 * 86_400_000;

export interface MailerOptions {
  db: Database;
  site: SiteConfig;
  routes: readonly Route[];
  senders: readonly Pick<Sender, 'id' | 'sendNow'>[];
  clock: Clock;
  wire: Clock;
  log: Log;
}

export interface Mailer {
  look(): void;
}

export function openMailer({ db, site, routes, senders, clock, wire, log }: MailerOptions): Mailer {
  const mailings = openMailings(db);
  const cut = mailings.resume();
  if (cut > 0) log.warn({ mailings: cut }, 'reports were on their way when the program ended: whether they arrived is not known');
  mailings.prune(clock.now() - keptMs);
  let lookedAt = Number.NEGATIVE_INFINITY;

  const noticeOf = ({ key, kind, message, receiver, document }: Mailing): Notice => {
    const { language, subject, lines, footer, link } = message;
    const found = document === null ? undefined : mailings.document(document);
    const to: Person[] = receiver ? [site.people.find(({ id }) => id === receiver.id) ?? { ...receiver }] : [];
    return {
      key: `${site.site.id}/${key}`,
      step: kind,
      priority: 'low',
      lifeSafety: false,
      ...{ language, subject, lines, footer, to },
      site: { id: site.site.id, name: site.site.name[language] },
      alarms: [],
      ...(link === undefined || site.public_url === undefined
        ? {}
        : { link: { url: publicLink(site.public_url, link.path), label: link.label } }),
      ...(found === undefined ? {} : { document: found }),
    };
  };

  const send = async (id: number) => {
    const one = mailings.get(id);
    const route = routes.find(({ config }) => config.id === one.channel);
    const sender = senders.find(({ id }) => id === one.channel);
    if (!route || !sender) return mailings.failed(one.id, 'the site file has this channel no more', null);
    const notice = noticeOf(one);
    const person = notice.to[0];
    if (route.type.audience === 'person' && (!person || route.type.address(person) === undefined))
      return mailings.failed(id, `${person?.id ?? 'nobody'} has no address for this channel (${route.type.addressName.en})`, null);
    mailings.sending(one.id, wire.now());
    const result = await sender.sendNow(notice, false);
    // Ended by us: stays as being sent, and the next start says that it may have arrived.
    if (result === undefined) return;
    if ('answer' in result) return mailings.sent(one.id, result.answer, clock.now());
    if (result.uncertain) mailings.uncertain(one.id, result.error);
    else {
      const again = result.again && one.attempts + 1 < tries;
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(one.attempts, 10));
      mailings.failed(one.id, result.error, again ? wire.now() + pause : null);
    }
    log.warn({ mailing: one.key, reason: result.error }, 'a report or reminder did not go out');
  };

  return {
    look() {
      if (wire.monotonic() - lookedAt < lookMs) return;
      lookedAt = wire.monotonic();
      for (const id of mailings.due(wire.now()))
        send(id).catch((error: unknown) => {
          log.error({ reason: reasonOf(error), mailing: id }, 'a report or reminder could not be sent');
          mailings.failed(id, reasonOf(error), null);
        });
    },
  };
}
