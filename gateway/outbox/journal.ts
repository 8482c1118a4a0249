/**
 * The outbox file: SQLite, WAL, one row per group commit, its messages as zstd-compressed lines with a checksum. A commit is durable when
 * `write` returns (synchronous=FULL, one fsync). One process owns the file (exclusive lock); `kill -9` leaves what was committed.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { roomOf } from '../../shared/disk-watch.ts';
import { reasonOf } from '../../shared/errors.ts';
import { decodeMessage, type Message } from './message.ts';

/** `full`: the file has reached its limit. `disk`: the disk is full, which giving up readings does not mend. `corrupt`: not readable as a database. `busy`: another process owns it. `io`: anything else. */
export type JournalTrouble = 'full' | 'disk' | 'corrupt' | 'busy' | 'io';

export class JournalError extends Error {
  readonly trouble: JournalTrouble;
  constructor(trouble: JournalTrouble, cause: unknown) {
    super(reasonOf(cause), { cause });
    this.name = 'JournalError';
    this.trouble = trouble;
  }
}

const pageBytes = 4_096;
const maxRowBytes = 64 << 20;

// https://www.sqlite.org/rescode.html
function troubleOf(error: unknown): JournalTrouble {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === 13) return 'full';
  if (code === 11 || code === 26) return 'corrupt';
  if (code === 5 || code === 6) return 'busy';
  return 'io';
}

/** A group commit and its log need no more than this by far. */
const leastRoomBytes = 4 << 20;
function isDiskFull(folder: string): boolean {
  const room = roomOf(folder);
  return room !== undefined && room.freeBytes < leastRoomBytes;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JournalError ? error : new JournalError(troubleOf(error), error);
  }
}

const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };

function pack(messages: readonly Message[]): Buffer {
  let text = '';
  for (const message of messages) text += `${message.device} ${message.payload}\n`;
  return zstdCompressSync(text, compression);
}

export interface Row {
  id: number;
  count: number;
  /** Undefined when the content is damaged. */
  messages: Message[] | undefined;
}

export interface JournalContent {
  rows: number;
  messages: number;
  /** Plant time of the oldest reading; undefined when empty. */
  oldest: number | undefined;
}

export class Journal implements Disposable {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #next: StatementSync;
  readonly #content: StatementSync;
  readonly #head: StatementSync;
  readonly #pages: StatementSync;
  readonly #free: StatementSync;
  readonly #folder: string;

  /** @throws JournalError */
  constructor(file: string, maxBytes: number) {
    const db = guarded(() => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      return new DatabaseSync(file, { timeout: 500 });
    });
    try {
      [this.#insert, this.#delete, this.#next, this.#content, this.#head, this.#pages, this.#free] = guarded(() => {
        // Exclusive: no lock traffic, no shared-memory file, and a second gateway on the same outbox fails at once.
        db.exec(`pragma locking_mode=EXCLUSIVE; pragma page_size=${pageBytes}; pragma journal_mode=WAL; pragma synchronous=FULL;
          pragma wal_autocheckpoint=1000; pragma journal_size_limit=8388608;
          pragma max_page_count=${Math.max(64, Math.floor(maxBytes / pageBytes))};
          create table if not exists segment (id integer primary key autoincrement, t integer not null, count integer not null, body blob not null);
          create index if not exists segment_depth on segment (t, count);
          begin immediate; commit`);
        return [
          db.prepare('insert into segment (t, count, body) values (?, ?, ?)'),
          db.prepare('delete from segment where id = ?'),
          db.prepare('select id, t, count, body from segment where id > ? order by id limit 1'),
          db.prepare('select count(*) as total, coalesce(sum(count), 0) as messages, min(t) as oldest from segment'),
          db.prepare('select id, t, count from segment order by id limit ?'),
          db.prepare('pragma page_count'),
          db.prepare('pragma freelist_count'),
        ] as const;
      });
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
    this.#folder = dirname(file);
  }

  /**
   * One durable group commit: the batches go in as one row each, the named rows go out. All or nothing.
   * @returns the row ids, in the order of the batches
   * @throws JournalError
   */
  write(batches: readonly (readonly Message[])[], remove: Iterable<number>): number[] {
    return guarded(() => {
      this.#db.exec('begin immediate');
      try {
        for (const id of remove) this.#delete.run(id);
        const ids: number[] = [];
        for (const batch of batches) {
          let oldest = Number.POSITIVE_INFINITY;
          for (const message of batch) if (message.t < oldest) oldest = message.t;
          ids.push(Number(this.#insert.run(oldest, batch.length, pack(batch)).lastInsertRowid));
        }
        this.#db.exec('commit');
        return ids;
      } catch (error) {
        // After some errors (full disk) SQLite has rolled back by itself.
        if (this.#db.isTransaction) this.#db.exec('rollback');
        if (troubleOf(error) === 'full' && isDiskFull(this.#folder)) throw new JournalError('disk', error);
        throw error;
      }
    });
  }

  /** The first row after `id`. @throws JournalError */
  after(id: number, now: number): Row | undefined {
    return guarded(() => {
      const row = this.#next.get(id) as { id: number; count: number; body: Uint8Array } | undefined;
      if (!row) return undefined;
      return { id: row.id, count: row.count, messages: unpack(row.body, row.count, now) };
    });
  }

  /** Ids and counts of the oldest rows. @throws JournalError */
  oldest(limit: number): { id: number; t: number; count: number }[] {
    return guarded(() => this.#head.all(limit) as { id: number; t: number; count: number }[]);
  }

  /** @throws JournalError */
  content(): JournalContent {
    return guarded(() => {
      const row = this.#content.get() as { total: number; messages: number; oldest: number | null };
      return { rows: row.total, messages: row.messages, oldest: row.oldest ?? undefined };
    });
  }

  /** Bytes in use inside the file; freed pages are used again before the file grows. @throws JournalError */
  usedBytes(): number {
    return guarded(() => {
      const pages = this.#pages.get() as { page_count: number };
      const free = this.#free.get() as { freelist_count: number };
      return (pages.page_count - free.freelist_count) * pageBytes;
    });
  }

  /** Moves the write-ahead log into the file, so that its space is used again. @throws JournalError */
  checkpoint(): void {
    guarded(() => this.#db.exec('pragma wal_checkpoint(TRUNCATE)'));
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

function unpack(body: Uint8Array, count: number, now: number): Message[] | undefined {
  try {
    const lines = zstdDecompressSync(body, { maxOutputLength: maxRowBytes }).toString().split('\n');
    lines.pop();
    const messages: Message[] = [];
    for (const line of lines) {
      const gap = line.indexOf(' ');
      const message = decodeMessage(line.slice(0, gap), line.slice(gap + 1), now);
      if (!message) return undefined;
      messages.push(message);
    }
    return messages.length === count ? messages : undefined;
  } catch {
    return undefined;
  }
}

/** Moves a damaged file aside so that nobody has to delete anything by hand; returns its new name. */
export function quarantine(file: string, stamp: string): string {
  const aside = `${file}.damaged-${stamp}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}
