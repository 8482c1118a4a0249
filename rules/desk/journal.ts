/** The journal of every transition of alarms and tickets. Entries are only ever added. */
import type { SQLInputValue } from 'node:sqlite';
import type { Database } from './database.ts';
import type { JournalEntry, JournalFilter } from './desk.ts';

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

const entryOf = (row: Row): JournalEntry => ({
  seq: row.seq,
  t: row.t,
  kind: row.kind,
  id: row.id,
  event: row.event,
  from: row.from_state,
  to: row.to_state,
  who: row.who,
  why: row.why,
  detail: JSON.parse(row.detail) as Record<string, unknown>,
});

export function openJournal(db: Database) {
  return {
    write(entry: Omit<JournalEntry, 'seq'>): void {
      db.run(
        'INSERT INTO journal (t, kind, id, event, from_state, to_state, who, why, detail) VALUES (?,?,?,?,?,?,?,?,?)',
        entry.t,
        entry.kind,
        entry.id,
        entry.event,
        entry.from,
        entry.to,
        entry.who,
        entry.why,
        JSON.stringify(entry.detail),
      );
    },
    since(seq: number, limit = 500): JournalEntry[] {
      return db.all<Row>('SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(entryOf);
    },
    lastSeq(): number {
      return db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM journal')?.seq ?? 0;
    },
    list(filter: JournalFilter = {}): JournalEntry[] {
      const where: string[] = ['1'];
      const values: SQLInputValue[] = [];
      const add = (condition: string, value: SQLInputValue | undefined) => {
        if (value === undefined) return;
        where.push(condition);
        values.push(value);
      };
      add('kind = ?', filter.kind);
      add('id = ?', filter.id);
      add('event = ?', filter.event);
      add('who = ?', filter.who);
      // By the alarms' own columns, so that the index of the journal finds them.
      add("kind = 'alarm' AND id IN (SELECT id FROM alarms WHERE device = ?)", filter.device);
      add("kind = 'alarm' AND id IN (SELECT id FROM alarms WHERE rule = ?)", filter.rule);
      add('t >= ?', filter.from);
      add('t < ?', filter.to);
      add('seq < ?', filter.before);
      return db
        .all<Row>(`SELECT * FROM journal WHERE ${where.join(' AND ')} ORDER BY seq DESC LIMIT ?`, ...values, filter.limit ?? 1_000)
        .map(entryOf);
    },
  };
}
export type Journal = ReturnType<typeof openJournal>;
