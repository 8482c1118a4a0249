import { describe, expect, test } from 'vitest';
import { type Point, type Profile, profileSchema, wordsOf } from '../gateway/device.ts';
import type { QuantityId } from '../shared/quantity.ts';
import { registerImage } from './registers.ts';
import { profiles } from './test-hospital.ts';

const noDevice = { attributes: {} };
let compared = 0;

/** Words of the sample from an address of the profile, or undefined when it does not have them all. */
function sampleWords(profile: Profile, sample: Profile['samples'][number], point: Point, count: number): number[] | undefined {
  const known = new Map<number, number>();
  for (const [from, list] of Object.entries(sample.words[point.table] ?? {})) {
    for (const [at, word] of list.entries()) known.set(Number(from) - profile.base + at, word);
  }
  const found = Array.from({ length: count }, (_, at) => known.get(point.address - profile.base + at));
  return found.every((word) => word !== undefined) ? found : undefined;
}

/** Left out: where the device is free to choose (unit, decimals, how a sum is split), and states that stand for several codes. */
const isFree = (point: Point) => {
  const states = Object.values(point.states ?? {});
  return point.scale_register || point.unit_register || point.add || point.nonzero || new Set(states).size < states.length;
};

/** Bits of the register that are the point's own. */
function ownBits(point: Point): number {
  if (point.type === 'bit') return point.bit === undefined ? 1 : 1 << point.bit;
  if (point.type === 'bits') return point.mask ?? 0xffff;
  return point.high_byte ? 0xff00 : 0x00ff;
}

/** What the words are worth, roughly: manuals round what they print, so the lowest digits may differ. */
function worth(words: readonly number[], point: Point, profile: Profile): number {
  const order = point.order ?? profile.order;
  const turned = ['CDAB', 'word-swapped', 'little', 'DCBA'].includes(order) ? [...words].reverse() : [...words];
  const swap = ['little', 'DCBA', 'BADC', 'byte-swapped'].includes(order);
  const buffer = Buffer.from(turned.flatMap((word) => (swap ? [word & 255, word >> 8] : [word >> 8, word & 255])));
  if (point.type === 'float32') return buffer.readFloatBE();
  if (point.type === 'float64') return buffer.readDoubleBE();
  return turned.reduce((sum, word) => sum * 65_536 + word, 0);
}

describe('values become the words that the makers print', () => {
  for (const profile of profiles.values()) {
    test(profile.id, () => {
      const inputs = Object.fromEntries(profile.points.flatMap(({ input }) => (input ? [[input, { quantity: input as QuantityId }]] : [])));
      const image = registerImage(profile, { attributes: {}, inputs });
      const wrong: string[] = [];
      for (const sample of profile.samples) {
        image.fill((name) => (typeof sample.values[name] === 'number' ? sample.values[name] : undefined));
        for (const point of profile.points) {
          const name = point.quantity ?? point.input ?? '';
          if (typeof sample.values[name] !== 'number' || isFree(point) || point.type === 'string') continue;
          const source = sampleWords(profile, sample, point, wordsOf[point.type]);
          const words = source && image.read(point.table, point.address - profile.base, source.length);
          if (!source) continue;
          if (!words) throw new Error(`${name} is not in the image`);
          compared++;
          const right = ['bit', 'bits', 'int8', 'uint8'].includes(point.type)
            ? ((words[0] as number) & ownBits(point)) === ((source[0] as number) & ownBits(point))
            : Math.abs(worth(words, point, profile) - worth(source, point, profile)) <=
              Math.max(1, 1e-6 * Math.abs(worth(source, point, profile)));
          if (!right) wrong.push(`${name}: ${words} and not ${source}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  }
  test('and not only a few of them', () => expect(compared).toBeGreaterThan(200));
});

const made = (points: unknown[], extra: object = {}): Profile =>
  profileSchema.parse({
    id: 'made',
    vendor: 'v',
    model: 'm',
    title: { zh: '表', en: 'meter' },
    system: 'electricity',
    kind: 'other',
    source: 'made for this test',
    evidence: 'B',
    points,
    samples: [{ from: 'made for this test', words: {}, values: {} }],
    ...extra,
  });

describe('registers', () => {
  test('a counter rolls over, a gauge stays at its end', () => {
    const profile = made([
      { quantity: 'energy_import_kwh', address: 0, type: 'uint16' },
      { quantity: 'active_power_kw', address: 1, type: 'int16' },
    ]);
    const image = registerImage(profile, noDevice);
    image.fill((name) => (name === 'energy_import_kwh' ? 65_540 : -40_000));
    expect(image.read('holding', 0, 2)).toEqual([4, 0x8000]);
  });
  test('what lies outside the points and their gaps does not exist', () => {
    const profile = made(
      [
        { quantity: 'voltage_l1_v', address: 10, type: 'uint16' },
        { quantity: 'voltage_l2_v', address: 14, type: 'uint16' },
        { quantity: 'voltage_l3_v', address: 40, type: 'uint16' },
      ],
      { max_gap: 4 },
    );
    const image = registerImage(profile, noDevice);
    image.fill(() => 7);
    expect(image.read('holding', 10, 5)).toEqual([7, 0, 0, 0, 7]);
    expect(image.read('holding', 9, 2)).toBeUndefined();
    expect(image.read('holding', 14, 27)).toBeUndefined();
    expect(image.read('input', 10, 1)).toBeUndefined();
  });
  test('an open loop carries no current, a value beyond the range at most 20.5 mA', () => {
    const profile = made([{ input: 'ai0', address: 0, type: 'uint16', scale: 0.001, signal: '4-20ma' }]);
    const image = registerImage(profile, { attributes: {}, inputs: { ai0: { quantity: 'pressure_kpa', low: 0, high: 1_000 } } });
    image.fill(() => Number.NaN);
    expect(image.read('holding', 0, 1)).toEqual([0]);
    image.fill(() => 500);
    expect(image.read('holding', 0, 1)).toEqual([12_000]);
    image.fill(() => 5_000);
    expect(image.read('holding', 0, 1)).toEqual([20_500]);
  });
  test('bits of one register do not disturb each other', () => {
    const profile = made([
      { quantity: 'pump_running', address: 0, type: 'bit', bit: 1 },
      { quantity: 'transfer_position', address: 0, type: 'bits', mask: 0x0c },
    ]);
    const image = registerImage(profile, noDevice);
    image.fill((name) => (name === 'pump_running' ? 1 : 2));
    expect(image.read('holding', 0, 1)).toEqual([0b1010]);
    image.fill((name) => (name === 'pump_running' ? 0 : 1));
    expect(image.read('holding', 0, 1)).toEqual([0b0100]);
  });
  test('ratios of the site are taken out again: the register holds secondary values', () => {
    const profile = made([{ quantity: 'current_l1_a', address: 0, type: 'uint16', scale: 0.01, times: ['ct_ratio'] }]);
    const image = registerImage(profile, { attributes: { ct_ratio: 40 } });
    image.fill(() => 100);
    expect(image.read('holding', 0, 1)).toEqual([250]);
  });
});
