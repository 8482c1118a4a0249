import { describe, expect, it } from 'vitest';
import { wirePoints } from './decode.ts';
import type { Table } from './device.ts';
import { limitsOf, type PlanLimits, planReads, type Span } from './plan.ts';
import { builtInProfiles, loadProfiles } from './profiles.ts';
import type { Cell } from './words.ts';

const cell = (address: number, count = 1, table: Table = 'holding'): Cell => ({ table, address, count });
const limits = (more: Partial<PlanLimits> = {}): PlanLimits => ({ maxRegisters: 125, minRegisters: 1, maxGap: 8, holes: [], ...more });
const shown = (spans: Span[]) => spans.map(({ address, count }) => `${address}+${count}`).join(' ');

describe('planning reads', () => {
  it('neighbours go together, also over a small gap', () => {
    expect(shown(planReads([cell(0, 2), cell(2, 2), cell(12, 2)], limits()))).toBe('0+14');
  });
  it('a gap above the limit is not read', () => {
    expect(shown(planReads([cell(0, 2), cell(11, 2)], limits()))).toBe('0+2 11+2');
  });
  it('a hole is never crossed, however small', () => {
    expect(shown(planReads([cell(0, 2), cell(3, 2)], limits({ holes: [{ table: 'holding', from: 2, to: 2 }] })))).toBe('0+2 3+2');
    expect(shown(planReads([cell(0, 2), cell(3, 2)], limits({ holes: [{ table: 'input', from: 2, to: 2 }] })))).toBe('0+5');
  });
  it('a cut that was learned is kept', () => {
    expect(shown(planReads([cell(0), cell(1), cell(2)], limits({ cuts: [{ table: 'holding', address: 2 }] })))).toBe('0+2 2+1');
  });
  it('a value is never split at the limit', () => {
    expect(shown(planReads([cell(0, 123), cell(123, 4)], limits()))).toBe('0+123 123+4');
    expect(shown(planReads([cell(0, 2), cell(2, 2), cell(4, 2)], limits({ maxRegisters: 5 })))).toBe('0+2 2+4');
  });
  it('tables are read apart, coils in their own measure', () => {
    const spans = planReads([cell(0, 1, 'coil'), cell(100, 1, 'coil'), cell(0)], limits());
    expect(spans).toEqual([
      { table: 'coil', address: 0, count: 101 },
      { table: 'holding', address: 0, count: 1 },
    ]);
  });
  it('overlapping values share their registers', () => {
    expect(shown(planReads([cell(0, 4), cell(2, 1), cell(2, 4)], limits()))).toBe('0+6');
  });
});

/** All ways to cover, the dull way: try every window for the first uncovered cell. */
function bruteForce(cells: Cell[], { maxRegisters, maxGap, holes, cuts = [] }: PlanLimits): { requests: number; registers: number } {
  const used = new Set(cells.flatMap(({ address, count }) => Array.from({ length: count }, (_, at) => address + at)));
  const allowed = (from: number, to: number, own: Cell) => {
    if (to - from === own.count && from === own.address) return true;
    if (to - from > maxRegisters) return false;
    let gap = 0;
    for (let register = from; register < to; register++) {
      if (holes.some((hole) => register >= hole.from && register <= hole.to)) return false;
      if (register > from && cuts.some((cut) => cut.address === register)) return false;
      gap = used.has(register) ? 0 : gap + 1;
      if (gap > maxGap) return false;
    }
    return true;
  };
  const solve = (left: Cell[]): { requests: number; registers: number } => {
    if (left.length === 0) return { requests: 0, registers: 0 };
    const from = Math.min(...left.map(({ address }) => address));
    let best = { requests: Number.POSITIVE_INFINITY, registers: Number.POSITIVE_INFINITY };
    for (const own of left.filter(({ address }) => address === from)) {
      for (const to of new Set(cells.map(({ address, count }) => address + count))) {
        if (to < from + own.count || !allowed(from, to, own)) continue;
        const rest = solve(left.filter(({ address, count }) => address < from || address + count > to));
        const total = { requests: rest.requests + 1, registers: rest.registers + to - from };
        if (total.requests < best.requests || (total.requests === best.requests && total.registers < best.registers)) best = total;
      }
    }
    return best;
  };
  return solve(cells);
}

/** A small generator with a seed (mulberry32). */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

describe('the plan is the best there is', () => {
  const seed = Number(process.env.SEED ?? 7);
  it(`against brute force on 400 small cases, seed ${seed}`, () => {
    const next = random(seed);
    for (let round = 0; round < 400; round++) {
      const cells = Array.from({ length: 1 + next(7) }, () => cell(next(28), [1, 1, 2, 2, 4][next(5)]));
      const own: PlanLimits = {
        maxRegisters: 4 + next(12),
        minRegisters: 1,
        maxGap: next(5),
        holes: next(3) === 0 ? [{ table: 'holding', from: 30, to: 31 }] : [],
        cuts: next(3) === 0 ? [{ table: 'holding', address: next(28) }] : [],
      };
      // Holes only where no value lies; the loader refuses profiles that do otherwise.
      const free = Array.from({ length: 28 }, (_, at) => at).filter(
        (at) => !cells.some(({ address, count }) => at >= address && at < address + count),
      );
      const at = free[next(free.length)];
      if (at !== undefined && next(2) === 0) own.holes = [{ table: 'holding', from: at, to: at }];
      const unique = cells.filter(
        (one, index) => cells.findIndex((other) => other.address === one.address && other.count === one.count) === index,
      );
      const spans = planReads(unique, own);
      const found = { requests: spans.length, registers: spans.reduce((sum, { count }) => sum + count, 0) };
      const wanted = bruteForce(unique, own);
      expect({ round, requests: found.requests }).toEqual({ round, requests: wanted.requests });
      expect(found.registers, `round ${round}`).toBe(wanted.registers);
      for (const one of unique) {
        expect(
          spans.some(({ address, count }) => one.address >= address && one.address + one.count <= address + count),
          `round ${round}`,
        ).toBe(true);
      }
    }
  });
});

describe('requests for real meters', () => {
  const profiles = [...loadProfiles([builtInProfiles]).values()];
  /** Requests in one round, and on average at 5 s with counters each 60 s: 11 fast rounds and one full one. */
  const requests = (profile: (typeof profiles)[number]) => {
    const points = wirePoints(profile, {});
    const of = (some: typeof points) =>
      planReads(
        some.flatMap(({ cells }) => cells),
        limitsOf(profile),
      ).length;
    const fast = of(points.filter(({ point }) => !point.slow));
    const full = of(points);
    return { fast, full, mean: (11 * fast + full) / 12 };
  };

  it('100 meters of 40 points need at most 3 requests per meter and round', () => {
    const meter = profiles.find(({ id }) => id === 'eastron-sdm630')!;
    expect(meter.points.length).toBeGreaterThanOrEqual(40);
    // The maker allows 80 registers a read, and harmonics and phase counters lie far off: the full round, once a minute, takes a fourth.
    expect(requests(meter)).toEqual({ fast: 2, full: 4, mean: 26 / 12 });
    expect(100 * requests(meter).mean).toBeLessThanOrEqual(300);
  });

  it('a compact map of 33 points takes one', () => {
    expect(requests(profiles.find(({ id }) => id === 'acrel-adl3000')!)).toMatchObject({ fast: 1, full: 2 });
  });
});
