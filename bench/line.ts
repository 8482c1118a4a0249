/** A fleet of meters, the roles that read it, and what they cost; shared by the rows that measure the whole line. */
import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCredentials } from '../gateway/credentials.ts';
import type { Role } from '../shared/role.ts';
import { freePort } from '../test/servers.ts';
import { writeFleet } from './chaos/fleet.ts';
import { type RoleProcess, roleProcess } from './chaos/roles.ts';

export interface LineOptions {
  buses: number;
  devicesPerBus: number;
  values: number;
  poll: string;
  storeUrl?: string;
  /** Plant seconds per second; timeouts grow with it, since the network does not get faster. */
  clock?: { speed: number };
  roles: readonly Exclude<Role, 'simulators'>[];
  /** Added to the site file, such as rules. */
  more?: string;
  /** Ends readings with a stand-in for ingest. */
  committer?: boolean;
}

export interface Line extends AsyncDisposable {
  roles: ReadonlyMap<Role, RoleProcess>;
  folder: string;
  /** Answers that the meters gave so far. */
  answers(): Promise<number>;
  ports: readonly number[];
  /** Messages that the stand-in for ingest has committed so far; only with `committer`. */
  committed(): Promise<number>;
}

export async function startLine(options: LineOptions): Promise<Line> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-line-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const credentials = ensureCredentials(folder);
  const child = (file: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const process_ = fork(join(import.meta.dirname, file), args, { env: { ...process.env, ...env } });
    undo.defer(() => void process_.kill('SIGKILL'));
    return process_;
  };
  const meters = child('fleet-child.ts', [String(options.buses), String(options.values)]);
  const ports = await new Promise<number[]>((resolve) => meters.once('message', (message) => resolve(message as number[])));
  // Not before hundreds of meters have taken theirs: one of them might get the same.
  const brokerPort = await freePort();
  const fleet = {
    ports,
    devicesPerBus: options.devicesPerBus,
    values: options.values,
    poll: options.poll,
    timeout: `${5 * (options.clock?.speed ?? 1)}s`,
  };
  const site = writeFleet(folder, fleet);
  if (options.more) appendFileSync(site, options.more);
  const url = `mqtt://127.0.0.1:${brokerPort}`;
  const environment = {
    PLANTROOM_MQTT_URL: url,
    PLANTROOM_MQTT_EMBEDDED: '1',
    PLANTROOM_BROKER_PORT: String(brokerPort),
    PLANTROOM_LOG: 'error',
    ...(options.clock ? { PLANTROOM_CLOCK: `${options.clock.speed},${Date.now()},${Date.now()}` } : {}),
    ...(options.storeUrl ? { PLANTROOM_STORE_URL: options.storeUrl } : {}),
  };
  const roles = new Map<Role, RoleProcess>();
  let committer: ChildProcess | undefined;
  for (const name of options.roles) {
    if (name === 'gateway' && options.committer) {
      const { username, password } = credentials.ingest;
      committer = child('committer.ts', [url, 'fleet'], { COMMITTER_USER: username, COMMITTER_PASSWORD: password });
      await new Promise((resolve) => committer?.once('message', resolve));
    }
    const own = name === 'dashboards' ? { PLANTROOM_PORT: String(await freePort()) } : {};
    const role = undo.use(roleProcess(name, ['--site', site, '--data', folder], { ...environment, ...own }));
    await role.start();
    roles.set(name, role);
  }
  const stop = undo.move();
  return {
    roles,
    folder,
    ports,
    answers: () => ask(meters),
    committed: async () => (committer ? await ask(committer) : 0),
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

function ask(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as number));
    child.send('count');
  });
}

export interface Window {
  seconds: number;
  /** Values that the meters gave. */
  values: number;
  /** Values that were committed; only with `committer`. */
  committed: number;
  /** CPU seconds of each role in this window. */
  cpu: Record<string, number>;
}

/** CPU and values of one stretch of time. */
export async function measure(line: Line, valuesPerAnswer: number, ms: number): Promise<Window> {
  const cpu = () => new Map([...line.roles].map(([name, role]) => [name, role.cpuSeconds()]));
  const before = cpu();
  const answersBefore = await line.answers();
  const committedBefore = await line.committed();
  const startedAt = performance.now();
  await sleep(ms);
  const after = cpu();
  const answers = (await line.answers()) - answersBefore;
  const committed = (await line.committed()) - committedBefore;
  const used = Object.fromEntries([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    values: answers * valuesPerAnswer,
    committed: committed * valuesPerAnswer,
    cpu: used,
  };
}
