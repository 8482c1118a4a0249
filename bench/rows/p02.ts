/**
 * An RS-485 line at 9,600 baud with 32 meters, four of them dead, in simulated time and asked as fast as it goes. The limit is the time of
 * the same frames back to back, without the silences that the standard demands and without the time a slave thinks.
 */
import { rtuLink } from '../../gateway/modbus/rtu-link.ts';
import { serialTiming } from '../../gateway/modbus/serial-port.ts';
import { startPoller } from '../../gateway/poller.ts';
import { manualClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { random } from '../../test/random.ts';
import { serialLine, withCrc } from '../../test/serial-line.ts';
import { benchDevice, benchProfiles, benchWord } from '../meters.ts';
import { median, type Row } from '../row.ts';

const slaves = 32;
const minutes = 15;
/** Two never answered, two die after a minute. */
const dead = (unit: number, ms: number) => unit <= 2 || (unit <= 4 && ms > 60_000);
const live = slaves - 4;
const frameBytes = 8 + 205;

async function runLine(seed: number, poll: string) {
  const clock = manualClock();
  const next = random(seed);
  const timing = serialTiming({ baud: 9_600, parity: 'none', data_bits: 8, stop_bits: 1 });
  const line = serialLine({
    charMs: timing.charMs,
    clock,
    respond: ({ unit, code, address, count }) => {
      if (dead(unit, clock.monotonic())) return [];
      const data = Array.from({ length: count }, (_, at) => benchWord(address + at)).flatMap((word) => [word >> 8, word & 255]);
      return [{ bytes: withCrc(Uint8Array.of(unit, code, count * 2, ...data)), delayMs: timing.gapMs + next.below(3) }];
    },
  });
  const polls = new Map<string, number>();
  await using link = rtuLink(line, timing, clock);
  const devices = Array.from({ length: slaves }, (_, index) => benchDevice(`m${index + 1}`, index + 1, poll));
  const poller = startPoller({ id: 'line', timeout: 300, pause: 0, retries: 1, devices }, link, {
    clock,
    log: silentLog(),
    profiles: benchProfiles,
    sink: { readings: ({ device, v }) => void (Object.keys(v).length && polls.set(device, (polls.get(device) ?? 0) + 1)), device() {} },
  });
  await clock.advance(minutes * 60_000);
  const counts = devices.slice(4).map(({ id }) => polls.get(id) ?? 0);
  const ended = poller[Symbol.asyncDispose]();
  await clock.advance(2_000);
  await ended;
  const limit = (minutes * 60_000) / (live * frameBytes * timing.charMs);
  return {
    rounds: counts.reduce((sum, count) => sum + count, 0) / live,
    least: Math.min(...counts),
    limit,
    busy: line.busyMs / (minutes * 60_000),
  };
}

const row: Row = {
  id: 'p02',
  title: `RTU line at 9,600 baud, ${slaves} slaves (4 dead), ${minutes} minutes of simulated time, as fast as it goes`,
  reach: '≥ 90 % of the nominal rate for the live ones',
  async run() {
    const runs = [];
    for (let seed = 1; seed <= 5; seed++) runs.push(await runLine(seed, '1s'));
    const scheduled = await runLine(6, '10s');
    const nominal = (minutes * 60_000) / 10_000;
    const ratios = runs.map(({ rounds, limit }) => rounds / limit);
    const ratio = median(ratios);
    return {
      ours: `${median(runs.map(({ rounds }) => rounds)).toFixed(1)} rounds of the live ones`,
      limit: `${runs[0]!.limit.toFixed(1)} rounds, frames back to back`,
      ratio,
      raw: {
        rounds: runs.map(({ rounds }) => rounds),
        'worst live slave, rounds': runs.map(({ least }) => least),
        'line busy, share': runs.map(({ busy }) => busy),
        'polled each 10 s instead: kept, share of nominal': [scheduled.rounds / nominal],
      },
      ok: ratio >= 0.9 && scheduled.rounds / nominal >= 0.9,
      note: 'one request of 100 registers per meter; slaves think 3.6 to 5.6 ms; silences of 3.5 characters are kept',
    };
  },
};
export default row;
