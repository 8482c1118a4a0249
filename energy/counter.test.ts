/** Named patterns: what meters do, what anybody can know of it afterwards, to 0.01 kWh. */
import { describe, expect, it } from 'vitest';
import { type CounterOptions, consumption, type Quality, type Verdict } from './counter.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 12, 0, 0);

interface Pattern {
  name: string;
  /** Minutes between samples. */
  every?: number;
  /** Register values; null is a bad value. */
  v?: (number | null)[];
  /** Or [minute, value], in the order of arrival. */
  at?: [number, number | null][];
  options?: CounterOptions;
  total: number;
  verdicts?: Verdict[];
  /** kWh by quality. */
  parts?: Partial<Record<Quality, number>>;
}

/** A steady 60 kW: 1 kWh a minute. */
const ramp = (from: number, count: number, step = 1) => Array.from({ length: count }, (_, i) => from + i * step);
const rated = { rated: 80 };
const day = 1440;
const days = (count: number, base = 10_000): [number, number][] => {
  // 1 kWh in each quarter hour by day (06-22 in Shanghai), 0.2 by night.
  const out: [number, number][] = [];
  let register = base;
  for (let slot = 0; slot < count * 96; slot++) {
    out.push([slot * 15, Number(register.toFixed(1))]);
    const hour = (Math.floor(slot / 4) + 8) % 24;
    register += hour >= 6 && hour < 22 ? 1 : 0.2;
  }
  return out;
};
const float32 = (value: number) => Math.fround(value);

