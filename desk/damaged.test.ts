/** A damaged operations database: set aside by name, an empty one in use, whoever comes first. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { damageAdvice, damagedFiles } from '../shared/damaged.ts';
import { random } from '../test/random.ts';
import { openDatabase } from './database.ts';
import { openEngineDesk } from './open.ts';

let file: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-damaged-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  file = join(folder, 'operations.db');
});
const journalOf = () => {
  using desk = openEngineDesk({ file, clock: manualClock() });
  return desk.lastSeq();
};

test('a file that is no database is kept under another name, and the desk opens empty', () => {
  writeFileSync(file, 'not a database at all, but long enough to be read as one '.repeat(100));
  const was = readFileSync(file);
  expect(journalOf()).toBe(0);
  expect(damagedFiles(file)).toEqual([`${file}.damaged-1`]);
  expect(readFileSync(`${file}.damaged-1`)).toEqual(was);
  expect(damageAdvice(file, damagedFiles(file))).toMatch(/damaged-1.*backup.*\.recover/);
  // A good one stays, and a second accident does not overwrite the first.
  expect(journalOf()).toBe(0);
  expect(damagedFiles(file).length).toBe(1);
  for (const part of ['-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
  writeFileSync(file, 'x'.repeat(9_000));
  expect(journalOf()).toBe(0);
  expect(damagedFiles(file)).toEqual([`${file}.damaged-1`, `${file}.damaged-2`]);
});

test('several roles that open it at once set it aside once', () => {
  writeFileSync(file, Buffer.alloc(8_192, 7));
  const all = [openDatabase(file), openDatabase(file), openDatabase(file)];
  expect(damagedFiles(file).length).toBe(1);
  all[0]?.run("INSERT INTO rules_memory VALUES ('a', '1')");
  expect(all[2]?.get('SELECT value FROM rules_memory')).toEqual({ value: '1' });
  for (const one of all) one[Symbol.dispose]();
});

test('whatever is written over the first page, opening never fails and never loops (seeded)', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const next = random(seed);
  for (let round = 0; round < 30; round++) {
    openDatabase(file)[Symbol.dispose]();
    const handle = openSync(file, 'r+');
    const length = 1 + Math.floor(next() * 100);
    writeSync(handle, Buffer.from(Array.from({ length }, () => Math.floor(next() * 256))), 0, length, Math.floor(next() * 100));
    closeSync(handle);
    try {
      openDatabase(file)[Symbol.dispose]();
    } catch (error) {
      // A version of the future is no damage as far as anybody can tell.
      if (!/has version/.test(String(error))) throw new Error(`SEED=${seed} round ${round}: ${error}`, { cause: error });
      rmSync(file);
    }
  }
});
