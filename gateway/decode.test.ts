import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributesSchema } from '../shared/site.ts';
import { decodeDevice, type Wiring, type WordSource } from './decode.ts';
import { type Order, type Profile, profileSchema, type ValueType } from './device.ts';

const source = 'a profile of the tests';
function profileOf(points: object[], more: object = {}): Profile {
  return profileSchema.parse({
    id: 'test', vendor: 'test', model: 'test', title: { zh: '测', en: 'test' }, system: 'electricity', kind: 'other', source, evidence: 'A',
    points, samples: [{ from: source, words: {}, values: {} }], ...more,
  }); // biome-ignore format: one line
}
const at =
  (words: Record<number, number>): WordSource =>
  (_, address) =>
    words[address];
const decode = (point: object, words: Record<number, number>, device: Wiring = {}, more: object = {}) =>
  decodeDevice(profileOf([point], more), device, at(words));

interface Vector {
  type: ValueType;
  order: Order;
  words: number[];
  value: number;
}
const vectors = JSON.parse(readFileSync(new URL('../test/vectors/decode-vectors.json', import.meta.url), 'utf8')) as Vector[];

describe('types and orders', () => {
  it(`agree with Python's struct in all ${vectors.length} vectors`, () => {
    for (const vector of vectors) {
      const words = Object.fromEntries(vector.words.map((word, index) => [100 + index, word]));
      const { inputs } = decode({ input: 'x', address: 100, type: vector.type, order: vector.order }, words);
      expect(inputs.x, JSON.stringify(vector)).toBe(vector.value);
    }
  });

  it('50.0 Hz is 42 48 00 00, as every manual tests it', () => {
    expect(decode({ quantity: 'frequency_hz', address: 0, type: 'float32' }, { 0: 0x4248, 1: 0 }).v).toEqual({ frequency_hz: 50 });
    expect(decode({ quantity: 'frequency_hz', address: 0, type: 'float32', order: 'CDAB' }, { 0: 0, 1: 0x4248 }).v).toEqual({
      frequency_hz: 50,
    });
  });

  it('eight-bit values take the low byte, or the high one when told', () => {
    expect(decode({ input: 'x', address: 0, type: 'int8' }, { 0: 0x01fe }).inputs).toEqual({ x: -2 });
    expect(decode({ input: 'x', address: 0, type: 'uint8', high_byte: true }, { 0: 0x81fe }).inputs).toEqual({ x: 0x81 });
    expect(decode({ input: 'x', address: 0, type: 'int8', high_byte: true }, { 0: 0x81fe }).inputs).toEqual({ x: -127 });
  });

  it('a bit, a masked field and a coil', () => {
    expect(decode({ input: 'x', address: 0, type: 'bit', bit: 11 }, { 0: 0x0800 }).inputs).toEqual({ x: 1 });
    expect(decode({ input: 'x', address: 0, type: 'bits', mask: 0x0f00 }, { 0: 0x3a45 }).inputs).toEqual({ x: 10 });
    expect(decode({ input: 'x', table: 'coil', address: 5, type: 'bit' }, { 5: 1 }).inputs).toEqual({ x: 1 });
  });

  it('text ends at NUL, loses its padding, and swaps bytes where the device does', () => {
    const words = { 0: 0x4445, 1: 0x3732, 2: 0x2000 };
    expect(decode({ text: 'serial', address: 0, type: 'string', length: 3 }, words).texts).toEqual({ serial: 'DE72' });
    expect(decode({ text: 'serial', address: 0, type: 'string', length: 2, order: 'BADC' }, { 0: 0x4544, 1: 0x3237 }).texts).toEqual({
      serial: 'DE72',
    });
  });

  it('a digit above nine and a group above 9999 make no value', () => {
    expect(decode({ quantity: 'voltage_l1_v', address: 0, type: 'bcd16' }, { 0: 0x12a4 }).bad).toEqual({ voltage_l1_v: 'decode' });
    expect(decode({ quantity: 'voltage_l1_v', address: 0, type: 'mod10000-32' }, { 0: 0, 1: 10_000 }).bad).toEqual({
      voltage_l1_v: 'decode',
    });
  });
});

