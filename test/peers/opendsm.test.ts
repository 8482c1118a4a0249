/** OpenDSM itself on the same files: our daily and billing models must say what it says. Installed from PyPI into a folder of its own; skipped where that fails. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { savingsLine, savingsOfFiles } from '../../energy/index.ts';
import { random as randomFrom } from '../random.ts';

const version = '1.2.7';
const installLimitMs = 300_000;

/** Its dependency scikit-fda does not load with multimethod 2. */
function installed(): string | undefined {
  const own = process.env.PLANTROOM_OPENDSM_PYTHON;
  if (own) return own;
  const folder = join(tmpdir(), `plantroom-opendsm-${version}`);
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(join(folder, 'ready'))) {
      execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe', timeout: installLimitMs });
      execFileSync(python, ['-m', 'pip', 'install', '-q', `opendsm==${version}`, 'multimethod<2'], {
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
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2024, 0, 1) - 8 * hourMs;
const iso = (t: number) => `${new Date(t + 8 * hourMs).toISOString().slice(0, 19)}+08:00`;

/** A building whose bends are no matter of taste; a fifteenth less from the second year on. */
function building(seed: number, heating: number, cooling: number) {
  const random = randomFrom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let weather = 0;
  const days = Array.from({ length: 732 }, (_, day) => {
    weather = 0.7 * weather + 5 * gauss();
    const mean = 57 - 27 * Math.cos((2 * Math.PI * (day - 20)) / 365.25) + weather;
    const due = 1000 + heating * Math.max(0, 50 - mean) + cooling * Math.max(0, mean - 68) + 40 * gauss();
    return { t: start + day * dayMs, mean, kwh: due * (day < 366 ? 1 : 0.93) };
  });
  const write = (name: string, rows: string[]) => {
    const file = join(folder, `${seed}-${name}.csv`);
    writeFileSync(file, ['time,value', ...rows].join('\n'));
    return file;
  };
  const temperature = write('t', days.flatMap(({ t, mean }) => Array.from({ length: 24 }, (_, h) => `${iso(t + h * hourMs)},${mean.toFixed(3)}`))); // biome-ignore format: one
  const daily = write('d', days.slice(0, 731).map(({ t, kwh }) => `${iso(t)},${kwh.toFixed(3)}`)); // biome-ignore format: one
  const monthly = Array.from({ length: 24 }, (_, month) => {
    const [from, to] = [0, 1].map((k) => (Date.UTC(2024, month + k, 1) - Date.UTC(2024, 0, 1)) / dayMs) as [number, number];
    return `${iso(start + from * dayMs)},${days.slice(from, to).reduce((sum, { kwh }) => sum + kwh, 0).toFixed(2)}`; // biome-ignore format: one
  });
  return { temperature, daily, billing: write('b', [...monthly, `${iso(start + 731 * dayMs)},`]) };
}

const apart = (ours: number, theirs: number) => Math.abs(ours / theirs - 1);

describe.skipIf(python === undefined)(`OpenDSM ${version} (skipped where Python cannot install it)`, () => {
  const cases = [['daily', 1, 20, 30], ['daily', 2, 25, 0], ['daily', 3, 0, 35], ['billing', 4, 20, 30]] as const; // biome-ignore format: a table
  it.each(cases)('agrees with the %s model, building %i', { timeout: 300_000 }, (method, seed, heating, cooling) => {
    const files = building(seed, heating, cooling);
    const moments = [0, 366, 366, 731].map((day) => iso(start + day * dayMs));
    const theirs = JSON.parse(
      execFileSync(python as string, [join(import.meta.dirname, 'opendsm-fit.py'), method, files[method], files.temperature, ...moments], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    ) as { n: number; cvrmse: number; counterfactual: number; saved: number; uncertainty: number };
    const ours = savingsLine(
      savingsOfFiles({
        ...{ meter: files[method], temperature: files.temperature, method, unit: 'f', timezone: 'Asia/Shanghai', confidence: 0.9 },
        ...{ baseline: '2024-01-01..2024-12-31', reporting: '2025-01-01..2025-12-31' },
      }),
    );
    const told = JSON.stringify({ theirs, ours }, null, 1);
    expect(ours.n, told).toBe(theirs.n);
    expect(apart(ours.cvrmse, theirs.cvrmse), told).toBeLessThan(0.01);
    expect(apart(ours.counterfactual, theirs.counterfactual), told).toBeLessThan(0.001);
    expect(apart(ours.saved, theirs.saved), told).toBeLessThan(0.01);
    expect(apart(ours.uncertainty.opendsm, theirs.uncertainty), told).toBeLessThan(0.03);
  });
});
