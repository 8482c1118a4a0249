import { describe, expect, test } from 'vitest';
import { type Priority, priorities } from '../shared/alarm.ts';
import { systemClock } from '../shared/clock.ts';
import type { Ticket } from '../shared/ticket.ts';
import { random } from '../test/random.ts';
import type { AlarmDefinition } from './desk.ts';
import { openDesk, openEngineDesk } from './open.ts';
import { type SlaEvent, type SlaKind, type SlaTargets, slaClocks, slaDefaults, slaKinds } from './sla.ts';

const minute = 60_000;
const clock = (kind: SlaKind, events: SlaEvent[], now: number, targets?: SlaTargets) =>
  slaClocks(events, now, targets).find((one) => one.kind === kind)!;
const open = (priority: Priority = 'high'): SlaEvent => ({ t: 0, by: 'engine', type: 'open', priority });
const at = (minutes: number, event: Record<string, unknown>) => ({ t: minutes * minute, by: 'zhang', ...event }) as SlaEvent;

describe('clocks of a ticket', () => {
  test('a pause stops the clock and says why and by whom; on its date it runs again by itself', () => {
    const events = [open(), at(30, { type: 'pause', reason: 'parts', until: 90 * minute })];
    const restore = clock('restore', events, 120 * minute);
    expect(restore.segments).toEqual([
      { from: 0, to: 30 * minute, state: 'running', reason: null, by: 'engine' },
      { from: 30 * minute, to: 90 * minute, state: 'paused', reason: 'parts', by: 'zhang' },
      { from: 90 * minute, to: null, state: 'running', reason: null, by: 'engine' },
    ]);
    expect([restore.ranMs / minute, restore.dueAt! / minute]).toEqual([60, 300]);
    expect(clock('restore', events, 80 * minute)).toMatchObject({ ranMs: 30 * minute, dueAt: null, breachedAt: null });
  });

  test('a change of priority keeps what ran: what is too late by then is too late from the change on', () => {
    const events = [open('low'), at(100, { type: 'priority', priority: 'critical' })];
    expect(clock('restore', events, 101 * minute)).toMatchObject({ ranMs: 101 * minute, targetMs: 60 * minute, breachedAt: 100 * minute });
    const milder = [open('critical'), at(50, { type: 'priority', priority: 'high' })];
    expect(clock('restore', milder, 70 * minute)).toMatchObject({ ranMs: 70 * minute, breachedAt: null, dueAt: 240 * minute });
  });

  test('time between the repair and its reopening is not counted; what was done before stays done', () => {
    const events = [open(), at(5, { type: 'arrive' }), at(60, { type: 'restore' }), at(600, { type: 'reopen' })];
    expect(clock('restore', events, 610 * minute)).toMatchObject({ ranMs: 70 * minute, ended: null, dueAt: 780 * minute });
    expect(clock('arrive', events, 610 * minute)).toMatchObject({ ranMs: 5 * minute, ended: 'done' });
  });

  test('what an alarm opened is restored when it is repaired and the alarm is gone, whichever comes last', () => {
    const begun = [open('critical'), at(0, { type: 'alarm' }), at(14, { type: 'restore' })];
    expect(clock('restore', begun, 30 * minute)).toMatchObject({ ranMs: 30 * minute, ended: null, dueAt: 60 * minute });
    expect(clock('restore', begun, 70 * minute)).toMatchObject({ ended: null, breachedAt: 60 * minute });
    expect(clock('arrive', begun, 30 * minute)).toMatchObject({ ranMs: 14 * minute, ended: 'done' });
    const gone = [...begun, at(40, { type: 'recovered' })];
    expect(clock('restore', gone, 90 * minute)).toMatchObject({
      ranMs: 40 * minute,
      ended: 'done',
      endedAt: 40 * minute,
      breachedAt: null,
    });
    const first = [open('critical'), at(0, { type: 'alarm' }), at(5, { type: 'recovered' }), at(14, { type: 'restore' })];
    expect(clock('restore', first, 90 * minute)).toMatchObject({ ranMs: 14 * minute, ended: 'done' });
    // Back before the signature: not restored after all. After it only a reopening counts.
    const back = [...gone, at(50, { type: 'alarm' })];
    expect(clock('restore', back, 55 * minute)).toMatchObject({ ranMs: 45 * minute, ended: null });
    const signed = [...gone, at(45, { type: 'sign' }), at(50, { type: 'alarm' })];
    expect(clock('restore', signed, 55 * minute)).toMatchObject({ ranMs: 40 * minute, ended: 'done' });
    // Signed all the same, with a reason: the clock of a closed ticket does not run for ever.
    expect(clock('restore', [...begun, at(20, { type: 'sign' })], 90 * minute)).toMatchObject({ ranMs: 20 * minute, ended: 'done' });
  });

  test('on the desk: the word of the technician does not stop the clock while the alarm is there', () => {
    let now = 0;
    using desk = openEngineDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now } });
    const text = { zh: '压力低', en: 'low' };
    const definition = {
      id: 'o2', rule: 'OXY', device: 'icu', quantity: 'pressure_kpa', system: 'oxygen', priority: 'critical', trade: 'medical-gas', lifeSafety: true,
      latching: false, ticket: true, causeKey: 'o2', title: text, message: text, check: text, location: text, building: null, department: null,
      unit: 'kPa', source: 'proposal',
    } as unknown as AlarmDefinition; // biome-ignore format: a table
    desk.raise(definition, { at: 0, value: 91.5, limit: 320 });
    const [ticket] = desk.tickets();
    const restore = () => desk.sla(ticket!.id).find(({ kind }) => kind === 'restore');
    now = 14 * minute;
    desk.resolve(ticket!.id, { id: 'li' }, 'valve opened');
    now = 20 * minute;
    expect(restore()).toMatchObject({ ranMs: 20 * minute, ended: null });
    now = 70 * minute;
    expect(desk.overdue(desk.tickets()).get(ticket!.id)).toMatchObject({ repaired: false });
    desk.clear('o2', { at: now, value: 400 });
    now = 80 * minute;
    expect(restore()).toMatchObject({ ranMs: 70 * minute, ended: 'done' });
  });

  test('a paused ticket does not breach, and waiting acknowledges nothing', () => {
    const events = [open(), at(1, { type: 'pause', reason: 'contractor', until: null })];
    expect(clock('restore', events, 10_000 * minute).breachedAt).toBeNull();
    expect(clock('acknowledge', events, 11 * minute)).toMatchObject({ breachedAt: 10 * minute });
  });

  test('the defaults are those that were promised', () => {
    expect(slaKinds.map((kind) => slaDefaults.critical[kind]! / minute)).toEqual([3, 10, 60]);
    expect(slaKinds.map((kind) => slaDefaults.high[kind]! / minute)).toEqual([10, 20, 240]);
  });
});

