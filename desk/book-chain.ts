/**
 * The chain of a book: every record carries the hash of the one before it, so that no byte of a page can change unseen. The hash is SHA-256, in hex, over the
 * hash before, a line feed, and the record as JSON with its keys in alphabetical order at every level and no blanks (docs/books.md). Pure.
 */
import { createHash } from 'node:crypto';
import type { BookRecord, ChainedRecord } from '../shared/book.ts';

/** What stands before the first record. */
export const firstHash = '0'.repeat(64);

/** JSON with sorted keys and no blanks; undefined members are left out, as JSON does. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

export const hashOf = (prev: string, body: string): string => createHash('sha256').update(`${prev}\n${body}`).digest('hex');

export function chained(record: BookRecord, prev: string): { body: string; hash: string } {
  const body = canonical(record);
  return { body, hash: hashOf(prev, body) };
}

/** As it stands in the database or in an export. */
export interface StoredLine {
  seq: number;
  body: string;
  prev: string;
  hash: string;
}

export interface Verdict {
  book: string;
  records: number;
  /** The hash of the last record: what a print carries. */
  head: string;
  /** Where the chain does not hold; empty when all is as it was written. */
  breaks: { seq: number; what: string }[];
}

/** Checks records in order. `known`: how many there must be and how they must end, as kept apart from the chain. */
export function verifyChain(book: string, lines: Iterable<StoredLine>, known?: { seq: number; hash: string }): Verdict {
  const verdict: Verdict = { book, records: 0, head: firstHash, breaks: [] };
  const say = (seq: number, what: string) => void verdict.breaks.push({ seq, what });
  for (const { seq, body, prev, hash } of lines) {
    const expected = verdict.records + 1;
    if (seq !== expected) say(seq, `number ${expected} was expected here: a record is missing or was put in`);
    if (prev !== verdict.head) say(seq, 'it does not follow the record before it');
    if (hashOf(prev, body) !== hash) say(seq, 'its content is not what was signed');
    try {
      const record = JSON.parse(body) as Partial<ChainedRecord>;
      if (record.seq !== seq || record.book !== book) say(seq, 'its content names another place than where it stands');
      if (canonical(record) !== body) say(seq, 'its content is not in the agreed form');
    } catch {
      say(seq, 'its content is not readable');
    }
    verdict.records = seq;
    verdict.head = hash;
  }
  if (known && (known.seq !== verdict.records || known.hash !== verdict.head))
    say(
      verdict.records,
      `the book ended with number ${known.seq}; what stands there now ends with ${verdict.records}: records were taken away or put in`,
    );
  return verdict;
}
