/**
 * Reports and reminders that are sent by themselves. Who makes them (the console's program, which knows the figures) writes them down; the notifier sends
 * them and says what came of it. So both may be killed at any time: what is due is made once, and what was made is sent once. What was on its way when the
 * notifier ended is uncertain: it may have arrived, and only a person decides that it goes again.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import { languages } from '../shared/text.ts';
import type { Database } from './database.ts';

export const mailingKinds = ['report', 'reminder'] as const;
export type MailingKind = (typeof mailingKinds)[number];
export const mailingStates = ['waiting', 'sending', 'sent', 'failed', 'uncertain'] as const;
export type MailingState = (typeof mailingStates)[number];

/** One person, or the contact of a tenant. */
const receiverSchema = z.object({ id: z.string(), name: z.string(), email: z.string().optional() });
export type Receiver = z.infer<typeof receiverSchema>;

const messageSchema = z.object({
  language: z.enum(languages),
  subject: z.string(),
  lines: z.array(z.object({ label: z.string(), text: z.string() })),
  footer: z.array(z.string()),
  /** Path of the console; absent for people outside. */
  link: z.object({ path: z.string(), label: z.string() }).optional(),
});
/** What is told, in one language; the document goes with it where the channel can carry one. */
export type MailingMessage = z.infer<typeof messageSchema>;

export interface MailingDocument {
  name: string;
  type: string;
  content: Buffer;
}

export interface NewMailing {
  /** Names what goes to whom over which channel, for ever. */
  key: string;
  kind: MailingKind;
  /** Id of the schedule, or of the bill. */
  source: string;
  /** Of the report; number of the reminder. */
  period: string;
  channel: string;
  /** null: the group of the channel. */
  receiver: Receiver | null;
  message: MailingMessage;
  document: MailingDocument | null;
  /** It goes to nobody: whoever wants it takes it from the console. */
  kept?: boolean;
}

export interface Mailing extends Omit<NewMailing, 'document' | 'kept'> {
  id: number;
  /** Hash of the document. */
  document: string | null;
  state: MailingState;
  attempts: number;
  answer: string | null;
  error: string | null;
  madeAt: number;
  sentAt: number | null;
}

export interface MailingRound {
  schedule: string;
  period: string;
  dueAt: number;
  tries: number;
  error: string | null;
  madeAt: number | null;
}

export interface Mailings {
  /** Since when the schedule is known, plant time: what was due before is not made up. */
  since(schedule: string, plantNow: number): number;
  /** The round of this period, written down at the first call. */
  round(schedule: string, period: string, dueAt: number): MailingRound;
  /** It could not be made, for now. */
  notMade(schedule: string, period: string, error: string): void;
  /** Made: the round ends and what is to be sent is written down, in one transaction. */
  made(round: { schedule: string; period: string } | null, mailings: readonly NewMailing[], plantNow: number, realNow: number): number;
  rounds(schedule: string, limit: number): MailingRound[];
  /** The newest first. */
  of(kind: MailingKind, source: string, limit: number): Mailing[];
  latest(kind: MailingKind, limit: number): Mailing[];
  /** @throws Fault desk/unknown */
  get(id: number): Mailing;
  document(sha256: string): MailingDocument | undefined;
  /** Ids of what is to be sent now, the oldest first. */
  due(realNow: number): number[];
  sending(id: number, realNow: number): void;
  sent(id: number, answer: string, plantNow: number): void;
  /** @param againAt real time of the next try; null: it ends */
  failed(id: number, error: string, againAt: number | null): void;
  /** The receiver may have it. */
  uncertain(id: number, error: string): void;
  /** After a start: what was on its way when the program ended. @returns how many */
  resume(): number;
  /** A person wants it sent again. @throws Fault desk/transition unless it has failed or is uncertain */
  again(id: number, realNow: number): Mailing;
  /** What has ended and is not in the audit log yet. */
  unaudited(): Mailing[];
  audited(id: number): void;
  prune(before: number): void;
}

interface Row extends Omit<Mailing, 'receiver' | 'message' | 'madeAt' | 'sentAt'> {
  receiver: string | null;
  message: string;
  made_at: number;
  sent_at: number | null;
}

const read = ({ made_at, sent_at, receiver, message, ...row }: Row): Mailing => ({
  ...row,
  receiver: receiver === null ? null : receiverSchema.parse(JSON.parse(receiver)),
  message: messageSchema.parse(JSON.parse(message)),
  madeAt: made_at,
  sentAt: sent_at,
});
const roundColumns = 'schedule, period, due_at AS dueAt, tries, error, made_at AS madeAt';

