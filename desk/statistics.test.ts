/** A thousand tickets worked through the real desk at known times: every count and time is exact. */
import { expect, test } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { trades } from '../shared/system.ts';
import type { Ticket } from '../shared/ticket.ts';
import { heatingAlarm } from '../test/dashboards-app.ts';
import { random } from '../test/random.ts';
import { openDatabase } from './database.ts';
import type { NewTicket } from './desk.ts';
import { importTickets } from './import-tickets.ts';
import { openDesk, openEngineDesk } from './open.ts';
import { keyOf, type StatisticsBy, statisticsBy, statisticsOf } from './statistics.ts';

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

/** What one ticket is to count for, noted while it is worked. */
interface Truth {
  id: string;
  opened: number;
  acknowledged?: number;
  arrived?: number;
  repaired?: number;
  state: 'open' | 'signed' | 'cancelled';
  reopened: boolean;
  parts: number;
  cents: number;
  minutes: number;
  stars?: number;
  fault: string;
}

test('1,000 simulated tickets with arrivals, reopenings, cancellations, work, stars and repeat faults: every figure of every view is exact (seed 20261129)', () => {
  const next = random(20261129);
  let now = Date.UTC(2025, 0, 1);
  using desk = openDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now } });
  const text = { zh: '灯不亮', en: 'no light' };
  const pass = (most: number) => {
    now += (1 + next.below(most)) * 1_000;
    return now;
  };
  const truth = new Map<string, Truth>();
  for (let n = 0; n < 1_000; n++) {
    pass(10 * 3_600);
    const trade = trades[next.below(trades.length)]!;
    const place: Partial<NewTicket> = next.chance(0.5)
      ? { department: `d${next.below(15)}` }
      : { device: `m${next.below(15)}`, building: 'rear' };
    const { id } = desk.createTicket(
      { title: text, description: text, system: 'electricity', trade, priority: 'low', ...place },
      { id: 'nurse' },
    );
    const one: Truth = {
      id,
      opened: now,
      state: 'open',
      reopened: false,
      parts: 0,
      cents: 0,
      minutes: 0,
      fault: `${place.device}/${place.department}/${trade}`,
    };
    truth.set(id, one);
    const who = { id: `worker-${next.below(6)}` };
    if (next.chance(0.05)) continue;
    if (next.chance(0.05)) {
      desk.cancel(id, { id: 'head' }, 'twice');
      one.state = 'cancelled';
      continue;
    }
    if (next.chance(0.8)) {
      one.acknowledged = pass(900);
      desk.assign(id, who, who.id);
    }
    if (next.chance(0.1)) continue;
    one.arrived = pass(3_600);
    one.acknowledged ??= one.arrived;
    desk.arrive(id, who);
    const book = () => {
      const work = {
        minutes: next.below(200),
        parts: [{ name: 'lamp', quantity: 1 + next.below(4), unit: '个', costYuan: next.below(5_000) / 100 }],
        costYuan: next.below(30_000) / 100,
        note: null,
      };
      one.minutes += work.minutes;
      one.parts++;
      one.cents += Math.round(work.costYuan * 100) + Math.round(work.parts[0]!.costYuan * 100);
      return work;
    };
    if (next.chance(0.4)) desk.bookWork(id, who, book());
    if (next.chance(0.1)) continue;
    one.repaired = pass(20_000);
    desk.resolve(id, who, 'new lamp', next.chance(0.5) ? book() : undefined);
    if (next.chance(0.15)) {
      pass(50_000);
      desk.reopen(id, { id: 'nurse' }, 'dark again');
      one.reopened = true;
      one.repaired = pass(20_000);
      desk.resolve(id, who, 'new ballast');
    }
    if (next.chance(0.2)) continue;
    pass(5_000);
    const stars = next.chance(0.5) ? 1 + next.below(5) : null;
    if (stars !== null) one.stars = stars;
    desk.sign(id, { id: 'nurse' }, { name: 'Nurse', file: null, stars });
    if (next.chance(0.5)) desk.closeTicket(id, { id: 'engineer' });
    one.state = 'signed';
  }
  const tickets = desk.tickets({ state: 'all', limit: 10_000 });
  const rank = (times: number[], share: number) => {
    const sorted = [...times].sort((a, b) => a - b);
    return sorted.length === 0 ? null : sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]! / minute;
  };
  // Low priority: three days. What was repaired here was so within hours.
  const isLate = (one: Truth) => one.state === 'open' && one.repaired === undefined && now - one.opened > 3 * 86_400_000;
  const expected = (list: Truth[]) => {
    const spread = (of: (one: Truth) => number | undefined) => {
      const times = list.flatMap((one) => (of(one) === undefined ? [] : [(of(one) as number) - one.opened]));
      return { count: times.length, medianMin: rank(times, 0.5), p90Min: rank(times, 0.9) };
    };
    const signed = list.filter(({ state }) => state === 'signed');
    const stars = list.flatMap((one) => one.stars ?? []);
    let repeatFaults = 0;
    for (const [, same] of Map.groupBy(
      list.filter(({ state }) => state !== 'cancelled'),
      ({ fault }) => fault,
    )) {
      // More than three in some 30 days, looked for from each one on.
      if (same.some((from) => same.filter(({ opened }) => opened >= from.opened && opened - from.opened <= 30 * 86_400_000).length > 3))
        repeatFaults++;
    }
    return {
      opened: list.length,
      closed: signed.length,
      cancelled: list.filter(({ state }) => state === 'cancelled').length,
      open: list.filter(({ state }) => state === 'open').length,
      overdue: list.filter(isLate).length,
      overdueOpen: list.filter(isLate).length,
      fromAlarms: 0,
      reopened: list.filter(({ reopened }) => reopened).length,
      firstTimeFixPct: signed.length === 0 ? null : (100 * signed.filter(({ reopened }) => !reopened).length) / signed.length,
      repeatFaults,
      acknowledge: spread((one) => one.acknowledged),
      arrive: spread((one) => one.arrived),
      restore: spread((one) => one.repaired),
      parts: list.reduce((sum, one) => sum + one.parts, 0),
      costYuan: list.reduce((sum, one) => sum + one.cents, 0) / 100,
      workMinutes: list.reduce((sum, one) => sum + one.minutes, 0),
      starsMean: stars.length === 0 ? null : stars.reduce((sum, one) => sum + one, 0) / stars.length,
    };
  };
  const zone = 'Asia/Shanghai';
  for (const by of statisticsBy as readonly StatisticsBy[]) {
    const { rows, total } = statisticsOf(tickets, by, zone, desk.overdue(tickets), desk.times(tickets));
    expect(total).toEqual({ key: null, ...expected([...truth.values()]) });
    const groups = Map.groupBy(tickets, (one) => keyOf(one, by, zone));
    expect(rows.length).toBe(groups.size);
    for (const { key, ...row } of rows) {
      const mine = groups.get(key)!.map(({ id }) => truth.get(id)!);
      expect(row, `${by} ${key}`).toEqual(expected(mine));
    }
  }
  const { total } = statisticsOf(tickets, 'trade', zone, desk.overdue(tickets));
  expect(total.repeatFaults).toBeGreaterThan(0);
  expect(total.overdue).toBeGreaterThan(0);
});

