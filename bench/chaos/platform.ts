/**
 * Faults of what the platform stands on, at random moments under load, then store and alarms compared with the truth.
 * - `liar`: a proxy before InfluxDB answers pages, redirects, refusals and errors of its own;
 * - `disk`: the disk of the data folder is full to the last page; the rules must judge and tell all the same;
 * - `clock`: the clock of the gateway, or of the whole machine, is set forward or back for a while, as by `date -s`; nobody may be called silent;
 * - `damage`: the file of readings or that of alarms is overwritten while its role is down. Nothing but what the damage took may be missing: the first page
 *   is put back into what was set aside, and both files together must hold the truth.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCredentials } from '../../gateway/credentials.ts';
import { openStore } from '../../ingest/open-store.ts';
import type { ScanQuery, ScanRow, Store } from '../../ingest/store.ts';
import { damagedFiles } from '../../shared/damaged.ts';
import { operationsFile, readingsFile } from '../../shared/role.ts';
import { hangMs } from '../../test/hang.ts';
import { freePort, startInfluxdb } from '../../test/servers.ts';
import { type Comparison, compare } from './compare.ts';
import { type Ears, listen } from './ears.ts';
import { deviceId, truth, unitOf, wideQuantities, writeFleet } from './fleet.ts';
import { roleProcess } from './roles.ts';
import { generator, until } from './rounds.ts';
import { clockEnvironment, mostShiftMs, setAsideAsFuture, setClocks, silentRule } from './set-clock.ts';
import { type Stalls, watchStalls } from './stalls.ts';
import { startTruthServer } from './truth-server.ts';

export const platformFaults = ['liar', 'disk', 'damage', 'clock'] as const;
export type PlatformFault = (typeof platformFaults)[number];

export interface PlatformResult extends Comparison {
  faults: Record<string, number>;
  /** Alarms that were due, as the meters answered, and what is wrong with them: not raised, raised twice, not told. */
  alarms: number;
  wrong: string[];
  /** Troubles that the roles told of. */
  told: string[];
  /** Longest from the answer of a meter to its alarm on MQTT while the fault was there, ms. */
  slowestAlarmMs: number;
  /** Of that until it was in the journal, and for how long the roles waited for a processor, ms. */
  slowestRaisedMs: number;
  queuedMs: number;
  /** Longest that the machine itself stood still, ms. */
  stallMs: number;
}

const buses = 3;
const devicesPerBus = 3;
const values = 10;
const step = 4;
const mostAlarms = 60;
const headerBytes = 100;
/** The alarm is on the broker within so long; where roles are killed or their disk is full they need some of it to come back. */
const alarmLimitMs = { liar: 3_000, disk: 15_000, damage: 15_000, clock: 15_000 } as const satisfies Record<PlatformFault, number>;

