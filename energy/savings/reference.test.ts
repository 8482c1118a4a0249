/** What OpenDSM 1.2.7 said of these buildings, written down, so that it is asked where it cannot be installed too. The peers' test asks it itself, of more. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { building, type Kind, ranges } from '../../test/peers/buildings.ts';
import { savingsLine, savingsOfFiles } from '../savings-command.ts';
import { firstGuess } from './direct.ts';
import { exp } from './exp.ts';
import { minimiseFree, minimiseScalar } from './scalar.ts';
import { minimise } from './subplex.ts';
import { pairwiseSum } from './sums.ts';

interface Golden {
  method: 'daily' | 'billing';
  seed: number;
  kind: Kind;
  n: number;
  cvrmse: number;
  counterfactual: number;
  saved: number;
  uncertainty: number;
  parts: Record<string, Record<string, number>>;
}

const golden: readonly Golden[] = [
  {
    ...{ method: 'daily', seed: 3, kind: { cooling: 35 }, n: 365, cvrmse: 0.0328055419 },
    ...{ counterfactual: 413598.057598, saved: 28922.089598, uncertainty: 1575.102645 },
    parts: {
      'all: summer+shoulder+winter': {
        ...{ base: 1003.244706, heatingBelow: 50.283406, heating: 0.130335387, heatingRound: 0.0686999619 },
        ...{ coolingAbove: 68.389079, cooling: 35.430425, coolingRound: 0.0040791001 },
      },
    },
  },
  {
    ...{ method: 'daily', seed: 6, kind: { heating: 12, cooling: 24, weekend: 0.7, missing: 23, unit: 'c' }, n: 350 },
    ...{ cvrmse: 0.035917822, counterfactual: 373166.958829, saved: 26189.630829, uncertainty: 1531.673615 },
    parts: {
      'week: summer+shoulder+winter': {
        ...{ base: 1003.541692, heatingBelow: 47.458251, heating: 13.892247, heatingRound: 0.144857437 },
        ...{ coolingAbove: 68.849188, cooling: 25.162078, coolingRound: 0.0506296186 },
      },
      'weekend: summer+shoulder+winter': {
        ...{ base: 714.913373, heatingBelow: 50.485976, heating: 7.723327 },
        ...{ coolingAbove: 69.178928, cooling: 16.92605, coolingRound: 0.00216067 },
      },
    },
  },
  {
    ...{ method: 'billing', seed: 9, kind: { cooling: 35, noise: 150, unit: 'c' }, n: 366, cvrmse: 0.093424015 },
    ...{ counterfactual: 421808.279584, saved: 38507.509584, uncertainty: 13325.833446 },
    parts: { 'all: summer+shoulder+winter': { base: 1014.283446, coolingAbove: 57.601732, cooling: 17.178877, heating: 0 } },
  },
];

const share = 1e-4;
const near = (ours: number, theirs: number, told: string) =>
  expect(Math.abs(ours - theirs), told).toBeLessThanOrEqual(share * Math.abs(theirs));

describe("the reference's own figures", () => {
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-reference-'));

  it.each(golden)('$method, building $seed', ({ method, seed, kind, parts, n, ...theirs }) => {
    const files = building(folder, seed, kind);
    const meter = { meter: files[method], temperature: files.temperature, unit: files.unit };
    const ours = savingsLine(savingsOfFiles({ ...meter, method, ...ranges, confidence: 0.9 }));
    const told = JSON.stringify(ours, null, 1);
    expect(ours.n).toBe(n);
    near(ours.cvrmse, theirs.cvrmse, told);
    near(ours.counterfactual, theirs.counterfactual, told);
    near(ours.saved, theirs.saved, told);
    near(ours.uncertainty.opendsm, theirs.uncertainty, told);
    expect(ours.parameters.map(({ part }) => part).sort(), told).toEqual(Object.keys(parts).sort());
    for (const mine of ours.parameters)
      for (const [name, value] of Object.entries(parts[mine.part as string] as Record<string, number>))
        near(mine[name] as number, value, `${mine.part} ${name} ${told}`);
  });
});

describe('searches', () => {
  const valley = ([x, y]: readonly number[]) => (1 - (x as number)) ** 2 + 100 * ((y as number) - (x as number) ** 2) ** 2;

  it('subplex finds the floor of a valley, and a bound where the floor lies behind it', () => {
    const inside = minimise(valley, [-1, 2], [[-2, 2], [-2, 3]]); // biome-ignore format: a box
    expect(inside.value).toBeLessThan(1e-4);
    const pinned = minimise(valley, [-1, 2], [[-2, 0.5], [-2, 3]]); // biome-ignore format: a box
    expect(pinned.x[0]).toBe(0.5);
    expect(pinned.value).toBeCloseTo(0.25, 4);
    expect(minimise(valley, [1, 2], [[1, 1], [-2, 3]]).x[0], 'what has no room does not move').toBe(1); // biome-ignore format: a box
  });

  it('direct guesses with few looks, and stops when asked', () => {
    let looks = 0;
    const hill = ([x, y]: readonly number[]) => {
      looks++;
      return 1 + ((x as number) - 7) ** 2 + ((y as number) - 1) ** 2;
    };
    const guess = firstGuess(hill, [[0, 9], [0, 9]], 199); // biome-ignore format: a box
    expect(hill(guess)).toBeLessThan(4);
    looks = 0;
    firstGuess(hill, [[0, 9], [0, 9]], 4); // biome-ignore format: a box
    expect(looks).toBe(4);
  });

  it('of one variable, between bounds and without', () => {
    expect(minimiseScalar((x) => (x - 0.3) ** 2, 0, 1)).toBeCloseTo(0.3, 4);
    expect(minimiseScalar((x) => x, 0, 1)).toBeCloseTo(0, 4);
    expect(minimiseFree((x) => (x + 1234) ** 2, 1e-6)).toBeCloseTo(-1234, 1);
    expect(minimiseFree(() => 1, 0.1)).toBeUndefined();
  });
});

describe('last bits', () => {
  it('e to the powers that the engine rounds wrong', () => {
    // As C has them; the engine's are one bit away.
    expect([exp(-1.5625), exp(-1.75), exp(-3.0625)]).toEqual([0.2096113871510978, 0.17377394345044514, 0.04677062238395898]);
    expect(exp(0)).toBe(1);
    for (const x of [-331.173, -20.5, -0.01, 3.25, 331.8]) expect(Math.abs(exp(x) / Math.exp(x) - 1), `${x}`).toBeLessThan(5e-16);
    expect(exp(-1000)).toBe(0);
  });

  it("sums in NumPy's order", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => 1 / (i + 1));
    // numpy.sum(1 / numpy.arange(1, 1001)); one after the other they are 7.485470860550343.
    expect(pairwiseSum(values)).toBe(7.485470860550345);
    expect(pairwiseSum(values, 0, 5)).toBe(1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5);
  });
});
