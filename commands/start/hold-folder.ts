import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../shared/errors.ts';

/**
 * Two programs on one data folder would send every reading twice and fight over the outbox: the second one is refused.
 * A file left by a killed program does not count.
 */
export function holdFolder(dataDir: string): Disposable {
  const folder = join(dataDir, 'run');
  const file = join(folder, 'supervisor.pid');
  mkdirSync(folder, { recursive: true });
  const holder = readPid(file);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new Fault('usage/command', `${dataDir} is in use by process ${holder}; stop it, or choose another folder with --data`);
  }
  writeFileSync(file, String(process.pid));
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

function readPid(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
