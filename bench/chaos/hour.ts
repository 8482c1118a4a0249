/** InfluxDB away for an hour of plant time: everything lands afterwards, once, and live readings are not held up by the backlog. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCredentials } from '../../gateway/credentials.ts';
import { openStore } from '../../ingest/open-store.ts';
import { hangMs } from '../../test/hang.ts';
import { freePort, startInfluxdb } from '../../test/servers.ts';
import { type Comparison, compare } from './compare.ts';
import { deviceId, wideQuantities, writeFleet } from './fleet.ts';
import { roleProcess } from './roles.ts';
import { until } from './rounds.ts';
import { startTruthServer } from './truth-server.ts';

export interface HourOptions {
  /** Plant seconds per second. */
  speed: number;
  buses?: number;
  devicesPerBus?: number;
  values?: number;
  say(text: string): void;
}

/** What the meters answered so shortly before a moment may have been heard after it. */
const youngMs = 3_000;

export interface HourResult extends Comparison {
  awayPlantMs: number;
  /** Wall ms from the return of the database until the store held everything. */
  settledMs: number;
  /** Greatest age of the newest stored reading of one meter while the backlog went in, wall ms, beyond its poll interval. */
  worstLiveMs: number;
}

const hourMs = 3_600_000;
/** Polls come twice a wall second at any speed. */
const pollWallMs = 500;

export async function runHour(options: HourOptions): Promise<HourResult> {
  const { speed, say, buses = 10, devicesPerBus = 10, values = 10 } = options;
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-hour-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  ensureCredentials(folder);
  const influxdb = undo.use(await startInfluxdb());
  const truth = undo.use(await startTruthServer({ values, buses }));
  const brokerPort = await freePort();
  const poll = `${Math.round((pollWallMs * speed) / 1_000)}s`;
  // Timeouts are plant time, the network is not: they must be as long as the clock is fast.
  const site = writeFleet(folder, { ports: truth.ports, devicesPerBus, values, poll, timeout: `${5 * speed}s` });
  const storeUrl = `influx1://127.0.0.1:${influxdb.port}/plantroom`;
  const realStart = Date.now();
  // InfluxDB drops what is older than the retention by its own clock: plant time must not begin far in the past.
  const plantStart = realStart;
  const plantTime = (at: number) => plantStart + (at - realStart) * speed;
  const environment = {
    PLANTROOM_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
    PLANTROOM_BROKER_PORT: String(brokerPort),
    PLANTROOM_STORE_URL: storeUrl,
    PLANTROOM_CLOCK: `${speed},${realStart},${plantStart}`,
    PLANTROOM_LOG: process.env.PLANTROOM_LOG || 'warn',
  };
  const role = (name: 'broker' | 'ingest' | 'gateway') => undo.use(roleProcess(name, ['--site', site, '--data', folder], environment));
  const processes = [role('broker'), role('ingest'), role('gateway')] as const;
  for (const process of processes) await process.start();
  const devices = buses * devicesPerBus;
  await until(() => truth.answers.length > devices * 3, hangMs, 'some rounds of all meters');
  say(`${devices} meters, each read every ${poll} of plant time, ${speed} times as fast`);

  await influxdb.kill('SIGKILL');
  const awayAt = Date.now();
  await sleep(hourMs / speed);
  await influxdb.start();
  const backAt = Date.now();
  const awayPlantMs = (backAt - awayAt) * speed;
  say(`InfluxDB is back, ${truth.answers.length} answers so far`);

  await using store = await openStore({ url: storeUrl, site: 'fleet' });
  let worstLiveMs = 0;
  const look = (before: number) =>
    compare({
      store,
      devices,
      values,
      answers: truth.answers.slice(),
      // A reading has its time when the gateway hears the answer, on a busy machine later than it was given.
      mayBeMissing: ({ at }) => at >= before - youngMs,
      from: plantStart,
      to: plantTime(before) + 1,
      plantTime,
      toleranceMs: 6_000 * speed,
    });
  const field = wideQuantities[0] as string;
  const newest = async () => {
    const [found] = (await store.newest([deviceId(0)])).filter((one) => one.field === field);
    return found ? realStart + (found.t - plantStart) / speed : 0;
  };
  // Ingest tries the store again every few seconds; from its first success on live readings must flow as usual.
  await until(async () => (await newest()) > backAt, hangMs, 'a reading newer than the return of the store');
  const settleUntil = Date.now() + hangMs;
  let comparison = await look(backAt);
  while (comparison.missing.length > 0 && Date.now() < settleUntil) {
    worstLiveMs = Math.max(worstLiveMs, Date.now() - (await newest()) - pollWallMs);
    await sleep(250);
    comparison = await look(backAt);
  }
  const settledMs = Date.now() - backAt;
  worstLiveMs = Math.max(worstLiveMs, Date.now() - (await newest()) - pollWallMs);
  await sleep(1_500);
  const end = Date.now() - 1_500;
  comparison = await look(end);
  if (comparison.missing.length > 0) say(processes.map((process) => process.output()).join('\n'));
  return { ...comparison, awayPlantMs, settledMs, worstLiveMs: Math.round(worstLiveMs) };
}
