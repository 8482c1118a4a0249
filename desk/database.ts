/** The operations database: tables, and transactions that several processes can take in turn. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

const schema = `
CREATE TABLE IF NOT EXISTS alarms (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, rank INTEGER NOT NULL, raised_at INTEGER, shelved_until INTEGER,
  device TEXT NOT NULL, rule TEXT NOT NULL, system TEXT NOT NULL, priority TEXT NOT NULL,
  building TEXT, department TEXT, cause TEXT, alarm TEXT NOT NULL, traits TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS alarms_by_state ON alarms (state);
CREATE INDEX IF NOT EXISTS alarms_by_cause ON alarms (cause) WHERE cause IS NOT NULL;
CREATE TABLE IF NOT EXISTS journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, t INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL,
  from_state TEXT, to_state TEXT NOT NULL, who TEXT NOT NULL, why TEXT, detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS journal_by_thing ON journal (kind, id, seq);
CREATE INDEX IF NOT EXISTS journal_by_time ON journal (t);
CREATE TABLE IF NOT EXISTS tickets (
  number INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, opened_at INTEGER NOT NULL, device TEXT, system TEXT NOT NULL, trade TEXT NOT NULL,
  assignee TEXT, building TEXT, department TEXT, cause_key TEXT, ticket TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS tickets_by_state ON tickets (state);
CREATE INDEX IF NOT EXISTS tickets_by_cause ON tickets (cause_key) WHERE cause_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS maintenance (
  id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, reason TEXT NOT NULL, until INTEGER NOT NULL, who TEXT NOT NULL, since INTEGER NOT NULL,
  ended_at INTEGER, ended_by TEXT) STRICT;
CREATE TABLE IF NOT EXISTS rules_in_force (id TEXT PRIMARY KEY, rule TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rules_memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

export interface Database extends Disposable {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  run(sql: string, ...values: SQLInputValue[]): { lastInsertRowid: number };
  /** One write transaction; calls inside join it. A throw undoes all of it. */
  transact<T>(work: () => T): T;
}

/** Opens or makes the database. A writer waits for another one up to 10 s before it fails. */
export function openDatabase(file: string): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: 10_000 });
  // FULL: an acknowledgement must outlive a power cut; the few moves a second can afford the flush.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (sql: string) => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  let depth = 0;
  return {
    all: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values) as unknown as Row[],
    get: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).get(...values) as unknown as Row | undefined,
    run: (sql, ...values) => ({ lastInsertRowid: Number(prepared(sql).run(...values).lastInsertRowid) }),
    transact(work) {
      if (depth > 0) return work();
      db.exec('BEGIN IMMEDIATE');
      depth++;
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      } finally {
        depth--;
      }
    },
    [Symbol.dispose]() {
      statements.clear();
      db.close();
    },
  };
}
