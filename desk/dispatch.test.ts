import { describe, expect, test } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import type { Ticket } from '../shared/ticket.ts';
import type { NewTicket } from './desk.ts';
import { crewFor, nextTicket } from './dispatch.ts';
import { openDesk } from './open.ts';
import { checksOf } from './ticket-checks.ts';

const at = (more: Partial<Ticket>): Ticket => ({ id: 'T-1', state: 'open', trade: 'plumbing', priority: 'medium', assignee: null, openedAt: 0, building: null, department: null, ...more }) as Ticket; // biome-ignore format: a row

describe('take the next', () => {
  const anywhere = { trades: [], areas: [] };
  const next = (tickets: Ticket[], where: { trades: Ticket['trade'][]; areas: string[] } = anywhere) =>
    nextTicket(tickets, 'li', where)?.id;

  test('the most urgent before the near one, the near one before the old one, the old one first', () => {
    const urgent = at({ id: 'T-3', priority: 'critical', openedAt: 9 });
    const near = at({ id: 'T-2', building: 'rear', openedAt: 5 });
    const old = at({ id: 'T-1', openedAt: 1 });
    const here = at({ id: 'T-9', state: 'started', assignee: 'li', building: 'rear' });
    expect(next([old, near, urgent, here])).toBe('T-3');
    expect(next([old, near, here])).toBe('T-2');
    expect(next([old, near])).toBe('T-1');
    expect(next([old, near], { trades: [], areas: ['rear'] })).toBe('T-2');
  });

  test('only of the trades, and never one that somebody has', () => {
    const tickets = [at({ id: 'T-1', trade: 'boiler' }), at({ id: 'T-2', state: 'assigned', assignee: 'wang' }), at({ id: 'T-3' })];
    expect(next(tickets, { trades: ['plumbing'], areas: [] })).toBe('T-3');
    expect(next(tickets, { trades: ['electrical'], areas: [] })).toBeUndefined();
  });

  test('a crew: on duty first, then near, then who has least in hand', () => {
    const mine = (person: string, more: Partial<Ticket> = {}) => at({ id: `T-${person}`, state: 'started', assignee: person, ...more });
    const tickets = [mine('busy'), mine('busy', { id: 'T-8' }), mine('near', { building: 'rear' }), mine('waits', { state: 'waiting' })];
    const crew = crewFor(at({ id: 'T-7', building: 'rear' }), tickets, ['busy', 'free', 'near', 'duty', 'waits'], ['duty']);
    expect(crew.map(({ person, load }) => [person, load])).toEqual([
      ['duty', 0],
      ['near', 1],
      ['free', 0],
      ['waits', 0],
      ['busy', 2],
    ]);
  });
});

describe('a check list', () => {
  test('is one item for each part, where both languages have as many', () => {
    expect(checksOf({ zh: '查水位；测温度。', en: 'check the level; measure the heat' })).toEqual([
      { zh: '查水位', en: 'Check the level' },
      { zh: '测温度', en: 'Measure the heat' },
    ]);
    expect(checksOf({ zh: '查水位；测温度', en: 'check level and heat' })).toHaveLength(1);
    expect(checksOf({ zh: '', en: '' })).toEqual([]);
  });

  test('says who looked and when, keeps who was first, and begins anew when the ticket is opened again', () => {
    let now = 1_000;
    using desk = openDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now } });
    const text = { zh: '漏', en: 'leak' };
    const input: NewTicket = { title: text, description: text, system: 'water', trade: 'plumbing', priority: 'low', checks: [{ zh: '阀', en: 'valve' }, { zh: '泵', en: 'pump' }] }; // biome-ignore format: a row
    const { id } = desk.createTicket(input, { id: 'nurse' });
    desk.check(id, { id: 'li' }, ['check-1'], true);
    now = 2_000;
    desk.check(id, { id: 'wang' }, ['check-1', 'check-2'], true);
    expect(desk.ticket(id)?.life.checks.map(({ done }) => done)).toEqual([
      { by: 'li', at: 1_000 },
      { by: 'wang', at: 2_000 },
    ]);
    expect(() => desk.check(id, { id: 'li' }, ['check-9'], true)).toThrow(/no item/);
    desk.addCheck(id, { id: 'li' }, { zh: '表', en: '表' });
    desk.check(id, { id: 'li' }, ['check-2'], false);
    expect(desk.ticket(id)?.life.checks.map(({ id: item, done }) => [item, done?.by])).toEqual([
      ['check-1', 'li'],
      ['check-2', undefined],
      ['own-3', undefined],
    ]);
    desk.resolve(id, { id: 'li' }, 'new seal', { minutes: 30, parts: [], costYuan: 5, note: null });
    expect(desk.ticket(id)?.life.work).toEqual([{ by: 'li', at: 2_000, minutes: 30, parts: [], costYuan: 5, note: null }]);
    desk.reopen(id, { id: 'wang' }, 'leaks again');
    expect(desk.ticket(id)?.life.checks.every(({ done }) => done === null)).toBe(true);
  });
});

