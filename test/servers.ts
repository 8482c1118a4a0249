/**
 * Real peers for tests: Debian's InfluxDB 1.6.7, VictoriaMetrics, Mosquitto, and a pair of serial lines. Each runs on a free port of 127.0.0.1
 * in its own temporary directory; starting returns the undo. `kill` and `start` let a test take a server away and bring it back with its data.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../commands/start/ports.ts';

export { freePort };

const packages = {
  influxd: 'influxdb',
  mosquitto: 'mosquitto',
  mosquitto_passwd: 'mosquitto',
  mosquitto_pub: 'mosquitto-clients',
  socat: 'socat',
  'victoria-metrics': 'victoria-metrics',
  mbpoll: 'mbpoll',
  chromium: 'chromium',
  pymodbus: 'python3-pymodbus',
  aiosmtpd: 'python3-aiosmtpd',
  'docker-compose': 'docker-compose',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  pdftotext: 'poppler-utils',
  pdfimages: 'poppler-utils',
} as const;
export type Peer = keyof typeof packages;

function find(program: Peer): string | undefined {
  if (program === 'pymodbus' || program === 'aiosmtpd') {
    const module = `/usr/lib/python3/dist-packages/${program}`;
    return existsSync(module) && existsSync('/usr/bin/python3') ? '/usr/bin/python3' : undefined;
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

const told = new Set<string>();
/**
 * Are these programs here? `describe.runIf(needs('mosquitto'))('...')`: without them the tests are skipped and the reason is printed;
 * in CI (env CI) a missing one is an error, so that nothing is silently left out.
 */
export function needs(...programs: Peer[]): boolean {
  const missing = programs.filter((program) => find(program) === undefined);
  if (missing.length === 0) return true;
  const reason = `needs ${missing.map((program) => `${program} (Debian package ${packages[program]})`).join(', ')}`;
  if (process.env.CI) throw new Error(`CI must run everything: ${reason}`);
  if (!told.has(reason)) console.warn(`skipped: ${reason}`);
  told.add(reason);
  return false;
}

/** The path of a program that `needs` found. */
export function pathOf(program: Peer): string {
  const path = find(program);
  if (path === undefined) throw new Error(`${program} is not installed (Debian package ${packages[program]})`);
  return path;
}

/** A directory of its own that goes with the undo. */
export function temporaryFolder(name = 'plantroom'): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number;
  /** Ends the process (default SIGKILL) and waits until it is gone; the data stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and data after `kill`. */
  start(): Promise<void>;
  /** What it printed, newest last, for messages of failing tests. */
  output(): string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

interface Launch {
  program: Peer;
  folder: string;
  url: string;
  port: number;
  args: string[];
  ready: () => Promise<boolean>;
}

async function launch(plan: Launch): Promise<Server> {
  let child: ChildProcess | undefined;
  let text = '';
  const gone = (process: ChildProcess) => process.exitCode !== null || process.signalCode !== null;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const process = child;
    if (!process || gone(process)) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill(signal);
    const lastResort = setTimeout(() => process.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(lastResort);
  };
  const start = async () => {
    if (child && !gone(child)) return;
    const process = spawn(pathOf(plan.program), plan.args, { cwd: plan.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child = process;
    running.add(process);
    process.once('exit', () => running.delete(process));
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text = (text + chunk.toString()).slice(-20_000);
      });
    }
    for (let i = 0; i < 600; i++) {
      if (gone(process)) throw new Error(`${plan.program} ended at start:\n${text}`);
      if (await plan.ready()) return;
      await sleep(25);
    }
    await kill();
    throw new Error(`${plan.program} did not become ready:\n${text}`);
  };
  const server: Server = {
    url: plan.url,
    port: plan.port,
    folder: plan.folder,
    get pid() {
      return child?.pid ?? 0;
    },
    kill,
    start,
    output: () => text,
    async [Symbol.asyncDispose]() {
      await kill('SIGTERM');
      rmSync(plan.folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await start();
  return server;
}

/** Another process may take the free port between finding and using it: try again with a new one. */
async function onFreePort(name: string, plan: (port: number, folder: string) => Promise<Launch>): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), `${name}-`));
    try {
      return await launch(await plan(await freePort(), folder));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      if (attempt === 3) throw error;
    }
  }
}

