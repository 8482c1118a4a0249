/**
 * One channel's deliveries: what is due, worst first, within the channel's limit; again later when it failed for the moment; given up and
 * recorded when it fails for good or for too long. Life safety has its own way past everything else: never counted against the limit,
 * never summed up, never behind another notice.
 */
import type { AnswerLinks } from '../desk/index.ts';
import type { Alarm } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import { isFault, reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { publicLink } from '../shared/public-link.ts';
import type { Person, SiteConfig } from '../shared/site.ts';
import { type Budget, openBudget } from './budget.ts';
import type { Channel, ChannelDeps, Notice } from './channel.ts';
import { type Gate, lifeSafetyWaitMs, type Passage } from './gate.ts';
import type { Route } from './intake.ts';
import type { Ledger, Owed } from './ledger.ts';
import type { NotifyMetrics } from './metrics.ts';
import type { AskOnCall } from './recipients.ts';
import { linkLabels, noticeOf, summaryOf } from './text.ts';

/** 5 s, 10 s, 20 s ... 5 min between tries. */
const firstPauseMs = 5_000;
const longestPauseMs = 300_000;
/** Life safety is tried again at least so often. */
const longestLifeSafetyPauseMs = 30_000;
/** Life-safety notices made ready or under way at once, so that one silent mail server does not hold all of them for its time-out. */
const lifeSafetyAtOnce = 4;
const minuteMs = 60_000;
/** The last ordinary message of a minute waits so long for others to go with it. */
const gatherMs = 10_000;
const mostInSummary = 500;
/** In a storm a person gets so many ordinary messages in ten minutes: the first at once, and all that has come since as a second. */
const mostInStorm = 2;
const stormWindowMs = 10 * minuteMs;
/** More alarms than this for one person in the window are a storm; the figure of EEMUA 191 for a flood. */
const stormAlarms = 10;
/** After the first message the next waits so long for others to go with it. */
const stormGatherMs = { critical: 5_000, other: 15_000 };

/** Secret of an answer link, also where it stands in an address that was encoded. */
const linkSecret = /(\/|%2f)([at])(?:\/|%2f)[\w-]+/gi;

export interface SenderOptions {
  route: Route;
  options: unknown;
  onCall: AskOnCall;
  site: SiteConfig;
  ledger: Ledger;
  links: AnswerLinks;
  deps: ChannelDeps;
  clock: Clock;
  wire: Clock;
  log: Log;
  gate: Gate;
  metrics: NotifyMetrics;
  /** Takes secrets out of texts that others said. */
  scrub(text: string): string;
  /** The alarm as it is now. */
  alarmNow(alarm: string): Alarm | undefined;
  /** A notice did not reach its receiver, for now or for good. */
  onFailure(owed: Owed, channel: string): void;
}

export interface Health {
  /** Has a notice gone out since the start? */
  proven: boolean;
  /** Wire time of the first of the failures since the last success; undefined when it works. */
  failingSince: number | undefined;
  reason: string;
}

export interface Sender extends AsyncDisposable {
  readonly id: string;
  readonly health: Health;
  /** Sends what is due; what endangers lives only, where that is asked for. Cheap when nothing is. */
  work(lifeSafetyOnly?: boolean): void;
  /**
   * Sends a notice of no alarm, past everything that is owed on this channel. What comes of it says how the channel fares, as with any notice; undefined when
   * ended by us. One that comes again after a kill waits until nothing else is on the wire; what is never sent twice need not.
   */
  sendNow(
    notice: Notice,
    comesAgain: boolean,
  ): Promise<{ answer: string } | { error: string; again: boolean; uncertain: boolean } | undefined>;
}

export function openSender(options: SenderOptions): Sender {
  const { route, site, ledger, links, deps, clock, wire, gate, metrics, alarmNow } = options;
  // What a server says may repeat the link of the person, which is a secret of his.
  const scrub = (text: string) => options.scrub(text).replace(linkSecret, '/$2/<secret>');
  const { config, type } = route;
  const log = options.log.child({ channel: config.id });
  const language = config.language ?? site.site.language;
  const budget: Budget = openBudget(
    Math.min(config.per_minute ?? type.perMinute, type.perMinute),
    ledger.recent(config.id, wire.now() - minuteMs),
  );
  const health: Health = { proven: false, failingSince: undefined, reason: '' };
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();
  let ordinaryUnderWay = false;
  let pausedUntil = 0;
  let opening: Promise<Channel> | undefined;

  const nameOf = (person: string) => site.people.find(({ id }) => id === person)?.name ?? person;
  const peopleOf = (person: string | null, alarms: readonly Owed[]): Person[] => {
    if (person !== null) return site.people.filter((one) => one.id === person);
    const all = alarms.flatMap((one) => options.onCall(one.alarm));
    return [...new Map(all.map((one) => [one.id, one])).values()];
  };
  const fine = () => {
    health.proven = true;
    if (health.failingSince === undefined) return;
    log.info('notices go out again');
    health.failingSince = undefined;
    health.reason = '';
    ledger.faring(config.id, null, null);
  };
  const failing = (reason: string) => {
    if (health.failingSince === undefined) {
      log.warn({ reason }, 'notices do not go out, trying on');
      health.failingSince = wire.now();
      ledger.faring(config.id, clock.now(), reason);
    }
    health.reason = reason;
  };

  const afterFailure = (owed: readonly Owed[], error: unknown) => {
    const reason = scrub(reasonOf(error));
    const now = wire.now();
    const keys = (list: readonly Owed[]) => list.map((one) => one.key);
    if (isFault(error, 'notify/refused') || !(isFault(error) && (error.retryable || error.code === 'secret/missing'))) {
      // What is no fault is a mistake of ours in the channel: told loudly, and not tried for ever.
      ledger.failed(keys(owed), reason);
      metrics.failed.inc({ channel: config.id }, owed.length);
      log.error({ reason, alarms: owed.map((one) => one.alarm.id).slice(0, 10) }, 'a notice was refused for good');
      for (const one of owed) options.onFailure(one, config.id);
      return;
    }
    if (isFault(error, 'notify/limited')) {
      pausedUntil = now + Number(error.detail?.retryAfterMs ?? minuteMs);
      metrics.limited.inc({ channel: config.id });
    } else failing(reason);
    const uncertain = error.detail?.uncertain === true;
    for (const one of owed) {
      if (now - one.queuedAt >= config.give_up) {
        ledger.failed([one.key], `given up after ${one.attempts + 1} tries: ${reason}`);
        metrics.failed.inc({ channel: config.id });
        log.error({ reason, alarm: one.alarm.id, person: one.person }, 'a notice was given up');
        continue;
      }
      const longest = one.alarm.lifeSafety ? longestLifeSafetyPauseMs : longestPauseMs;
      const pause = Math.min(longest, firstPauseMs * 2 ** Math.min(one.attempts, 16));
      // A summary that failed is made anew from its parts, with what has come in between.
      ledger.again([one.key], reason, now + pause, uncertain);
      metrics.retried.inc({ channel: config.id });
      options.onFailure(one, config.id);
    }
  };

  const opened = () => {
    opening ??= (async () => type.open(options.options, deps))();
    return opening.catch((error: unknown) => {
      // A secret that is not there yet may be there at the next try.
      opening = undefined;
      throw error;
    });
  };

  const isFailing = () => health.failingSince !== undefined;
  const send = (owed: readonly Owed[], notice: Notice, summary: string | null): Promise<void> => {
    const keys = owed.map((one) => one.key);
    const [first] = owed as [Owed, ...Owed[]];
    budget.take(wire.now());
    if (!first.alarm.lifeSafety) ledger.preparing(keys, wire.now());
    const withdrawn = new AbortController();
    /** On record as on its way, or as not wanted any more. */
    let begun = false;
    const begin = (): boolean => {
      if (begun) return true;
      begun = ledger.sending(keys, wire.now());
      if (!begun) withdrawn.abort();
      return begun;
    };
    const passage = gate.passage({
      ...{ channel: config.id, lifeSafety: first.alarm.lifeSafety, pressed: () => isPressed(first), failing: isFailing, begin },
    });
    const done = (async () => {
      try {
        const channel = await opened();
        const { answer } = await channel.send(notice, AbortSignal.any([stop.signal, withdrawn.signal]), passage.enter);
        begin();
        ledger.sent(config.id, keys, scrub(answer), clock.now(), summary);
        if (summary === null) metrics.sent.inc({ channel: config.id });
        else metrics.summarised.inc({ channel: config.id }, owed.length);
        fine();
      } catch (error) {
        // Ended by us: stays as it is, and the next start knows whether it may have arrived.
        if (stop.signal.aborted || withdrawn.signal.aborted || (gate.isClosed && !begun)) return;
        // A try that never came to its hand-over is a try.
        if (begin()) afterFailure(owed, error);
      }
    })();
    underWay.add(done);
    return done.finally(() => {
      underWay.delete(done);
      passage.leave();
    });
  };
  /** A person gets a link of his own, by which he answers; a group gets the page of the alarm. */
  const linkOf = ({ key, person, step, alarm }: Owed): Pick<Notice, 'link'> => {
    if (site.public_url === undefined) return {};
    const answers = person !== null && step !== 'returned' && step !== 'taken';
    const path = answers
      ? `a/${links.make({ delivery: key, alarm: alarm.id, occurrence: alarm.occurrence, person, language }, wire.now())}`
      : `#/alarms/${encodeURIComponent(alarm.id)}`;
    return { link: { url: publicLink(site.public_url, path), label: (answers ? linkLabels.answer : linkLabels.look)[language] } };
  };
  const listLink = (): Pick<Notice, 'link'> =>
    site.public_url === undefined ? {} : { link: { url: publicLink(site.public_url, '#/alarms'), label: linkLabels.look[language] } };
  const one = (owed: Owed) => {
    const frame = { site: site.site, language, to: peopleOf(owed.person, [owed]), now: clock.now(), nameOf };
    return send([owed], { ...noticeOf(owed, frame, alarmNow(owed.alarm.id)), ...linkOf(owed) }, null);
  };

  const lifeSafetyUnderWay = new Set<string>();
  const openedAt = wire.now();
  /** What is tried again may have arrived already: it is never pressed. */
  const isPressed = ({ attempts, queuedAt }: Owed): boolean =>
    attempts === 0 && wire.now() - Math.max(queuedAt, openedAt) >= lifeSafetyWaitMs;
  const lifeSafety = () => {
    if (lifeSafetyUnderWay.size >= lifeSafetyAtOnce) return;
    const due = ledger.due(config.id, true, wire.now(), clock.now(), lifeSafetyAtOnce).filter(({ key }) => !lifeSafetyUnderWay.has(key));
    for (const owed of due.slice(0, lifeSafetyAtOnce - lifeSafetyUnderWay.size)) {
      lifeSafetyUnderWay.add(owed.key);
      void one(owed).finally(() => {
        lifeSafetyUnderWay.delete(owed.key);
        work();
      });
    }
  };

  /**
   * Leaves out what stands under a root cause that still calls and that this channel tells the same receiver of: once somebody has the root, or where he
   * never hears of it, what follows is news. In a storm hundreds stand under one, and each second they are looked at.
   */
  const ungrouped = (list: readonly Owed[]): Owed[] => {
    const told = new Map<string, boolean>();
    const isTold = (root: string, person: string | null): boolean => {
      const name = JSON.stringify([root, person]);
      const known = told.get(name);
      if (known !== undefined) return known;
      const alarm = alarmNow(root);
      const is = alarm?.state === 'UNACK' && ledger.knowsWho(config.id, root, alarm.occurrence, person);
      told.set(name, is);
      return is;
    };
    return list.filter((owed) => {
      const root = owed.step === 'raised' ? ledger.causeOf(owed.alarm.id) : undefined;
      if (root === undefined || !isTold(root, owed.person)) return true;
      ledger.grouped([owed.key], root);
      metrics.grouped.inc({ channel: config.id });
      return false;
    });
  };

  /** A root cause before what stands under it. */
  const rootFirst = (list: readonly Owed[]): Owed[] => {
    const roots = new Set(list.map((owed) => ledger.causeOf(owed.alarm.id)));
    return [...list.filter((owed) => roots.has(owed.alarm.id)), ...list.filter((owed) => !roots.has(owed.alarm.id))];
  };
  /** May the person be told now, and is it to be all in one? A person reads one message; the tenth in ten minutes nobody reads. */
  const personal = (person: string, mine: readonly Owed[], now: number): 'wait' | 'one' | 'all' => {
    const since = now - stormWindowMs;
    const before = ledger.recentTo(person, since).length;
    if (before === 0) return 'one';
    const gatherFor = mine.some((owed) => owed.alarm.priority === 'critical') ? stormGatherMs.critical : stormGatherMs.other;
    if (before >= mostInStorm && ledger.owedTo(person, since) > stormAlarms) return 'wait';
    // Who is called because nobody answered is called now.
    const called = mine.some((owed) => owed.step === 'escalated');
    return called || mine.some((owed) => now - owed.queuedAt >= gatherFor) ? 'all' : 'wait';
  };

  const ordinary = () => {
    const now = wire.now();
    // What the receiver answers to a danger to life, such as "too many", holds for the rest too.
    if (ordinaryUnderWay || lifeSafetyUnderWay.size > 0 || now < pausedUntil || !gate.isIdle()) return;
    const left = budget.left(now);
    if (left === 0) return;
    const due = rootFirst(ungrouped(ledger.due(config.id, false, now, clock.now(), mostInSummary)));
    const verdicts = new Map<string | null, 'wait' | 'one' | 'all'>([[null, 'one']]);
    const first = due.find(({ person }) => {
      if (person !== null && !verdicts.has(person)) {
        verdicts.set(
          person,
          personal(
            person,
            due.filter((owed) => owed.person === person),
            now,
          ),
        );
      }
      return verdicts.get(person) !== 'wait';
    });
    if (!first) return;
    const together = due.filter((owed) => owed.person === first.person);
    if (verdicts.get(first.person) === 'all' && together.length > 1) return void summarised(together, first);
    if (left === 1 && together.length === 1 && now - first.queuedAt < gatherMs) return;
    if ((due.length > left || (left === 1 && due.length > 1)) && together.length > 1) summarised(together, first);
    else underWayUntil(one(first));
  };
  const underWayUntil = (done: Promise<void>) => {
    ordinaryUnderWay = true;
    void done.finally(() => {
      ordinaryUnderWay = false;
      work();
    });
  };
  const summarised = (together: readonly Owed[], first: Owed) => underWayUntil(summary(together, first));
  const summary = (owed: readonly Owed[], first: Owed) => {
    const key = `${first.key}/summary-${owed.length}-${wire.now().toString(36)}`;
    const frame = { site: site.site, language, to: peopleOf(first.person, owed), now: clock.now(), nameOf };
    return send(owed, { ...summaryOf(owed, key, frame), ...listLink() }, key);
  };

  const work = (lifeSafetyOnly = false) => {
    if (gate.isClosed) return;
    lifeSafety();
    if (!lifeSafetyOnly) ordinary();
  };

  return {
    id: config.id,
    health,
    work,
    sendNow(notice, comesAgain) {
      budget.take(wire.now());
      const passage: Passage | undefined = comesAgain
        ? gate.passage({ ...{ channel: config.id, lifeSafety: false, pressed: () => false, failing: isFailing, begin: () => true } })
        : undefined;
      const done = (async () => {
        try {
          const { answer } = await (await opened()).send(notice, stop.signal, passage?.enter);
          fine();
          return { answer: scrub(answer) };
        } catch (error) {
          if (stop.signal.aborted || (passage && gate.isClosed)) return undefined;
          const reason = scrub(reasonOf(error));
          const again = isFault(error) && error.retryable;
          if ((again && !isFault(error, 'notify/limited')) || isFault(error, 'secret/missing')) failing(reason);
          return { error: reason, again, uncertain: isFault(error) && error.detail?.uncertain === true };
        }
      })();
      const ended = done.then(() => undefined);
      underWay.add(ended);
      void ended.finally(() => {
        underWay.delete(ended);
        // After whoever asked has written down what came of it.
        setImmediate(() => passage?.leave());
      });
      return done;
    },
    async [Symbol.asyncDispose]() {
      // Nothing begins any more. What is on the wire may end by itself; what does not is cut, and the next start knows.
      gate.close();
      let cancel = () => {};
      const late = new Promise<void>((resolve) => {
        cancel = wire.after(1_500, resolve);
      });
      await Promise.race([Promise.all(underWay), late]);
      cancel();
      stop.abort();
      await Promise.allSettled(underWay);
      await (await opening?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}
