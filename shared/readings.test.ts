import { describe, expect, test } from 'vitest';
import { encodePayload } from '../gateway/outbox/message.ts';
import { quantityIds } from './quantity.ts';
import { badReasons } from './reading.ts';
import { impossible, isRejection, maxPayloadBytes, readDeviceStatus, readHead, readingsMistake, readReadings } from './readings.ts';
import { readingsPayload } from './topic.ts';

const good = { boot: 'b', seq: 3, t: 1_770_000_000_000, v: { active_power_kw: 1.5, ph: 7 }, bad: { frequency_hz: 'comm' } };

/** Mulberry32: a fixed seed gives the same cases again. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('a readings message', () => {
  test('the check by hand and the schema accept the same', () => {
    const seed = Number(process.env.SEED ?? 20_260_115);
    const random = randomness(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const junk = [undefined, null, true, 0, -0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53, 8.64e15, 8.64e15 + 1, '', 'x', 'x'.repeat(64), 'x'.repeat(65), '1', [], [1], {}, { a: 1 }, '😀'.repeat(32), '😀'.repeat(33)];
    const keys = [...quantityIds.slice(0, 6), 'volts', '', 'constructor', 'toString', 'hasOwnProperty'];
    const record = (value: () => unknown) => Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [random() < 0.85 ? pick(quantityIds) : pick(keys), value()]));
    let accepted = 0;
    const cases = 20_000;
    for (let i = 0; i < cases; i++) {
      const spoil = () => random() < 0.06;
      const payload: Record<string, unknown> = {
        boot: spoil() ? pick(junk) : pick(['b', '0f3c-9', 'x'.repeat(64)]),
        seq: spoil() ? pick(junk) : Math.floor(random() * 1e6),
        t: spoil() ? pick(junk) : Math.floor(random() * 2e12),
        v: spoil() ? pick(junk) : record(() => (spoil() ? pick(junk) : random() * 1000 - 500)),
      };
      if (random() < 0.5) payload.bad = spoil() ? pick(junk) : record(() => (spoil() ? pick(junk) : pick(badReasons)));
      if (random() < 0.3) payload.at = spoil() ? pick(junk) : Math.floor(random() * 2e12);
      if (spoil()) delete payload[pick(['boot', 'seq', 't', 'v'])];
      if (spoil()) payload[pick(['extra', 'V', 'quality'])] = pick(junk);
      const subject = random() < 0.01 ? pick(junk) : payload;
      const wanted = readingsPayload.safeParse(subject).success;
      const found = readingsMistake(subject);
      if (wanted !== (found === undefined)) throw new Error(`SEED=${seed} case ${i}: schema ${wanted}, by hand "${found}": ${JSON.stringify(subject)}`);
      if (wanted) accepted++;
    }
    expect(accepted).toBeGreaterThan(cases / 5);
    expect(accepted).toBeLessThan(cases * 0.9);
  });

  test('the head says what the whole says, of all that a gateway writes', () => {
    const polls = [
      { device: 'm', t: good.t, v: { active_power_kw: 1 }, bad: {} },
      { device: 'm', t: good.t + 0.4, at: good.t, v: {}, bad: { ph: 'comm' as const } },
    ];
    for (const [boot, seq] of [['mwra97ev-5298b68816', 0], ['x'.repeat(64), 2 ** 49]] as const) { // biome-ignore format: one
      for (const poll of polls) {
        const bytes = Buffer.from(encodePayload(boot, seq, poll));
        expect(readReadings(bytes)).toMatchObject(readHead(bytes) as object);
        expect(readHead(bytes)).toEqual({ boot, seq, t: good.t });
      }
    }
    for (const other of ['{"seq":1,"boot":"b","t":2}', '{"boot":"b\\u0041","seq":1,"t":2}', '{"boot":"b","seq":-1,"t":2}', '{"boot":"b","seq":1,"t":2.5}', '{"boot":"b","seq":1,"t":2'])
      expect(readHead(Buffer.from(other)), other).toBeUndefined();
  });

  test('a rejection says what is wrong and names the message when it can', () => {
    const read = (payload: unknown) => readReadings(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)));
    expect(read(good)).toEqual(good);
    expect(read('{')).toEqual({ reason: expect.stringMatching(/^not JSON/) });
    expect(read('[]')).toEqual({ reason: 'not a JSON object' });
    const bare = { boot: 'b', seq: 3, t: good.t };
    expect(read({ ...bare, v: { volts: 1 } })).toEqual({ reason: 'v.volts is not a known quantity', boot: 'b', seq: 3 });
    expect(read({ ...bare, v: { ph: '7' } })).toEqual({ reason: 'v.ph is "7", not a finite number', boot: 'b', seq: 3 });
    expect(read({ ...good, at: -1 })).toMatchObject({ reason: 'at is -1, not a time in UTC milliseconds' });
    expect(read({ ...good, seq: -1 })).toEqual({ reason: 'seq is -1, not a whole number from 0' });
    expect(read('{"__proto__":{"boot":"b"}}')).toMatchObject({ reason: expect.stringMatching(/boot is undefined/) });
    expect(read(`{"boot":"${'x'.repeat(maxPayloadBytes)}"}`)).toMatchObject({ reason: expect.stringMatching(/the limit is/) });
  });

  test('one wrong value does not take the others with it, and what was left out is told', () => {
    const read = (payload: unknown) => readReadings(JSON.stringify(payload));
    expect(read({ ...good, v: { volts: 1, ph: 7 } })).toEqual({ ...good, v: { ph: 7 }, left: 'v.volts is not a known quantity' });
    expect(read({ ...good, v: { ph: '7', temp: 2, pressure_kpa: 400 } })).toEqual({ ...good, v: { pressure_kpa: 400 }, left: 'v.ph is "7", not a finite number' });
    expect(read({ ...good, bad: { ph: 'tired', frequency_hz: 'comm' } })).toEqual({ ...good, left: 'bad.ph is "tired", not a known reason' });
    expect(read({ ...good, more: 1 })).toEqual({ ...good, left: '"more" is not part of a readings message' });
  });

  test('an impossible value is bad for everybody who reads the message', () => {
    expect(readReadings(JSON.stringify({ ...good, v: { ph: 15, active_power_kw: 1 } }))).toEqual({ ...good, v: { active_power_kw: 1 }, bad: { frequency_hz: 'comm', ph: 'range' } });
    const { bad: _, ...fine } = good;
    expect(readReadings(JSON.stringify({ ...fine, v: { ph: -1 } }))).toEqual({ ...fine, v: {}, bad: { ph: 'range' } });
  });

  test('seeded garbage never throws', () => {
    const random = randomness(7);
    const text = JSON.stringify(good);
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(text);
      for (let k = 0; k < 1 + random() * 4; k++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const cut = bytes.subarray(0, random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length);
      const found = readReadings(cut);
      if (isRejection(found)) continue;
      const { left: _, ...taken } = found;
      expect(readingsMistake(taken)).toBe(undefined);
    }
  });

  test('physically impossible values are told', () => {
    expect(impossible('ph', 7)).toBe(false);
    expect(impossible('ph', 14.1)).toBe(true);
    expect(impossible('genset_running', 0.5)).toBe(true);
    expect(impossible('energy_import_kwh', -1)).toBe(true);
  });

  test('a device status needs online and since', () => {
    expect(readDeviceStatus(Buffer.from('{"online":true,"since":5}'))).toEqual({ online: true, since: 5 });
    for (const text of ['{}', '{"online":1,"since":5}', '{"online":true,"since":-5}', 'x', '[]', 'null']) expect(readDeviceStatus(Buffer.from(text))).toBe(undefined);
  });
}); // biome-ignore format: a table of cases
