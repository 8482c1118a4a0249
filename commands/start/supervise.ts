/** One child process per role; one that ends or hangs is started again with a growing pause; all stop together. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDuration } from '../../shared/duration.ts';
import { Fault } from '../../shared/errors.ts';
import type { Role } from '../../shared/role.ts';
import { rememberRoles } from './orphans.ts';
import { readable } from './readable-log.ts';
import { Watchdog } from './watchdog.ts';

const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** A role that ran so long counts as healthy: its next pause is short again. */
const healthyMs = 60_000;
/** Broker and simulated devices come first, so that the others do not report them missing; but nobody waits longer than this. */
const firstReadyMs = 4_000;
/** What waits for all roles waits no longer than this. */
const liveMs = 60_000;
/** Ctrl-C ends every process within 5 s: who has not stopped by then is killed. */
const killMs = 4_000;
/** The next wave is not kept waiting longer than this. */
const waveMs = 1_500;

/** Roles say every two seconds that they turn; one that says nothing for so long is ended and started again. */
const hungMs = 30_000;
const lookMs = 1_000;
/** So much longer may the first word take. */
const firstWordFactor = 4;

/** PLANTROOM_HUNG_AFTER for machines that are slower than we think. @throws Fault usage/command */
export function hungLimits(environment: NodeJS.ProcessEnv) {
  const text = environment.PLANTROOM_HUNG_AFTER;
  const ms = text ? parseDuration(text) : hungMs;
  if (ms === undefined || ms < 3_000)
    throw new Fault('usage/command', `PLANTROOM_HUNG_AFTER: found "${text}"; allowed: a duration of at least 3s, such as 30s`);
  const quietLooks = Math.ceil(ms / lookMs);
  return { quietLooks, firstLooks: Math.max(quietLooks * firstWordFactor, hungMs / lookMs) };
}

export interface Supervision {
  dataDir: string;
  roles: readonly Role[];
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Once every role is at work, or one of them takes far too long. */
  onLive?(): void;
}

/**
 * Compiled code is kept beside the packages: a role starts sooner and, since it need not load the compiler, with some 17 MB less.
 * One malloc arena: threads of a mostly single-threaded process gain nothing from more.
 */
export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'plantroom'),
    MALLOC_ARENA_MAX: '1',
    ...environment,
  };
}

/**
 * Small heaps: six Node processes share a machine of a hospital's plant room. Who moves every reading gets more room for what lives shortly,
 * or a third of its time goes into collecting it.
 */
export const nodeArgs = (role: Role): string[] => [
  `--max-semi-space-size=${role === 'gateway' || role === 'ingest' ? 8 : 2}`,
  '--expose-gc',
  '--single-threaded-gc',
  '--disable-warning=ExperimentalWarning',
];

/** Resolves with the exit code once everything has stopped. */
export function supervise({ dataDir, roles, args, environment, onLive }: Supervision): Promise<number> {
  const watchdog = new Watchdog<Role>(hungLimits(environment));
  const children = new Map<Role, ChildProcess>();
  const pauses = new Map<Role, number>();
  let stopping = false;
  let failed = false;

  return new Promise((resolve) => {
    const start = (role: Role) => {
      if (stopping) return;
      const startedAt = performance.now();
      const child = spawn(process.execPath, [...nodeArgs(role), join(import.meta.dirname, '..', '..', 'main.ts'), role, ...args], {
        env: childEnvironment(environment),
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        // A group of its own: Ctrl-C reaches the supervisor only, which stops the roles in order. They end when it is gone.
        detached: true,
      });
      children.set(role, child);
      watchdog.started(role);
      child.on('message', () => watchdog.spoke(role));
      remember();
      if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => process.stdout.write(`${readable(line)}\n`));
      child.on('error', (error) => report(role, error.message));
      child.on('exit', (code, signal) => {
        children.delete(role);
        watchdog.ended(role);
        if (stopping) {
          if (children.size === 0) done();
          return;
        }
        // A bad site file or wrong usage does not get better by trying again.
        if (code === 2) {
          failed = true;
          report(role, 'ended: see above; stopping');
          stop();
          return;
        }
        const pause = performance.now() - startedAt > healthyMs ? firstPauseMs : (pauses.get(role) ?? firstPauseMs);
        pauses.set(role, Math.min(longestPauseMs, pause * 2));
        report(role, `ended (${signal ?? `code ${code}`}), starting again in ${pause / 1000} s`);
        setTimeout(() => start(role), pause);
      });
    };
    const report = (role: string, text: string) =>
      process.stdout.write(
        `${readable(JSON.stringify({ level: 40, time: new Date().toISOString(), role: 'start', msg: `${role} ${text}` }))}\n`,
      );
    const remember = () => {
      try {
        rememberRoles(
          dataDir,
          new Map([...children].flatMap(([role, child]) => (child.pid === undefined ? [] : [[role, child.pid] as const]))),
        );
      } catch (error) {
        // A full disk is no reason to stop reading the plant.
        report('the list of roles', `cannot be written: ${(error as Error).message}`);
      }
    };
    const watching = setInterval(() => {
      if (stopping) return;
      for (const role of watchdog.look()) {
        report(role, 'hangs: it has said nothing for too long; killed');
        children.get(role)?.kill('SIGKILL');
      }
    }, lookMs);
    const done = () => {
      clearInterval(watching);
      resolve(failed ? 1 : 0);
    };
    const stop = () => {
      if (stopping) return;
      stopping = true;
      if (children.size === 0) return done();
      stopInOrder(children);
      setTimeout(() => {
        for (const [role, child] of children) {
          report(role, 'did not stop, killed');
          child.kill('SIGKILL');
        }
      }, killMs).unref();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    const isFirst = (role: Role) => role === 'broker' || role === 'simulators';
    const first = roles.filter(isFirst);
    for (const role of first) start(role);
    const ready = first.flatMap((role) => children.get(role) ?? []).map(whenReady);
    void Promise.race([Promise.allSettled(ready), new Promise((resolve) => setTimeout(resolve, firstReadyMs))]).then(() => {
      for (const role of roles) if (!isFirst(role)) start(role);
      if (!onLive) return;
      const others = [...children].flatMap(([role, child]) => (isFirst(role) ? [] : [whenReady(child)]));
      void Promise.race([Promise.allSettled([...ready, ...others]), new Promise((resolve) => setTimeout(resolve, liveMs))]).then(() => {
        if (!stopping) onLive();
      });
    });
  });
}

/** Beats come before it. */
const whenReady = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if ((message as { ready?: boolean } | null)?.ready) resolve();
    });
  });

/** First who makes readings, then who stores them, the broker last: what is under way still arrives, and nobody reports a lost broker. */
function stopInOrder(children: ReadonlyMap<Role, ChildProcess>): void {
  const waves: Role[][] = [['simulators', 'gateway', 'rules', 'dashboards', 'energy'], ['ingest'], ['broker']];
  const wave = async () => {
    for (const roles of waves) {
      const ending = roles.flatMap((role) => children.get(role) ?? []).map((child) => once(child, 'exit'));
      for (const role of roles) children.get(role)?.kill('SIGTERM');
      await Promise.race([Promise.all(ending), new Promise((resolve) => setTimeout(resolve, waveMs).unref())]);
    }
  };
  void wave();
}