/** Walks second by second and counts; knows nothing of segments. */
function oracle(kind: SlaKind, events: readonly SlaEvent[], now: number, targets: SlaTargets) {
  let [ran, until] = [0, null as number | null];
  let state: 'none' | 'running' | 'paused' | 'done' | 'cancelled' = 'none';
  let priority: Priority = 'medium';
  let breached: number | null = null;
  let [alarm, repaired, signed] = [false, false, false];
  let next = 0;
  for (let t = 0; ; t += 1_000) {
    if (state === 'paused' && until !== null && t >= until) [state, until] = ['running', null];
    for (; next < events.length && events[next]!.t === t; next++) {
      const event = events[next]!;
      const over = state === 'done' || state === 'cancelled';
      if (event.type === 'open') [state, priority] = ['running', event.priority];
      else if (event.type === 'priority') {
        priority = event.priority;
        // Judged by the new promise alone.
        const target = targets[priority][kind];
        breached = target !== null && ran > target ? t : null;
      } else if (event.type === 'pause' && !over && kind !== 'acknowledge' && (event.until === null || event.until > t))
        [state, until] = ['paused', event.until];
      else if (event.type === 'resume' && state === 'paused') [state, until] = ['running', null];
      else if (event.type === 'reopen') {
        [repaired, signed] = [false, false];
        if (state === 'cancelled' || (state === 'done' && kind === 'restore')) state = 'running';
      } else if (event.type === 'cancel' && !over) state = 'cancelled';
      else if (event.type === 'alarm') {
        alarm = true;
        if (kind === 'restore' && state === 'done' && !signed) state = 'running';
      } else if (event.type === 'recovered') {
        alarm = false;
        if (kind === 'restore' && !over && repaired) state = 'done';
      } else if (event.type === 'sign' && kind === 'restore' && state !== 'cancelled' && repaired) [state, signed] = ['done', true];
      else if (event.type === 'restore' && kind === 'restore' && !over) {
        repaired = true;
        [state, until] = [alarm ? 'running' : 'done', null];
      } else if (
        !over &&
        kind !== 'restore' &&
        (event.type === 'restore' || event.type === 'arrive' || (event.type === 'acknowledge' && kind === 'acknowledge'))
      )
        state = 'done';
    }
    if (t >= now) break;
    if (state === 'running') {
      ran += 1_000;
      const target = targets[priority][kind];
      if (target !== null && ran > target && breached === null) breached = t;
    }
  }
  return { ranMs: ran, breachedAt: breached, ended: state === 'done' || state === 'cancelled' ? state : null };
}