export function openMailings(db: Database): Mailings {
  const get = (id: number) => {
    const row = db.get<Row>('SELECT * FROM mailings WHERE id = ?', id);
    if (!row) throw new Fault('desk/unknown', `there is no mailing ${id}`);
    return read(row);
  };
  return {
    get,
    since(schedule, plantNow) {
      db.run('INSERT INTO mailing_schedules (id, since) VALUES (?,?) ON CONFLICT DO NOTHING', schedule, plantNow);
      return db.get<{ since: number }>('SELECT since FROM mailing_schedules WHERE id = ?', schedule)?.since ?? plantNow;
    },
    round(schedule, period, dueAt) {
      db.run(
        'INSERT INTO mailing_rounds (schedule, period, due_at, tries) VALUES (?,?,?,0) ON CONFLICT DO NOTHING',
        ...[schedule, period, dueAt],
      );
      return db.get<MailingRound>(
        `SELECT ${roundColumns} FROM mailing_rounds WHERE schedule = ? AND period = ?`,
        schedule,
        period,
      ) as MailingRound;
    },
    notMade: (schedule, period, error) =>
      void db.run('UPDATE mailing_rounds SET tries = tries + 1, error = ? WHERE schedule = ? AND period = ?', error, schedule, period),
    made: (round, mailings, plantNow, realNow) =>
      db.transact(() => {
        if (round) {
          const { schedule, period } = round;
          db.run(
            'UPDATE mailing_rounds SET tries = tries + 1, error = NULL, made_at = ? WHERE schedule = ? AND period = ?',
            plantNow,
            schedule,
            period,
          );
        }
        let added = 0;
        for (const one of mailings) {
          const { document } = one;
          const sha256 = document && createHash('sha256').update(document.content).digest('hex');
          if (document && sha256)
            db.run(
              'INSERT INTO mailing_documents (sha256, name, type, content, made_at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING',
              ...[sha256, document.name, document.type, document.content, plantNow],
            );
          added += db.run(
            `INSERT INTO mailings (key, kind, source, period, channel, receiver, message, document, state, attempts, made_at, due_at, sent_at)
             VALUES (?,?,?,?,?,?,?,?,?,0,?,?,?) ON CONFLICT (key) DO NOTHING`,
            ...[one.key, one.kind, one.source, one.period, one.channel, one.receiver && JSON.stringify(one.receiver)],
            ...[JSON.stringify(one.message), sha256, one.kept ? 'sent' : 'waiting', plantNow, realNow, one.kept ? plantNow : null],
          ).changes;
        }
        return added;
      }),
    rounds: (schedule, limit) =>
      db.all<MailingRound>(`SELECT ${roundColumns} FROM mailing_rounds WHERE schedule = ? ORDER BY due_at DESC LIMIT ?`, schedule, limit),
    of: (kind, source, limit) =>
      db.all<Row>('SELECT * FROM mailings WHERE kind = ? AND source = ? ORDER BY id DESC LIMIT ?', kind, source, limit).map(read),
    latest: (kind, limit) => db.all<Row>('SELECT * FROM mailings WHERE kind = ? ORDER BY id DESC LIMIT ?', kind, limit).map(read),
    document(sha256) {
      const row = db.get<{ name: string; type: string; content: Uint8Array }>(
        'SELECT name, type, content FROM mailing_documents WHERE sha256 = ?',
        sha256,
      );
      return row && { ...row, content: Buffer.from(row.content) };
    },
    due: (realNow) =>
      db
        .all<{ id: number }>("SELECT id FROM mailings WHERE state = 'waiting' AND due_at <= ? ORDER BY id LIMIT 20", realNow)
        .map(({ id }) => id),
    sending: (id, realNow) =>
      void db.run("UPDATE mailings SET state = 'sending', attempts = attempts + 1, tried_at = ? WHERE id = ?", realNow, id),
    sent: (id, answer, plantNow) =>
      void db.run("UPDATE mailings SET state = 'sent', answer = ?, error = NULL, sent_at = ? WHERE id = ?", answer, plantNow, id),
    failed(id, error, againAt) {
      const state = againAt === null ? 'failed' : 'waiting';
      db.run('UPDATE mailings SET state = ?, error = ?, due_at = coalesce(?, due_at) WHERE id = ?', state, error, againAt, id);
    },
    uncertain: (id, error) => void db.run("UPDATE mailings SET state = 'uncertain', error = ? WHERE id = ?", error, id),
    resume: () =>
      db.run("UPDATE mailings SET state = 'uncertain', error = 'the program ended while it was being sent' WHERE state = 'sending'")
        .changes,
    again: (id, realNow) =>
      db.transact(() => {
        const { state } = get(id);
        if (state !== 'failed' && state !== 'uncertain') throw new Fault('desk/transition', `mailing ${id} is ${state}`);
        db.run("UPDATE mailings SET state = 'waiting', attempts = 0, due_at = ?, audited = 0 WHERE id = ?", realNow, id);
        return get(id);
      }),
    unaudited: () =>
      db.all<Row>("SELECT * FROM mailings WHERE audited = 0 AND state IN ('sent', 'failed', 'uncertain') ORDER BY id LIMIT 100").map(read),
    audited: (id) => void db.run('UPDATE mailings SET audited = 1 WHERE id = ?', id),
    prune(before) {
      db.run("DELETE FROM mailings WHERE made_at < ? AND state NOT IN ('waiting', 'sending')", before);
      db.run('DELETE FROM mailing_documents WHERE sha256 NOT IN (SELECT document FROM mailings WHERE document IS NOT NULL)');
    },
  };
}
