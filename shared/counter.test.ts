import { describe, expect, it } from 'vitest';
import { type CounterFacts, countedSteps, mostPerHourOf } from './counter.ts';

const minute = 60_000;
const poll = 5_000;
const counted = (values: (number | null)[], facts?: CounterFacts, every = poll) => countedSteps(values.map((value, at) => [at * every, value]), facts); // biome-ignore format: short
const total = (...given: Parameters<typeof counted>) => counted(...given).steps.reduce((sum, [, value]) => sum + (value ?? 0), 0);

describe('what a counter has counted', () => {
  it('is the difference from each known reading to the next', () => {
    expect(counted([5, 7, null, 10]).steps).toEqual([[5_000, 2], [10_000, null], [15_000, 3]]); // biome-ignore format: short
    expect(counted([null, 5, 6]).steps).toEqual([[5_000, null], [10_000, 1]]); // biome-ignore format: short
    expect(counted([]).steps).toEqual([]);
  });

  it('F3 is not the whole counter when one reading was 0', () => {
    const values = [40482.9, 40482.91, 0, 40482.92, 40482.93, 40482.94, 40482.95];
    expect(total(values)).toBeCloseTo(0.05, 6);
    expect(counted(values).resets).toBe(0);
    // The same as last readings of quarter hours, twice in a row, and at a meter that is young.
    expect(total(values, {}, 15 * minute)).toBeCloseTo(0.05, 6);
    expect(total([900.1, 900.2, 0, 0, 900.3], {}, 15 * minute)).toBeCloseTo(0.2, 6);
    expect(total([12.1, 12.2, 0, 12.3, 12.4])).toBeCloseTo(0.3, 6);
  });

  it('is unknown and not counted while the newest reading is the wrong one', () => {
    expect(total([40482.9, 40482.91, 0])).toBeCloseTo(0.01, 6);
    expect(total([40482.9, 40482.91, 0, 0])).toBeCloseTo(0.01, 6);
  });

  it('is not the whole counter when the first reading was 0', () => {
    expect(total([0, 40482.9, 40482.91, 40482.92])).toBeCloseTo(0.02, 6);
    expect(total([0, 900, 900.01, 900.02, 900.03])).toBeCloseTo(0.03, 6);
    expect(total([0, 0.01, 0.02, 0.03])).toBeCloseTo(0.03, 6);
  });

  it('is not a leap that nobody can use', () => {
    expect(total([100, 100.1, 9_999_999, 100.2, 100.3])).toBeCloseTo(0.3, 6);
    expect(total([100, 100.1, 2_000, 100.2, 100.3], { mostPerHour: 150 })).toBeCloseTo(0.3, 6);
  });

  it('goes on from 0 when the counter was set back', () => {
    expect(counted([500, 500.01, 500.02, 0, 0.01, 0.02, 0.03])).toMatchObject({ resets: 1 });
    expect(total([500, 500.01, 500.02, 0, 0.01, 0.02, 0.03])).toBeCloseTo(0.05, 6);
    // Set back between two readings: what it shows since is counted.
    expect(total([500, 501, 502, 0.5, 1.5], {}, 15 * minute)).toBeCloseTo(3.5, 6);
  });

  it('is nothing for the step in which a meter was replaced by one that stands elsewhere', () => {
    expect(counted([500, 501, 502, 120, 121], {}, 15 * minute)).toMatchObject({ resets: 1 });
    expect(total([500, 501, 502, 120, 121], {}, 15 * minute)).toBeCloseTo(3, 6);
    expect(total([500, 501, 502, 180_000, 180_001], {}, 15 * minute)).toBeCloseTo(3, 6);
  });

  it('goes through the digits of the counter', () => {
    expect(total([99_999.7, 99_999.9, 0.1, 0.3], { digits: 5 })).toBeCloseTo(0.6, 6);
    expect(counted([99_999.7, 99_999.9, 0.1, 0.3], { digits: 5 }).resets).toBe(0);
    expect(total([40482.9, 40482.91, 0, 40482.92], { digits: 5 })).toBeCloseTo(0.02, 6);
  });

  it('does not count the way back of a reading that stood a little too high', () => {
    expect(total([100, 100.2, 100.1, 100.3])).toBeCloseTo(0.3, 6);
    expect(total([100, 105, 100.1, 100.2, 100.3])).toBeCloseTo(0.3, 6);
  });

  it('never counts more than the counter moved, whatever single readings are wrong', () => {
    // A walk with a seed of its own: wrong readings at any place but next to each other.
    let seed = 20_260_115;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    for (let round = 0; round < 300; round++) {
      const truth = Array.from({ length: 40 }, () => 0.02 + random() * 0.3);
      let counter = 1_000 + random() * 100_000;
      const begin = counter;
      const values = truth.map((one, at) => {
        if (at > 0) counter += one;
        const wrong = at > 0 && at < 38 && at % 3 === 1 && random() < 0.3;
        return wrong ? (random() < 0.7 ? 0 : counter * 100) : counter;
      });
      expect(total(values, {}, 15 * minute), `round ${round}`).toBeCloseTo(counter - begin, 6);
    }
  });
});

describe('the most that a counter can count', () => {
  it('follows what stands in the site file', () => {
    expect(mostPerHourOf('energy_import_kwh', { rating_a: 100 })).toBe(150);
    expect(mostPerHourOf('energy_import_kwh', { capacity_kva: 1_000, rating_a: 1_443 })).toBeCloseTo(2_164.5, 1);
    expect(mostPerHourOf('volume_m3', { max_flow_m3h: 60 })).toBe(120);
    expect(mostPerHourOf('volume_m3', {})).toBe(10_000);
    expect(mostPerHourOf('run_hours_h', {})).toBe(1);
  });
});
