/** Registers by month: the newest that holds, what is missing by name, nothing changed behind anybody's back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { manualClock } from '../shared/clock.ts';
import { figureNames, figureOf, inUnit } from './figure-names.ts';
import { monthsOf, openRegisters, type Registers } from './registers.ts';

let db: Database;
let registers: Registers;
const clock = manualClock(Date.UTC(2026, 0, 5));
beforeEach(() => {
  db = openDatabase(':memory:');
  registers = openRegisters(db, clock);
});
afterEach(() => db[Symbol.dispose]());
const put = (month: string, value: number, more = {}) => registers.put({ name: 'bed-days', month, value, unit: 'bed-days', ...more }, 'li');

describe('a register', () => {
  it('names the months that are missing, and has no total while one is', () => {
    put('2025-11', 9_000);
    put('2026-01', 9_500);
    expect(registers.series('bed-days', '2025-11', '2026-01')).toMatchObject({
      known: 18_500,
      total: null,
      missing: ['2025-12'],
      unit: 'bed-days',
    });
    put('2025-12', 9_100);
    expect(registers.series('bed-days', '2025-11', '2026-01')).toMatchObject({ total: 27_600, missing: [] });
    expect(registers.series('drills', '2025-11', '2025-12')).toMatchObject({ known: null, total: null, missing: ['2025-11', '2025-12'] });
  });

  it('takes the mean of a level', () => {
    for (const [month, value] of [['2025-11', 80], ['2025-12', 90]] as const) registers.put({ name: 'occupancy', month, value, unit: 'pct' }, 'li'); // biome-ignore format: one
    expect(registers.series('occupancy', '2025-11', '2025-12').total).toBe(85);
  });

  it('holds the newest; one that is taken back gives way to the one before it; the same again changes nothing', () => {
    const first = put('2025-12', 9_100);
    expect(put('2025-12', 9_100).id).toBe(first.id);
    const second = put('2025-12', 9_200);
    expect(registers.get('bed-days', '2025-12')?.value).toBe(9_200);
    registers.undo(second.id, 'wang', '抄错');
    expect(registers.get('bed-days', '2025-12')).toMatchObject({ value: 9_100, madeBy: 'li' });
    expect(() => registers.undo(second.id, 'wang', 'again')).toThrow(/taken back already/);
    expect(registers.list({})).toHaveLength(2);
  });

  it('of a department is not that of the site', () => {
    put('2025-12', 300, { department: 'icu' });
    expect(registers.series('bed-days', '2025-12', '2025-12').known).toBeNull();
    expect(registers.series('bed-days', '2025-12', '2025-12', 'icu').total).toBe(300);
  });

  it('refuses what is no figure, and another unit for a known name', () => {
    for (const wrong of [{ month: '2025-13' }, { month: '2025-1' }, { value: Number.POSITIVE_INFINITY }, { unit: 'kWh' }, { name: ' ' }])
      expect(() => put('2025-12', 1, wrong), JSON.stringify(wrong)).toThrow(/./);
    expect(registers.list({})).toEqual([]);
    expect(registers.put({ name: '花木租摆', month: '2025-12', value: 40, unit: 'pieces' }, 'li').unit).toBe('pieces');
    expect(registers.names().map(({ name }) => name)).toEqual(['花木租摆']);
  });

  it('cannot be changed behind its back', () => {
    put('2025-12', 1);
    expect(() => db.run('UPDATE energy_figures SET value = 2')).toThrow(/never changed/);
    expect(() => db.run('DELETE FROM energy_figures')).toThrow(/never removed/);
  });
});

it('every word of a figure means one figure only, and its own unit is one of its words', () => {
  const words = figureNames.flatMap((one) => [one.id, one.label.zh, one.label.en, ...one.aliases].map((word) => [word, one.id]));
  for (const [word, id] of words) expect(figureOf(word as string)?.id, word).toBe(id);
  expect([inUnit('t', 'constructor'), inUnit('t', '__proto__')]).toEqual([undefined, undefined]);
  for (const { unit, id } of figureNames) expect(inUnit(unit, unit === 'm3' ? 'm3' : unit === 'pct' ? '%' : unit), id).toBe(1);
  expect([inUnit('t', '公斤'), inUnit('yuan', '万元'), inUnit('kWh', '万kWh'), inUnit('kWh', '吨')]).toEqual([
    0.001,
    10_000,
    10_000,
    undefined,
  ]);
  expect(monthsOf('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
});