describe('facts of a point', () => {
  const power = { quantity: 'active_power_kw', address: 10, type: 'int16' };

  it('addresses of a 1-based manual are one above the wire', () => {
    expect(decode(power, { 9: 7 }, {}, { base: 1 }).v).toEqual({ active_power_kw: 7 });
  });

  it('a tenth is divided, not multiplied: 2301 is 230.1 V exactly', () => {
    expect(decode({ quantity: 'voltage_l1_v', address: 0, type: 'uint16', scale: 0.1 }, { 0: 2301 }).v).toEqual({ voltage_l1_v: 230.1 });
  });

  it('CT and PT ratio come from the site, and are 1 without it', () => {
    const point = { ...power, scale: 0.001, times: ['ct_ratio', 'pt_ratio'] };
    expect(decode(point, { 10: 1500 }).v).toEqual({ active_power_kw: 1.5 });
    expect(
      decode(point, { 10: 1500 }, { attributes: attributesSchema.parse({ ct_ratio: 20, pt_ratio: 10 }) }).v.active_power_kw,
    ).toBeCloseTo(300, 9);
  });

  it('a scale register holds a power of ten, of either sign, and 0x8000 means none', () => {
    const point = { ...power, scale_register: { address: 20 } };
    expect(decode(point, { 10: 1234, 20: 0xfffe }).v).toEqual({ active_power_kw: 12.34 });
    expect(decode({ ...point, scale_register: { address: 20, sign: -1 } }, { 10: 1234, 20: 2 }).v).toEqual({ active_power_kw: 12.34 });
    expect(decode(point, { 10: 1234, 20: 0x8000 }).bad).toEqual({ active_power_kw: 'sentinel' });
  });

  it('an unknown unit code makes the value bad, a known one its factor', () => {
    const point = { quantity: 'pressure_kpa', address: 4, type: 'int16', unit_register: { address: 2, factors: { 0: 1000, 1: 1 } } };
    expect(decode(point, { 4: 400, 2: 1 }).v).toEqual({ pressure_kpa: 400 });
    expect(decode({ ...point, scale: 0.001 }, { 4: 400, 2: 0 }).v).toEqual({ pressure_kpa: 400 });
    expect(decode(point, { 4: 400, 2: 9 }).bad).toEqual({ pressure_kpa: 'decode' });
  });

  it('sentinels count as written or as decoded, and NaN always is one', () => {
    const unfitted = { ...power, sentinels: [0x7fff, 0xffff] };
    expect(decode(unfitted, { 10: 0x7fff }).bad).toEqual({ active_power_kw: 'sentinel' });
    expect(decode(unfitted, { 10: 0xffff }).bad).toEqual({ active_power_kw: 'sentinel' });
    expect(decode({ ...power, sentinels: [-32768] }, { 10: 0x8000 }).bad).toEqual({ active_power_kw: 'sentinel' });
    expect(decode({ ...power, type: 'uint32', sentinels: [0xffffffff] }, { 10: 0xffff, 11: 0xffff }).bad).toEqual({
      active_power_kw: 'sentinel',
    });
    expect(decode({ ...power, type: 'float32' }, { 10: 0x7fc0, 11: 0 }).bad).toEqual({ active_power_kw: 'sentinel' });
    expect(decode({ ...power, type: 'float32' }, { 10: 0x7f80, 11: 0 }).bad).toEqual({ active_power_kw: 'decode' });
  });

  it('what is physically impossible is bad, not shown', () => {
    expect(decode({ quantity: 'frequency_hz', address: 0, type: 'uint16' }, { 0: 5000 }).bad).toEqual({ frequency_hz: 'range' });
  });

  it('states are translated, unknown ones are bad', () => {
    const point = { quantity: 'transfer_position', address: 0, type: 'uint16', states: { 5: 1, 6: 2 } };
    expect(decode(point, { 0: 6 }).v).toEqual({ transfer_position: 2 });
    expect(decode(point, { 0: 7 }).bad).toEqual({ transfer_position: 'decode' });
    expect(decode({ quantity: 'device_failure', address: 0, type: 'uint16', nonzero: true }, { 0: 64 }).v).toEqual({ device_failure: 1 });
  });

  it('a second register is added with its own type and scale', () => {
    const point = { quantity: 'volume_m3', address: 8, type: 'int32', order: 'CDAB', add: { address: 10, type: 'float32' } };
    expect(decode(point, { 8: 1234, 9: 0, 10: 0x0000, 11: 0x3f00 }).v.volume_m3).toBeCloseTo(1234.5, 6);
  });

  it('a register that was not read makes its quantity bad with comm, and nothing else', () => {
    const out = decodeDevice(profileOf([power, { quantity: 'frequency_hz', address: 0, type: 'uint16' }]), {}, at({ 0: 50 }));
    expect(out.v).toEqual({ frequency_hz: 50 });
    expect(out.bad).toEqual({ active_power_kw: 'comm' });
  });
});