export async function runPlatform(
  kind: PlatformFault,
  options: {
    rounds: number;
    seed: number;
    say(text: string): void /** Instead of the limits of a machine of its own. */;
    alarmLimitMs?: number | undefined;
  },
): Promise<PlatformResult> {
  const { rounds, seed, say } = options;
  const random = generator(seed);
  await using undo = new AsyncDisposableStack();
  const folder = kind === 'disk' ? undo.adopt(smallDisk(), unmount) : mkdtempSync(join(tmpdir(), 'plantroom-chaos-'));
  if (kind !== 'disk') undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  ensureCredentials(folder);
  const meters = undo.use(await startTruthServer({ values, buses }));
  const brokerPort = await freePort();
  const site = writeFleet(folder, { ports: meters.ports, devicesPerBus, values, poll: '1s', timeout: '5s' });
  // Each meter raises the next of these with every fourth answer: the number of the answer is its first value.
  const rules = Array.from({ length: mostAlarms }, (_, i) => ruleText((i + 1) * step)).join('\n');
  writeFileSync(site, `rules:\n  packs: []\n  own:\n${rules}\n${kind === 'clock' ? silentRule : ''}`, { flag: 'a' });
  const proxy = kind === 'liar' ? undo.use(await lyingProxy((await influx(undo)).port, random)) : undefined;
  const storeUrl = proxy ? `influx1://127.0.0.1:${proxy.port}/plantroom` : `sqlite:${readingsFile(folder)}`;
  const environment = {
    PLANTROOM_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
    PLANTROOM_MQTT_EMBEDDED: '1',
    PLANTROOM_BROKER_PORT: String(brokerPort),
    PLANTROOM_STORE_URL: storeUrl,
    PLANTROOM_LOG: process.env.PLANTROOM_LOG || 'warn',
  };
  const startedAt = Date.now();
  const role = (name: 'broker' | 'ingest' | 'gateway' | 'rules') =>
    undo.use(
      roleProcess(
        name,
        ['--site', site, '--data', folder],
        kind === 'clock' ? { ...environment, ...clockEnvironment(folder, name) } : environment,
      ),
    );
  const [broker, ingest, rulesRole, gateway] = [role('broker'), role('ingest'), role('rules'), role('gateway')];
  await broker.start();
  const ears = undo.use(await listen(folder, environment));
  for (const process of [ingest, rulesRole, gateway]) await process.start();
  say(`${kind}: ${buses * devicesPerBus} meters, ${buses * devicesPerBus * values} values a second, seed ${seed}`);
  await until(() => meters.answers.length > buses * devicesPerBus, hangMs, 'first answers');

  const stalls = undo.use(await watchStalls(folder, [gateway, broker, rulesRole]));
  const faults: Record<string, number> = {};
  const windows: [from: number, to: number][] = [];
  const headers = new Map<string, Buffer[]>();
  for (let round = 0; round < rounds; round++) {
    await sleep(300 + random() * 1_200);
    const from = Date.now();
    const lastMs = 500 + random() * 2_500;
    let name: string;
    if (proxy) {
      name = proxy.lie();
      await sleep(lastMs);
      proxy.lie('nothing');
    } else if (kind === 'clock') {
      const set = setClocks(folder, random, round);
      name = set.name;
      await sleep(lastMs);
      set.back();
    } else if (kind === 'disk') {
      name = 'full';
      fill(folder);
      await sleep(lastMs);
      fill(folder);
      empty(folder);
    } else {
      const victim = random() < 0.5 ? ('readings' as const) : ('operations' as const);
      name = `${victim}.db`;
      const [file, process] = victim === 'readings' ? [readingsFile(folder), ingest] : [operationsFile(folder), rulesRole];
      await process.kill('SIGKILL');
      const known = headers.get(file) ?? [];
      const aside = damagedFiles(file).length;
      known[aside] = spoil(file, random);
      headers.set(file, known);
      await process.start();
      await until(() => damagedFiles(file).length > aside, hangMs, `${basename(file)} set aside`);
    }
    faults[name] = (faults[name] ?? 0) + 1;
    windows.push([from, Date.now()]);
    say(`round ${round + 1}: ${name}, ${Date.now() - from} ms, ${meters.answers.length} answers, ${ears.seen.size} alarms so far`);
  }
  await sleep(1_000);
  meters.fallSilent();
  const answers = meters.answers.slice();
  await sleep(2_000);
  // From here on the meters really are silent.
  if (kind === 'clock') await rulesRole.kill('SIGTERM');

  await using store = kind === 'damage' ? await allFiles(readingsFile(folder), headers) : await openStore({ url: storeUrl, site: 'fleet' });
  const shiftMs = kind === 'clock' ? mostShiftMs : 0;
  const look = () =>
    compare({
      store,
      devices: buses * devicesPerBus,
      values,
      answers,
      mayBeMissing: kind === 'clock' ? setAsideAsFuture(folder) : () => false,
      from: startedAt - 60_000 - shiftMs,
      // The last answers have their time when the gateway hears them, which may be later on a busy machine.
      to: Date.now() + 1 + shiftMs,
      plantTime: (at) => at,
      toleranceMs: 6_000 + shiftMs,
    });
  let comparison = await look();
  for (const settleUntil = Date.now() + hangMs; comparison.missing.length > 0 && Date.now() < settleUntil; comparison = await look())
    await sleep(500);
  await sleep(2_000);
  if (comparison.missing.length > 0)
    say([ears.gateway(), ...[ingest, gateway].map((process) => process.output().slice(-8_000))].join('\n'));

  await rulesRole.kill('SIGTERM');
  const { due, wrong, slowest } = alarmsOf({
    ...{ folder, answers, ears, headers, windows, kind, stalls },
    limitMs: options.alarmLimitMs ?? alarmLimitMs[kind],
  });
  if (wrong.length > 0) say(rulesRole.output().slice(-6_000));
  const dropped = ears.dropped();
  if (dropped > 0) wrong.push(`the gateway gave up ${dropped} messages`);
  return {
    ...comparison,
    faults,
    alarms: due,
    wrong,
    told: [...ears.troubles].sort(),
    slowestAlarmMs: slowest.ms,
    slowestRaisedMs: slowest.raisedMs,
    queuedMs: slowest.queuedMs,
    stallMs: stalls.longestMs,
  };
}

