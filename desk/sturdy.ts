/**
 * The operations database for the rules role: when nothing can be written any more (disk full, input-output error, read-only), it goes on in memory, so that
 * alarms are judged, raised and told all the same. What happened there is carried to the file as soon as that can be written again. Until then a power
 * cut loses the record of it, which is said loudly.
 *
 * The step during which writing failed is not lost either: its statements are repeated in memory, its caller never notices.
 */
import { constants, DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Clock } from '../shared/clock.ts';
import { isUnwritable } from '../shared/damaged.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { type Database, databaseOn, openFile, type SetAside } from './database.ts';

/** Rows of a table that go with us into memory, the newest: what is open now, and what followers of the journal may still ask for. */
const mostRows = 20_000;
/** Nobody asks for these while the disk is full. */
const leftBehind = new Set(['sessions', 'audit', 'set_aside']);
/** Others may have added to the journal meanwhile: ours begin so much higher, so that none has the place of another. */
const journalGap = 1_000;
const retryMs = 5_000;

export interface SturdyDeps {
  /** Real time. */
  clock: Clock;
  log: Log;
  /** Why the file cannot be written; undefined: it can again. */
  trouble(detail: string | undefined): void;
  /** Stands in for the file in tests. */
  open?(file: string): DatabaseSync;
}

type Write = [sql: string, values: SQLInputValue[]];

export function openSturdyDatabase(file: string, deps: SturdyDeps): Database {
  const { clock, log } = deps;
  const open = deps.open ?? openFile;
  let disk: { db: DatabaseSync; calls: Database } | undefined;
  let memory: { db: DatabaseSync; calls: Database; session: ReturnType<DatabaseSync['createSession']>; journalFrom: number } | undefined;
  let retryAt = 0;
  let depth = 0;
  /** Of the transaction under way. */
  let writes: Write[] = [];

  const toMemory = (error: unknown): Database => {
    log.error(
      { reason: reasonOf(error) },
      'the operations database cannot be written; alarms are judged and told from memory until it can',
    );
    deps.trouble(`${file}: ${reasonOf(error)}`);
    if (disk?.db.isTransaction) disk.db.exec('ROLLBACK');
    const db = disk ? copyOf(disk.db) : openFile(':memory:');
    const journalFrom = Number(db.prepare('SELECT max(seq) AS seq FROM journal').get()?.seq ?? 0);
    db.prepare("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'journal'").run(journalGap);
    memory = { db, calls: databaseOn(db), session: db.createSession(), journalFrom };
    retryAt = clock.monotonic() + retryMs;
    return memory.calls;
  };

  /** Carries what happened in memory to the file; false: not yet. */
  const goBack = (): boolean => {
    if (!memory || clock.monotonic() < retryAt) return false;
    retryAt = clock.monotonic() + retryMs;
    const { db, calls, session, journalFrom } = memory;
    try {
      if (!disk) {
        const opened = open(file);
        disk = { db: opened, calls: databaseOn(opened) };
        disk.calls.onSetAside = database.onSetAside;
      }
      const lost = carry(disk.db, session.changeset(), journalFrom);
      if (lost > 0) log.error({ rows: lost }, 'rows written while the disk was full did not fit what others had written meanwhile');
      log.info('the operations database is written again; what happened meanwhile is in it');
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'the operations database still cannot be written');
      return false;
    }
    memory = undefined;
    calls[Symbol.dispose]();
    void db;
    deps.trouble(undefined);
    return true;
  };

  const now = (): Database => {
    if (depth === 0) goBack();
    if (memory) return memory.calls;
    if (disk) return disk.calls;
    throw new Error('neither file nor memory');
  };

  /** In memory from now on, with what the transaction under way had written so far. */
  const fail = (error: unknown): Database => {
    if (memory || !isUnwritable(error)) throw error;
    toMemory(error);
    const { calls, db } = memory as unknown as { calls: Database; db: DatabaseSync };
    if (depth > 0) {
      db.exec('BEGIN');
      for (const [sql, values] of writes) calls.run(sql, ...values);
    }
    return calls;
  };

  const raw = (): DatabaseSync => (memory ?? disk)?.db as DatabaseSync;
  const database: Database = {
    all: (sql, ...values) => now().all(sql, ...values),
    get: (sql, ...values) => now().get(sql, ...values),
    run(sql, ...values) {
      const calls = now();
      let result: ReturnType<Database['run']>;
      try {
        result = calls.run(sql, ...values);
      } catch (error) {
        result = fail(error).run(sql, ...values);
      }
      if (depth > 0) writes.push([sql, values]);
      return result;
    },
    transact(work) {
      if (depth > 0) return work();
      now();
      try {
        raw().exec('BEGIN IMMEDIATE');
      } catch (error) {
        fail(error);
        raw().exec('BEGIN');
      }
      writes = [];
      depth++;
      try {
        const result = work();
        try {
          raw().exec('COMMIT');
        } catch (error) {
          fail(error);
          raw().exec('COMMIT');
        }
        return result;
      } catch (error) {
        // A full disk has rolled back by itself already; the first error is the one to tell.
        if (raw().isTransaction) raw().exec('ROLLBACK');
        throw error;
      } finally {
        depth--;
        writes = [];
      }
    },
    onSetAside: undefined,
    setAside(found: SetAside, at: number) {
      const calls = now();
      calls.onSetAside = database.onSetAside;
      try {
        calls.setAside(found, at);
      } catch (error) {
        fail(error).setAside(found, at);
      }
    },
    [Symbol.dispose]() {
      retryAt = 0;
      if (memory && !goBack()) log.error('what happened since the operations database could not be written is lost with this process');
      memory?.calls[Symbol.dispose]();
      disk?.calls[Symbol.dispose]();
    },
  };

  try {
    const db = open(file);
    disk = { db, calls: databaseOn(db) };
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    toMemory(error);
  }
  return database;
}

