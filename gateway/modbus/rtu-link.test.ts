import { describe, expect, it } from 'vitest';
import { manualClock } from '../../shared/clock.ts';
import { isFault } from '../../shared/errors.ts';
import { hangMs } from '../../test/hang.ts';
import { random } from '../../test/random.ts';
import { disturbances, rtuFuzz } from '../../test/rtu-fuzz.ts';
import { crc, type LineRequest, serialLine, type Transmission, withCrc } from '../../test/serial-line.ts';
import { crc16 } from './crc.ts';
import { encodeFrame, matchAt, shapeOf } from './rtu-frame.ts';
import { rtuLink } from './rtu-link.ts';
import { serialTiming } from './serial-port.ts';

const timing = serialTiming({ baud: 9_600, parity: 'none', data_bits: 8, stop_bits: 1 });
const holding = (count: number, address = 0) => ({ kind: 'registers', table: 'holding', address, count }) as const;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('RTU frames', () => {
  it('the example of the serial line guide: unit 17, holding registers 107 to 109', () => {
    // Modbus over Serial Line and Simply Modbus FAQ print this request with this CRC: 11 03 00 6B 00 03 76 87.
    expect(hex(encodeFrame(17, holding(3, 107)))).toBe('1103006b00037687');
    expect(crc16(Uint8Array.of(0x02, 0x07))).toBe(0x1241);
  });

  it('agree with a CRC done bit by bit', () => {
    const next = random(3);
    for (let round = 0; round < 200; round++) {
      const bytes = next.bytes(next.below(256));
      const [low, high] = crc(bytes);
      expect(crc16(bytes)).toBe((high << 8) | low);
    }
  });

  const seed = Number(process.env.SEED ?? 11);
  it(`the parser survives 200,000 random inputs, seed ${seed}, and takes none for an answer`, () => {
    const next = random(seed);
    const shapes = [shapeOf(1, holding(2)), shapeOf(1, holding(60)), shapeOf(1, { kind: 'identity', level: 'basic', object: 0 })];
    for (let round = 0; round < 200_000; round++) {
      const bytes = next.bytes(next.below(24));
      // Most random bytes fail at the first; make half of them start like an answer.
      if (bytes.length > 3 && next.chance(0.5)) bytes.set([1, next.chance(0.5) ? 3 : 43, next.chance(0.5) ? 4 : 14]);
      for (const shape of shapes) {
        for (let at = 0; at < bytes.length; at++) {
          const match = matchAt(bytes, at, bytes.length, shape);
          if (match.kind === 'frame') expect(crc(bytes.subarray(at, match.end - 2))).toEqual([...bytes.subarray(match.end - 2, match.end)]);
        }
      }
    }
  });
});

/** A link on a line whose slaves answer as told. */
function bench(respond: (request: LineRequest) => Transmission[]) {
  const clock = manualClock();
  const line = serialLine({ charMs: timing.charMs, clock, respond });
  const link = rtuLink(line, timing, clock);
  const read = async (unit: number, count: number, timeoutMs = 100) => {
    let outcome: unknown;
    const startedAt = clock.monotonic();
    void link.read(unit, holding(count), timeoutMs).then(
      (data) => {
        outcome = hex(data);
      },
      (error) => {
        outcome = isFault(error) ? error.code : error;
      },
    );
    for (let waited = 0; outcome === undefined && waited < 10_000; waited += 2) await clock.advance(2);
    return { outcome, tookMs: clock.monotonic() - startedAt };
  };
  return { clock, line, link, read };
}
const answer = (unit: number, ...words: number[]) =>
  withCrc(Uint8Array.of(unit, 3, words.length * 2, ...words.flatMap((word) => [word >> 8, word & 255])));

describe('an RTU master', () => {
  it('the late answer to the last request is not the answer to this one (telegraf#9253)', async () => {
    const { read, link } = bench(({ unit, count, number }) => [
      { bytes: answer(unit, ...Array.from({ length: count }, () => number)), delayMs: number === 0 ? 250 : 5 },
    ]);
    expect((await read(1, 2)).outcome).toBe('transport/timeout');
    // Same unit, same function, same length, at once: the first answer is still to come, right into our question.
    // Request 1 is the shorter read that proves the order, request 2 the real one.
    expect((await read(1, 2)).outcome).toBe('00020002');
    expect(link.counts.late).toBe(1);
  });

  it('a single register, for which there is no shorter read, is held back until the late answer has passed', async () => {
    const { read, link } = bench(({ unit, number }) => [{ bytes: answer(unit, number), delayMs: number === 0 ? 300 : 5 }]);
    expect((await read(1, 1)).outcome).toBe('transport/timeout');
    expect((await read(1, 1)).outcome).toBe('0001');
    expect(link.counts.late).toBe(1);
  });

  it('a cut answer fails as soon as the line is quiet, not at the timeout', async () => {
    const { read } = bench(({ unit, count }) => [
      { bytes: answer(unit, ...Array.from({ length: count }, () => 7)).slice(0, 9), delayMs: 5 },
    ]);
    const { outcome, tookMs } = await read(1, 10, hangMs);
    expect(outcome).toBe('transport/garbled');
    expect(tookMs).toBeLessThan(hangMs / 2);
  });

  it('noise before the answer is skipped', async () => {
    const { read } = bench(({ unit }) => [{ bytes: Uint8Array.of(0, 0xff, 1, 3, ...answer(unit, 0xbeef)), delayMs: 5 }]);
    expect((await read(1, 1)).outcome).toBe('beef');
  });

  it("another unit's answer, a longer one, and another function's are not taken", async () => {
    for (const bytes of [answer(2, 1, 2), answer(1, 1, 2, 3), withCrc(Uint8Array.of(1, 4, 4, 0, 1, 0, 2))]) {
      const { read } = bench(() => [{ bytes, delayMs: 5 }]);
      expect((await read(1, 2)).outcome).toMatch(/^transport/);
    }
  });

  it('a refusal is told at once, with its code', async () => {
    const { link, clock } = bench(({ unit }) => [{ bytes: withCrc(Uint8Array.of(unit, 0x83, 2)), delayMs: 5 }]);
    const fault = link.read(1, holding(2), 100).catch((error) => error);
    await clock.advance(60);
    expect(await fault).toMatchObject({ code: 'modbus/exception', detail: { exception: 2 } });
  });

  it('asks one thing at a time and keeps 3.5 characters of silence', async () => {
    const sentAt: number[] = [];
    const { link, clock, line } = bench(({ unit }) => {
      sentAt.push(clock.monotonic());
      return [{ bytes: answer(unit, 1), delayMs: 5 }];
    });
    const both = Promise.all([link.read(1, holding(1), 100), link.read(2, holding(1), 100)]);
    await clock.advance(200);
    await both;
    expect(line.collisions).toBe(0);
    // Answer of 7 characters after 5 ms, silence of 3.5, question of 8.
    expect(sentAt[1]! - sentAt[0]!).toBeGreaterThanOrEqual(5 + (7 + 3.5 + 8) * timing.charMs - 0.01);
  });

  const seed = Number(process.env.SEED ?? 20_261_122);
  it(`1,500 requests, one in twenty disturbed in one of ${disturbances.length} ways, seed ${seed}: no wrong value, recovery within one request`, async () => {
    const result = await rtuFuzz(seed, 1_500, 0.05, manualClock());
    expect(result).toMatchObject({ wrong: 0 });
    expect(result.worstRecovery).toBeLessThanOrEqual(1);
    expect(result.disturbed).toBeGreaterThan(40);
    expect(result.good).toBeGreaterThan(1_350);
  });
});
