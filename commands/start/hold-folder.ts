import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault, reasonOf } from '../../shared/errors.ts';

/**
 * Two programs on one data folder would send every reading twice and fight over the outbox: the second one is refused.
 * What counts is a lock of the operating system, which ends with the process that holds it, however that ends; SQLite takes it the same way on
 * every system. The file with the process number is for the message only: after a restart of the machine it may name a stranger.
 */
export function holdFolder(dataDir: string): Disposable {
  const folder = join(dataDir, 'run');
  const pidFile = join(folder, 'supervisor.pid');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(join(folder, 'supervisor.lock'));
  if (!lock) {
    const holder = readPid(pidFile);
    throw new Fault(
      'usage/command',
      `${dataDir} is in use by ${holder === undefined ? 'another plantroom start' : `process ${holder}`}; stop it, or choose another folder with --data`,
    );
  }
  writeFileSync(pidFile, String(process.pid));
  return {
    [Symbol.dispose]() {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

/** Undefined when another process holds it. */
function takeLock(file: string): DatabaseSync | undefined {
  for (let again = false; ; again = true) {
    const db = new DatabaseSync(file);
    try {
      db.exec('begin exclusive');
      return db;
    } catch (error) {
      db.close();
      // SQLITE_BUSY; the low byte, since the file system may say more.
      if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) return undefined;
      // Nothing is ever written into it: whatever stands there came from elsewhere.
      if (again) throw new Fault('usage/command', `${file} cannot be locked: ${reasonOf(error)}; is the disk full or read only?`);
      rmSync(file, { force: true });
    }
  }
}

function readPid(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}
