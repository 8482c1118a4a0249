/** The notifier's side of the deliveries: what is owed, tried and done. Each change is one transaction, on disk before and after a try. */

import { z } from 'zod';
import type { Database, DeliveryStep } from '../desk/index.ts';
import { alarmIn, alarmRecord, limited, rank, readRecord } from '../desk/index.ts';
import type { Alarm } from '../shared/alarm.ts';

/** A delivery that is owed. */
export interface Owed {
  key: string;
  seq: number;
  step: DeliveryStep;
  person: string | null;
  /** The alarm as it was when the journal asked for this. */
  alarm: Alarm;
  attempts: number;
  /** A try may have reached the receiver without our knowing. */
  uncertain: boolean;
  /** Wire time. */
  queuedAt: number;
}

export interface NewDelivery {
  key: string;
  seq: number;
  step: DeliveryStep;
  channel: string;
  person: string | null;
  alarm: Alarm;
  /** Why it fails from the start; nobody can be reached. */
  failed?: string;
}

interface OwedRow {
  key: string;
  seq: number;
  step: DeliveryStep;
  person: string | null;
  alarm: string;
  alarm_then: string;
  attempts: number;
  uncertain: number;
  queued_at: number;
}

/** The term of the partial index, word for word, so that it is used. */
const open = "state IN ('waiting', 'sending')";

const mostRead = 1_000;

