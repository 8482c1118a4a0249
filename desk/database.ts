/** The operations database: its version, transactions that several processes can take in turn, and rows that cannot be read set aside. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { openOrSetAside } from '../shared/damaged.ts';
import { Fault } from '../shared/errors.ts';
import { type Migration, migrations } from './migrations.ts';

/** A row that does not have the agreed form. */
export interface SetAside {
  /** Table. */
  place: string;
  /** Its key there. */
  row: string;
  reason: string;
  /** What stood there. */
  content: string;
}

/**
 * The seam to the engine below: everything of ours speaks to these five calls (decision 0029). Rows come as the engine gives them; who reads
 * text that was written as JSON checks it with rows.ts.
 */
export interface Database extends Disposable {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  run(sql: string, ...values: SQLInputValue[]): { lastInsertRowid: number; changes: number };
  /** One write transaction; calls inside join it. A throw undoes all of it. */
  transact<T>(work: () => T): T;
  /** Keeps what could not be read, once, and tells `onSetAside`. */
  setAside(found: SetAside, at: number): void;
  /** Whoever wants to know that a row was set aside; called after it is written down. */
  onSetAside: ((found: SetAside) => void) | undefined;
}

/**
 * Opens or makes the database and brings it to the present version. A writer waits for another one up to 10 s before it fails. A file that is no
 * database any more is set aside, see damaged.ts.
 * @throws Fault desk/newer when a later version of the program has written it
 */
export function openDatabase(file: string, steps: readonly Migration[] = migrations): Database {
  return databaseOn(openFile(file, steps));
}

export function openFile(file: string, steps: readonly Migration[] = migrations): DatabaseSync {
  if (file === ':memory:') return opened(file, steps);
  mkdirSync(dirname(file), { recursive: true });
  return openOrSetAside(file, () => opened(file, steps));
}

function opened(file: string, steps: readonly Migration[]): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 10_000 });
  try {
    // FULL for every part of it: an acknowledgement must outlive a power cut; the few moves a second can afford the flush.
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;',
    );
    migrate(db, steps, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The five calls on a connection. */
export function databaseOn(db: DatabaseSync): Database {
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
  const database: Database = {
    all: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values) as unknown as Row[],
    get: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).get(...values) as unknown as Row | undefined,
    run(sql, ...values) {
      const { lastInsertRowid, changes } = prepared(sql).run(...values);
      return { lastInsertRowid: Number(lastInsertRowid), changes: Number(changes) };
    },
    transact(work) {
      if (depth > 0) return work();
      return inTransaction(db, () => {
        depth++;
        try {
          return work();
        } finally {
          depth--;
        }
      });
    },
    onSetAside: undefined,
    setAside(found, at) {
      const { place, row, reason, content } = found;
      const known = database.get('SELECT 1 FROM set_aside WHERE place = ? AND row = ? AND content = ?', place, row, content);
      if (known) return;
      database.run('INSERT INTO set_aside (at, place, row, reason, content) VALUES (?,?,?,?,?)', at, place, row, reason, content);
      database.onSetAside?.(found);
    },
    [Symbol.dispose]() {
      statements.clear();
      db.close();
    },
  };
  return database;
}

function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has rolled back by itself already; the first error is the one to tell.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function migrate(db: DatabaseSync, steps: readonly Migration[], file: string): void {
  const versionOf = () => Number((db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version);
  const newest = steps.at(-1)?.version ?? 0;
  if (versionOf() === newest) return;
  inTransaction(db, () => {
    // Another role may have done it while this one waited.
    const version = versionOf();
    if (version > newest) {
      throw new Fault(
        'desk/newer',
        `${file} has version ${version}, this program knows ${newest}; start the newer program, or put back the copy made before`,
        {
          detail: { version, newest },
        },
      );
    }
    for (const step of steps) {
      if (step.version <= version) continue;
      db.exec(step.sql);
      db.exec(`PRAGMA user_version = ${step.version}`);
    }
  });
}
