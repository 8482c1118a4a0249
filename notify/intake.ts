/**
 * Follows the journal of the desk and writes down what is owed to whom. Position and deliveries go to disk in one transaction, and each
 * delivery has a key that follows from the journal alone: whatever is killed, no entry is passed over and none is owed twice.
 */

import type { Database, DeliveryStep, JournalEntry } from '../desk/index.ts';
import { alarmIn, openJournal } from '../desk/index.ts';
import type { Alarm } from '../shared/alarm.ts';
import type { Clock } from '../shared/clock.ts';
import type { ChannelConfig, SiteConfig } from '../shared/site.ts';
import type { ChannelType } from './channel.ts';
import type { Escalation } from './escalation.ts';
import type { Ledger } from './ledger.ts';
import { type AskOnCall, takes } from './recipients.ts';
import type { TicketSender } from './ticket-sender.ts';

const batch = 500;
/** Who moves alarms without being a person. */
const engine = 'engine';
/** Owed to one channel at once; life safety is above it. More than a flood of a whole hospital, less than a disk. */
const mostWaiting = 5_000;

export interface Route {
  config: ChannelConfig;
  type: ChannelType;
}

export interface IntakeOptions {
  db: Database;
  ledger: Ledger;
  site: SiteConfig;
  routes: readonly Route[];
  onCall: AskOnCall;
  escalation: Escalation;
  tickets: Pick<TicketSender, 'follow'>;
  clock: Clock;
  wire: Clock;
  /** Somebody should have been told and nobody can be. */
  unreachable(delivery: { channel: string; alarm: string; reason: string }): void;
}

export interface Intake {
  /** Takes in what is new in the journal; true when something is owed since. */
  follow(): boolean;
}

export function openIntake({ db, ledger, site, routes, onCall, escalation, tickets, clock, wire, unreachable }: IntakeOptions): Intake {
  const journal = openJournal(db, clock);
  // The very first start: what was in the journal before there was a notifier is no news.
  if (ledger.cursor() === undefined) ledger.setCursor(journal.lastSeq());
  let cursor = ledger.cursor() ?? 0;

  /** The alarm as the entry saw it, and which raise it belongs to: the notifier may be behind, the alarm may have come again. */
  const then = (entry: JournalEntry): { alarm: Alarm; raise: { seq: number; t: number } } | undefined => {
    const now = alarmIn(db, entry.id, clock.now());
    const [raise] = journal.list({ kind: 'alarm', id: entry.id, event: 'raise', before: entry.seq + 1, limit: 1 });
    if (!now || !raise) return undefined;
    const later = db.get<{ n: number }>(
      "SELECT count(*) AS n FROM journal WHERE kind = 'alarm' AND id = ? AND event = 'raise' AND seq > ?",
      entry.id,
      entry.seq,
    );
    const since = later?.n ?? 0;
    if (since === 0) return { alarm: now, raise };
    const { at = raise.t, value = null, limit = null } = raise.detail as { at?: number; value?: number | null; limit?: number | null };
    return { alarm: { ...now, occurrence: now.occurrence - since, raisedAt: at, value, limit, clearedAt: null }, raise };
  };

  /** Somebody has it: whoever else was told hears so, once, over the channel that reached him last. */
  const tellOthers = (entry: JournalEntry): boolean => {
    const found = then(entry);
    if (!found || entry.who === engine) return false;
    const { raise } = found;
    const alarm = { ...found.alarm, acknowledged: true, acknowledgedAt: entry.t, acknowledgedBy: entry.who };
    let any = false;
    for (const { person, channel } of ledger.toldWays(alarm.id, alarm.occurrence)) {
      if (person === entry.who || !routes.some(({ config }) => config.id === channel)) continue;
      const key = [...nameOf(alarm, raise), 'taken', channel, ...(person === null ? [] : [person])].join('/');
      any = ledger.add({ key, seq: entry.seq, step: 'taken', channel, person, alarm }, clock.now(), wire.now()) || any;
    }
    return any;
  };
  /** The raise names the occurrence for good, also where the database was begun anew. */
  const nameOf = (alarm: Alarm, raise: { seq: number; t: number }) => [
    site.site.id,
    alarm.id,
    alarm.occurrence,
    `${raise.t.toString(36)}.${raise.seq}`,
  ];

  const owe = (entry: JournalEntry): boolean => {
    if (entry.kind !== 'alarm') return false;
    if (entry.event === 'acknowledge') return tellOthers(entry);
    // Where the entry's detail is damaged, rather one call too many.
    const annunciated = entry.detail.annunciated === true || (entry.detail.unreadable === true && entry.to === 'UNACK');
    if (!annunciated && entry.event !== 'clear') return false;
    const found = then(entry);
    if (!found) return false;
    const { raise } = found;
    let { alarm } = found;
    let step: DeliveryStep = 'raised';
    if (!annunciated) {
      if (!alarm.lifeSafety || !ledger.told(alarm.id, alarm.occurrence)) return false;
      step = 'returned';
      alarm = { ...alarm, clearedAt: Number(entry.detail.at), value: (entry.detail.value as number | null | undefined) ?? null };
    } else if (entry.event === 'shelf-end' && ledger.told(alarm.id, alarm.occurrence)) step = 'shelf-ended';
    const name = [...nameOf(alarm, raise), step];
    if (step === 'shelf-ended') name.push(String(entry.seq));
    let any = false;
    for (const { config, type } of routes) {
      if (!takes(config, alarm)) continue;
      if (step === 'returned' && !ledger.knows(config.id, alarm.id, alarm.occurrence)) continue;
      const people = type.audience === 'group' ? [null] : onCall(alarm).filter((person) => type.address(person) !== undefined);
      const add = (person: string | null, failed?: string) => {
        const key = [...name, config.id, ...(person === null ? [] : [person])].join('/');
        const added = ledger.add(
          { key, seq: entry.seq, step, channel: config.id, person, alarm, ...(failed === undefined ? {} : { failed }) },
          clock.now(),
          wire.now(),
        );
        if (added && failed !== undefined) unreachable({ channel: config.id, alarm: alarm.id, reason: failed });
        any ||= added;
      };
      // Where people subscribe or not, it is no failure that nobody has, as long as there is another way.
      if (people.length === 0 && type.subscribed && routes.length > 1) continue;
      if (people.length === 0) add(null, `nobody on call has ${type.addressName.en}`);
      else if (!alarm.lifeSafety && ledger.waiting(config.id) >= mostWaiting) add(null, `more than ${mostWaiting} notices wait already`);
      else for (const person of people) add(person?.id ?? null);
    }
    if (annunciated) escalation.begin(alarm, entry, name.slice(0, 4).map(String));
    return any;
  };

  return {
    follow() {
      let any = false;
      for (;;) {
        const entries = journal.since(cursor, batch);
        const last = entries.at(-1);
        if (!last) return any;
        ledger.transact(() => {
          for (const entry of entries) {
            escalation.follow(entry);
            tickets.follow(entry);
            any = owe(entry) || any;
          }
          ledger.setCursor(last.seq);
        });
        cursor = last.seq;
      }
    },
  };
}