const patterns: Pattern[] = [
  { name: '01 normal', v: ramp(1000, 61), options: rated, total: 60, verdicts: [], parts: { measured: 60 } },
  { name: '02 repeated register of an idle meter', v: Array(30).fill(500), options: rated, total: 0, verdicts: [], parts: { measured: 0 } },
  {
    name: '03 frozen register that catches up',
    v: [...ramp(1000, 20), ...Array(60).fill(1019), ...ramp(1080, 20)],
    options: rated,
    total: 99,
    verdicts: ['catch-up'],
    parts: { estimated: 61 },
  },
  { name: '04 jitter of one display unit', every: 5, v: [215.5, 215.6, 215.7, 215.6, 215.7, 215.8], options: { rated: 5 }, total: 0.3, verdicts: ['jitter'] },
  { name: '05 single zero', v: [...ramp(1000, 10), 0, ...ramp(1011, 10)], options: rated, total: 20, verdicts: ['glitch'] },
  { name: '06 three zeros', v: [...ramp(1000, 10), 0, 0, 0, ...ramp(1013, 10)], options: rated, total: 22, verdicts: ['glitch'] },
  { name: '07 zero for half an hour while an integration restarts', v: [...ramp(1000, 30), ...Array(30).fill(0), ...ramp(1060, 30)], options: rated, total: 89, verdicts: ['reset', 'return'] },
  { name: '08 spike and back', v: [...ramp(1000, 10), 99_000, 99_001, ...ramp(1012, 10)], options: rated, total: 21, verdicts: ['glitch'] },
  { name: '09 spike small enough to be believed', every: 15, v: [1000, 1010, 1020, 1032, 1026, 1040, 1050], options: rated, total: 50 },
  { name: '10 garbage: NaN, negative, 1e38', v: [...ramp(1000, 10), null, -7, 1e38, ...ramp(1013, 10)], options: rated, total: 22 },
  { name: '11 jump beyond the rated power that stays', v: [...ramp(1000, 10), ...ramp(51_000, 30)], options: rated, total: 38, verdicts: ['jump'], parts: { unknown: 0 } },
  { name: '12 jump without a rating, by what the meter does', v: [...ramp(1000, 40), ...ramp(90_000, 30)], total: 68, verdicts: ['jump'] },
  { name: '13 rollover at 2^16', v: [...ramp(65_520, 16), ...ramp(0, 20)], options: rated, total: 35, verdicts: ['rollover'], parts: { measured: 35 } },
  { name: '14 rollover at 2^32 Wh', v: [...ramp(4_294_960, 8), 0.704, ...ramp(1.704, 20)], options: rated, total: 28.0 },
  { name: '15 rollover at declared digits', v: [...ramp(99_990, 10), ...ramp(0, 20)], options: { ...rated, digits: 5 }, total: 29, verdicts: ['rollover'] },
  { name: '16 rollover at a power of ten, undeclared, hundredths', v: [999_999.2, 999_999.6, 0, 0.4, 0.8], options: { rated: 30 }, total: 1.6, verdicts: ['rollover'] },
  { name: '17 rollover inside a gap, declared digits', at: [[0, 98_000], [1, 98_001], [7 * day, 3000], [7 * day + 1, 3001]], options: { ...rated, digits: 5 }, total: 5001 },
  { name: '18 reset to zero', v: [...ramp(1000, 30), ...ramp(0, 30)], options: rated, total: 58, verdicts: ['reset'] },
  { name: '19 counter of the day that resets some seconds after midnight', every: 15, v: [11.5, 12, 12.3, 12.4, 0.1, 0.5, 0.9, 1.3], options: { rated: 3 }, total: 0.9 + 0.1 + 1.2, verdicts: ['reset'] },
  { name: '20 zero at midnight, yesterday again at one, half-hourly', every: 30, v: [11, 11.6, 12.3, 0, 12.3, 12.9, 13.5], options: { rated: 3 }, total: 2.5, verdicts: ['glitch'] },
  { name: '21 net counter falls by right', v: [100, 101, 100.4, 99.2, 98.5, 99.5], options: { kind: 'net', ...rated }, total: -0.5, verdicts: [] },
  {
    name: '22 swap with final and first reading',
    v: [...ramp(5000, 30), ...ramp(12, 30)],
    options: { ...rated, swaps: [{ t: start + 29.5 * minute, final: 5029.4, first: 11.6 }] },
    total: 29.4 + 29.4,
    verdicts: ['swap'],
    parts: { manual: 0.8 },
  },
  {
    name: '23 swap to a meter that stands higher, noted a day late',
    v: [...ramp(5000, 30), ...ramp(88_012, 30)],
    options: { ...rated, swaps: [{ t: start + day * minute, final: 5029.4, first: 88_011.6 }] },
    total: 29.4 + 29.4,
    verdicts: ['swap'],
  },
  { name: '24 swap that nobody recorded', v: [...ramp(5000, 30), ...ramp(3000, 30)], options: rated, total: 58, verdicts: ['unknown'], parts: { unknown: 0 } },
  { name: '25 provider restates what it said', at: [[0, 100], [15, 110], [30, 135], [45, 130], [30, 120], [60, 140]], options: rated, total: 40, verdicts: [] },
  { name: '26 a CT of 20 becomes one of 40 at half past', v: ramp(1000, 61), options: { rated: 4000, multipliers: [{ from: 0, multiplier: 20 }, { from: start + 30 * minute, multiplier: 40 }] }, total: 30 * 20 + 30 * 40, verdicts: [] },
  { name: '27 a CT changes between two samples', every: 10, v: [0, 1, 2, 3], options: { rated: 4000, multipliers: [{ from: start + 15 * minute, multiplier: 10 }] }, total: 1 + 0.5 + 5 + 10, parts: { estimated: 5.5 } },
  { name: '28 gap with the same reading after a month off', at: [[0, 1400], [15, 1400], [30 * day, 1400], [30 * day + 15, 1400]], options: rated, total: 0, verdicts: [], parts: { estimated: 0 } },
  { name: '29 two days without a word', at: days(14).filter(([m]) => m < 10 * day || m > 12 * day), options: { rated: 8 }, total: 14 * (64 + 6.4) - 1, verdicts: [] },
  { name: '30 catch-up after an outage, above any hourly limit', at: [[0, 1000], [15, 1015], [600, 1600], [615, 1615]], options: rated, total: 615, verdicts: [], parts: { estimated: 585 } },
  { name: '31 reset inside a gap', at: [[0, 1000], [15, 1015], [600, 420], [615, 435]], options: rated, total: 15 + 420 + 15, verdicts: ['reset'] },
  { name: '32 clock set back an hour', at: [...ramp(0, 90).map((m): [number, number] => [m, 1000 + m]), ...ramp(30, 90).map((m): [number, number] => [m, 1060 + m])], options: rated, total: 179 },
  { name: '33 clock at 1970 after a power loss', at: [[0, 1000], [15, 1010], [-start / minute, 1012], [30, 1020], [45, 1030]], options: rated, total: 30, verdicts: [] },
  { name: '34 float register beyond its digits', v: ramp(20_000_000, 200, 0.3).map(float32), options: { rated: 20 }, total: 60, verdicts: [] },
  { name: '35 late samples', at: [[0, 100], [15, 110], [60, 140], [30, 120], [45, 130], [75, 150]], options: rated, total: 50, verdicts: [], parts: { measured: 50 } },
  { name: '36 newest first', at: ramp(0, 40).reverse().map((m) => [m * 15, 1000 + m * 3]), options: rated, total: 117, verdicts: [] },
  { name: '37 first value is a false zero', v: [0, ...ramp(5000, 40)], total: 39 },
  { name: '38 a new load is no jump', every: 15, v: [...ramp(100, 700, 0.1), ...ramp(190, 40, 20)].map((v) => Number(v.toFixed(1))), total: 69.9 + 20.1 + 780, verdicts: [] },
  { name: '39 a rating that is too low loses nothing', v: ramp(1000, 61), options: { rated: 20 }, total: 60 },
]; // biome-ignore format: a table

