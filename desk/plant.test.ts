import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/servers.ts';
import { openDatabase } from './database.ts';
import { daysLeft, dueDate, loadDeadlines, localDate, stageOf } from './deadlines.ts';
import { openPlant } from './plant.ts';

describe('due dates', () => {
  for (const rule of loadDeadlines().values())
    it(`${rule.id} comes to the dates of its examples`, () => {
      for (const { last, due } of rule.examples) expect([last, dueDate(rule, last)]).toEqual([last, due]);
      expect([...rule.notices].sort((a, b) => b - a)).toEqual(rule.notices);
    });

  it('are told at 90, 30 and 7 days and the day after the last', () => {
    const notices: [number, number, number] = [90, 30, 7];
    expect([91, 90, 31, 30, 8, 7, 0, -1].map((left) => stageOf({ notices }, left))).toEqual([
      'ok',
      'notice',
      'notice',
      'soon',
      'soon',
      'urgent',
      'urgent',
      'overdue',
    ]);
  });

  it("are days of the site's calendar, also over summer time", () => {
    const lateEvening = Date.UTC(2026, 0, 31, 16, 30);
    expect([localDate('Asia/Shanghai', lateEvening), localDate('UTC', lateEvening)]).toEqual(['2026-02-01', '2026-01-31']);
    expect(daysLeft('2026-03-30', '2026-03-28')).toBe(2);
  });
});

describe('registers', () => {
  const door = {
    id: 'door-1',
    kind: 'door' as const,
    name: { zh: '防火门', en: 'Fire door' },
    devices: [],
    trade: 'general' as const,
    state: 'in-use' as const,
  };

  it('lose no change under another one, and set aside what cannot be read', () => {
    using folder = temporaryFolder('registers');
    using db = openDatabase(join(folder.path, 'operations.db'));
    const { assets } = openPlant(db);
    const by = { who: 'li', at: 1_000 };
    expect(assets.put(door, by).version).toBe(1);
    expect(() => assets.put(door, by)).toThrow(/exists already/);
    expect(assets.put({ ...door, state: 'stopped' }, { who: 'wang', at: 2_000 }, 1).version).toBe(2);
    expect(() => assets.put({ ...door, state: 'scrapped' }, by, 1)).toThrow(/changed meanwhile by wang/);
    expect(() => assets.put({ ...door, id: 'door-2' }, by, 1)).toThrow(/no "door-2"/);
    db.run("INSERT INTO plant_registers VALUES ('assets', 'door-0', '{\"kind\":', 1, 'x', 1)");
    const found: string[] = [];
    db.onSetAside = ({ place, row }) => found.push(`${place} ${row}`);
    expect(assets.all().map(({ value }) => [value.id, value.state])).toEqual([['door-1', 'stopped']]);
    expect(found).toEqual(['plant_registers.assets door-0']);
    expect(assets.nextId('asset')).toBe('asset-3');
  });
});
