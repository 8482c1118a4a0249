/**
 * What ingest could not store for good: payloads that are not of the agreed form, and points that the store refused. Kept with reason and text in
 * `dead-letter.db` of the data directory, where people can look at it; bounded, the oldest go first.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDamage, setAsideDamaged } from '../shared/damaged.ts';
import { Fault, reasonOf } from '../shared/errors.ts';

export interface DeadLetter {
  id: number;
  /** UTC ms, when it was set aside. */
  t: number;
  topic: string;
  reason: string;
  /** The message or point as text, cut after `longestText` characters. */
  payload: string;
}

export interface DeadLetters extends Disposable {
  /** Newest first; `before` is the id that the page before ended with. */
  list(query: { limit: number; before?: number | undefined }): DeadLetter[];
  count(): number;
}

export const keptLetters = 10_000;
export const longestText = 4_096;
export const deadLetterFile = (dataDir: string) => join(dataDir, 'dead-letter.db');

/** For readers in any process: empty until ingest has set something aside. */
export function openDeadLetters(dataDir: string): DeadLetters {
  const file = deadLetterFile(dataDir);
  let database: DatabaseSync | undefined;
  const open = () => {
    if (database || !existsSync(file)) return database;
    const opened = new DatabaseSync(file, { timeout: 5_000 });
    // Ingest may be making it at this very moment.
    if (opened.prepare("select 1 from sqlite_master where name = 'letters'").get()) database = opened;
    else opened.close();
    return database;
  };
  /** A damaged file is ingest's to set aside, with its next letter; until then there is nothing to show. */
  const unlessDamaged = <T>(look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      if (!isDamage(error)) throw error;
      database?.close();
      database = undefined;
      return undefined;
    }
  };
  return {
    list({ limit, before }) {
      const rows = unlessDamaged(() =>
        open()
          ?.prepare('select id, t, topic, reason, payload from letters where id < ? order by id desc limit ?')
          .all(before ?? Number.MAX_SAFE_INTEGER, limit),
      );
      return (rows ?? []).map((row) => ({
        id: Number(row.id),
        t: Number(row.t),
        topic: String(row.topic),
        reason: String(row.reason),
        payload: String(row.payload),
      }));
    },
    count: () => Number(unlessDamaged(() => open()?.prepare('select count(*) as n from letters').get()?.n) ?? 0),
    [Symbol.dispose]() {
      database?.close();
      database = undefined;
    },
  };
}

export interface DeadLetterBox extends Disposable {
  /** Durable when it returns. @throws Fault store/unavailable: nothing was kept */
  keep(letters: readonly Omit<DeadLetter, 'id'>[]): void;
}

/** For ingest. Several workers may share one file. */
export function openDeadLetterBox(dataDir: string, limit = keptLetters): DeadLetterBox {
  let database: DatabaseSync | undefined;
  const open = () => {
    if (database) return database;
    const opened = new DatabaseSync(deadLetterFile(dataDir), { timeout: 5_000 });
    database = opened;
    opened.exec(`pragma journal_mode = wal; pragma synchronous = full;
      create table if not exists letters (
        id integer primary key autoincrement, t integer not null, topic text not null, reason text not null, payload text not null
      )`);
    return opened;
  };
  const close = () => {
    database?.close();
    database = undefined;
  };
  const insertAll = (letters: readonly Omit<DeadLetter, 'id'>[]) => {
    const box = open();
    box.exec('begin immediate');
    try {
      const insert = box.prepare('insert into letters (t, topic, reason, payload) values (?, ?, ?, ?)');
      for (const { t, topic, reason, payload } of letters) {
        insert.run(t, topic.slice(0, 512), reason.slice(0, 512), payload.slice(0, longestText));
      }
      box.prepare('delete from letters where id <= (select max(id) from letters) - ?').run(limit);
      box.exec('commit');
    } catch (error) {
      if (box.isTransaction) box.exec('rollback');
      throw error;
    }
  };
  return {
    keep(letters) {
      const [first] = letters;
      if (!first) return;
      try {
        try {
          insertAll(letters);
        } catch (error) {
          if (!isDamage(error)) throw error;
          close();
          const aside = setAsideDamaged(deadLetterFile(dataDir));
          insertAll([
            { ...first, topic: 'ingest/dead-letter', reason: `the table was damaged and is kept as ${aside}`, payload: reasonOf(error) },
            ...letters,
          ]);
        }
      } catch (cause) {
        // Opened anew at the next try: it may have failed half way.
        close();
        throw new Fault('store/unavailable', `the dead-letter table cannot be written: ${reasonOf(cause)}`, { cause });
      }
    },
    [Symbol.dispose]: close,
  };
}