async function answers(url: string, status: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === status;
  } catch {
    return false;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (fine: boolean) => {
      socket.destroy();
      resolve(fine);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

export interface InfluxdbOptions {
  /** Switches authentication on and makes this administrator. */
  admin?: { username: string; password: string };
}

/** InfluxDB 1.6.7 with the tsi1 index; `url` is http://127.0.0.1:port. */
export async function startInfluxdb(options: InfluxdbOptions = {}): Promise<Server> {
  const server = await onFreePort('influxdb', async (port, folder) => {
    const rpcPort = await freePort();
    const file = join(folder, 'influxdb.conf');
    const config = `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
index-version = "tsi1"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
auth-enabled = ${options.admin ? 'true' : 'false'}
[monitor]
store-enabled = false
`;
    writeFileSync(file, config);
    const url = `http://127.0.0.1:${port}`;
    return { program: 'influxd', folder, url, port, args: ['-config', file], ready: () => answers(`${url}/ping`, 204) };
  });
  if (options.admin) {
    const { username, password } = options.admin;
    const q = `CREATE USER "${username}" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`;
    const response = await fetch(`${server.url}/query`, { method: 'POST', body: new URLSearchParams({ q }) });
    if (!response.ok) throw new Error(`influxd refused the first administrator: ${await response.text()}`);
  }
  return server;
}

/** VictoriaMetrics: `/write`, `/api/v2/write`, Prometheus API for reading; `url` is http://127.0.0.1:port. */
export function startVictoriaMetrics(options: { args?: string[] } = {}): Promise<Server> {
  return onFreePort('victoriametrics', async (port, folder) => {
    const url = `http://127.0.0.1:${port}`;
    const args = [`-storageDataPath=${folder}/data`, `-httpListenAddr=127.0.0.1:${port}`, '-loggerLevel=WARN', ...(options.args ?? [])];
    return { program: 'victoria-metrics', folder, url, port, args, ready: () => answers(`${url}/health`, 200) };
  });
}

export interface MosquittoOptions {
  /** User to password; without it everybody may connect. */
  users?: Record<string, string>;
  /** Text of the acl_file, such as "user ingest\ntopic readwrite plantroom/#". */
  acl?: string;
  /** Keep retained messages and sessions over a restart. */
  persistent?: boolean;
  /** Further lines of mosquitto.conf. */
  config?: string;
}

/** Mosquitto 2.0 as we recommend it (set_tcp_nodelay); `url` is mqtt://127.0.0.1:port. */
export function startMosquitto(options: MosquittoOptions = {}): Promise<Server> {
  return onFreePort('mosquitto', async (port, folder) => {
    const lines = [
      `listener ${port} 127.0.0.1`,
      'set_tcp_nodelay true',
      'max_queued_messages 100000',
      'max_inflight_messages 1000',
      `allow_anonymous ${options.users ? 'false' : 'true'}`,
      `persistence ${options.persistent ? 'true' : 'false'}`,
    ];
    if (options.persistent) lines.push(`persistence_location ${folder}/`, 'autosave_on_changes true', 'autosave_interval 1');
    // Started by root it would change to the user "mosquitto", who may not read our folder.
    if (process.getuid?.() === 0) lines.push('user root');
    if (options.users) {
      const file = join(folder, 'passwords');
      writeFileSync(file, '', { mode: 0o600 });
      for (const [user, password] of Object.entries(options.users)) {
        execFileSync(pathOf('mosquitto_passwd'), ['-b', file, user, password], { stdio: 'ignore' });
      }
      lines.push(`password_file ${file}`);
    }
    if (options.acl !== undefined) {
      const file = join(folder, 'acl');
      writeFileSync(file, `${options.acl}\n`, { mode: 0o600 });
      lines.push(`acl_file ${file}`);
    }
    const file = join(folder, 'mosquitto.conf');
    writeFileSync(file, `${lines.join('\n')}\n${options.config ?? ''}\n`);
    return { program: 'mosquitto', folder, url: `mqtt://127.0.0.1:${port}`, port, args: ['-c', file], ready: () => accepts(port) };
  });
}

/** Two pseudo terminals joined by socat: what is written to `a` is read from `b` and the other way round. */
export async function startSocatPair(): Promise<AsyncDisposable & { a: string; b: string; pid: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'serial-'));
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  const server = await launch({
    program: 'socat',
    folder,
    url: a,
    port: 0,
    args: [`pty,raw,echo=0,link=${a}`, `pty,raw,echo=0,link=${b}`],
    ready: async () => existsSync(a) && existsSync(b),
  });
  return { a, b, pid: server.pid, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Resident memory of a process in bytes, for benches. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
