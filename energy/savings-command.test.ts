import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Tally, tally } from '../test/energy/retrofits.ts';
import { random as randomFrom } from '../test/random.ts';
import { savingsLine, savingsOfFiles, savingsText } from './savings-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'plantroom-savings-'));
const hourMs = 3_600_000;
const start = Date.UTC(2024, 0, 1) - 8 * hourMs;
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(content) : content);
  return join(folder, name);
};

/** Two years of hours in Shanghai: 100 kW, 4 kW per degree above 22 °C, 12 % less from the second year on. */
const random = randomFrom(7);
const hours = Array.from({ length: 731 * 24 }, (_, i) => {
  const temperature =
    16 - 13 * Math.cos((2 * Math.PI * (i / 24 - 20)) / 365.25) + 4 * Math.sin((2 * Math.PI * ((i % 24) - 9)) / 24) + 3 * (random() - 0.5);
  const due = 100 + 4 * Math.max(0, temperature - 22) + 4 * (random() - 0.5);
  return { t: start + i * hourMs, temperature, kwh: due * (i >= 366 * 24 ? 0.88 : 1) };
});
const iso = (t: number) => `${new Date(t + 8 * hourMs).toISOString().slice(0, 19)}+08:00`;
const temperatures = file('t.csv', ['time,value', ...hours.map(({ t, temperature }) => `${iso(t)},${temperature.toFixed(2)}`)].join('\n'));
const hourlyMeter = file('h.csv.gz', ['time,value', ...hours.map(({ t, kwh }) => `${iso(t)},${kwh.toFixed(3)}`)].join('\n'));
const sum = (from: number, to: number) => hours.slice(from, to).reduce((all, { kwh }) => all + kwh, 0);
const dailyMeter = file(
  'd.csv',
  [
    'time,value',
    ...Array.from({ length: 731 }, (_, day) => `${iso(start + day * 24 * hourMs)},${sum(day * 24, day * 24 + 24).toFixed(3)}`),
  ].join('\n'),
);
const monthStarts = Array.from({ length: 25 }, (_, i) => (Date.UTC(2024, i, 1) - Date.UTC(2024, 0, 1)) / (24 * hourMs));
const bills = file(
  'b.csv',
  [
    'time,value',
    ...monthStarts.map(
      (day, i) => `${iso(start + day * 24 * hourMs)},${i < 24 ? sum(day * 24, (monthStarts[i + 1] as number) * 24).toFixed(1) : ''}`,
    ),
  ].join('\n'),
);
const request = (meter: string, method: string) => ({
  ...{ meter, method, temperature: temperatures, baseline: '2024-01-01..2024-12-31', reporting: '2025-01-01..2025-12-31' },
  ...{ unit: undefined, timezone: 'Asia/Shanghai', confidence: undefined },
});
const truth = (sum(366 * 24, 731 * 24) / 0.88) * 0.12;

describe('energy savings', () => {
  it.each([
    ['daily', dailyMeter],
    ['hourly', hourlyMeter],
    ['daily', hourlyMeter],
    ['billing', bills],
  ])('finds 12 %% with the %s model', (method, meter) => {
    // biome-ignore format: a table
    const line = savingsLine(savingsOfFiles(request(meter, method)));
    expect(line.temperatureRead).toBe('c');
    expect(Math.abs(line.saved / truth - 1)).toBeLessThan(method === 'billing' ? 0.15 : 0.02);
    expect(line.low).toBeLessThan(truth);
    expect(line.high).toBeGreaterThan(truth);
    expect(line.counterfactual - line.observed).toBeCloseTo(line.saved, 6);
    expect(line.sufficient).toBe(true);
  });

  it('takes °F as °F', () => {
    const fahrenheit = file(
      'f.csv',
      ['time,value', ...hours.map(({ t, temperature }) => `${iso(t)},${(temperature * 1.8 + 32).toFixed(3)}`)].join('\n'),
    );
    const one = savingsLine(savingsOfFiles({ ...request(dailyMeter, 'daily'), temperature: fahrenheit }));
    expect(one.temperatureRead).toBe('f');
    expect(one.saved / truth).toBeCloseTo(1, 1);
  });

  it('does not say saved where nothing is proven, and says why', () => {
    const short = savingsOfFiles({ ...request(dailyMeter, 'daily'), baseline: '2024-01-01..2024-06-30' });
    expect(short.result).toMatchObject({ sufficient: false, claimed: false });
    expect(savingsText(short).join('\n')).toMatch(/not proven to be a saving/);
    expect(savingsText(short).join('\n')).toMatch(/the baseline has 182 days; it needs 329 to 366/);
    const none = savingsOfFiles({
      ...request(dailyMeter, 'daily'),
      baseline: '2025-01-01..2025-12-31',
      reporting: '2025-01-01..2025-12-31',
    });
    expect(none.result.claimed).toBe(false);
    expect(none.result.reasons.map(({ id }) => id)).toContain('within-error');
  });

  it('says when the meter does not follow the weather', () => {
    const meter = (name: string, use: () => number) =>
      file(
        name,
        ['time,value', ...Array.from({ length: 731 }, (_, day) => `${iso(start + day * 24 * hourMs)},${use().toFixed(3)}`)].join('\n'),
      );
    const reasons = (name: string) => savingsLine(savingsOfFiles(request(name, 'daily'))).reasons;
    expect(reasons(meter('flat.csv', () => 1000))).toContain('no weather signal: mean model');
    // The reference draws a line through noise too; here it says what it is.
    expect(reasons(meter('noise.csv', () => 1000 + 20 * random()))).toContain(
      'no weather signal: the weather explains less than 5 % of what varies',
    );
  });

  it('explains bad input', () => {
    expect(() => savingsOfFiles({ ...request(dailyMeter, 'weekly') })).toThrow(/allowed: daily, billing, hourly/);
    expect(() => savingsOfFiles({ ...request(dailyMeter, 'daily'), baseline: '2024' })).toThrow(/--baseline.*A\.\.B/);
    expect(() => savingsOfFiles({ ...request(dailyMeter, 'hourly') })).toThrow(/is not hourly/);
    expect(() => savingsOfFiles(request(file('bad.csv', 'time,value\nlater,5\n2024-01-01,=B2\n'), 'daily'))).toThrow(
      /:2: "later" is no time.*\n.*:3: "=B2" is no number\nnothing was taken/,
    );
  });

  // Five hundred of them: node bench/energy-retrofits.ts
  it('has the truth of simulated retrofits inside its band', () => {
    const all = tally(1, 16);
    const { inside, runs } = all.at(-1) as Tally;
    // Of sixteen intervals of 90 % fewer than twelve hold the truth once in sixty times.
    expect(inside.shown, 'seeds 1 to 16').toBeGreaterThanOrEqual(12);
    expect(runs).toBe(16);
    expect(all[0]).toMatchObject({ share: 0, runs: 4, claimed: 0 });
  });
});