test('a ticket is overdue by its promise: pauses do not count, a late repair does, a cancelled one does not', () => {
  const hour = 60 * minute;
  let now = Date.UTC(2026, 0, 1);
  using desk = openDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now } });
  const li = { id: 'li' };
  const text = { zh: '漏水', en: 'leak' };
  // High: four hours.
  const opened = () => desk.createTicket({ title: text, description: text, system: 'water', trade: 'plumbing', priority: 'high' }, li).id;
  const [waited, late, cancelled, open] = [opened(), opened(), opened(), opened()];
  for (const id of [waited, late]) desk.assign(id, li, 'li');
  desk.wait(waited, li, '等备件', { kind: 'parts', resumeAt: now + 40 * hour });
  desk.cancel(cancelled, li, '重复');
  now += 5 * hour;
  desk.resolve(late, li, '换阀');
  now += 20 * hour;
  desk.resolve(waited, li, '换管');
  const all = desk.tickets({ state: 'all' });
  expect([...desk.overdue(all)].sort()).toEqual([
    [late, { since: Date.UTC(2026, 0, 1, 4), byMs: hour, repaired: true }],
    [open, { since: Date.UTC(2026, 0, 1, 4), byMs: 21 * hour, repaired: false }],
  ]);
  expect(statisticsOf(all, 'trade', 'Asia/Shanghai', desk.overdue(all)).total).toMatchObject({ overdue: 2, overdueOpen: 1 });
});