describe('remote inputs', () => {
  const loop = { input: 'ai0', table: 'input', address: 0, type: 'uint16', scale: 0.001, signal: '4-20ma' };
  const wired = (low: number, high: number): Wiring => ({ inputs: { ai0: { quantity: 'level_pct', low, high } } });

  it('4 to 20 mA becomes what is wired', () => {
    expect(decode(loop, { 0: 12_000 }, wired(0, 100)).v).toEqual({ level_pct: 50 });
    expect(decode(loop, { 0: 12_000 }).inputs).toEqual({ ai0: 12 });
  });

  it('below 3.6 and above 21 mA the wire is broken; at 3.9 mA an empty tank is empty', () => {
    for (const microamps of [0, 3_599, 21_001]) expect(decode(loop, { 0: microamps }, wired(0, 100)).bad).toEqual({ level_pct: 'sensor' });
    expect(decode(loop, { 0: 3_900 }, wired(0, 100)).v).toEqual({ level_pct: 0 });
    expect(decode(loop, { 0: 3_700 }, wired(0, 100)).bad).toEqual({ level_pct: 'range' });
  });

  it('a contact can be wired the other way round', () => {
    const contact = { input: 'di0', table: 'discrete', address: 0, type: 'bit' };
    const device: Wiring = { inputs: { di0: { quantity: 'leak_detected', invert: true } } };
    expect(decode(contact, { 0: 0 }, device).v).toEqual({ leak_detected: 1 });
  });

  it('an input with nothing wired gives no quantity, and `only` takes others away', () => {
    expect(decode(loop, { 0: 12_000 })).toMatchObject({ v: {}, bad: {} });
    expect(decode({ quantity: 'frequency_hz', address: 0, type: 'uint16' }, { 0: 50 }, { only: ['voltage_l1_v'] }).v).toEqual({});
  });
});

/** Words and values as the sources print them; addresses are theirs too. */
describe('F11 decimal exponents', () => {
  const t = (type: string, high: number, low: number) => decode({ input: 'x', address: 10, type }, { 10: high, 11: low }).inputs.x;
  it('in eight bits of the value: Iskra T5 and T6 (MT manual, table of data types)', () => {
    expect(t('udecimal32', 0xfd01, 0xe240)).toBe(123.456);
    expect(t('decimal32', 0xfdfe, 0x1dc0)).toBe(-123.456);
    expect(t('udecimal32', 0xfe00, 0x3039)).toBe(123.45);
  });
  it('an exponent that no meter has is bad', () => expect(t('decimal32', 0x7f01, 0xe240)).toBeUndefined());
  it('in a byte of a register, with a bias: raw / 10^4 · 10^(high byte)', () => {
    const point = (high_byte: boolean) => ({
      quantity: 'voltage_l1_v',
      address: 37,
      type: 'uint16',
      scale_register: { address: 35, type: 'uint8', high_byte, bias: -4 },
    });
    expect(decode(point(true), { 37: 2203, 35: 0x0302 }).v).toEqual({ voltage_l1_v: 220.3 });
    expect(decode(point(false), { 37: 2203, 35: 0x0302 }).v).toEqual({ voltage_l1_v: 22.03 });
  });
});

