/**
 * A SQLite file that is no database any more must not stop anything: it is set aside under a name that says so, and an empty one takes its place. It stays there,
 * and is told of as a trouble, until somebody has looked at it and moved it away.
 */
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemClock } from './clock.ts';

/** SQLITE_CORRUPT, SQLITE_NOTADB, and what a spoilt header makes SQLite say. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return (
    code === 11 ||
    code === 26 ||
    (code === 1 && /unsupported file format|malformed|encoding|already exists|duplicate column/i.test(String(error)))
  );
}

/** A file that its owner may write and SQLite calls read-only has a spoilt header; one on a read-only disk has not. */
export function isDamageOf(file: string, error: unknown): boolean {
  if (isDamage(error)) return true;
  if (sqliteCode(error) !== 8) return false;
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** SQLITE_FULL, IOERR, READONLY, CANTOPEN: nothing can be written now, what is there is not concerned. */
export function isUnwritable(error: unknown): boolean {
  return [8, 10, 13, 14].includes(sqliteCode(error));
}

/** SQLITE_CONSTRAINT: two callers looked before either wrote, and this one came second. */
export function isConflict(error: unknown): boolean {
  return sqliteCode(error) === 19;
}

/** The primary result code; 0 for what is not SQLite's. */
export function sqliteCode(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

const mark = '.damaged-';

/** Who sets a file aside holds a file of this name; a process that died over it leaves it behind. */
const lockMark = '.setting-aside';
const lockWaitMs = 50;
const lockStaleMs = 20_000;

/** One at a time, over all processes that have this file open. */
function holdSettingAside(file: string): Disposable {
  const lock = `${file}${lockMark}`;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      return { [Symbol.dispose]: () => rmSync(lock, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    // Its age by the clock of the file system, which may have been set.
    if (since !== undefined && Math.abs(systemClock().now() - since) > lockStaleMs) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockWaitMs);
  }
}

/**
 * Opens the file; one that is damaged is set aside and an empty one opened in its place. Several roles find the damage at the same time: only what is still
 * damaged when nobody else sets it aside is moved away, never the good file that another of them has begun meanwhile.
 * @throws whatever `open` throws, where it is no damage
 */
export function openOrSetAside<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!isDamageOf(file, error)) throw error;
    using _alone = holdSettingAside(file);
    try {
      return open();
    } catch (again) {
      if (!isDamageOf(file, again)) throw again;
      setAsideDamaged(file);
      return open();
    }
  }
}

/** The name under which it lies now. Its log goes with it: it may hold what the file lacks. */
export function setAsideDamaged(file: string): string {
  let number = 1;
  while (existsSync(`${file}${mark}${number}`)) number++;
  const aside = `${file}${mark}${number}`;
  renameSync(file, aside);
  for (const part of ['-wal', '-shm']) {
    if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`);
  }
  rmSync(`${file}-journal`, { force: true });
  return aside;
}

/** Files of this name that were set aside and still lie there. */
export function damagedFiles(file: string): string[] {
  try {
    const prefix = `${basename(file)}${mark}`;
    return (
      readdirSync(dirname(file))
        .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
        // In the order in which they were set aside: 10 after 9, and the newest last.
        .sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)))
        .map((name) => join(dirname(file), name))
    );
  } catch {
    return [];
  }
}

/** What to do about it, for log and alarm. */
export const damageAdvice = (file: string, aside: readonly string[]): string =>
  `${file} was damaged and is kept as ${aside.join(', ')}; an empty one is in use. Put back a backup, or try "sqlite3 ${aside.at(-1)} .recover", then move the damaged file away`;
