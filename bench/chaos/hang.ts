/**
 * The whole program under its supervisor: roles that hang (SIGSTOP) or die, a supervisor that dies and leaves a hung role behind, a pid file
 * that names a stranger. After each round every role is up, once, in a process that lives; in the end the store holds exactly the truth.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../ingest/open-store.ts';
import { hangMs } from '../../test/hang.ts';
import { freePort } from '../../test/servers.ts';
import { type Comparison, compare } from './compare.ts';
import { writeFleet } from './fleet.ts';
import { generator, until } from './rounds.ts';
import { startTruthServer } from './truth-server.ts';

const main = join(import.meta.dirname, '..', '..', 'main.ts');
const roles = ['broker', 'gateway', 'ingest', 'rules', 'dashboards'] as const;
type RoleName = (typeof roles)[number];
/** Loaded machines start slowly; what counts is that it comes, not when. */
const patienceMs = hangMs;
const youngMs = 1_000;

export interface HangResult extends Comparison {
  rounds: Record<string, number>;
  /** Rounds after which a role ran twice, or not at all. */
  wrong: string[];
}

export async function runHang(options: { rounds: number; seed: number; say(text: string): void }): Promise<HangResult> {
  const { rounds, seed, say } = options;
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-hang-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const values = 5;
  const devicesPerBus = 5;
  const truth = undo.use(await startTruthServer({ values, buses: 2 }));
  const site = writeFleet(folder, { ports: truth.ports, devicesPerBus, values, poll: '1s', timeout: '5s' });
  const brokerPort = await freePort();
  const port = await freePort();
  const output: string[] = [];
  let supervisor: ChildProcess | undefined;
  const start = () => {
    supervisor = spawn(process.execPath, [main, 'start', '--site', site, '--data', folder, '--port', String(port)], {
      env: {
        ...process.env,
        PLANTROOM_BROKER_PORT: String(brokerPort),
        PLANTROOM_HUNG_AFTER: '4s',
        PLANTROOM_HISTORY: 'off',
        PLANTROOM_ADMIN_PASSWORD: 'only-for-this-proof',
        PLANTROOM_LOG: 'warn',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output.push(chunk.toString());
        if (output.length > 500) output.splice(0, 250);
      });
    }
  };
  const dead = (child: ChildProcess | undefined) => !child || child.exitCode !== null || child.signalCode !== null;
  undo.defer(async () => {
    for (const { pid } of processesOf(folder)) signal(pid, 'SIGCONT');
    supervisor?.kill('SIGTERM');
    await until(() => dead(supervisor) && processesOf(folder).length === 0, hangMs, 'the end').catch(() => undefined);
    for (const { pid } of processesOf(folder)) signal(pid, 'SIGKILL');
  });
  const allUp = async () => {
    if (dead(supervisor)) start();
    try {
      return (await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok && isRight(folder).length === 0;
    } catch {
      return false;
    }
  };
  const startedAt = Date.now();
  start();
  await until(allUp, patienceMs, 'the first start').catch((error) => {
    throw new Error(output.join(''), { cause: error });
  });

  /** When a gateway last surely heard, by the connections it had. */
  const cut = new Map<number, number>();
  const random = generator(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const counts: Record<string, number> = {};
  const wrong: string[] = [];
  const take = (role: RoleName, sign: NodeJS.Signals) => {
    if (role === 'gateway') for (const connection of truth.connections()) if (!cut.has(connection)) cut.set(connection, Date.now());
    for (const one of processesOf(folder)) if (one.role === role) signal(one.pid, sign);
  };
  const kinds = {
    'a role hangs': (role: RoleName) => take(role, 'SIGSTOP'),
    'a role is killed': (role: RoleName) => take(role, 'SIGKILL'),
    'the supervisor is killed while a role hangs': async (role: RoleName) => {
      take(role, 'SIGSTOP');
      await killSupervisor();
    },
    'the supervisor is killed and its pid file names a stranger': async () => {
      await killSupervisor();
      writeFileSync(join(folder, 'run', 'supervisor.pid'), String(process.pid));
    },
  };
  const killSupervisor = async () => {
    // The gateway ends by itself then: what it is just hearing may be lost.
    for (const connection of truth.connections()) if (!cut.has(connection)) cut.set(connection, Date.now());
    supervisor?.kill('SIGKILL');
    await until(() => dead(supervisor), hangMs, 'the supervisor to be gone');
  };
  for (let round = 0; round < rounds; round++) {
    await sleep(500 + random() * 2_000);
    const kind = pick(Object.keys(kinds) as (keyof typeof kinds)[]);
    const role = pick(roles);
    counts[kind] = (counts[kind] ?? 0) + 1;
    const before = new Map(processesOf(folder).map((one) => [one.role, one.pid]));
    await kinds[kind](role);
    const begun = Date.now();
    const changed = () => processesOf(folder).some((one) => one.role === role && one.pid !== before.get(role));
    try {
      await until(async () => (await allUp()) && changed(), patienceMs, `${kind}, ${role}`);
    } catch {
      wrong.push(`round ${round + 1}, ${kind} (${role}): ${isRight(folder).join(', ') || 'not replaced or not healthy'}`);
      say(output.join('').slice(-4_000));
    }
    say(`round ${round + 1}: ${kind} (${role}); all up again after ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
  }
  await sleep(500);
  truth.fallSilent();
  await sleep(1_500);
  const answers = truth.answers.slice();
  await using store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 'fleet' });
  const look = () =>
    compare({
      store,
      devices: 2 * devicesPerBus,
      values,
      answers,
      mayBeMissing: ({ connection, at }) => at > (cut.get(connection) ?? Number.POSITIVE_INFINITY) - youngMs,
      from: startedAt - 60_000,
      to: Date.now() + 1,
      plantTime: (at) => at,
      toleranceMs: 6_000,
    });
  let comparison = await look();
  for (const end = Date.now() + patienceMs; comparison.missing.length > 0 && Date.now() < end; comparison = await look()) await sleep(500);
  return { ...comparison, rounds: counts, wrong };
}

function signal(pid: number, sign: NodeJS.Signals): void {
  try {
    process.kill(pid, sign);
  } catch {
    // Gone meanwhile.
  }
}

/** The roles that run on this folder, whoever started them. */
function processesOf(folder: string): { role: string; pid: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const at = args.indexOf(main);
      const role = args[at + 1];
      return at > 0 && args.includes(folder) && role && (roles as readonly string[]).includes(role) ? [{ role, pid: Number(name) }] : [];
    } catch {
      return [];
    }
  });
}

function isRight(folder: string): string[] {
  const running = processesOf(folder);
  return roles.flatMap((role) => {
    const count = running.filter((one) => one.role === role).length;
    return count === 1 ? [] : [`${role} runs ${count} times`];
  });
}
