/** Kills gateway, broker, ingest and database at random moments under load, then compares store and truth. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCredentials } from '../../gateway/credentials.ts';
import { openStore } from '../../ingest/open-store.ts';
import { hangMs } from '../../test/hang.ts';
import { freePort, startInfluxdb } from '../../test/servers.ts';
import { type Comparison, compare } from './compare.ts';
import { writeFleet } from './fleet.ts';
import { type RoleProcess, roleProcess } from './roles.ts';
import { startTruthServer } from './truth-server.ts';

export interface ChaosOptions {
  rounds: number;
  seed: number;
  buses?: number;
  devicesPerBus?: number;
  values?: number;
  /** How long the store may take to hold all once everything runs again. */
  settleMs?: number;
  say(text: string): void;
}

export interface ChaosResult extends Comparison {
  kills: Record<string, number>;
  /** From the last restart until the store held everything. */
  settledMs: number;
}

/** What is lost with a gateway is what it heard less than this before the kill. */
const youngMs = 1_000;

export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { buses = 10, devicesPerBus = 10, values = 20, rounds, say } = options;
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-chaos-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  ensureCredentials(folder);
  const influxdb = undo.use(await startInfluxdb());
  const truth = undo.use(await startTruthServer({ values, buses }));
  const brokerPort = await freePort();
  const site = writeFleet(folder, { ports: truth.ports, devicesPerBus, values, poll: '1s', timeout: '5s' });
  const storeUrl = `influx1://127.0.0.1:${influxdb.port}/plantroom`;
  const environment = {
    PLANTROOM_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
    PLANTROOM_BROKER_PORT: String(brokerPort),
    PLANTROOM_STORE_URL: storeUrl,
    PLANTROOM_LOG: process.env.PLANTROOM_LOG || 'warn',
  };
  const startedAt = Date.now();
  const role = (name: 'broker' | 'ingest' | 'gateway') => undo.use(roleProcess(name, ['--site', site, '--data', folder], environment));
  const broker = role('broker');
  const ingest = role('ingest');
  const gateway = role('gateway');
  for (const process of [broker, ingest, gateway]) await process.start();
  say(`${buses * devicesPerBus} meters, ${buses * devicesPerBus * values} values a second, seed ${options.seed}`);
  await until(() => truth.answers.length > 0, hangMs, 'a first answer');

  /** When a gateway was killed, by the connections it had. */
  const cut = new Map<number, number>();
  const random = generator(options.seed);
  const kills: Record<string, number> = { gateway: 0, broker: 0, ingest: 0, influxdb: 0 };
  const victims = ['gateway', 'broker', 'ingest', 'influxdb'] as const;
  const takeDown = async (name: (typeof victims)[number]): Promise<() => Promise<void>> => {
    kills[name] = (kills[name] ?? 0) + 1;
    if (name === 'influxdb') {
      await influxdb.kill('SIGKILL');
      return () => influxdb.start();
    }
    const process: RoleProcess = { gateway, broker, ingest }[name];
    if (name === 'gateway') for (const connection of truth.connections()) cut.set(connection, Date.now());
    await process.kill('SIGKILL');
    return () => process.start();
  };
  for (let round = 0; round < rounds; round++) {
    await sleep(500 + random() * 2_500);
    const first = victims[Math.floor(random() * victims.length)] as (typeof victims)[number];
    const second = victims[Math.floor(random() * victims.length)] as (typeof victims)[number];
    const both = random() < 0.25 && second !== first;
    const restarts = [await takeDown(first)];
    if (both) {
      await sleep(random() * 500);
      restarts.push(await takeDown(second));
    }
    const downMs = 50 + random() * 2_000;
    await sleep(downMs);
    await Promise.all(restarts.map((restart) => restart()));
    say(
      `round ${round + 1}: kill -9 ${both ? `${first} and ${second}` : first}, ${Math.round(downMs)} ms down, ${truth.answers.length} answers so far`,
    );
  }
  // The meters fall silent, so that no answer is on its way to a gateway that stops; the last one is older than a second then.
  await sleep(500);
  truth.fallSilent();
  await sleep(1_500);
  await gateway.kill('SIGTERM');
  const restartedAt = Date.now();
  await gateway.start();
  const answers = truth.answers.slice();
  await using store = await openStore({ url: storeUrl, site: 'fleet' });
  const look = () =>
    compare({
      store,
      devices: buses * devicesPerBus,
      values,
      answers,
      mayBeMissing: ({ connection, at }) => at > (cut.get(connection) ?? Number.POSITIVE_INFINITY) - youngMs,
      from: startedAt - 60_000,
      to: Date.now() + 1,
      plantTime: (at) => at,
      toleranceMs: 6_000,
    });
  let comparison = await look();
  const settleUntil = Date.now() + (options.settleMs ?? hangMs);
  while (comparison.missing.length > 0 && Date.now() < settleUntil) {
    await sleep(500);
    comparison = await look();
  }
  const settledMs = Date.now() - restartedAt;
  if (comparison.missing.length > 0) say([broker, ingest, gateway].map((process) => process.output()).join('\n'));
  return { ...comparison, kills, settledMs };
}

export async function until(condition: () => boolean | Promise<boolean>, limitMs: number, what: string): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await sleep(50);
  }
}