test('10,000 random histories equal the oracle to the second (seed 20261127)', () => {
  const next = random(20261127);
  const seconds = (limit: number) => next.below(limit) * 1_000;
  const reasons = ['parts', 'contractor', 'approval'];
  const moves = ['resume', 'acknowledge', 'arrive', 'restore', 'reopen', 'cancel', 'alarm', 'recovered', 'sign'] as const;
  for (let round = 0; round < 10_000; round++) {
    const targets = Object.fromEntries(
      priorities.map((priority) => [priority, Object.fromEntries(slaKinds.map((kind) => [kind, next.chance(0.1) ? null : seconds(400)]))]),
    ) as SlaTargets;
    const span = 100 + next.below(500);
    const times = Array.from({ length: next.below(12) }, () => seconds(span)).sort((a, b) => a - b);
    const events: SlaEvent[] = [{ ...open(priorities[next.below(4)]!) }];
    for (const t of times) {
      const by = 'zhang';
      const kind = next.below(10);
      if (kind < 2) events.push({ t, by, type: 'priority', priority: priorities[next.below(4)]! });
      else if (kind < 5)
        events.push({ t, by, type: 'pause', reason: reasons[next.below(3)]!, until: next.chance(0.5) ? t - 20_000 + seconds(200) : null });
      else events.push({ t, by, type: moves[next.below(moves.length)]! });
    }
    const now = seconds(span + 100);
    for (const one of slaClocks(events, now, targets)) {
      const wanted = oracle(
        one.kind,
        events.filter(({ t }) => t <= now),
        now,
        targets,
      );
      expect({ round, kind: one.kind, ranMs: one.ranMs, breachedAt: one.breachedAt, ended: one.ended }).toEqual({
        round,
        kind: one.kind,
        ...wanted,
      });
      // Segments touch each other and cover all from the beginning to the end.
      one.segments.forEach((segment, index) => {
        if (index > 0) expect(segment.from).toBe(one.segments[index - 1]!.to);
      });
    }
  }
}, 240_000);

