/** The simulated past: same by seed, adds up along the meter tree, has what it says that happened. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { devicesOf } from '../shared/site.ts';
import { loadSite } from '../shared/site-file.ts';
import { type History, type HistoryMeter, historyRange, historyStepMs, simulateHistory } from './history.ts';

const site = loadSite(join(import.meta.dirname, '..', 'sites', 'demo.yaml')).config;
const hour = 3_600_000;
const zone = site.site.timezone;
const now = Date.UTC(2026, 10, 27, 0, 38);
const range = historyRange(zone, now);

let past: History;
let sumOf: (device: string, from?: number, to?: number) => number;
const meterOf = (history: History, device: string) => history.meters.find((one) => one.device === device) as HistoryMeter;
beforeAll(async () => {
  // Three weeks around the day of the retrofit.
  const begin = Date.UTC(2025, 10, 30, 16) - 14 * 24 * hour;
  past = await simulateHistory(site, { from: begin, to: begin + 21 * 24 * hour }, { asOf: now });
  sumOf = (device, from = begin, to = begin + 21 * 24 * hour) => {
    const { values } = meterOf(past, device);
    let sum = 0;
    for (let i = (from - begin) / historyStepMs; i < (to - begin) / historyStepMs; i++)
      if (!Number.isNaN(values[i])) sum += values[i] as number;
    return sum;
  };
});

describe('the simulated past', () => {
  it('is of 24 whole months of the clocks of the site and ends with the quarter hour of now', () => {
    expect(new Date(range.from).toISOString()).toBe('2024-10-31T16:00:00.000Z');
    expect(range.to).toBe(Date.UTC(2026, 10, 27, 0, 30));
  });

  it('adds up: no feeder takes more than its transformer gave, and what is lost on the way is a few per cent', () => {
    const placed = devicesOf(site).map(({ device }) => device);
    for (const parent of ['incomer', 't1', 't2', 'fd-front-low', 'fd-rear-high', 'water-main', 'heat-main']) {
      const below = placed.filter((one) => one.fed_by === parent && past.meters.some(({ device }) => device === one.id));
      const sum = below.reduce((all, one) => all + sumOf(one.id), 0);
      const own = sumOf(parent);
      expect(sum, parent).toBeLessThan(own);
      if (['incomer', 't1', 't2', 'water-main'].includes(parent)) expect((own - sum) / own, parent).toBeLessThan(0.05);
    }
  });

  it('counts in hundredths of its unit and never backwards', () => {
    for (const { device, values } of past.meters)
      for (const value of values) {
        if (Number.isNaN(value)) continue;
        if (value < 0 || Math.abs(value * 100 - Math.round(value * 100)) > 1e-6) expect.fail(`${device}: ${value}`);
      }
  });
});

describe('what happened', () => {
  it('is the same for a seed, and other for another', async () => {
    const two = { from: range.from, to: range.from + 2 * 24 * hour };
    const [a, b, c] = await Promise.all([simulateHistory(site, two), simulateHistory(site, two), simulateHistory(site, two, { seed: 7 })]);
    expect(a).toEqual(b);
    expect(meterOf(a, 'incomer').values).not.toEqual(meterOf(c, 'incomer').values);
  });

  it('is known exactly: the retrofit of intensive care saves a quarter, endoscopy had no meter before it opened', async () => {
    const retrofit = past.events.find(({ kind }) => kind === 'retrofit');
    expect(retrofit).toMatchObject({ devices: ['fd-icu-ahu'], value: 0.25, from: Date.UTC(2025, 10, 30, 16) });
    const at = retrofit?.from as number;
    const [before, after] = [sumOf('fd-icu-ahu', at - 7 * 24 * hour, at), sumOf('fd-icu-ahu', at, at + 7 * 24 * hour)];
    // Ten degrees above or below change nothing in January.
    expect(1 - after / before).toBeCloseTo(0.25, 2);
    const opened = { from: Date.UTC(2025, 11, 31, 12), to: Date.UTC(2025, 11, 31, 20) };
    const { meters, events } = await simulateHistory(site, opened, { asOf: now });
    const endoscopy = meters.find(({ device }) => device === 'fd-endoscopy');
    expect([...(endoscopy?.values ?? [])].map((value) => Number.isNaN(value))).toEqual([...Array(16).fill(true), ...Array(16).fill(false)]);
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['retrofit', 'swap', 'reset', 'outage', 'department', 'leak', 'growth', 'ratio', 'silent']),
    );
  });

  it('marks what was filled in', async () => {
    const week = { from: Date.UTC(2026, 5, 6, 0), to: Date.UTC(2026, 5, 6, 3) };
    const { meters } = await simulateHistory(site, week, { asOf: now });
    expect(meters.find(({ device }) => device === 'water-main')?.estimated).toEqual([[4, 12]]);
    expect(meters.find(({ device }) => device === 'incomer')?.estimated).toEqual([]);
  });
});