export function openLedger(db: Database) {
  /** The alarm as it was; where that text is damaged, as it is now; where it is gone altogether, the delivery ends as failed. */
  const read = new Map<string, { text: string; alarm: Alarm }>();
  const alarmThen = (row: OwedRow, at: number): Alarm | undefined => {
    // In a storm hundreds wait, and each is looked at every second.
    const known = read.get(row.key);
    if (known?.text === row.alarm_then) return known.alarm;
    const then = readRecord(db, alarmRecord, row.alarm_then, 'deliveries', row.key, at);
    if (then) {
      if (read.size >= mostRead) read.clear();
      read.set(row.key, { text: row.alarm_then, alarm: then });
      return then;
    }
    const found = alarmIn(db, row.alarm, at);
    if (!found) db.run("UPDATE deliveries SET state = 'failed', last_error = 'its record is damaged' WHERE key = ?", row.key);
    return found;
  };
  return {
    /** Does nothing when the key is known. Returns whether it was new. */
    add(one: NewDelivery, plantNow: number, wireNow: number): boolean {
      if (db.get('SELECT 1 FROM deliveries WHERE key = ?', one.key)) return false;
      db.run(
        `INSERT INTO deliveries (key, seq, alarm, occurrence, step, channel, person, rank, priority, life_safety, state, attempts, uncertain,
           last_error, created_at, queued_at, due_at, alarm_then) VALUES (?,?,?,?,?,?,?,?,?,?,?,0,0,?,?,?,?,?)`,
        one.key,
        one.seq,
        one.alarm.id,
        one.alarm.occurrence,
        one.step,
        one.channel,
        one.person,
        rank(one.alarm.priority),
        one.alarm.priority,
        one.alarm.lifeSafety ? 1 : 0,
        one.failed === undefined ? 'waiting' : 'failed',
        one.failed ?? null,
        plantNow,
        wireNow,
        wireNow,
        JSON.stringify(one.alarm),
      );
      return true;
    },
    /** Was this occurrence told of on the channel (or will be)? */
    knows: (channel: string, alarm: string, occurrence: number): boolean =>
      db.get('SELECT 1 FROM deliveries WHERE alarm = ? AND occurrence = ? AND channel = ? LIMIT 1', alarm, occurrence, channel) !==
      undefined,
    /** Was this person, or the group where it is null, told of it on the channel (or will be)? */
    knowsWho: (channel: string, alarm: string, occurrence: number, person: string | null): boolean =>
      db.get(
        'SELECT 1 FROM deliveries WHERE alarm = ? AND occurrence = ? AND channel = ? AND person IS ? LIMIT 1',
        alarm,
        occurrence,
        channel,
        person,
      ) !== undefined,
    /** Told of on any channel. */
    told: (alarm: string, occurrence: number): boolean =>
      db.get('SELECT 1 FROM deliveries WHERE alarm = ? AND occurrence = ? LIMIT 1', alarm, occurrence) !== undefined,
    /** Due, worst first; never a step before an earlier one of the same alarm has gone to the same receiver. */
    due(channel: string, lifeSafety: boolean, wireNow: number, plantNow: number, limit: number): Owed[] {
      return db
        .all<OwedRow>(
          `SELECT key, seq, step, person, alarm, alarm_then, attempts, uncertain, queued_at FROM deliveries d
           WHERE ${open} AND state = 'waiting' AND channel = ? AND life_safety = ? AND due_at <= ?
             AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.alarm = d.alarm AND e.seq < d.seq AND e.channel = d.channel
               AND e.person IS d.person AND e.${open})
           ORDER BY rank, seq, key ${limited}`,
          channel,
          lifeSafety ? 1 : 0,
          wireNow,
          limit,
        )
        .map((row) => ({ row, alarm: alarmThen(row, plantNow) }))
        .filter((one): one is { row: OwedRow; alarm: Alarm } => one.alarm !== undefined)
        .map(({ row, alarm }) => ({
          key: row.key,
          seq: row.seq,
          step: row.step,
          person: row.person,
          alarm,
          attempts: row.attempts,
          uncertain: row.uncertain === 1,
          queuedAt: row.queued_at,
        }));
    },
    /** Has it gone out to somebody, or does it wait for a channel that works? */
    reachable: (alarm: string, occurrence: number, works: (channel: string) => boolean): boolean =>
      db
        .all<{ channel: string; state: string }>(
          "SELECT DISTINCT channel, state FROM deliveries WHERE alarm = ? AND occurrence = ? AND state <> 'failed'",
          alarm,
          occurrence,
        )
        .some(({ channel, state }) => !['waiting', 'sending'].includes(state) || works(channel)),
    /** Who was told of an occurrence, or is about to be, over which channel; of each person the last. `person` null: a group. */
    toldWays: (alarm: string, occurrence: number): { person: string | null; channel: string }[] =>
      db.all<{ person: string | null; channel: string }>(
        `SELECT person, channel FROM (
           SELECT person, channel, row_number() OVER (PARTITION BY person, CASE WHEN person IS NULL THEN channel END
             ORDER BY coalesce(sent_at, created_at) DESC, rowid DESC) AS place, min(rowid) OVER (PARTITION BY person, channel) AS first
           FROM deliveries WHERE alarm = ? AND occurrence = ? AND state IN ('sent', 'summarised', 'sending', 'waiting'))
         WHERE place = 1 ORDER BY first`,
        alarm,
        occurrence,
      ),
    /** Calls for help that have not gone out and are needed no more. */
    withdraw(alarm: string, why: string): void {
      db.run(
        "UPDATE deliveries SET state = 'withdrawn', answer = ? WHERE alarm = ? AND step = 'escalated' AND state = 'waiting'",
        why,
        alarm,
      );
    },
    /** Wire times of the last ordinary messages to a person over any channel, a summary counted once, oldest first. */
    recentTo: (person: string, since: number): number[] =>
      db
        .all<{ t: number }>(
          `SELECT max(tried_at) AS t FROM deliveries WHERE person = ? AND tried_at > ? AND life_safety = 0
           GROUP BY coalesce(summary, key) ORDER BY t`,
          person,
          since,
        )
        .map((row) => row.t),
    /** Ordinary notices for a person since then, whatever became of them. */
    owedTo: (person: string, since: number): number =>
      db.get<{ n: number }>(
        'SELECT count(DISTINCT alarm) AS n FROM deliveries WHERE person = ? AND queued_at > ? AND life_safety = 0',
        person,
        since,
      )?.n ?? 0,
    /** The alarm that it stands under. */
    causeOf: (alarm: string): string | undefined =>
      db.get<{ cause: string | null }>('SELECT cause FROM alarms WHERE id = ?', alarm)?.cause ?? undefined,
    waiting: (channel: string): number =>
      db.get<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE ${open} AND channel = ?`, channel)?.n ?? 0,
    /** Oldest life-safety notice that is still owed on any channel, wire time. */
    oldestLifeSafety: (): number | null =>
      db.get<{ t: number | null }>(`SELECT min(queued_at) AS t FROM deliveries WHERE ${open} AND life_safety = 1`)?.t ?? null,
    /** A message to a person is being made ready; whoever looks at what he has had in the last minutes counts it. */
    preparing(keys: readonly string[], wireNow: number): void {
      db.transact(() => {
        for (const key of keys) db.run('UPDATE deliveries SET tried_at = ? WHERE key = ?', wireNow, key);
      });
    },
    /** Before it goes on the wire: on disk, so that a crash in the middle is known as one. False when it was withdrawn meanwhile. */
    sending(keys: readonly string[], wireNow: number): boolean {
      return db.transact(() =>
        keys
          .map((key) =>
            db.run(
              "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, tried_at = ? WHERE key = ? AND state = 'waiting'",
              wireNow,
              key,
            ),
          )
          .some(({ changes }) => Number(changes) > 0),
      );
    },
    sent(channel: string, keys: readonly string[], answer: string, plantNow: number, summary: string | null): void {
      db.transact(() => {
        const state = summary === null ? 'sent' : 'summarised';
        for (const key of keys)
          db.run(
            'UPDATE deliveries SET state = ?, sent_at = ?, answer = ?, summary = ? WHERE key = ?',
            state,
            plantNow,
            answer,
            summary,
            key,
          );
        db.run('UPDATE delivery_channels SET last_sent_at = ? WHERE channel = ?', plantNow, channel);
      });
    },
    again(keys: readonly string[], reason: string, dueAt: number, uncertain: boolean): void {
      db.transact(() => {
        for (const key of keys)
          db.run(
            "UPDATE deliveries SET state = 'waiting', last_error = ?, due_at = ?, uncertain = max(uncertain, ?) WHERE key = ?",
            reason,
            dueAt,
            uncertain ? 1 : 0,
            key,
          );
      });
    },
    failed(keys: readonly string[], reason: string): void {
      db.transact(() => {
        for (const key of keys) db.run("UPDATE deliveries SET state = 'failed', last_error = ? WHERE key = ?", reason, key);
      });
    },
    grouped(keys: readonly string[], cause: string): void {
      db.transact(() => {
        for (const key of keys) db.run("UPDATE deliveries SET state = 'grouped', answer = ? WHERE key = ?", `under ${cause}`, key);
      });
    },
    /** After a start: what was on its way when the process ended is owed again, marked as a possible repetition. */
    resume(wireNow: number): number {
      return db.transact(() => {
        const cut = db.all<{ key: string }>("SELECT key FROM deliveries WHERE state IN ('waiting', 'sending') AND state = 'sending'");
        db.run(
          "UPDATE deliveries SET state = 'waiting', uncertain = 1, due_at = ?, last_error = 'the program ended while it was being sent' WHERE state = 'sending'",
          wireNow,
        );
        return cut.length;
      });
    },
    /** Wire times of the messages of the last `ms`, a summary counted once. */
    recent: (channel: string, since: number): number[] =>
      db
        .all<{ t: number }>(
          'SELECT max(tried_at) AS t FROM deliveries WHERE channel = ? AND tried_at > ? GROUP BY coalesce(summary, key) ORDER BY t',
          channel,
          since,
        )
        .map((row) => row.t),
    /** Old ones go, as far as they are done. */
    prune(before: number): void {
      db.run(`DELETE FROM deliveries WHERE created_at < ? AND NOT ${open}`, before);
    },
    /** Channels of the site file; what is no longer in it goes. What was still owed there is recorded as failed; returns how many. */
    channels(now: readonly { id: string; type: string }[]): number {
      return db.transact(() => {
        const known = JSON.stringify(now.map((one) => one.id));
        for (const { id, type } of now)
          db.run(
            'INSERT INTO delivery_channels (channel, type) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET type = excluded.type, failing_since = NULL, reason = NULL',
            id,
            type,
          );
        db.run('DELETE FROM delivery_channels WHERE channel NOT IN (SELECT value FROM json_each(?))', known);
        const gone = `${open} AND channel NOT IN (SELECT value FROM json_each(?))`;
        const count = db.get<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE ${gone}`, known)?.n ?? 0;
        db.run(`UPDATE deliveries SET state = 'failed', last_error = 'the site file has this channel no more' WHERE ${gone}`, known);
        return count;
      });
    },
    faring(channel: string, failingSince: number | null, reason: string | null): void {
      db.run('UPDATE delivery_channels SET failing_since = ?, reason = ? WHERE channel = ?', failingSince, reason, channel);
    },
    cursor(): number | undefined {
      const row = db.get<{ value: string }>("SELECT value FROM rules_memory WHERE name = 'notified'");
      return row && readRecord(db, z.number().int(), row.value, 'rules_memory', 'notified', 0);
    },
    setCursor(seq: number): void {
      this.setMemory('notified', seq);
    },
    /** What is remembered over a restart, under a name. */
    memory(name: string): unknown {
      const row = db.get<{ value: string }>('SELECT value FROM rules_memory WHERE name = ?', name);
      return row && readRecord(db, z.unknown(), row.value, 'rules_memory', name, 0);
    },
    setMemory(name: string, value: unknown): void {
      db.run(
        'INSERT INTO rules_memory (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        name,
        JSON.stringify(value),
      );
    },
    transact: db.transact,
  };
}
export type Ledger = ReturnType<typeof openLedger>;
