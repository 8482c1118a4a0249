/** The journal of every transition of alarms and tickets. Entries are only ever added. */
import { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import type { Database } from './database.ts';
import type { JournalEntry, JournalFilter } from './desk.ts';
import { readRecord } from './rows.ts';
import { limited, where } from './where.ts';

interface Row {
  seq: number;
  t: number;
  kind: 'alarm' | 'ticket';
  id: string;
  event: JournalEntry['event'];
  from_state: string | null;
  to_state: string;
  who: string;
  why: string | null;
  detail: string;
}

const detailRecord = z.record(z.string(), z.unknown());

const entryOf = (row: Row, detail: Record<string, unknown>): JournalEntry => ({
  seq: row.seq,
  t: row.t,
  kind: row.kind,
  id: row.id,
  event: row.event,
  from: row.from_state,
  to: row.to_state,
  who: row.who,
  why: row.why,
  detail,
});

export function openJournal(db: Database, clock: Clock) {
  /** An entry whose detail cannot be read still says what moved, when and by whom. */
  const entry = (row: Row): JournalEntry =>
    entryOf(row, readRecord(db, detailRecord, row.detail, 'journal', String(row.seq), clock.now()) ?? { unreadable: true });
  return {
    write(move: Omit<JournalEntry, 'seq'>): void {
      db.run(
        'INSERT INTO journal (t, kind, id, event, from_state, to_state, who, why, detail) VALUES (?,?,?,?,?,?,?,?,?)',
        move.t,
        move.kind,
        move.id,
        move.event,
        move.from,
        move.to,
        move.who,
        move.why,
        JSON.stringify(move.detail),
      );
    },
    since(seq: number, limit = 500): JournalEntry[] {
      return db.all<Row>(`SELECT * FROM journal WHERE seq > ? ORDER BY seq ${limited}`, seq, limit).map(entry);
    },
    lastSeq(): number {
      return db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM journal')?.seq ?? 0;
    },
    /** All entries of these tickets, oldest first. */
    ofTickets(ids: readonly string[]): Map<string, JournalEntry[]> {
      const rows = db.all<Row>(
        "SELECT * FROM journal WHERE kind = 'ticket' AND id IN (SELECT value FROM json_each(?)) ORDER BY seq",
        JSON.stringify(ids),
      );
      return Map.groupBy(rows.map(entry), ({ id }) => id);
    },
    list(filter: JournalFilter = {}): JournalEntry[] {
      const { sql, values } = where({
        'kind = ?': filter.kind,
        'id = ?': filter.id,
        'event = ?': filter.event,
        'who = ?': filter.who,
        // By the alarms' own columns, so that the index of the journal finds them.
        "kind = 'alarm' AND id IN (SELECT id FROM alarms WHERE device = ?)": filter.device,
        "kind = 'alarm' AND id IN (SELECT id FROM alarms WHERE rule = ?)": filter.rule,
        't >= ?': filter.from,
        't < ?': filter.to,
        'seq < ?': filter.before,
      });
      return db.all<Row>(`SELECT * FROM journal WHERE ${sql} ORDER BY seq DESC LIMIT ?`, ...values, filter.limit ?? 1_000).map(entry);
    },
  };
}
export type Journal = ReturnType<typeof openJournal>;
