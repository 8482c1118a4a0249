/** OpenDSM itself on the same files: our daily and billing models must say what it says. Installed from PyPI into a folder of its own; skipped where that fails. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { savingsLine, savingsOfFiles, savingsUncertainty } from '../../energy/index.ts';
import { hangMs } from '../hang.ts';
import { building, type Kind, moments, ranges } from './buildings.ts';

const version = '1.2.7';
const installLimitMs = 900_000;

/** Its dependency scikit-fda does not load with multimethod 2. */
function installed(): string | undefined {
  const own = process.env.PLANTROOM_OPENDSM_PYTHON;
  if (own) return own;
  const folder = join(tmpdir(), `plantroom-opendsm-${version}`);
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(join(folder, 'ready'))) {
      execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe', timeout: installLimitMs });
      // Where there is no way to PyPI it must say so soon.
      execFileSync(python, ['-m', 'pip', 'install', '-q', '--retries', '1', '--timeout', '10', `opendsm==${version}`, 'multimethod<2'], {
        stdio: 'pipe',
        timeout: installLimitMs,
      });
      writeFileSync(join(folder, 'ready'), version);
    }
    return python;
  } catch {
    return undefined;
  }
}

const python = installed();
const folder = mkdtempSync(join(tmpdir(), 'plantroom-peer-'));
const words = { fw: 'all', wd: 'week', we: 'weekend', su: 'summer', sh: 'shoulder', wi: 'winter' };
const word = (short: string) => words[short as keyof typeof words];
/** `wd-su_wi` is `week: summer+winter`. */
const partName = (key: string) => `${word(key.slice(0, 2))}: ${key.slice(3).split('_').map(word).join('+')}`; // biome-ignore format: one
const named = {
  ...{ intercept: 'base', hdd_bp: 'heatingBelow', hdd_beta: 'heating', hdd_k: 'heatingRound' },
  ...{ cdd_bp: 'coolingAbove', cdd_beta: 'cooling', cdd_k: 'coolingRound' },
} as const;
const apart = (ours: number, theirs: number) => Math.abs(ours / theirs - 1);

describe.skipIf(python === undefined)(`OpenDSM ${version} (skipped where Python cannot install it)`, () => {
  const cases: readonly [method: 'daily' | 'billing', seed: number, kind: Kind][] = [
    ['daily', 1, { heating: 20, cooling: 30 }],
    ['daily', 2, { heating: 25 }],
    ['daily', 3, { cooling: 35 }],
    ['billing', 4, { heating: 20, cooling: 30 }],
    ['daily', 5, { noise: 100 }],
    ['daily', 6, { heating: 12, cooling: 24, weekend: 0.7, missing: 23, unit: 'c' }],
    ['daily', 7, { cooling: 24, noise: 10, scale: 0.02 }],
    ['billing', 8, { heating: 25, scale: 500 }],
    ['billing', 9, { cooling: 35, noise: 150, unit: 'c' }],
    ['billing', 10, { noise: 60 }],
  ];
  const buildings = cases.map(([, seed, kind]) => building(folder, seed, kind));
  let theirs: {
    n: number;
    cvrmse: number;
    counterfactual: number;
    saved: number;
    uncertainty: number;
    effective: number;
    p: number;
    points: number;
    coefficients: Record<string, Record<string, number>>;
  }[] = [];
  // In one process: loading OpenDSM takes longer than all fits.
  beforeAll(() => {
    const told = execFileSync(
      python as string,
      [
        join(import.meta.dirname, 'opendsm-fit.py'),
        ...moments,
        ...cases.flatMap(([method], at) => {
          const { unit, temperature, ...meters } = buildings[at] as (typeof buildings)[number];
          return [`${method}:${unit}`, meters[method], temperature];
        }),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    theirs = told.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one
  }, installLimitMs);

  it.each(cases.map(([method, seed], at) => [method, seed, at] as const))(
    'agrees with the %s model, building %i',
    { timeout: hangMs },
    (method, _seed, at) => {
      const files = buildings[at] as (typeof buildings)[number];
      const their = theirs[at] as (typeof theirs)[number];
      const ours = savingsLine(
        savingsOfFiles({
          ...{ meter: files[method], temperature: files.temperature, method, unit: files.unit, ...ranges, confidence: 0.9 },
        }),
      );
      const told = JSON.stringify({ their, ours }, null, 1);
      expect(ours.n, told).toBe(their.n);
      expect(apart(ours.cvrmse, their.cvrmse), told).toBeLessThan(0.01);
      expect(apart(ours.counterfactual, their.counterfactual), told).toBeLessThan(0.001);
      expect(apart(ours.saved, their.saved), told).toBeLessThan(0.01);
      expect(ours.parameters.map(({ part }) => part).sort(), told).toEqual(Object.keys(their.coefficients).map(partName).sort());
      for (const [key, coefficients] of Object.entries(their.coefficients)) {
        const mine = ours.parameters.find(({ part }) => part === partName(key)) as Record<string, number>;
        for (const [name, value] of Object.entries(coefficients)) {
          const one = Math.abs(mine[named[name as keyof typeof named]] as number);
          expect(Math.abs(one - Math.abs(value)), `${key} ${name} ${told}`).toBeLessThan(0.01 * Math.abs(value) + 0.001);
        }
      }
      // The formula is the reference's: from its own fit comes its own figure.
      const rho = (their.n - their.effective) / (their.n + their.effective);
      const formula = savingsUncertainty({
        ...{ frequency: method, counterfactual: their.counterfactual, points: their.points, months: 12, confidence: 0.9 },
        fit: { n: their.n, p: their.p, cvrmse: their.cvrmse, rho },
      });
      expect(apart(formula, their.uncertainty), told).toBeLessThan(0.0001);
      expect(apart(ours.uncertainty.opendsm, their.uncertainty), told).toBeLessThan(0.02);
    },
  );
});
