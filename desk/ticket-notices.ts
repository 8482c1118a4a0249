/** Who was told of a ticket, as a person in it: the head who is to approve, the contractor it goes to, whoever asked for the approval. */
import type { Database } from './database.ts';

export const ticketNoticeKinds = ['approval', 'contractor', 'approved'] as const;
export type TicketNoticeKind = (typeof ticketNoticeKinds)[number];

export interface TicketNotice {
  id: number;
  /** Of the journal entry that asked for it. */
  seq: number;
  ticket: string;
  kind: TicketNoticeKind;
  /** null: nobody is named for it. */
  person: string | null;
  /** The last that was tried. */
  channel: string | null;
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  attempts: number;
  /** Plant time, as is the next. */
  createdAt: number;
  sentAt: number | null;
  /** What the receiver said; why it failed. */
  answer: string | null;
  error: string | null;
}

const columns = 'id, seq, ticket, kind, person, channel, state, attempts, created_at AS createdAt, sent_at AS sentAt, answer, error';
const keptMs = 2 * 365 * 86_400_000;

export function openTicketNotices(db: Database) {
  return {
    /** Once for each entry and person. Without a person it has failed from the start. */
    owe(one: Pick<TicketNotice, 'seq' | 'ticket' | 'kind' | 'person'> & { error?: string }, plantNow: number, realNow: number): void {
      db.run(
        `INSERT OR IGNORE INTO ticket_notices (seq, ticket, kind, person, state, attempts, created_at, due_at, error) VALUES (?,?,?,?,?,0,?,?,?)`,
        ...[one.seq, one.ticket, one.kind, one.person, one.person === null ? 'failed' : 'waiting', plantNow, realNow, one.error ?? null],
      );
    },
    due: (realNow: number): TicketNotice[] =>
      db.all<TicketNotice>(`SELECT ${columns} FROM ticket_notices WHERE state = 'waiting' AND due_at <= ? ORDER BY id LIMIT 50`, realNow),
    sending(id: number, channel: string, realNow: number): void {
      db.run(
        "UPDATE ticket_notices SET state = 'sending', channel = ?, attempts = attempts + 1, tried_at = ? WHERE id = ?",
        ...[channel, realNow, id],
      );
    },
    sent(id: number, answer: string, plantNow: number): void {
      db.run("UPDATE ticket_notices SET state = 'sent', answer = ?, error = NULL, sent_at = ? WHERE id = ?", answer, plantNow, id);
    },
    /** @param againAt real time; null: for good */
    failed(id: number, error: string, againAt: number | null): void {
      const state = againAt === null ? 'failed' : 'waiting';
      db.run('UPDATE ticket_notices SET state = ?, error = ?, due_at = coalesce(?, due_at) WHERE id = ?', state, error, againAt, id);
    },
    /** After a start: what was on its way when the program ended is sent again. */
    resume(): void {
      db.run("UPDATE ticket_notices SET state = 'waiting', error = 'the program ended while it was being sent' WHERE state = 'sending'");
    },
    ofTicket: (ticket: string): TicketNotice[] =>
      db.all<TicketNotice>(`SELECT ${columns} FROM ticket_notices WHERE ticket = ? ORDER BY id LIMIT 200`, ticket),
    prune(plantNow: number): void {
      db.run("DELETE FROM ticket_notices WHERE created_at < ? AND state IN ('sent', 'failed')", plantNow - keptMs);
    },
  };
}