describe('F12 groups of four digits that carry the sign (ION INT32-M10K to INT64-M10K)', () => {
  it('four registers, low first', () => {
    const point = { input: 'x', address: 0, type: 'signed-mod10000-64', order: 'word-swapped' };
    expect(decode(point, { 0: 62_080, 1: 65_524, 2: 0, 3: 0 }).inputs).toEqual({ x: -123_456 });
    expect(decode({ ...point, type: 'signed-mod10000-48' }, { 0: 62_080, 1: 65_524, 2: 0 }).inputs).toEqual({ x: -123_456 });
  });
  it('groups of both signs, or above 9999, are no number; nor is a negative one to the type without sign', () => {
    const point = { quantity: 'active_power_kw', address: 0, type: 'signed-mod10000-32' };
    expect(decode(point, { 0: 1, 1: 62_080 }).bad).toEqual({ active_power_kw: 'decode' });
    expect(decode(point, { 0: 0, 1: 10_000 }).bad).toEqual({ active_power_kw: 'decode' });
    expect(decode({ ...point, type: 'mod10000-32' }, { 0: 65_524, 1: 62_080 }).bad).toEqual({ active_power_kw: 'decode' });
  });
});

describe('F13 power factors', () => {
  it('above 1000 of 0..2000 means leading', () => {
    const point = { quantity: 'power_factor', address: 0, type: 'uint16', scale: 0.001, fold: 1000 };
    expect(decode(point, { 0: 1045 }).v).toEqual({ power_factor: 0.955 });
    expect(decode(point, { 0: 1000 }).v).toEqual({ power_factor: 1 });
    expect(decode(point, { 0: 871 }).v).toEqual({ power_factor: 0.871 });
    expect(decode(point, { 0: 2001 }).bad).toEqual({ power_factor: 'decode' });
  });
  it('four quadrants as a float (Schneider): -1.9 is -0.1', () => {
    const point = { quantity: 'power_factor', address: 0, type: 'float32', fold: 1 };
    const words = (value: number) => {
      const view = new DataView(new ArrayBuffer(4));
      view.setFloat32(0, value);
      return { 0: view.getUint16(0), 1: view.getUint16(2) };
    };
    expect(decode(point, words(1.25)).v).toEqual({ power_factor: 0.75 });
    expect(decode(point, words(-1.75)).v).toEqual({ power_factor: -0.25 });
    expect(decode(point, words(-0.5)).v).toEqual({ power_factor: -0.5 });
  });
  it('sign and magnitude', () => {
    expect(decode({ quantity: 'power_factor', address: 0, type: 'sign-magnitude-16', scale: 0.001 }, { 0: 0x83b6 }).v).toEqual({
      power_factor: -0.95,
    });
  });
});

describe('F20 whole part and fraction behind a current transformer', () => {
  it('the ratio counts for the sum', () => {
    const point = {
      quantity: 'energy_import_kwh',
      address: 0,
      type: 'uint32',
      times: ['ct_ratio'],
      add: { address: 2, type: 'uint16', scale: 0.001 },
    };
    const device: Wiring = { attributes: attributesSchema.parse({ ct_ratio: 40 }) };
    expect(decode(point, { 0: 0, 1: 120, 2: 750 }, device).v).toEqual({ energy_import_kwh: 4830 });
    expect(decode({ ...point, scale: 0.1 }, { 0: 0, 1: 1200, 2: 750 }, device).v).toEqual({ energy_import_kwh: 4830 });
  });
});

describe('F23 signs that are not two-complement', () => {
  it.each([
    ['sign-magnitude-16', [0x8064], -100],
    ['sign-magnitude-32', [0x8000, 0x0064], -100],
    ['signed-bcd16', [0xf123], -123],
    ['signed-bcd32', [0xf000, 0x1234], -1234],
    ['signed-bcd16', [0x1234], 1234],
  ])('%s %j is %d', (type, words, wanted) => {
    expect(decode({ input: 'x', address: 0, type }, Object.fromEntries(words.map((word, at) => [at, word]))).inputs).toEqual({ x: wanted });
  });
  it.each([
    ['bcd16', 0xf123],
    ['signed-bcd16', 0xa123],
    ['signed-bcd16', 0xf12f],
  ])('%s %i is no number', (type, word) => {
    expect(decode({ quantity: 'active_power_kw', address: 0, type }, { 0: word }).bad).toEqual({ active_power_kw: 'decode' });
  });
});
