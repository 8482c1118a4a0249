/** A master on a line of liars: late, cut, foreign, noisy, wrongly long answers, seeded. Used by a short test and by the long proof in bench. */

import { rtuLink } from '../gateway/modbus/rtu-link.ts';
import { serialTiming } from '../gateway/modbus/serial-port.ts';
import type { Clock } from '../shared/clock.ts';
import { isFault } from '../shared/errors.ts';
import { random } from './random.ts';
import { type LineRequest, serialLine, type Transmission, withCrc } from './serial-line.ts';

export interface FuzzResult {
  cycles: number;
  disturbed: number;
  good: number;
  failed: number;
  /** Answers taken that were not the answer to this request. */
  wrong: number;
  /** Most failures in a row of requests that were not themselves disturbed. */
  worstRecovery: number;
  late: number;
}

const timeoutMs = 100;
const turnaroundMs = 6;
/** Each answer carries its request's number, so that the right answer to another request is a wrong one to this. */
const word = ({ unit, address, number }: LineRequest, at: number) => ((unit * 7919 + (address + at) * 31) ^ (number * 40503)) & 0xffff;

export const disturbances = [
  'late',
  'very late',
  'cut',
  'foreign',
  'noise before',
  'noise inside',
  'noise only',
  'too long',
  'too short',
  'twice',
  'silent',
  'wrong function',
] as const;

export async function rtuFuzz(
  seed: number,
  cycles: number,
  share: number,
  clock: Clock & { advance(ms: number): Promise<void> },
): Promise<FuzzResult> {
  const next = random(seed);
  const result: FuzzResult = { cycles, disturbed: 0, good: 0, failed: 0, wrong: 0, worstRecovery: 0, late: 0 };
  const timing = serialTiming({ baud: 9_600, parity: 'none', data_bits: 8, stop_bits: 1 });
  let disturbed = false;
  let lastNumber = -1;
  const busyUntil = new Map<number, number>();

  const answer = (request: LineRequest, count = request.count): Uint8Array => {
    const words = Array.from({ length: count }, (_, at) => word(request, at));
    return Uint8Array.of(request.unit, request.code, count * 2, ...words.flatMap((one) => [one >> 8, one & 255]));
  };
  const respond = (request: LineRequest): Transmission[] => {
    lastNumber = request.number;
    // A slave that is still busy with its late answer cannot answer in time: part of the same disturbance.
    if ((busyUntil.get(request.unit) ?? 0) > clock.monotonic()) disturbed = true;
    const right = withCrc(answer(request));
    const delayMs = turnaroundMs;
    if (!next.chance(share)) return [{ bytes: right, delayMs }];
    disturbed = true;
    result.disturbed++;
    const kind = disturbances[next.below(disturbances.length)];
    const flipped = (bytes: Uint8Array) => {
      const copy = bytes.slice();
      for (let flips = 1 + next.below(4); flips > 0; flips--) {
        const at = next.below(copy.length);
        copy[at] = copy[at]! ^ (1 << next.below(8));
      }
      return copy;
    };
    const late = (afterMs: number) => {
      busyUntil.set(request.unit, clock.monotonic() + afterMs + right.length * timing.charMs);
      return [{ bytes: right, delayMs: afterMs }];
    };
    switch (kind) {
      case 'late':
        return late(timeoutMs + next.below(timeoutMs));
      case 'very late':
        // As late as the link promises to believe for single registers: half a second after the timeout.
        return late(timeoutMs + next.below(350));
      case 'cut':
        return [{ bytes: right.slice(0, 1 + next.below(right.length - 1)), delayMs }];
      case 'foreign':
        return [{ bytes: withCrc(answer({ ...request, unit: request.unit + 1 })), delayMs }];
      case 'noise before':
        return [{ bytes: Uint8Array.of(...next.bytes(1 + next.below(9)), ...right), delayMs }];
      case 'noise inside':
        return [{ bytes: flipped(right), delayMs }];
      case 'noise only':
        return [{ bytes: next.bytes(1 + next.below(40)), delayMs }];
      case 'too long':
        return [{ bytes: withCrc(answer(request, request.count + 1)), delayMs }];
      case 'too short':
        return [{ bytes: request.count > 1 ? withCrc(answer(request, request.count - 1)) : right.slice(0, 4), delayMs }];
      case 'twice':
        return [
          { bytes: right, delayMs },
          { bytes: right, delayMs: delayMs + (right.length + 6) * timing.charMs },
        ];
      case 'wrong function':
        return [{ bytes: withCrc(answer({ ...request, code: request.code === 3 ? 4 : 3 })), delayMs }];
      default:
        return [];
    }
  };

  const line = serialLine({ charMs: timing.charMs, clock, respond });
  await using link = rtuLink(line, timing, clock);
  let failuresInARow = 0;
  let unit = 1;
  let request: { kind: 'registers'; table: 'holding' | 'input'; address: number; count: number } = {
    kind: 'registers',
    table: 'holding',
    address: 100,
    count: 2,
  };
  for (let cycle = 0; cycle < cycles; cycle++) {
    // Half of the time the same question again, where a late answer is the hardest to tell.
    if (next.chance(0.5)) {
      unit = 1 + next.below(3);
      const count = [1, 2, 2, 10, 10, 60][next.below(6)]!;
      request = { kind: 'registers', table: next.chance(0.8) ? 'holding' : 'input', address: 100, count };
    }
    const { table, count } = request;
    disturbed = false;
    const { collisions } = line;
    const asking = unit;
    let state: 'open' | 'done' = 'open';
    const asked = link
      .read(unit, request, timeoutMs)
      .then(
        (data) => {
          const code = table === 'holding' ? 3 : 4;
          const wanted = answer({ unit: asking, code, address: 100, count, number: lastNumber }).subarray(3);
          if (Buffer.compare(data, wanted) === 0) result.good++;
          else result.wrong++;
          failuresInARow = 0;
        },
        (error) => {
          if (!isFault(error)) throw error;
          result.failed++;
          // Two that talked at once spoilt each other: the late one disturbed this request too.
          if (disturbed || line.collisions > collisions) failuresInARow = 0;
          else result.worstRecovery = Math.max(result.worstRecovery, ++failuresInARow);
        },
      )
      .finally(() => {
        state = 'done';
      });
    // Time moves until this request is through; then the master rests for a moment, or not.
    while (state === 'open') await clock.advance(5);
    await asked;
    if (next.chance(0.3)) await clock.advance(next.below(60));
  }
  result.late = link.counts.late;
  return result;
}