test('a ticket from before the desk has no moves: its own times say whether it was repaired, and when', () => {
  const hour = 60 * minute;
  const opened = Date.UTC(2026, 0, 1);
  const db = openDatabase(':memory:');
  using desk = openDesk({ db, clock: { ...systemClock(), now: () => opened + 900 * hour } });
  const text = { zh: '漏水', en: 'leak' };
  const { id: _, ...fresh } = desk.createTicket(
    { title: text, description: text, system: 'water', trade: 'plumbing', priority: 'high' },
    { id: 'li' },
  );
  const of = (state: Ticket['state'], repairedAfter: number | null, more: Partial<Ticket> = {}): Omit<Ticket, 'id'> => ({
    ...fresh,
    openedAt: opened,
    assignedAt: opened + minute,
    resolvedAt: repairedAfter === null ? null : opened + repairedAfter,
    state,
    ...more,
  });
  const signedOnly = { verifiedAt: opened + 6 * hour };
  const past = [of('closed', hour), of('closed', 7 * hour), of('verified', null, signedOnly), of('cancelled', null), of('assigned', null)];
  expect(importTickets(db, 'past', past)).toBe(past.length);
  const tickets = desk.tickets({ state: 'all', to: opened + hour });
  const since = opened + 4 * hour;
  expect(Object.fromEntries(desk.overdue(tickets))).toEqual({
    'T-3': { since, byMs: 3 * hour, repaired: true },
    'T-4': { since, byMs: 2 * hour, repaired: true },
    'T-6': { since, byMs: 896 * hour, repaired: false },
  });
  expect(desk.sla('T-2').map(({ kind, ended, ranMs }) => [kind, ended, ranMs])).toEqual([
    ['acknowledge', 'done', minute],
    ['arrive', 'done', hour],
    ['restore', 'done', hour],
  ]);
  const { total } = statisticsOf(tickets, 'trade', 'Asia/Shanghai', desk.overdue(tickets));
  expect(total).toMatchObject({ opened: 5, closed: 3, open: 1, cancelled: 1, overdue: 3, overdueOpen: 1 });
});

test('restored is what the clock of the ticket says: repaired and the alarm gone; a ticket from before the desk begins its clocks when it is reopened', () => {
  const hour = 60 * minute;
  const opened = Date.UTC(2026, 0, 1);
  let now = opened;
  const db = openDatabase(':memory:');
  using desk = openEngineDesk({ db, clock: { ...systemClock(), now: () => now } });
  const li = { id: 'li' };
  desk.raise(heatingAlarm('loop-1', { id: 'hot', causeKey: 'hot', ticket: true }), { at: now, value: 90, limit: 80 });
  const [alarmed] = desk.tickets();
  now += hour;
  desk.resolve(alarmed!.id, li, 'pump');
  const figures = () => {
    const all = desk.tickets({ state: 'all' });
    return statisticsOf(all, 'trade', 'Asia/Shanghai', desk.overdue(all), desk.times(all)).total;
  };
  expect(figures().restore.count).toBe(0);
  now += hour;
  desk.clear('hot', { at: now, value: 60 });
  expect(figures().restore).toEqual({ count: 1, medianMin: 120, p90Min: 120 });

  const { id: _, ...like } = alarmed!;
  const old = { ...like, alarm: null, alarms: [], alarmActive: false, priority: 'high' as const, openedAt: opened - 400 * 24 * hour };
  const signed = { state: 'closed' as const, resolvedAt: old.openedAt + hour, verifiedAt: old.openedAt + 2 * hour };
  importTickets(db, 'past', [{ ...old, ...signed }]);
  const [past] = desk.tickets({ state: 'all', to: opened - hour });
  desk.reopen(past!.id, li, 'leaks again');
  const reopened = now;
  now += 3 * hour;
  const restore = () => desk.sla(past!.id).find(({ kind }) => kind === 'restore');
  expect(restore()).toMatchObject({ ranMs: 3 * hour, breachedAt: null, dueAt: reopened + 4 * hour });
  desk.assign(past!.id, li, 'li');
  desk.resolve(past!.id, li, 'new valve');
  expect(restore()).toMatchObject({ ranMs: 3 * hour, ended: 'done' });
  expect(desk.times(desk.tickets({ state: 'all' })).get(past!.id)).toEqual({ begunAt: reopened, restoredAt: now });
  expect(figures()).toMatchObject({ restore: { count: 2, medianMin: 120, p90Min: 180 }, acknowledge: { count: 1, medianMin: 180 } });
});