describe('repeat faults', () => {
  test('are those of one device, or of one department and trade, within 30 days, cancelled ones left out', () => {
    let now = 0;
    using desk = openDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now } });
    const text = { zh: '灯', en: 'light' };
    const open = (day: number, more: Partial<NewTicket> = {}) => {
      now = day * 86_400_000;
      return desk.createTicket({ title: text, description: text, system: 'electricity', trade: 'electrical', priority: 'low', department: 'icu', ...more }, { id: 'nurse' }).id; // biome-ignore format: a row
    };
    const old = open(1);
    const first = open(2);
    open(5, { department: 'er' });
    open(6, { trade: 'plumbing' });
    open(7, { device: 'pump' });
    const gone = open(8);
    desk.cancel(gone, { id: 'head' }, 'twice');
    const second = open(20);
    const last = open(32);
    expect(desk.repeats(last)).toEqual([first, second, last]);
    expect(desk.repeats(second)).toEqual([old, first, second]);
  });
});

describe('work that was noted without a connection', () => {
  let now = 0;
  const minute = 60_000;
  const text = { zh: '漏', en: 'leak' };
  const desk = openDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now } });
  const opened = () => {
    now = 100 * minute;
    return desk.createTicket({ title: text, description: text, system: 'water', trade: 'plumbing', priority: 'high' }, { id: 'nurse' }).id;
  };

  test('stands at the time at which it was done, in ticket, journal and clocks; when it came in stands beside it', () => {
    const id = opened();
    now += 5 * minute;
    desk.assign(id, { id: 'li' }, 'li');
    now += 60 * minute;
    desk.arrive(id, { id: 'li', at: 110 * minute });
    desk.resolve(id, { id: 'li', at: 130 * minute }, 'new seal');
    expect(desk.ticket(id)).toMatchObject({ startedAt: 110 * minute, resolvedAt: 130 * minute, life: { arrivedAt: 110 * minute } });
    expect(desk.sla(id).map(({ ranMs, breachedAt }) => [ranMs / minute, breachedAt])).toEqual([
      [5, null],
      [10, null],
      [30, null],
    ]);
    expect(desk.journal({ kind: 'ticket', id })[0]).toMatchObject({ t: 130 * minute, detail: { sentAt: 165 * minute } });
  });

  test('before the ticket was there, or after somebody else moved it: refused, and nothing changes', () => {
    const id = opened();
    expect(() => desk.arrive(id, { id: 'li', at: 99 * minute })).toThrow(/before the ticket was there/);
    now += 20 * minute;
    desk.cancel(id, { id: 'head' }, 'reported twice');
    expect(() => desk.arrive(id, { id: 'li', at: 110 * minute })).toThrow(/cancelled since then, by head/);
    expect(desk.ticket(id)?.state).toBe('cancelled');
    const other = opened();
    desk.assign(other, { id: 'li' }, 'li');
    // A phone whose clock is some seconds behind.
    expect(desk.arrive(other, { id: 'li', at: now - 2_000 < 100 * minute ? 100 * minute : now - 2_000 }).life.arrivedAt).toBe(now);
  });
});
