/** The books: their definitions, and the chain of records in the operations database. Records are added and never changed. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { type Book, type BookRecord, bookSchema, type ChainedRecord } from '../shared/book.ts';
import { filesOf } from '../shared/catalog.ts';
import { Fault } from '../shared/errors.ts';
import { chained, firstHash, type StoredLine, type Verdict, verifyChain } from './book-chain.ts';
import type { Database } from './database.ts';

export const bookFolder = join(import.meta.dirname, 'books');

/** All books of the folders, a later one in place of an earlier one of the same id. @throws Fault catalog/invalid with file and place */
export function loadBooks(folders: readonly string[] = [bookFolder]): Map<string, Book> {
  const books = new Map<string, Book>();
  for (const folder of folders) {
    for (const file of filesOf(folder, '.yaml')) {
      const path = join(folder, file);
      const read = bookSchema.safeParse(parse(readFileSync(path, 'utf8')));
      if (!read.success) {
        const issues = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
        throw new Fault('catalog/invalid', `${path}: ${issues}`);
      }
      if (read.data.id !== basename(file, '.yaml'))
        throw new Fault('catalog/invalid', `${path}: id is "${read.data.id}", must be the file name`);
      books.set(read.data.id, read.data);
    }
  }
  return books;
}

export type NewRecord = Omit<BookRecord, 'book' | 'seq'>;

export interface Books {
  /** Adds a record at the end of its chain. */
  add(book: string, record: NewRecord): ChainedRecord;
  /** Records by when they were due, with what was said of them later; ascending by number. */
  records(book: string, from: number, to: number, device?: string | null): ChainedRecord[];
  record(book: string, seq: number): ChainedRecord | undefined;
  head(book: string): { seq: number; hash: string };
  /** Due times of this device that have a record already (an entry, or seen as missed). */
  written(book: string, device: string | null, from: number, to: number): Map<number, BookRecord['kind'][]>;
  /** When the first record of the book was due; undefined while it is empty. */
  firstDue(book: string): number | undefined;
  lines(book: string): Iterable<StoredLine>;
  verify(book: string): Verdict;
  /** Books that have records. */
  begun(): string[];
}

interface Row {
  seq: number;
  body: string;
  prev: string;
  hash: string;
}
const pageRows = 1_000;

export function openBooks(db: Database): Books {
  const head = (book: string) =>
    db.get<{ seq: number; hash: string }>('SELECT seq, hash FROM book_heads WHERE book = ?', book) ?? { seq: 0, hash: firstHash };
  const whole = ({ body, prev, hash }: Row): ChainedRecord => ({ ...(JSON.parse(body) as BookRecord), prev, hash });
  function* lines(book: string): Iterable<StoredLine> {
    let after = -1;
    for (;;) {
      const rows = db.all<Row & { rowid: number }>(
        'SELECT rowid, seq, body, prev, hash FROM book_records WHERE book = ? AND rowid > ? ORDER BY rowid LIMIT ?',
        book,
        after,
        pageRows,
      );
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < pageRows) return;
      after = last.rowid;
    }
  }
  return {
    add(book, record) {
      return db.transact(() => {
        const before = head(book);
        const next: BookRecord = { book, seq: before.seq + 1, ...record };
        const { body, hash } = chained(next, before.hash);
        db.run(
          'INSERT INTO book_records (book, seq, due, device, kind, of_seq, body, prev, hash) VALUES (?,?,?,?,?,?,?,?,?)',
          book,
          next.seq,
          next.due,
          next.device,
          next.kind,
          next.of,
          body,
          before.hash,
          hash,
        );
        db.run('INSERT OR REPLACE INTO book_heads (book, seq, hash) VALUES (?,?,?)', book, next.seq, hash);
        return { ...(JSON.parse(body) as BookRecord), prev: before.hash, hash };
      });
    },
    records(book, from, to, device) {
      const where = device === undefined ? '' : 'AND device IS ?';
      return db
        .all<Row>(
          `SELECT seq, body, prev, hash FROM book_records WHERE book = ? AND due >= ? AND due < ? ${where} ORDER BY seq`,
          ...[book, from, to, ...(device === undefined ? [] : [device])],
        )
        .map(whole);
    },
    record(book, seq) {
      const row = db.get<Row>('SELECT seq, body, prev, hash FROM book_records WHERE book = ? AND seq = ?', book, seq);
      return row && whole(row);
    },
    head,
    written(book, device, from, to) {
      const found = new Map<number, BookRecord['kind'][]>();
      const rows = db.all<{ due: number; kind: BookRecord['kind'] }>(
        'SELECT due, kind FROM book_records WHERE book = ? AND device IS ? AND due >= ? AND due < ? ORDER BY seq',
        book,
        device,
        from,
        to,
      );
      for (const { due, kind } of rows) found.set(due, [...(found.get(due) ?? []), kind]);
      return found;
    },
    firstDue: (book) => db.get<{ due: number }>('SELECT due FROM book_records WHERE book = ? AND seq = 1', book)?.due,
    lines,
    verify: (book) => verifyChain(book, lines(book), head(book)),
    begun: () => db.all<{ book: string }>('SELECT book FROM book_heads ORDER BY book').map((row) => row.book),
  };
}
