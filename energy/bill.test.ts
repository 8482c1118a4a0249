import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { momentOf } from '../shared/zone.ts';
import { billMonth, type Use } from './bill.ts';
import { decimal, divideHalfUp, hundredths } from './money.ts';
import { adjustment, powerFactorHundredths } from './power-factor.ts';
import { checkTariff, readTariff } from './tariff.ts';

interface Golden {
  seed: number;
  month: string;
  tariff: unknown;
  change_at: number;
  ratio: number;
  kvarh: number;
  expected: { lines: [id: string, quantity: string, amount: string][]; total: string };
}
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'test', 'golden', 'bills.json'), 'utf8')) as Golden[];
const quarterMs = 900_000;

function useOf({ seed, month, change_at, ratio }: Golden, timezone: string): Use[] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const [from, to] = [0, 1].map((k) => momentOf(timezone, Date.UTC(year, number - 1 + k, 1))) as [number, number];
  return Array.from({ length: (to - from) / quarterMs }, (_, i) => {
    const kwh = ((i * 7919 + seed * 104_729) % 977) / 100;
    return { from: from + i * quarterMs, value: i >= change_at ? kwh * ratio : kwh };
  });
}

describe('bills', () => {
  it(`has ${golden.length} golden bills to the cent`, () => {
    expect(golden).toHaveLength(300);
    for (const one of golden) {
      const tariff = checkTariff(one.tariff, 'golden');
      const bill = billMonth({ tariff, month: one.month, use: useOf(one, tariff.timezone), reactive: one.kvarh });
      const lines = bill.lines.map(({ id, quantity, amount }) => [id, quantity, amount]);
      expect(lines, `seed ${one.seed}`).toEqual(one.expected.lines.map(([id, quantity, amount]) => [id, Number(quantity), Number(amount)]));
      expect(bill.total, `seed ${one.seed}`).toBe(Number(one.expected.total));
    }
  });

  it('has months with days of 23 and 25 hours and changes of tariff and CT among them', () => {
    const berlin = golden.filter(({ tariff }) => (tariff as { timezone: string }).timezone === 'Europe/Berlin');
    expect(berlin.filter(({ month }) => month.endsWith('-03')).length).toBeGreaterThan(5);
    expect(berlin.filter(({ month }) => month.endsWith('-10')).length).toBeGreaterThan(5);
    expect(golden.filter(({ change_at }) => change_at < 2600).length).toBeGreaterThan(100);
    expect(golden.filter(({ tariff }) => (tariff as { versions: unknown[] }).versions.length > 1).length).toBeGreaterThan(100);
  });

  it('has the three power factor tables', () => {
    const percent = (standard: '0.90' | '0.85' | '0.80', hundredth: number) => adjustment(standard, hundredth) / 100;
    const tables = {
      '0.90': { 100: -0.75, 95: -0.75, 94: -0.6, 93: -0.45, 92: -0.3, 91: -0.15, 90: 0, 89: 0.5, 70: 10, 69: 11, 65: 15, 64: 17, 63: 19 },
      '0.85': { 100: -1.1, 94: -1.1, 93: -0.95, 92: -0.8, 91: -0.65, 90: -0.5, 86: -0.1, 85: 0, 84: 0.5, 65: 10, 64: 11, 60: 15, 59: 17 },
      '0.80': { 100: -1.3, 92: -1.3, 91: -1.15, 90: -1, 81: -0.1, 80: 0, 79: 0.5, 60: 10, 59: 11, 55: 15, 54: 17 },
    } as const;
    for (const [standard, table] of Object.entries(tables))
      for (const [hundredth, expected] of Object.entries(table))
        expect(percent(standard as '0.90', Number(hundredth)), `${standard} at ${hundredth}`).toBe(expected);
    expect(powerFactorHundredths(895, Math.sqrt(1000 ** 2 - 895 ** 2))).toBe(90);
    expect(powerFactorHundredths(0, 0)).toBe(100);
  });

  it('rounds halves up and floating point not at all', () => {
    expect(hundredths(0.1 + 0.2)).toBe(30n);
    expect(hundredths(1.005)).toBe(101n);
    expect(divideHalfUp(-15n, 10n)).toBe(-2n);
    expect(decimal('0.662376', 6)).toBe(662_376n);
    expect(decimal(0.1, 6)).toBe(100_000n);
    expect(() => decimal('0.1234567', 6)).toThrow(/more than 6/);
  });

  it('prices each hour of a series, and says which hour has none', () => {
    const raw = {
      ...(golden[0] as Golden & { tariff: object }).tariff,
      timezone: 'Asia/Shanghai',
      versions: [{ from: '2026-01-01', energy: { series: { '2026-07-01T00': 0.5, '2026-07-01T01': 0.25 } } }],
    };
    const tariff = checkTariff(raw, 'series');
    const from = Date.UTC(2026, 5, 30, 16);
    const use = [0, 1, 2, 3, 4].map((i) => ({ from: from + i * quarterMs, value: 10 }));
    expect(billMonth({ tariff, month: '2026-07', use }).lines.map(({ quantity, amount }) => [quantity, amount])).toEqual([[40, 20], [10, 2.5]]); // biome-ignore format: two lines
    expect(() => billMonth({ tariff, month: '2026-07', use: [{ from: from + 8 * quarterMs, value: 1 }] })).toThrow(
      /no price for 2026-07-01T02/,
    );
  });

  it('prices both hours of a 25-hour day that the clocks call the same, and quarters of an hour before their hour', () => {
    const day = Date.UTC(2026, 9, 24, 22);
    const hours = ['00', '01', '02+02:00', '02+01:00', ...Array.from({ length: 21 }, (_, i) => String(i + 3).padStart(2, '0'))];
    const series = Object.fromEntries(hours.map((hour, i) => [`2026-10-25T${hour}`, (i + 1) / 100]));
    const of = (more: Record<string, number>) =>
      checkTariff({ ...(golden[0] as Golden & { tariff: object }).tariff, timezone: 'Europe/Berlin', versions: [{ from: '2026-01-01', energy: { series: more } }] }, 'series'); // biome-ignore format: one
    // 10 kWh in each of 100 quarter hours: hour i of the day costs 40 kWh · i cents, 0.40 · (1 + 2 + … + 25) = 0.40 · 325 = 130.00.
    const use = Array.from({ length: 100 }, (_, i) => ({ from: day + i * quarterMs, value: 10 }));
    const bill = billMonth({ tariff: of(series), month: '2026-10', use });
    expect(bill.total).toBe(130);
    expect(bill.lines.filter(({ id }) => id.includes('T02')).map(({ id, quantity, amount }) => [id, quantity, amount])).toEqual([
      ['hour-2026-10-25T02+01:00', 40, 1.6],
      ['hour-2026-10-25T02+02:00', 40, 1.2],
    ]);
    const { '2026-10-25T02+01:00': _, ...lacking } = series;
    expect(() => billMonth({ tariff: of({ ...lacking, '2026-10-25T02': 1 }), month: '2026-10', use })).toThrow(
      /02\+01:00; this hour comes twice/,
    );
    // One quarter of the noon at 1 yuan instead of 14 cents: 10 · (1 − 0.14) = 8.60 more.
    expect(billMonth({ tariff: of({ ...series, '2026-10-25T12:30': 1 }), month: '2026-10', use }).total).toBe(138.6);
    expect(() => of({ '2026-10-25 02': 1 })).toThrow(/is no hour such as/);
  });

  it('brings at least eight provinces, each with its source and confidence', () => {
    const folder = join(import.meta.dirname, 'tariffs');
    const all = readdirSync(folder).map((name) => ({ name, tariff: readTariff(join(folder, name)) }));
    for (const { name, tariff } of all) expect(`${tariff.id}.yaml`).toBe(name);
    expect(
      new Set(all.filter(({ tariff }) => tariff.medium === 'electricity').map(({ tariff }) => tariff.region.en)).size,
    ).toBeGreaterThanOrEqual(8);
    expect(new Set(all.map(({ tariff }) => tariff.medium))).toEqual(new Set(['electricity', 'water', 'gas', 'heat', 'oxygen']));
  });

  it('explains every mistake of a tariff', () => {
    const raw = { id: 'X', versions: [{ from: '2026', energy: { prices: { flat: 0.5 }, schedules: [{ hours: { peak: ['8-11'] } }] } }] };
    expect(() => checkTariff(raw, 'bad.yaml')).toThrow(/bad\.yaml: id.*\n(.*\n)*.*versions\.0\.from/);
    const unpriced = {
      ...(golden[0] as Golden & { tariff: object }).tariff,
      versions: [{ from: '2026-01-01', energy: { prices: { flat: 0.5 }, schedules: [{ hours: { peak: ['08:00-11:00'] } }] } }],
    };
    expect(() => checkTariff(unpriced, 'bad.yaml')).toThrow(/has hours of "peak" and no price/);
  });
});
