/**
 * The rules role killed again and again at random moments (kill -9) while it judges two hours with several faults: the desk must end as if
 * nothing had happened: no alarm lost, doubled or falsely cleared, no ticket twice. ROUNDS=200 SEED=n for the long proof.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completeSite } from '../../commands/complete-site.ts';
import { openDesk } from '../../desk/index.ts';
import { openStore } from '../../ingest/open-store.ts';
import type { Measurement, StorePoint } from '../../ingest/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadSite } from '../../shared/site-file.ts';
import { demoSite, openPlantRun } from '../flow/plant-run.ts';
import { random } from '../random.ts';

const rounds = Number(process.env.ROUNDS ?? 2);
const seed = Number(process.env.SEED ?? 7);
const start = Date.UTC(2026, 0, 15, 1);
const minute = 60_000;

let folder: string;
let storeUrl: string;
let end: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-killed-'));
  storeUrl = `sqlite:${join(folder, 'readings.db')}`;
  const system = new Map(
    completeSite(loadSite(demoSite.file)).config.gateways.flatMap((gateway) =>
      gateway.buses.flatMap((bus) => bus.devices.map((device) => [device.id, device.system as Measurement] as const)),
    ),
  );
  const points: StorePoint[] = [];
  const record = (device: string, t: number, fields: Record<string, number>) => {
    if (Object.keys(fields).length === 0) return;
    points.push({ measurement: system.get(device) as Measurement, tags: { site: 'demo', device, gateway: 'g' }, t, fields });
  };
  using plant = openPlantRun({ start, stepS: 5, record });
  const faults = [
    'oxygen-leak',
    'feeder-overload',
    'dead-slave',
    'loose-contact',
    'mains-lost-generator-fails',
    'drain-blocked',
    'sump-pump-fails',
  ];
  for (const fault of faults) {
    plant.run(5 * minute);
    plant.hospital.startFault(fault);
    plant.run(8 * minute);
    if (fault !== 'drain-blocked') plant.hospital.stopFault(fault);
  }
  plant.run(20 * minute);
  end = plant.hospital.now;
  await using store = await openStore({ url: storeUrl, site: 'demo' });
  for (let at = 0; at < points.length; at += 5_000) await store.write(points.slice(at, at + 5_000));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the replayer; kills it after so long once it is ready. True when it came to its end. */
function replay(operations: string, killAfterMs?: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const args = [join(import.meta.dirname, 'rules-replayer.ts'), demoSite.file, operations, storeUrl, String(start), String(end)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let wrong = '';
    child.stdout.on('data', (data: Buffer) => {
      if (killAfterMs !== undefined && said === '') setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      said += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => (wrong += data.toString()));
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(said.includes('done'));
      else if (code === 0) resolve(true);
      else reject(new Error(`replayer ended with ${code}: ${wrong.slice(-2_000)}`));
    });
  });
}

/** What the desk tells: every raise and clear with its plant time, alarms and tickets as they stand. */
function told(operations: string) {
  using desk = openDesk({ file: operations, clock: systemClock() });
  const facts = desk
    .journal({ kind: 'alarm', limit: 100_000 })
    .filter((entry) => entry.event === 'raise' || entry.event === 'clear')
    .map((entry) => `${String(entry.detail.at)} ${entry.event} ${entry.id}`)
    .sort();
  const alarms = desk
    .alarms({ state: 'all', limit: 10_000 })
    .map(({ id, active, occurrence, raisedAt, clearedAt }) => ({ id, active, occurrence, raisedAt, clearedAt }));
  const tickets = desk
    .tickets({ state: 'all', limit: 10_000 })
    .filter((ticket) => ticket.state !== 'cancelled')
    .map((ticket) => ticket.alarm);
  return { facts, alarms: alarms.sort((a, b) => (a.id < b.id ? -1 : 1)), tickets: tickets.sort() };
}

test(
  `killed ${rounds} times at random moments, the desk ends as if nothing had happened (seed ${seed})`,
  async () => {
    const whole = join(folder, 'whole.db');
    expect(await replay(whole)).toBe(true);
    const expected = told(whole);
    expect(expected.facts.length).toBeGreaterThan(60);

    const next = random(seed);
    let killed = 0;
    for (let run = 0; killed < rounds; run++) {
      const operations = join(folder, `run-${run}.db`);
      let done = false;
      while (!done) {
        const kill = killed < rounds;
        done = await replay(operations, kill ? next() ** 2 * 700 : undefined);
        if (kill && !done) killed++;
      }
      expect(told(operations)).toEqual(expected);
    }
  },
  Number(process.env.ROUNDS ? 3_600_000 : 180_000),
);
