/** Starts the real program with all its roles on free ports and a folder of its own; for tests that enter by the front door. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hangMs } from './hang.ts';

const root = join(import.meta.dirname, '..');

export interface Program extends AsyncDisposable {
  url: string;
  dataDir: string;
  password: string;
  child: ChildProcess;
  /** Everything it printed. */
  output: string[];
  /** A request as admin; throws with status and body when it is not 2xx. */
  api<T>(path: string, options?: { method?: string; body?: unknown; token?: string }): Promise<T>;
  /** A list, as `/api/devices` and its like answer it. */
  list<T>(path: string): Promise<T[]>;
  /** Sends the signal and resolves with the exit code and the time it took, ms. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }>;
}

export interface ProgramOptions {
  args?: string[];
  environment?: NodeJS.ProcessEnv;
  dataDir?: string;
}

export async function startProgram(options: ProgramOptions = {}): Promise<Program> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'plantroom-'));
  const password = options.environment?.PLANTROOM_ADMIN_PASSWORD ?? randomBytes(12).toString('hex');
  const child = spawn(process.execPath, [join(root, 'main.ts'), 'start', '--port', '0', '--data', dataDir, ...(options.args ?? [])], {
    cwd: root,
    env: { ...process.env, PLANTROOM_LOG: 'warn', PLANTROOM_HISTORY: 'off', PLANTROOM_ADMIN_PASSWORD: password, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        output.push(line);
        const address = /console\s+(http:\S+)/.exec(line)?.[1];
        if (address) resolve(address);
      });
    }
    void exited.then((code) => reject(new Error(`plantroom start ended with code ${code}\n${output.join('\n')}`)));
  });
  let token = '';
  const program: Program = {
    url,
    dataDir,
    password,
    child,
    output,
    async api<T>(path: string, request: { method?: string; body?: unknown; token?: string } = {}) {
      if (!token) token = (await login(url, 'admin', password)).token;
      const answer = await fetch(`${url}${path}`, {
        method: request.method ?? 'GET',
        headers: {
          authorization: `Bearer ${request.token ?? token}`,
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${request.method ?? 'GET'} ${path}: ${answer.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    async list<T>(path: string) {
      const answer = await program.api<T[]>(path);
      if (!Array.isArray(answer)) throw new Error(`GET ${path}: not a list`);
      return answer;
    },
    async stop(signal = 'SIGINT') {
      const startedAt = performance.now();
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const code = await exited;
      return { code, tookMs: performance.now() - startedAt };
    },
    async [Symbol.asyncDispose]() {
      await program.stop();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return program;
}

export async function login(url: string, user: string, password: string): Promise<{ token: string }> {
  return until(async () => {
    const answer = await fetch(`${url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password }),
    });
    if (!answer.ok) throw new Error(`login: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { token: string };
  });
}

/** Asks again every 100 ms until it gives a value; a real program in real time cannot be waited for otherwise. */
export async function until<T>(ask: () => Promise<T | undefined | false>, what = 'the expected state'): Promise<T> {
  const endAt = performance.now() + hangMs;
  let last: unknown;
  while (performance.now() < endAt) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${hangMs} ms for ${what}`, last === undefined ? undefined : { cause: last });
}
