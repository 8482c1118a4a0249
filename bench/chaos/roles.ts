/** Plantroom's roles as child processes that can be killed and started again, each by itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, nodeArgs } from '../../commands/start/supervise.ts';
import type { Role } from '../../shared/role.ts';

const main = join(import.meta.dirname, '..', '..', 'main.ts');

export interface RoleProcess extends AsyncDisposable {
  readonly role: Role;
  readonly pid: number;
  /** Resolves when the process says that it is ready. */
  start(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** User and system time so far, seconds. */
  cpuSeconds(): number;
  output(): string;
}

export function roleProcess(role: Role, args: string[], environment: NodeJS.ProcessEnv): RoleProcess {
  let child: ChildProcess | undefined;
  let text = '';
  const isGone = (process: ChildProcess) => process.exitCode !== null || process.signalCode !== null;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const process = child;
    if (!process || isGone(process)) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill(signal);
    await ended;
  };
  return {
    role,
    get pid() {
      return child?.pid ?? 0;
    },
    async start() {
      // As `plantroom start` runs its roles.
      // ROLE_NODE_OPTIONS='--cpu-prof' profiles the roles and not the bench itself; ROLE_V8_ARGS='--trace-gc' is for what NODE_OPTIONS does not take.
      const more = (process.env.ROLE_V8_ARGS ?? '').split(' ').filter((arg) => arg !== '');
      const process_ = spawn(process.execPath, [...nodeArgs(role), ...more, main, role, ...args], {
        env: childEnvironment({
          ...process.env,
          ...environment,
          NODE_OPTIONS: environment.NODE_OPTIONS ?? process.env.ROLE_NODE_OPTIONS ?? '',
        }),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      child = process_;
      for (const stream of [process_.stdout, process_.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          text = (text + chunk.toString()).slice(-50_000);
        });
      }
      await new Promise<void>((resolve, reject) => {
        process_.on('message', (message) => {
          if ((message as { ready?: boolean } | null)?.ready) resolve();
        });
        process_.once('exit', (code, signal) =>
          signal === 'SIGKILL' ? resolve() : reject(new Error(`${role} ended with ${code ?? signal}:\n${text}`)),
        );
      });
    },
    kill,
    cpuSeconds: () => cpuSeconds(child?.pid ?? 0),
    output: () => text,
    [Symbol.asyncDispose]: () => kill('SIGTERM'),
  };
}

/** proc(5): fields 14 and 15 of stat are user and system time in ticks of 10 ms, threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