const result = (pattern: Pattern) => {
  const at = pattern.at ?? (pattern.v ?? []).map((v, i): [number, number | null] => [i * (pattern.every ?? 1), v]);
  const samples = { t: at.map(([m]) => start + m * minute), v: at.map(([, v]) => v ?? Number.NaN), length: at.length };
  return consumption(samples, pattern.options);
};

describe('counter', () => {
  it.each(patterns.map((pattern) => [pattern.name, pattern] as const))('%s', (_, pattern) => {
    const { intervals, suspects, total } = result(pattern);
    const sum = intervals.reduce((all, { value }) => all + value, 0);
    expect(Math.abs(sum - pattern.total), `${sum} instead of ${pattern.total}; ${JSON.stringify(suspects)}`).toBeLessThanOrEqual(0.01);
    expect(sum).toBeCloseTo(total, 6);
    if (pattern.verdicts) expect(suspects.map(({ verdict }) => verdict)).toEqual(pattern.verdicts);
    for (const [quality, kwh] of Object.entries(pattern.parts ?? {}))
      expect(
        intervals.reduce((all, one) => all + one[quality as Quality], 0),
        quality,
      ).toBeCloseTo(kwh, 2);
  });

  it('covers every pattern of the table', () => expect(patterns.length).toBeGreaterThanOrEqual(24));

  it('spreads a gap by the habits of the meter and marks it', () => {
    const { intervals } = result(patterns.find(({ name }) => name.startsWith('29')) as Pattern);
    const gap = intervals.filter(({ quality }) => quality === 'estimated');
    expect(gap.length).toBeGreaterThan(180);
    const at = (hour: number) => gap.find(({ from }) => new Date(from).getUTCHours() === (hour + 16) % 24)?.value;
    expect(at(12)).toBeCloseTo(1, 1);
    expect(at(3)).toBeCloseTo(0.2, 1);
  });

  it('marks a quarter of an hour of which nothing is known', () => {
    const { intervals } = result(patterns.find(({ name }) => name.startsWith('24')) as Pattern);
    expect(intervals.map(({ quality }) => quality)).toContain('unknown');
  });

  it('lets a person decide otherwise', () => {
    const v = [...ramp(1000, 10), ...ramp(51_000, 30)];
    const t = v.map((_, i) => start + i * minute);
    const decided = (verdict: 'accept' | 'drop' | 'reset' | 'split') =>
      consumption({ t, v, length: v.length }, { ...rated, decisions: [{ t: t[10] as number, verdict }] });
    expect(decided('accept').total).toBe(50_029);
    expect(decided('accept').intervals.reduce((sum, { unknown }) => sum + unknown, 0)).toBeCloseTo(49_991, 6);
    expect(decided('split').total).toBe(38);
  });

  it('takes what a person read as read by hand', () => {
    const samples = { t: [start, start + day * minute], v: [100, 124], manual: [1, 1], length: 2 };
    const { intervals } = consumption(samples, { rated: 10 });
    expect(intervals).toHaveLength(96);
    expect(new Set(intervals.map(({ quality }) => quality))).toEqual(new Set(['manual']));
    expect(intervals.reduce((sum, { manual }) => sum + manual, 0)).toBeCloseTo(24, 9);
  });
});
