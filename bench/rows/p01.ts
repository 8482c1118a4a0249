import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../../test/servers.ts';
import { measure, startLine } from '../line.ts';
import { median, type Row } from '../row.ts';

const buses = 50;
const devicesPerBus = 10;
const values = 50;
const windows = 5;
const windowMs = 4_000;
const reachValues = 150_000;
const reachCpu = 5;
const reachMegabytes = 150;
/** The shortest poll interval of a site file is 200 ms; a plant clock this fast asks for more than can be had. */
const speed = 40;

interface Use {
  cpuSeconds: number;
  values: number;
}

async function bare(ports: readonly number[]): Promise<number[]> {
  const child = fork(join(import.meta.dirname, '..', 'bare-reads.ts'), [values, devicesPerBus, ...ports].map(String));
  const ask = () =>
    new Promise<Use>((resolve) => {
      child.once('message', (message) => resolve(message as Use));
      child.send('use');
    });
  await new Promise((resolve) => child.once('message', resolve));
  await sleep(2_000);
  const rates: number[] = [];
  for (let i = 0; i < windows; i++) {
    const before = await ask();
    const startedAt = performance.now();
    await sleep(windowMs);
    const after = await ask();
    rates.push(((after.values - before.values) / (performance.now() - startedAt)) * 1_000);
  }
  child.kill('SIGKILL');
  return rates;
}

const row: Row = {
  id: 'p01',
  title: `gateway: ${buses * devicesPerBus} simulated meters × ${values} values on ${buses} connections: read, decode, outbox, publish, commit`,
  reach: `as fast as it goes ≥ ${reachValues / 1_000}k values/s, gateway ≤ ${reachCpu} CPU s per million values; at one round a second ≤ ${reachMegabytes} MB`,
  async run() {
    const raw: Record<string, number[]> = {};
    const plan = { buses, devicesPerBus, values, roles: ['broker', 'gateway'] as const, committer: true };
    {
      await using line = await startLine({ ...plan, poll: '1s' });
      const pid = line.roles.get('gateway')?.pid ?? 0;
      // Past the one thorough garbage collection that a role does a while after its start.
      await sleep(18_000);
      const used: number[] = [];
      const memory: number[] = [];
      for (let i = 0; i < windows; i++) {
        const window = await measure(line, values, windowMs);
        used.push(((window.cpu.gateway ?? 0) / window.values) * 1e6);
        memory.push(residentBytes(pid) / 1e6);
      }
      raw['one round a second: gateway CPU s per million values'] = used;
      raw['one round a second: gateway RSS, MB'] = memory;
    }
    await using line = await startLine({ ...plan, poll: '200ms', clock: { speed } });
    await sleep(4_000);
    const rates: number[] = [];
    const used: number[] = [];
    for (let i = 0; i < windows; i++) {
      const window = await measure(line, values, windowMs);
      rates.push(window.committed / window.seconds);
      used.push(((window.cpu.gateway ?? 0) / window.values) * 1e6);
    }
    raw['at speed: committed values/s'] = rates;
    raw['at speed: gateway CPU s per million values'] = used;
    await line.roles.get('gateway')?.kill('SIGKILL');
    const limit = await bare(line.ports);
    raw['bare modbus-serial: values/s'] = limit;
    const rate = median(rates);
    const cpu = median(used);
    const megabytes = median(raw['one round a second: gateway RSS, MB'] as number[]);
    return {
      ours: `${Math.round(rate / 1_000)}k values/s, ${cpu.toFixed(1)} CPU s per million values, ${Math.round(megabytes)} MB at one round a second`,
      limit: `${Math.round(median(limit) / 1_000)}k values/s (bare modbus-serial loop)`,
      ratio: rate / median(limit),
      raw,
      ok: rate >= reachValues && cpu <= reachCpu && megabytes <= reachMegabytes,
    };
  },
};
export default row;
