/** A thousand tickets worked through the real desk at known times: every count and time is exact. */
import { expect, test } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { trades } from '../shared/system.ts';
import { openDesk } from './open.ts';
import { statisticsOf } from './statistics.ts';

const minute = 60_000;

test('1,000 tickets of a year: counts, times, first-time fix and months are what was done', () => {
  let now = Date.UTC(2026, 0, 1, 1);
  const clock = { ...systemClock(), now: () => now };
  using desk = openDesk({ file: ':memory:', clock });
  const li = { id: 'li', admin: false };
  const nurse = { id: 'nurse', admin: false };
  const truth = new Map<string, { opened: number; closed: number; restore: number[] }>();
  let seed = 77;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  for (let i = 0; i < 1_000; i++) {
    now += 8 * 60 * minute;
    const trade = trades[random(trades.length)]!;
    const row = truth.get(trade) ?? { opened: 0, closed: 0, restore: [] };
    truth.set(trade, row);
    const text = { zh: '灯不亮', en: 'no light' };
    const { id, openedAt } = desk.createTicket(
      { title: text, description: text, system: 'electricity', trade, priority: 'low', department: `d${i % 40}` },
      li,
    );
    row.opened++;
    if (i % 10 === 9) continue;
    now += (1 + random(9)) * minute;
    desk.assign(id, li, 'li');
    now += (1 + random(30)) * minute;
    desk.start(id, li);
    now += (1 + random(200)) * minute;
    desk.resolve(id, li, '换灯管');
    row.restore.push(now - openedAt);
    if (i % 7 === 0) continue;
    now += minute;
    desk.verify(id, nurse);
    row.closed++;
  }
  const tickets = desk.tickets({ state: 'all', limit: 10_000 });
  const { rows, total } = statisticsOf(tickets, 'trade', 'Asia/Shanghai');
  expect(total.opened).toBe(1_000);
  expect(rows.reduce((sum, row) => sum + row.opened, 0)).toBe(1_000);
  for (const row of rows) {
    const known = truth.get(row.key as string)!;
    const sorted = known.restore.toSorted((a, b) => a - b);
    expect([row.opened, row.closed, row.restore.count], String(row.key)).toEqual([known.opened, known.closed, sorted.length]);
    expect(row.restore.medianMin).toBe(sorted[Math.ceil(0.5 * sorted.length) - 1]! / minute);
    expect(row.restore.p90Min).toBe(sorted[Math.ceil(0.9 * sorted.length) - 1]! / minute);
    expect(row.firstTimeFixPct).toBe(100);
  }
  const months = statisticsOf(tickets, 'month', 'Asia/Shanghai').rows.map((row) => row.key);
  expect(months).toEqual([...months].sort());
  expect(months[0]).toBe('2026-01');
  expect(statisticsOf([], 'person', 'Asia/Shanghai').total).toMatchObject({
    opened: 0,
    firstTimeFixPct: null,
    restore: { count: 0, medianMin: null },
  });
});