test('300 tickets moved at random on the real desk: their clocks are those of what was done, also of what was sent later (seed 20261128)', () => {
  const next = random(20261128);
  let now = 0;
  using desk = openDesk({ file: ':memory:', clock: { ...systemClock(), now: () => now }, needsNormal: false });
  const text = { zh: '漏', en: 'leak' };
  const li = { id: 'li' };
  for (let round = 0; round < 300; round++) {
    now += 1_000_000_000;
    const origin = now;
    const priority = priorities[next.below(4)]!;
    const { id } = desk.createTicket({ title: text, description: text, system: 'water', trade: 'plumbing', priority }, { id: 'nurse' });
    const done: SlaEvent[] = [{ t: 0, by: 'nurse', type: 'open', priority }];
    const note = (t: number, event: Record<string, unknown>) => done.push({ t: t - origin, by: 'li', ...event } as SlaEvent);
    for (let step = next.below(14); step > 0; step--) {
      now += (1 + next.below(20_000)) * 1_000;
      // Noted without a connection some time before it came in.
      const late = next.chance(0.3) && step > 1;
      const t = now;
      const who = late ? { ...li, at: t } : li;
      if (late) now += (1 + next.below(600)) * 1_000;
      const before: Ticket = desk.ticket(id)!;
      const { state } = before;
      const working = ['open', 'assigned', 'started', 'waiting'].includes(state);
      const move = next.below(9);
      if (move === 0 && working) {
        desk.assign(id, who, 'li');
        note(t, { type: 'acknowledge' });
      } else if (move <= 2 && working) {
        desk.arrive(id, who);
        if (state === 'waiting') note(t, { type: 'resume' });
        note(t, { type: 'arrive' });
      } else if (move <= 4 && (state === 'assigned' || state === 'started')) {
        const resumeAt = now + (1 + next.below(10_000)) * 1_000;
        desk.wait(id, who, 'washer', { kind: 'parts', resumeAt });
        note(t, { type: 'pause', reason: 'parts: washer', until: resumeAt - origin });
      } else if (move === 5 && working) {
        desk.resolve(id, who, 'new washer');
        if (state === 'waiting') note(t, { type: 'resume' });
        note(t, { type: 'restore' });
      } else if (move === 6 && ['resolved', 'verified', 'cancelled'].includes(state)) {
        desk.reopen(id, who, 'drips again');
        note(t, { type: 'reopen' });
      } else if (move === 7 && working && next.chance(0.3)) {
        desk.cancel(id, who, 'twice');
        if (state === 'waiting') note(t, { type: 'resume' });
        note(t, { type: 'cancel' });
      } else if (move === 8 && working) {
        const other = priorities[next.below(4)]!;
        desk.setTicketPriority(id, { id: 'head' }, other, 'looked at');
        if (other !== before.priority) note(now, { type: 'priority', priority: other });
      }
    }
    now += next.below(50_000) * 1_000;
    // As the times say, not as they came in.
    done.sort((a, b) => a.t - b.t);
    for (const one of desk.sla(id)) {
      const wanted = oracleOfMoves(one.kind, done, now - origin);
      expect({ round, kind: one.kind, ranMs: one.ranMs, ended: one.ended }).toEqual({ round, kind: one.kind, ...wanted });
    }
  }
}, 240_000);

/** As the oracle above, but from event to event, so that days are quick. */
function oracleOfMoves(kind: SlaKind, events: readonly SlaEvent[], now: number) {
  let [ran, until, at] = [0, null as number | null, 0];
  let state: 'none' | 'running' | 'paused' | 'done' | 'cancelled' = 'none';
  const runTo = (t: number) => {
    while (at < t) {
      const end = state === 'paused' && until !== null && until < t ? Math.max(until, at) : t;
      if (state === 'running') ran += end - at;
      at = end;
      if (state === 'paused' && until !== null && at >= until) [state, until] = ['running', null];
    }
  };
  for (const event of events) {
    runTo(event.t);
    const over = state === 'done' || state === 'cancelled';
    if (event.type === 'open') state = 'running';
    else if (event.type === 'pause' && !over && kind !== 'acknowledge') [state, until] = ['paused', event.until];
    else if (event.type === 'resume' && state === 'paused') [state, until] = ['running', null];
    else if (event.type === 'reopen' && (state === 'cancelled' || (state === 'done' && kind === 'restore'))) state = 'running';
    else if (event.type === 'cancel' && !over) state = 'cancelled';
    else if (
      !over &&
      (event.type === 'restore' ||
        (event.type === 'arrive' && kind !== 'restore') ||
        (event.type === 'acknowledge' && kind === 'acknowledge'))
    )
      state = 'done';
  }
  runTo(now);
  return { ranMs: ran, ended: state === 'done' || state === 'cancelled' ? state : null };
}
