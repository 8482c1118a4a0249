import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { type Database, openDatabase, openFile } from './database.ts';
import type { AlarmDefinition } from './desk.ts';
import { openEngineDesk } from './open.ts';
import { keepReserve } from './reserve.ts';
import { openSturdyDatabase } from './sturdy.ts';

const text = (en: string) => ({ zh: en, en });
const raise = (id: string): AlarmDefinition => ({
  id, rule: 'LOW', device: id, system: 'oxygen', priority: 'critical', lifeSafety: true, latching: false, ticket: true, causeKey: id, trade: 'medical-gas',
  title: text('Low'), message: text('low'), check: text('valve'), location: text('ward'), unit: 'kPa', quantity: 'pressure_kpa', building: null, department: null, source: 'test',
}); // biome-ignore format: a table
const fact = (at: number) => ({ at, value: 90, limit: 320 });

/** A file whose commits fail as on a full disk, while `full`. */
function fullable(file: string) {
  const state = { full: false, atStatement: false };
  const error = () => Object.assign(new Error('database or disk is full'), { errcode: 13 });
  const open = (name: string) => {
    if (state.full) throw error();
    const db = openFile(name);
    return new Proxy(db, {
      get(target, key) {
        const value = Reflect.get(target, key, target) as unknown;
        if (key === 'exec') {
          return (sql: string) => {
            if (state.full && sql === 'COMMIT') {
              target.exec('ROLLBACK');
              throw error();
            }
            return target.exec(sql);
          };
        }
        if (key === 'prepare') {
          return (sql: string) => {
            const statement = target.prepare(sql);
            return new Proxy(statement, {
              get(inner, name) {
                const call = Reflect.get(inner, name, inner) as unknown;
                if (name === 'run')
                  return (...values: never[]) => {
                    if (state.full && (state.atStatement || !target.isTransaction)) throw error();
                    return inner.run(...values);
                  };
                return typeof call === 'function' ? call.bind(inner) : call;
              },
            });
          };
        }
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return { state, open, file };
}

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'sturdy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'operations.db');
  const { state, open } = fullable(file);
  const clock = manualClock(1_770_000_000_000);
  const troubles: (string | undefined)[] = [];
  const begin = () => openSturdyDatabase(file, { clock, log: silentLog(), trouble: (detail) => void troubles.push(detail), open });
  return { file, state, clock, troubles, begin };
}

describe('an operations database whose disk is full', () => {
  test.each([false, true])('alarms go on being raised, cleared and journalled in memory, and are in the file afterwards (at the statement: %s)', (atStatement) => {
    const { file, state, clock, troubles, begin } = setUp();
    const db = begin();
    const desk = openEngineDesk({ db, clock });
    desk.raise(raise('before'), fact(clock.now()));
    const seq = desk.lastSeq();
    Object.assign(state, { full: true, atStatement });
    desk.batch(() => {
      desk.raise(raise('o2-icu'), fact(clock.now()));
      desk.raise(raise('o2-or'), fact(clock.now()));
    });
    desk.clear('before', { at: clock.now(), value: 400 });
    expect(troubles).toEqual([expect.stringMatching(/disk is full/)]);
    expect(desk.alarm('o2-icu')).toMatchObject({ state: 'UNACK', active: true });
    expect(desk.alarm('before')?.active).toBe(false);
    expect(desk.journalSince(seq).map(({ id, event }) => [id, event])).toEqual(expect.arrayContaining([['o2-icu', 'raise'], ['o2-or', 'raise'], ['before', 'clear']]));
    const ticket = desk.alarm('o2-icu')?.ticket;
    expect(ticket).toBeTruthy();

    // Somebody else's write got through meanwhile: it is neither lost nor passed over by who follows the journal.
    {
      using other: Database = openDatabase(file);
      openEngineDesk({ db: other, clock }).comment('before', { id: 'wang' }, 'looking at it');
    }
    const cursor = desk.lastSeq();
    state.full = false;
    clock.advanceSync(5_000);
    expect(desk.alarm('o2-icu')?.active).toBe(true);
    expect(troubles.at(-1)).toBe(undefined);
    expect(desk.journalSince(cursor).map(({ event }) => event)).toEqual(['comment']);
    db[Symbol.dispose]();

    using again: Database = openDatabase(file);
    const reread = openEngineDesk({ db: again, clock });
    expect(reread.alarm('o2-icu')).toMatchObject({ active: true, ticket });
    expect(reread.alarm('before')?.active).toBe(false);
    const all = reread.journalSince(0);
    expect(all.filter(({ event }) => event === 'raise').map(({ id }) => id)).toEqual(['before', 'o2-icu', 'o2-or']);
    expect(new Set(all.map(({ seq: one }) => one)).size).toBe(all.length);
    expect(reread.tickets({ state: 'all' }).length).toBe(3);
  }); // biome-ignore format: short enough

  test('a refused move stays refused there, and a role that starts on a full disk works too', () => {
    const { file, state, clock, troubles, begin } = setUp();
    state.full = true;
    const db = begin();
    const desk = openEngineDesk({ db, clock });
    expect(troubles.length).toBe(1);
    desk.raise(raise('o2'), fact(clock.now()));
    expect(() => desk.clear('unknown', { at: 1, value: null })).toThrow(/no alarm unknown/);
    state.full = false;
    clock.advanceSync(5_000);
    expect(desk.alarm('o2')?.active).toBe(true);
    db[Symbol.dispose]();
    using again: Database = openDatabase(file);
    expect(openEngineDesk({ db: again, clock }).alarm('o2')?.active).toBe(true);
  });
});

const isRoot = process.getuid?.() === 0;
const mounts: string[] = [];
afterEach(() => {
  for (const mount of mounts.splice(0)) execFileSync('umount', ['-l', mount]);
});

/** A disk of its own; undefined where this machine does not let us. */
function smallDisk(megabytes: number): string | undefined {
  if (!isRoot) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  mounts.push(folder);
  return folder;
}

function fill(folder: string): void {
  let number = 0;
  for (let size = 1 << 20; size >= 4_096; ) {
    try {
      writeFileSync(join(folder, `filler-${number++}`), Buffer.alloc(size, 1));
    } catch {
      size >>= 1;
    }
  }
  expect(statfsSync(folder).bavail * statfsSync(folder).bsize).toBeLessThan(8_192);
}

describe('a disk that is really full', () => {
  test('with its reserve the operations database goes on being written on disk', ({ skip }) => {
    const folder = smallDisk(160) ?? skip('no right to mount a small disk here; the made-up failures above hold the rest');
    const file = join(folder as string, 'operations.db');
    const clock = manualClock(1_770_000_000_000);
    using db: Database = openDatabase(file);
    expect(keepReserve(file)).toBe(true);
    const desk = openEngineDesk({ db, clock });
    fill(folder as string);
    for (let i = 0; i < 400; i++) desk.raise(raise(`a${i}`), fact(clock.now()));
    using look = new DatabaseSync(file);
    expect(Number(look.prepare('SELECT count(*) AS n FROM alarms').get()?.n)).toBe(400);
  });

  test('without a reserve the rules go on in memory, and the file has it all once there is room', ({ skip }) => {
    const folder = smallDisk(16) ?? skip('no right to mount a small disk here; the made-up failures above hold the rest');
    const file = join(folder as string, 'operations.db');
    const clock = manualClock(1_770_000_000_000);
    const troubles: (string | undefined)[] = [];
    const db = openSturdyDatabase(file, { clock, log: silentLog(), trouble: (detail) => void troubles.push(detail) });
    const desk = openEngineDesk({ db, clock });
    fill(folder as string);
    for (let i = 0; i < 400; i++) desk.raise(raise(`a${i}`), fact(clock.now()));
    expect(troubles).toEqual([expect.stringMatching(/full|I\/O/)]);
    rmSync(join(folder as string, 'filler-0'));
    rmSync(join(folder as string, 'filler-1'));
    rmSync(join(folder as string, 'filler-2'));
    clock.advanceSync(5_000);
    desk.raise(raise('after'), fact(clock.now()));
    expect(troubles.at(-1)).toBe(undefined);
    db[Symbol.dispose]();
    using again: Database = openDatabase(file);
    const reread = openEngineDesk({ db: again, clock });
    expect(reread.alarms({ limit: 10_000 }).length).toBe(401);
    expect(reread.journalSince(0, 10_000).filter(({ event, kind }) => event === 'raise' && kind === 'alarm').length).toBe(401);
  });
});
