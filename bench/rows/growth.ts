/** How time and memory grow with the work: devices, rules, months of history. Neither may grow faster than the work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../../test/servers.ts';
import { measure, startLine } from '../line.ts';
import { median, type Row } from '../row.ts';
import { engineRates } from './p05.ts';
import { readsOver } from './p08.ts';

const deviceCounts = [50, 500, 5_000];
const ruleCounts = [50, 500, 5_000];
const monthCounts = [1, 12, 60];
/** The same readings whatever the number of rules. */
const judgedDevices = 5_000;
const devicesPerBus = 50;
const valuesPerDevice = 20;
const windowMs = 10_000;
/** Room for the noise of a shared machine. */
const tolerance = 1.5;

const row: Row = {
  id: 'growth',
  title: `growth: ${deviceCounts.join(', ')} devices; ${ruleCounts.join(', ')} rules; ${monthCounts.join(', ')} months of history`,
  reach: 'time and memory grow no faster than the work',
  async run() {
    const raw: Record<string, number[]> = {};
    const cpu: number[] = [];
    const memory: number[] = [];
    for (const devices of deviceCounts) {
      await using line = await startLine({
        buses: devices / devicesPerBus,
        devicesPerBus,
        values: valuesPerDevice,
        roles: ['broker', 'gateway'],
        committer: true,
        poll: '5s',
      });
      await sleep(15_000);
      const window = await measure(line, valuesPerDevice, windowMs);
      cpu.push(((window.cpu.gateway ?? 0) / window.values) * 1e6);
      memory.push(residentBytes(line.roles.get('gateway')?.pid ?? 0) / 1e6);
    }
    raw[`${deviceCounts.join('/')} devices each 5 s: gateway CPU s per million values`] = cpu;
    raw[`${deviceCounts.join('/')} devices each 5 s: gateway RSS, MB`] = memory;

    const judgements: number[] = [];
    for (const rules of ruleCounts) {
      const { ours } = engineRates({ devices: judgedDevices, rules, rounds: 10, repetitions: 3 });
      judgements.push(1e6 / median(ours));
    }
    raw[`${ruleCounts.join('/')} rules: engine, µs per reading`] = judgements;

    const reads = { hoursMs: [] as number[], lastDayMs: [] as number[], newestMs: [] as number[], bytesPerPoint: [] as number[] };
    for (const months of monthCounts) {
      const one = await readsOver(months);
      for (const name of Object.keys(reads) as (keyof typeof reads)[]) reads[name].push(one[name]);
    }
    raw[`${monthCounts.join('/')} months: all hours of 20 series, ms`] = reads.hoursMs;
    raw[`${monthCounts.join('/')} months: hours of the last day, ms`] = reads.lastDayMs;
    raw[`${monthCounts.join('/')} months: newest of 2,000 series, ms`] = reads.newestMs;
    raw[`${monthCounts.join('/')} months: bytes per value on disk`] = reads.bytesPerPoint;

    const grows = (costs: readonly number[], work: readonly number[]) =>
      costs.every((cost, i) => i === 0 || cost / (costs[i - 1] as number) <= (tolerance * (work[i] as number)) / (work[i - 1] as number));
    const ok =
      grows(cpu, constant(deviceCounts)) &&
      grows(memory, deviceCounts) &&
      grows(judgements, ruleCounts) &&
      grows(reads.hoursMs, monthCounts) &&
      grows(reads.lastDayMs, monthCounts);
    const pair = (values: readonly number[], digits: number) => values.map((value) => value.toFixed(digits)).join(' → ');
    return {
      ours: `CPU s per million values ${pair(cpu, 1)}; MB ${pair(memory, 0)}; µs per reading ${pair(judgements, 2)}; ms ${pair(reads.hoursMs, 0)}`,
      limit: 'proportional to the work',
      raw,
      ok,
    };
  },
};
export default row;

/** Costs that are already per unit of work may not grow at all. */
function constant(counts: readonly number[]): number[] {
  return counts.map(() => 1);
}