const ruleText = (limit: number) =>
  `    - { id: R${limit}, kind: above, title: { zh: 过限, en: Above }, select: { system: electricity }, quantity: ${wideQuantities[0]}, params: { limit: ${limit} }, on_delay: 0s, off_delay: 0s, priority: high, trade: electrical, ticket: false, cause: r${limit}, check: { zh: 查, en: Look }, source: proposal }`;

async function influx(undo: AsyncDisposableStack) {
  return undo.use(await startInfluxdb());
}

/** What a network between may answer in place of the database. */
const lies = {
  page: [200, '<html><body>Please sign in to the hospital network</body></html>'],
  empty: [200, ''],
  json: [200, '{"status":"ok"}'],
  'bad request page': [400, '<html><h1>400 Bad Request</h1></html>'],
  redirect: [302, ''],
  refused: [401, '{"error":"authorization failed"}'],
  broken: [500, '{"error":"internal error"}'],
  gateway: [502, '<html>Bad Gateway</html>'],
  missing: [404, '{"error":"no such route"}'],
} as const satisfies Record<string, readonly [number, string]>;

async function lyingProxy(
  target: number,
  random: () => number,
): Promise<AsyncDisposable & { port: number; lie(what?: 'nothing'): string }> {
  let lie: readonly [number, string] | 'cut' | undefined;
  const server = createServer((request, response) => {
    if (lie === 'cut') return void request.socket.destroy();
    if (lie) {
      const [status, body] = lie;
      request
        .resume()
        .on('end', () => response.writeHead(status, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body));
      return;
    }
    const on = httpRequest(
      { host: '127.0.0.1', port: target, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    on.on('error', () => response.destroy());
    request.pipe(on);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const names = [...Object.keys(lies), 'cut'] as (keyof typeof lies | 'cut')[];
  return {
    port: (server.address() as AddressInfo).port,
    lie(what) {
      const name = what ?? (names[Math.floor(random() * names.length)] as (typeof names)[number]);
      lie = name === 'nothing' ? undefined : name === 'cut' ? 'cut' : lies[name];
      return name;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const diskMb = 192;
function smallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m`, 'tmpfs', folder]);
  return folder;
}
function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true, force: true });
}
/** May this process have a disk of its own? */
export function maySmallDisk(): boolean {
  try {
    unmount(smallDisk());
    return true;
  } catch {
    return false;
  }
}

let filler = 0;
function fill(folder: string): void {
  for (let size = 4 << 20; size >= 4_096; ) {
    try {
      writeFileSync(join(folder, `filler-${filler++}`), Buffer.alloc(size, 1));
    } catch {
      size >>= 1;
    }
  }
}
function empty(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('filler-')) rmSync(join(folder, name));
}

/** Writes junk over the header, which says what was there. Its log is gone with the role: what that held is in the file first. */
function spoil(file: string, random: () => number): Buffer {
  {
    using db = new DatabaseSync(file, { timeout: 10_000 });
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
  const handle = openSync(file, 'r+');
  // Less where its role had not begun it yet.
  const header = Buffer.alloc(headerBytes);
  const read = readSync(handle, header, 0, headerBytes, 0);
  writeSync(handle, Buffer.from(Array.from({ length: headerBytes }, () => Math.floor(random() * 256))), 0, headerBytes, 0);
  closeSync(handle);
  return header.subarray(0, read);
}

/** What was set aside, readable again; what was empty before it was damaged has nothing to read. */
function mended(file: string, headers: ReadonlyMap<string, Buffer[]>): string[] {
  return damagedFiles(file).flatMap((aside, i) => {
    const header = headers.get(file)?.[i];
    if (!header) return [aside];
    if (header.length === 0) return [];
    const handle = openSync(aside, 'r+');
    writeSync(handle, header, 0, header.length, 0);
    closeSync(handle);
    return [aside];
  });
}

/** The store and all that was set aside of it, as one; a reading that is in several is one reading. */
async function allFiles(file: string, headers: ReadonlyMap<string, Buffer[]>): Promise<Store> {
  const stores = await Promise.all([...mended(file, headers), file].map((one) => openStore({ url: `sqlite:${one}`, site: 'fleet' })));
  return {
    async *scan(query: ScanQuery): AsyncIterable<ScanRow> {
      const seen = new Set<string>();
      for (const store of stores) {
        for await (const row of store.scan(query)) {
          const key = `${row.device} ${row.field} ${row.t} ${row.value}`;
          if (!seen.has(key)) yield row;
          seen.add(key);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store[Symbol.asyncDispose]();
    },
  } as unknown as Store;
}

interface AlarmTruth {
  folder: string;
  answers: readonly { unit: number; n: number; at: number }[];
  ears: Ears;
  headers: ReadonlyMap<string, Buffer[]>;
  windows: readonly [from: number, to: number][];
  kind: PlatformFault;
  stalls: Stalls;
  limitMs: number;
}

/** Every alarm that was due must have been raised, once, and told. Where the file of alarms was taken away it may rightly be raised anew, once for each file. */
function alarmsOf({ folder, answers, ears, headers, windows, kind, stalls, limitMs }: AlarmTruth) {
  const file = operationsFile(folder);
  const raised = new Map<string, number>();
  /** Wall time when the journal says so. */
  const raisedAt = new Map<string, number>();
  for (const one of [...(kind === 'damage' ? mended(file, headers) : []), file]) {
    if (!existsSync(one)) continue;
    using db = new DatabaseSync(one, { readOnly: true });
    const here = new Set<string>();
    for (const row of db
      .prepare("SELECT id, event, t FROM journal WHERE kind = 'alarm' AND event IN ('raise', 'clear') ORDER BY seq")
      .all()) {
      const id = String(row.id);
      if (!raisedAt.has(id)) raisedAt.set(id, Number(row.t));
      if (row.event === 'clear') raised.set(id, Number.POSITIVE_INFINITY);
      else if (here.has(id)) raised.set(id, (raised.get(id) ?? 0) + 1);
      else {
        here.add(id);
        if (!raised.has(id)) raised.set(id, 1);
      }
    }
  }
  const wrong: string[] = [];
  let due = 0;
  let slowest = { ms: 0, raisedMs: 0, queuedMs: 0 };
  for (let device = 0; device < buses * devicesPerBus; device++) {
    const unit = unitOf(device);
    for (let i = 1; i <= mostAlarms; i++) {
      const limit = i * step;
      const first = answers.find((answer) => answer.unit === unit && truth(unit, answer.n, 0) > limit);
      if (!first) continue;
      due++;
      const id = `r${limit}.${deviceId(device)}`;
      const count = raised.get(id) ?? 0;
      if (count !== 1)
        wrong.push(
          `${id}: ${count === 0 ? 'not raised' : count === Number.POSITIVE_INFINITY ? 'cleared' : `raised ${count} times in one file`}`,
        );
      const heard = ears.seen.get(id);
      if (heard === undefined) wrong.push(`${id}: never told`);
      else if (windows.some(([from, to]) => first.at >= from && first.at <= to)) {
        const ms = heard - first.at;
        const [stoodMs, queuedMs] = [stalls.within(first.at, heard), stalls.queued(first.at, heard)];
        const raisedMs = (raisedAt.get(id) ?? Number.NaN) - first.at;
        if (ms > slowest.ms) slowest = { ms, raisedMs, queuedMs: Math.round(queuedMs) };
        // A machine that is busy does both at once.
        if (ms - Math.max(stoodMs, queuedMs) > limitMs)
          wrong.push(
            `${id}: told after ${ms} ms, raised after ${raisedMs} ms; of that the machine stood still for ${stoodMs} ms, the roles waited for a processor for ${Math.round(queuedMs)} ms`,
          );
      }
    }
  }
  for (const id of raised.keys()) {
    // The platform's own alarm is due when a role told of that trouble.
    const trouble = /^sys-platform-([a-z-]+)(?:\.|$)/.exec(id)?.[1];
    if (!/^r\d+\.m-\d+$/.test(id) && !(trouble && ears.troubles.has(trouble))) wrong.push(`${id}: not due`);
  }
  return { due, wrong, slowest };
}
