/**
 * Roles whose supervisor was killed end by themselves; one that hung then cannot, and would hold the outbox, the broker's port and the devices
 * for ever. The supervisor keeps a list of its roles, and the next start ends who is still there.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const file = (dataDir: string) => join(dataDir, 'run', 'roles.json');
/** A role that has noticed that its supervisor is gone stops within this time. */
const byItselfMs = 4_000;
const lookMs = 50;

interface Entry {
  role: string;
  pid: number;
  /** What no other process with this number has: see `identityOf`. */
  identity: string;
}

/** When the process began, and in which run of the machine: numbers are used again, these never. Undefined when there is no such process. */
export function identityOf(pid: number): string | undefined {
  try {
    // proc(5): field 22 of stat is the start time in ticks since the machine started.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    if (fields[0] === 'Z') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function rememberRoles(dataDir: string, running: ReadonlyMap<string, number>): void {
  const entries = [...running].flatMap(([role, pid]): Entry[] => {
    const identity = identityOf(pid);
    return identity === undefined ? [] : [{ role, pid, identity }];
  });
  const draft = `${file(dataDir)}.new`;
  writeFileSync(draft, JSON.stringify(entries), { mode: 0o600 });
  renameSync(draft, file(dataDir));
}

/** Only for the holder of the folder. Tells which roles of a former supervisor had to be ended. */
export async function endOrphans(dataDir: string, patienceMs = byItselfMs): Promise<string[]> {
  let left = known(dataDir).filter(isThere);
  for (let waited = 0; left.length > 0 && waited < patienceMs; waited += lookMs) {
    await sleep(lookMs);
    left = left.filter(isThere);
  }
  const ended = left.map(({ role }) => role);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  // Its locks and ports are free when it is gone, not when it was told; one that waits for a dead disk cannot even be killed.
  for (let waited = 0; waited < byItselfMs; waited += lookMs) {
    left = left.filter(isThere);
    if (left.length === 0) break;
    await sleep(lookMs);
  }
  rmSync(file(dataDir), { force: true });
  return ended;
}

const isThere = ({ pid, identity }: Entry) => identityOf(pid) === identity;

function known(dataDir: string): Entry[] {
  try {
    const read: unknown = JSON.parse(readFileSync(file(dataDir), 'utf8'));
    return (Array.isArray(read) ? read : []).filter(
      (entry): entry is Entry =>
        Number.isInteger(entry?.pid) && entry.pid > 1 && typeof entry.identity === 'string' && typeof entry.role === 'string',
    );
  } catch {
    return [];
  }
}