/** The tables with their newest rows, in memory. */
function copyOf(disk: DatabaseSync): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  const things = disk
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'trigger', type DESC",
    )
    .all();
  for (const { sql } of things) db.exec(String(sql));
  db.exec('BEGIN');
  for (const { type, name, sql } of things) {
    if (type !== 'table' || leftBehind.has(String(name))) continue;
    const order = /without\s+rowid/i.test(String(sql)) ? '' : 'ORDER BY rowid DESC';
    let insert: ReturnType<DatabaseSync['prepare']> | undefined;
    const rows = disk.prepare(`SELECT * FROM "${name}" ${order} LIMIT ${mostRows}`);
    // Oldest first, so that "newest by rowid" is the same there.
    for (const row of rows.all().reverse()) {
      const values = Object.values(row) as SQLInputValue[];
      insert ??= db.prepare(
        `INSERT INTO "${name}" (${Object.keys(row)
          .map((key) => `"${key}"`)
          .join()}) VALUES (${values.map(() => '?').join()})`,
      );
      insert.run(...values);
    }
  }
  for (const { name, seq } of disk.prepare('SELECT name, seq FROM sqlite_sequence').all()) {
    const known = db.prepare('UPDATE sqlite_sequence SET seq = ? WHERE name = ?').run(Number(seq), String(name));
    if (known.changes === 0) db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(String(name), Number(seq));
  }
  db.exec('COMMIT');
  return db;
}

/** One transaction; returns how many changes did not fit. Where both sides changed a row the newer knowledge, ours, stays: an alarm rather calls once more. */
function carry(disk: DatabaseSync, changes: Uint8Array, journalFrom: number): number {
  let lost = 0;
  disk.exec('BEGIN IMMEDIATE');
  try {
    // What others wrote meanwhile comes after ours, so that nobody who follows the journal passes over any of it.
    const others = disk.prepare('SELECT * FROM journal WHERE seq > ? ORDER BY seq').all(journalFrom);
    disk.prepare('DELETE FROM journal WHERE seq > ?').run(journalFrom);
    const done = disk.applyChangeset(changes, {
      onConflict(kind) {
        if (kind === constants.SQLITE_CHANGESET_DATA) return constants.SQLITE_CHANGESET_REPLACE;
        if (kind === constants.SQLITE_CHANGESET_CONFLICT) return constants.SQLITE_CHANGESET_REPLACE;
        lost++;
        return constants.SQLITE_CHANGESET_OMIT;
      },
    });
    if (!done) throw new Error('the changes could not be applied');
    for (const row of others) {
      const { seq: _, ...rest } = row;
      const names = Object.keys(rest);
      disk
        .prepare(`INSERT INTO journal (${names.join()}) VALUES (${names.map(() => '?').join()})`)
        .run(...(Object.values(rest) as SQLInputValue[]));
    }
    disk.exec('COMMIT');
    return lost;
  } catch (error) {
    if (disk.isTransaction) disk.exec('ROLLBACK');
    throw error;
  }
}
