/** Starts all roles, one child process each, keeps them running, and stops them together. */
import { fork, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keepPrivate } from '../shared/private-files.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';
import { holdFolder } from './start/hold-folder.ts';
import { endOrphans } from './start/orphans.ts';
import type { Plan, Wish } from './start/prepare.ts';
import { readable } from './start/readable-log.ts';
import { childEnvironment, supervise } from './start/supervise.ts';

const saveClockMs = 2_000;

const command: Command = {
  id: 'start',
  summary: 'All roles: reads the plant, stores, judges, shows; Ctrl-C ends them',
  usage: 'start [--site F] [--data DIR] [--port N] [--speed X]',
  async run(args) {
    const { values } = parse(args, { ...siteOptions, port: { type: 'string' }, speed: { type: 'string' } });
    const wish: Wish = { file: siteFile(values.site), dataDir: dataFolder(values.data), port: values.port, speed: values.speed };
    keepPrivate(wish.dataDir);
    using _hold = holdFolder(wish.dataDir);
    const orphans = await endOrphans(wish.dataDir);
    if (orphans.length > 0) process.stdout.write(`Plantroom  ended what a former start left hanging: ${orphans.join(', ')}\n`);
    const plan = await prepare(wish);
    if (typeof plan === 'number') return plan;
    process.stdout.write(`${plan.banner.join('\n')}\n`);
    using _clock = saveClock(plan.clock);
    const environment = { ...process.env, ...plan.environment };
    const place = ['--site', wish.file, '--data', wish.dataDir];
    using besides = new DisposableStack();
    return await supervise({
      dataDir: wish.dataDir,
      roles: plan.roles,
      args: place,
      environment,
      // On two cores it would make everything else wait.
      onLive: () => void (plan.history && besides.use(beside('history', place, environment))),
    });
  },
};
export default command;

/**
 * The heavy part (checking the whole site, building the console, making passwords) runs in a process that ends, so that the one that stays
 * for months is small. Gives the exit code when it failed.
 */
function prepare(wish: Wish): Promise<Plan | number> {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'start', 'prepare.ts'), [JSON.stringify(wish)], { env: childEnvironment(process.env) });
    let plan: Plan | undefined;
    child.on('message', (message) => {
      plan = message as Plan;
    });
    child.on('exit', (code) => resolve(code === 0 && plan ? plan : code || 1));
  });
}

/** Plant time never goes back: after a fast run the next start goes on from where this one was. */
function saveClock(clock: Plan['clock']): Disposable {
  if (!clock) return { [Symbol.dispose]() {} };
  const write = () =>
    writeFileSync(clock.file, JSON.stringify({ plantTime: Math.round(clock.plantStart + (Date.now() - clock.realStart) * clock.speed) }));
  write();
  const timer = setInterval(write, saveClockMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      write();
    },
  };
}

/** A command that runs once beside the roles. What it has not done when it ends, the next start does. */
function beside(name: string, args: readonly string[], environment: NodeJS.ProcessEnv): Disposable {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '..', 'main.ts'), name, ...args],
    {
      env: childEnvironment(environment),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      detached: true,
    },
  );
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => process.stdout.write(`${readable(line)}\n`));
  child.on('error', (error) => process.stderr.write(`plantroom ${name}: ${error.message}\n`));
  return { [Symbol.dispose]: () => void child.kill() };
}
