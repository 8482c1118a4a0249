/** Corrections are versioned and reversible; a closed month stays as it was. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { systemClock } from '../shared/clock.ts';
import { allocate } from './allocation.ts';
import { type Corrections, openCorrections } from './corrections.ts';
import { consumption, totalOf } from './counter.ts';
import type { MonthAccount } from './month-account.ts';
import { type ClosedMonths, openMonths } from './months.ts';

const quarter = 900_000;
const start = Date.UTC(2026, 6, 1);
const field = 'energy_import_kwh';
let now = start;
const clock = { ...systemClock(), now: () => now };
let db: Database;
let corrections: Corrections;
let months: ClosedMonths;
beforeEach(() => {
  now = start;
  db = openDatabase(':memory:');
  corrections = openCorrections(db, clock);
  months = openMonths(db, clock);
});
afterEach(() => db[Symbol.dispose]());

const used = () => {
  // 25 kWh each quarter; the meter is exchanged after the 40th: the old one ran on to 2,010, the new one began at 7,000.
  const points = Array.from({ length: 80 }, (_, i): [number, number] => [
    start + i * quarter,
    i < 40 ? 1_000 + 25 * i : 7_000 + 25 * (i - 39),
  ]);
  const { swaps, decisions } = corrections.of('m', field);
  const samples = { t: points.map(([t]) => t), v: points.map(([, v]) => v), length: points.length };
  return totalOf(consumption(samples, { rated: 120, swaps, decisions }).segments);
};

describe('corrections of a counter', () => {
  it('a swap counts what both meters saw, and can be taken back', () => {
    const before = used();
    const t = start + 39 * quarter + 60_000;
    const swap = corrections.add({ device: 'm', quantity: field, t, body: { kind: 'swap', final: 2_010, first: 7_000, serial: 'B-2' }, reason: '表计到期更换' }, 'li'); // biome-ignore format: one
    expect(used()).toBeCloseTo(39 * 25 + 35 + 40 * 25, 2);
    now += 60_000;
    expect(corrections.undo(swap.id, 'wang', 'wrong meter')).toMatchObject({
      madeBy: 'li',
      undone: { by: 'wang', at: now, reason: 'wrong meter' },
    });
    expect(used()).toBe(before);
    expect(corrections.list({ device: 'm' })).toHaveLength(1);
    expect(corrections.version('m', field)).toBe(2);
    expect(corrections.version('other', field)).toBe(0);
  });

  it('has one of a kind at a time, and another after that was taken back', () => {
    const reading = { device: 'm', quantity: field, t: start, body: { kind: 'reading', value: 12 } as const, reason: 'read' };
    const { id } = corrections.add(reading, 'li');
    expect(() => corrections.add(reading, 'li')).toThrow(/has a reading at this time already \(correction 1\)/);
    corrections.undo(id, 'li', 'misread');
    expect(() => corrections.undo(id, 'li', 'again')).toThrow(/taken back already/);
    corrections.add({ ...reading, body: { kind: 'reading', value: 21 } }, 'li');
    expect(corrections.of('m', field).readings).toEqual([{ t: start, v: 21 }]);
    expect(() => corrections.undo(99, 'li', 'none')).toThrow(/no correction 99/);
  });

  it('is never changed or removed, and a row that is damaged is set aside', () => {
    corrections.add({ device: 'm', quantity: field, t: start, body: { kind: 'decision', verdict: 'drop' }, reason: 'glitch' }, 'li');
    expect(() => db.run("UPDATE energy_corrections SET body = '{}'")).toThrow(/never changed/);
    expect(() => db.run('DELETE FROM energy_corrections')).toThrow(/never removed/);
    db.run("INSERT INTO energy_corrections (device, quantity, t, kind, body, reason, made_by, made_at) VALUES ('m', ?, 5, 'swap', '{\"final\":', '', '', 0)", field); // biome-ignore format: one
    expect(corrections.of('m', field)).toEqual({ swaps: [], decisions: [{ t: start, verdict: 'drop' }], readings: [] });
  });
});

describe('a closed month', () => {
  const allocation = (kwh: number) =>
    allocate({ meters: [{ id: 'main', values: { all: kwh } }], receivers: [], parts: [{ id: 'all', cost: 2 * kwh }] });
  const statement = (kwh: number) => ({ account: { allocation: allocation(kwh) } as MonthAccount, later: [] });

  it('stays as it was, is opened with a reason, and is closed as its next version', () => {
    const first = months.close('2026-06', 'electricity', statement(100), 'zhao');
    expect(() => months.close('2026-06', 'electricity', statement(101), 'zhao')).toThrow(/is closed \(version 1\)/);
    expect(months.closed('2026-06', 'electricity')?.statement).toEqual(statement(100));
    expect(months.closed('2026-06', 'water')).toBeUndefined();
    months.open('2026-06', 'electricity', 'zhao', '表计更换补录');
    expect(months.closed('2026-06', 'electricity')).toBeUndefined();
    expect(() => months.open('2026-06', 'electricity', 'zhao', 'x')).toThrow(/is not closed/);
    const second = months.close('2026-06', 'electricity', statement(101), 'zhao');
    expect(second.version).toBe(2);
    expect(second.sha256).not.toBe(first.sha256);
    expect(months.versions('2026-06', 'electricity').map((one) => one.statement.account.allocation.main)).toEqual([101, 100]);
  });

  it('cannot be changed behind its back', () => {
    months.close('2026-06', 'electricity', statement(100), 'zhao');
    expect(() => db.run("UPDATE energy_months SET body = '{}'")).toThrow(/never changed/);
    expect(() => db.run('DELETE FROM energy_months')).toThrow(/never removed/);
    db.run('DROP TRIGGER energy_months_stay');
    db.run("UPDATE energy_months SET body = '{}'");
    expect(() => months.closed('2026-06', 'electricity')).toThrow(/not what was closed/);
  });
});
