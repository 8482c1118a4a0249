/**
 * Who was told of an alarm, over which channel, when, and what came of it. Part of the public face of rules, beside index.ts: the console
 * and the API read here; only the notifier of the rules role writes.
 */
import { z } from 'zod';
import type { Priority } from '../shared/alarm.ts';
import { type Text, textSchema } from '../shared/text.ts';
import { isLifeSafety } from './alarm-sql.ts';
import { type Database, openDatabase } from './database.ts';
import type { DeskDatabase } from './open.ts';
import { openReceipts, type ScreenReceipt } from './receipts.ts';
import { readRecord } from './rows.ts';
import { where } from './where.ts';

/** The screens, on record beside the channels of the site file: `answer` is shown, sounded or acknowledged, `person` the user. */
export const consoleChannel = 'console';

/**
 * waiting: not sent yet, or to be tried again. sending: on its way; after a crash nobody knows, and it is sent again. sent: the receiver took it.
 * summarised: the receiver took it as part of a summary. grouped: not sent, since the root cause was. withdrawn: not sent, since somebody had
 * answered by then or the alarm was gone. failed: given up, see `lastError`.
 */
export const deliveryStates = ['waiting', 'sending', 'sent', 'summarised', 'grouped', 'withdrawn', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

export const deliverySteps = ['raised', 'shelf-ended', 'escalated', 'taken', 'returned'] as const;
export type DeliveryStep = (typeof deliverySteps)[number];

export interface Delivery {
  /** Names this delivery for good; receivers that know keys get it with every try. */
  key: string;
  alarm: string;
  occurrence: number;
  step: DeliveryStep;
  /** Of the site file. */
  channel: string;
  /** Id in the site file; null for a group. */
  person: string | null;
  priority: Priority;
  lifeSafety: boolean;
  state: DeliveryState;
  /** Tries so far. */
  attempts: number;
  /** Why the last try failed; stays after a later success. */
  lastError: string | null;
  /** Plant time, UTC ms. */
  createdAt: number;
  sentAt: number | null;
  /** What the receiver answered. */
  answer: string | null;
}

export interface DeliveryFilter {
  alarm?: string;
  channel?: string;
  person?: string;
  state?: DeliveryState;
  /** Created at or after, before; plant time. */
  from?: number;
  to?: number;
  /** Default 1,000, newest first. */
  limit?: number;
}

/** A channel as it fares. `failingSince` (plant time): no try has succeeded since then. */
export interface ChannelState {
  channel: string;
  type: string;
  failingSince: number | null;
  reason: string | null;
  lastSentAt: number | null;
  waiting: number;
  audience: 'person' | 'group';
}

/** Where the notifier leaves whom each channel reaches, for those who do not know the channels' types. */
export const audiencesMemory = 'notify-audiences';
/** And what each channel is called, in both languages. */
export const channelNamesMemory = 'notify-channel-names';

/** Can people be told? silent: the notifier is down or hangs. broken: no channel works. degraded: some do not. none: the site file has no channel. */
export interface AlarmPath {
  state: 'fine' | 'degraded' | 'broken' | 'none' | 'silent';
  channels: ChannelState[];
}

export interface Deliveries extends Disposable {
  /** Everything on one alarm, of one occurrence or of all; newest first. */
  deliveriesOf(alarm: string, occurrence?: number): Delivery[];
  deliveries(filter?: DeliveryFilter): Delivery[];
  alarmPath(): AlarmPath;
  /** What channels are called, as the notifier said at its last start; empty where it has never started. */
  channelNames(): ReadonlyMap<string, Text>;
}

/** For the console and the API. */
export function openDeliveries({ file, db: shared }: DeskDatabase): Deliveries {
  const db = shared ?? openDatabase(file);
  return {
    ...deliveriesIn(db),
    [Symbol.dispose]() {
      if (shared === undefined) db[Symbol.dispose]();
    },
  };
}

const namesSchema = z.record(z.string(), textSchema);

interface Row {
  key: string;
  alarm: string;
  occurrence: number;
  step: Delivery['step'];
  channel: string;
  person: string | null;
  priority: Priority;
  life_safety: number;
  state: DeliveryState;
  attempts: number;
  last_error: string | null;
  created_at: number;
  sent_at: number | null;
  answer: string | null;
}

const deliveryOf = (row: Row): Delivery => ({
  key: row.key,
  alarm: row.alarm,
  occurrence: row.occurrence,
  step: row.step,
  channel: row.channel,
  person: row.person,
  priority: row.priority,
  lifeSafety: row.life_safety === 1,
  state: row.state,
  attempts: row.attempts,
  lastError: row.last_error,
  createdAt: row.created_at,
  sentAt: row.sent_at,
  answer: row.answer,
});

export function deliveriesIn(db: Database): Omit<Deliveries, typeof Symbol.dispose> {
  const receipts = openReceipts(db);
  const priorityOf = (alarm: string) =>
    db.get<{ priority: Priority; life: number }>(`SELECT priority, ${isLifeSafety} AS life FROM alarms WHERE id = ?`, alarm);
  const receiptAsDelivery = ({ alarm, occurrence, user, shownAt, soundedAt, acknowledgedAt }: ScreenReceipt): Delivery => {
    const { priority = 'high', life = 0 } = priorityOf(alarm) ?? {};
    return {
      key: `${consoleChannel}/${alarm}/${occurrence}/${user}`,
      alarm,
      occurrence,
      step: 'raised',
      channel: consoleChannel,
      person: user,
      priority,
      lifeSafety: life === 1,
      state: 'sent',
      attempts: 1,
      lastError: null,
      createdAt: shownAt,
      sentAt: shownAt,
      answer: acknowledgedAt !== null ? 'acknowledged' : soundedAt !== null ? 'sounded' : 'shown',
    };
  };
  const list = (filter: DeliveryFilter & { occurrence?: number | undefined }) => {
    const { sql, values } = where({
      'alarm = ?': filter.alarm,
      'occurrence = ?': filter.occurrence,
      'channel = ?': filter.channel,
      'person = ?': filter.person,
      'state = ?': filter.state,
      'created_at >= ?': filter.from,
      'created_at < ?': filter.to,
    });
    const newest = `SELECT * FROM deliveries WHERE ${sql} ORDER BY seq DESC, key LIMIT ?`;
    const most = filter.limit ?? 1_000;
    const sent = filter.channel === consoleChannel ? [] : db.all<Row>(newest, ...values, most).map(deliveryOf);
    const screens =
      (filter.channel ?? consoleChannel) === consoleChannel && (filter.state ?? 'sent') === 'sent' ? shownOn(filter, most) : [];
    return screens.length === 0 ? sent : [...sent, ...screens].sort((a, b) => b.createdAt - a.createdAt).slice(0, most);
  };
  const shownOn = (filter: DeliveryFilter & { occurrence?: number | undefined }, limit: number) =>
    (filter.alarm === undefined
      ? receipts.latest({ user: filter.person, from: filter.from, to: filter.to }, limit)
      : receipts.of(filter.alarm, filter.occurrence)
    ).map(receiptAsDelivery);
  return {
    deliveries: (filter = {}) => list(filter),
    deliveriesOf: (alarm, occurrence) => list({ alarm, occurrence }),
    alarmPath() {
      const persons = new Set(
        db
          .all<{ channel: string }>(
            `SELECT a.key AS channel FROM rules_memory m, json_each(CASE WHEN json_valid(m.value) THEN m.value ELSE '{}' END) a
             WHERE m.name = ? AND a.value = 'person'`,
            audiencesMemory,
          )
          .map(({ channel }) => channel),
      );
      const channels = db
        .all<{
          channel: string;
          type: string;
          failing_since: number | null;
          reason: string | null;
          last_sent_at: number | null;
          waiting: number;
        }>(
          `SELECT c.*, (SELECT count(*) FROM deliveries d WHERE d.channel = c.channel AND d.state IN ('waiting', 'sending')) AS waiting
           FROM delivery_channels c ORDER BY channel`,
        )
        .map((row) => ({
          channel: row.channel,
          type: row.type,
          failingSince: row.failing_since,
          reason: row.reason,
          lastSentAt: row.last_sent_at,
          waiting: row.waiting,
          audience: persons.has(row.channel) ? ('person' as const) : ('group' as const),
        }));
      const failing = channels.filter((channel) => channel.failingSince !== null).length;
      const state = channels.length === 0 ? 'none' : failing === 0 ? 'fine' : failing === channels.length ? 'broken' : 'degraded';
      return { state, channels };
    },
    channelNames() {
      const row = db.get<{ value: string }>('SELECT value FROM rules_memory WHERE name = ?', channelNamesMemory);
      return new Map(Object.entries(row ? (readRecord(db, namesSchema, row.value, 'rules_memory', channelNamesMemory, 0) ?? {}) : {}));
    },
  };
}
