import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { priorities } from '../shared/alarm.ts';
import { byUrgency } from '../shared/alarm-order.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { random } from '../test/random.ts';
import type { AlarmDefinition, EngineDesk } from './desk.ts';
import { openDesk, openEngineDesk } from './open.ts';

const hour = 3_600_000;
const text = (en: string) => ({ zh: `中文${en}`, en });
const definition = (over: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  id: 'o2-area-low.ward-3',
  rule: 'O2-AREA-LOW',
  device: 'ward-3',
  quantity: 'pressure_kpa',
  system: 'oxygen',
  priority: 'critical',
  trade: 'medical-gas',
  lifeSafety: true,
  latching: false,
  unit: 'kPa',
  title: text('Oxygen low'),
  message: text('Oxygen low at ward 3'),
  check: text('Valves'),
  location: text('Ward 3'),
  building: 'main',
  department: 'ward-3',
  source: 'GB 50751-2012 7.1',
  ticket: true,
  causeKey: 'O2-AREA-LOW.ward-3',
  ...over,
});
const anna = { id: 'anna' };
const bo = { id: 'bo' };

let clock: ManualClock;
let desk: EngineDesk;
let folder: string;
beforeEach(() => {
  clock = manualClock();
  folder = mkdtempSync(join(tmpdir(), 'plantroom-desk-'));
  desk = openEngineDesk({ file: join(folder, 'operations.db'), clock });
});
afterEach(() => {
  desk[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});
const raise = (over: Partial<AlarmDefinition> = {}) => desk.raise(definition(over), { at: clock.now(), value: 300, limit: 320 });
const id = 'o2-area-low.ward-3';

describe('alarms', () => {
  test('a raised alarm is unacknowledged, has one ticket, and stays when the desk is opened again', () => {
    const alarm = raise();
    expect(alarm).toMatchObject({ state: 'UNACK', active: true, occurrence: 1, value: 300, limit: 320, ticket: 'T-1' });
    raise();
    expect(desk.tickets()).toHaveLength(1);
    desk[Symbol.dispose]();
    desk = openEngineDesk({ file: join(folder, 'operations.db'), clock });
    expect(desk.alarm(id)).toEqual(alarm);
  });

  test('the value at raising, the value now and the worst are kept apart, also over a restart and after the return', () => {
    raise();
    const live = { value: 90, at: clock.now() + 60_000, trend: 'falling' as const, note: null };
    desk.see([{ id, occurrence: 1, live, worst: { value: 88, at: clock.now() + 50_000 } }]);
    const wanted = { value: 300, live, worst: { value: 88, at: clock.now() + 50_000 }, limit: 320 };
    expect(desk.alarm(id)).toMatchObject(wanted);
    expect(desk.alarms()[0]).toMatchObject(wanted);
    expect(desk.ticket('T-1')?.values).toMatchObject({ alarm: id, ...wanted, unit: 'kPa', lifeSafety: true });
    // A person's move meanwhile loses nothing of it.
    expect(desk.acknowledge(id, anna)).toMatchObject(wanted);
    desk[Symbol.dispose]();
    desk = openEngineDesk({ file: join(folder, 'operations.db'), clock });
    expect(desk.alarm(id)).toMatchObject(wanted);
    // What an engine that has just begun knows less of does not better the worst.
    desk.see([{ id, occurrence: 1, live: { ...live, at: clock.now() + 70_000 }, worst: { value: 120, at: clock.now() + 70_000 } }]);
    expect(desk.alarm(id)?.worst).toEqual({ value: 88, at: clock.now() + 50_000 });
    desk.clear(id, { at: clock.now() + 90_000, value: 402 });
    expect(desk.alarm(id)).toMatchObject({ value: 300, live: { value: 402, at: clock.now() + 90_000 }, worst: { value: 88 } });
    expect(desk.journal({ event: 'clear' })[0]?.detail).toMatchObject({ value: 402 });
    desk.raise(definition(), { at: clock.now() + 99_000, value: 310, limit: 320 });
    expect(desk.alarm(id)).toMatchObject({ occurrence: 2, value: 310, live: { value: 310 }, worst: { value: 310 } });
  });

  test('come in the one order, which the database knows too', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    console.log(`SEED=${seed}`);
    const chance = random(seed);
    for (let at = 0; at < 120; at++) {
      const device = `d-${at}`;
      const alarm = `r.${device}`;
      const priority = priorities[chance.below(4)]!;
      clock.advance(1_000);
      raise({ id: alarm, device, priority, lifeSafety: chance.chance(0.3), causeKey: alarm, latching: chance.chance(0.2) });
      if (chance.chance(0.4)) desk.acknowledge(alarm, anna);
      if (chance.chance(0.4)) desk.clear(alarm, { at: clock.now(), value: 400 });
      if (chance.chance(0.2) && desk.alarm(alarm)?.state !== 'NORM')
        desk.shelve(alarm, anna, { reason: 'work', until: clock.now() + hour });
    }
    for (const state of ['open', 'all'] as const) {
      const told = desk.alarms({ state });
      expect(told.map((one) => one.id)).toEqual([...told].sort(byUrgency).map((one) => one.id));
    }
    const first = desk.alarms({ limit: 1 })[0]!;
    expect(first).toMatchObject({ lifeSafety: true, active: true });
    expect(desk.alarms({ active: true, limit: 500 }).every(({ active }) => active)).toBe(true);
    // Filtered before it is limited.
    expect(desk.alarms({ active: false, limit: 2 })).toHaveLength(2);
  });

  test('another process sees and makes moves, and only one of two acknowledgements counts', () => {
    raise();
    using other = openDesk({ file: join(folder, 'operations.db'), clock });
    expect(other.acknowledge(id, anna, 'on my way')).toMatchObject({ state: 'ACKED', acknowledgedBy: 'anna' });
    expect(() => desk.acknowledge(id, bo)).toThrow(expect.objectContaining({ code: 'desk/transition' }));
    expect(desk.journal({ kind: 'alarm', event: 'acknowledge' })).toMatchObject([
      { who: 'anna', why: 'on my way', from: 'UNACK', to: 'ACKED' },
    ]);
  });

  test('an alarm that clears unacknowledged waits for the acknowledgement', () => {
    raise();
    expect(desk.clear(id, { at: clock.now(), value: 400 })).toMatchObject({ state: 'RTNUN', active: false });
    expect(desk.alarms()).toHaveLength(1);
    expect(desk.acknowledge(id, anna).state).toBe('NORM');
    expect(desk.alarms()).toHaveLength(0);
  });

  test('shelving needs a reason and an end within 8 hours, and ends by itself into UNACK while the condition lasts', () => {
    raise();
    desk.acknowledge(id, anna);
    const until = clock.now() + 2 * hour;
    expect(() => desk.shelve(id, anna, { reason: ' ', until })).toThrow(/reason/);
    expect(() => desk.shelve(id, anna, { reason: 'test', until: clock.now() + 9 * hour })).toThrow(/8 h/);
    expect(desk.shelve(id, anna, { reason: 'regulator swap', until })).toMatchObject({ state: 'SHLVD', shelvedUntil: until });
    desk.endShelves();
    expect(desk.alarm(id)?.state).toBe('SHLVD');
    clock.advanceSync(2 * hour);
    desk.endShelves();
    expect(desk.alarm(id)).toMatchObject({ state: 'UNACK', shelvedUntil: null });
  });

  test('out of service needs an open ticket and ends with return', () => {
    raise();
    expect(() => desk.outOfService(id, anna, 'T-9')).toThrow(expect.objectContaining({ code: 'desk/unknown' }));
    expect(desk.outOfService(id, anna, 'T-1').state).toBe('OOSRV');
    desk.clear(id, { at: clock.now(), value: 400 });
    expect(desk.return(id, anna).state).toBe('NORM');
  });

  test('return also ends a suppression by hand, never one of the engine', () => {
    raise();
    desk.suppress(id, anna, 'maintenance of the zone');
    expect(desk.return(id, anna).state).toBe('UNACK');
    desk.suppressBy(id, 'sys-comm.ward-3');
    expect(() => desk.return(id, anna)).toThrow(expect.objectContaining({ code: 'desk/transition' }));
    desk.releaseFrom(id, 'another');
    expect(desk.alarm(id)?.state).toBe('DSUPR');
    desk.releaseFrom(id, 'sys-comm.ward-3');
    expect(desk.alarm(id)?.state).toBe('UNACK');
  });

  test('an alarm raised while suppressed opens its ticket only when it comes into the open', () => {
    desk.raise(definition(), { at: clock.now(), value: 1, limit: 2 }, 'gs-mains.ats');
    expect(desk.alarm(id)).toMatchObject({ state: 'DSUPR', active: true, ticket: null });
    expect(desk.tickets()).toHaveLength(0);
    desk.releaseFrom(id, 'gs-mains.ats');
    expect(desk.alarm(id)).toMatchObject({ state: 'UNACK', ticket: 'T-1' });
  });

  test('an unknown alarm is a fault of its own', () => {
    expect(() => desk.acknowledge('nothing', anna)).toThrow(expect.objectContaining({ code: 'desk/unknown' }));
  });
});

describe('tickets', () => {
  test('recovery is noted and does not close the ticket; sign-off comes from a second person', () => {
    raise();
    expect(() => desk.assign('T-2', anna, 'bo')).toThrow(expect.objectContaining({ code: 'desk/unknown' }));
    desk.assign('T-1', anna, 'bo');
    desk.start('T-1', bo);
    desk.wait('T-1', bo, 'spare part');
    desk.resolve('T-1', bo, 'regulator replaced');
    expect(() => desk.verify('T-1', anna)).toThrow(/danger to life is still there/);
    desk.clear(id, { at: clock.now(), value: 400 });
    expect(desk.ticket('T-1')).toMatchObject({ state: 'resolved', alarmActive: false });
    expect(() => desk.verify('T-1', bo)).toThrow(/another person/);
    expect(desk.verify('T-1', anna).state).toBe('verified');
    expect(desk.journal({ kind: 'ticket' }).map((entry) => entry.event)).toEqual([
      'verify',
      'recovered',
      'resolve',
      'wait',
      'start',
      'assign',
      'open',
    ]);
  });

  test('a signature acknowledges the returned alarms of the ticket, in the name of whoever signs; what is active or of another ticket stays', () => {
    const other = 'flow.ward-3';
    raise();
    raise({ id: other });
    raise({ id: 'elsewhere', causeKey: 'elsewhere' });
    for (const one of [id, other, 'elsewhere']) desk.clear(one, { at: clock.now(), value: 400 });
    desk.resolve('T-1', bo, 'done');
    expect(desk.alarm(id)?.state).toBe('RTNUN');
    desk.verify('T-1', anna);
    for (const one of [id, other]) {
      expect(desk.alarm(one), one).toMatchObject({ state: 'NORM' });
      const [entry] = desk.journal({ kind: 'alarm', id: one, event: 'acknowledge' });
      expect(entry).toMatchObject({ who: 'anna', from: 'RTNUN', to: 'NORM', why: expect.stringContaining('T-1') });
    }
    expect(desk.alarm('elsewhere')?.state).toBe('RTNUN');
  });

  test('a drawn signature does the same, with the name that was signed; an override acknowledges nothing that is there', () => {
    raise({ lifeSafety: false });
    desk.clear(id, { at: clock.now(), value: 400 });
    desk.resolve('T-1', bo, 'done');
    desk.sign('T-1', { id: 'ward:ward-3' }, { name: '王护士', file: null, stars: null });
    expect(desk.journal({ kind: 'alarm', id, event: 'acknowledge' })[0]).toMatchObject({
      who: 'ward:ward-3',
      why: expect.stringContaining('王护士'),
    });
    raise({ id: 'b', causeKey: 'b', lifeSafety: false });
    desk.resolve('T-2', bo, 'done');
    desk.verify('T-2', { ...anna, admin: true }, undefined, { reason: 'sensor broken' });
    expect(desk.alarm('b')).toMatchObject({ state: 'UNACK' });
  });

  test('nobody signs off what he repaired himself, whatever his role', () => {
    raise({ lifeSafety: false });
    desk.assign('T-1', anna, 'bo');
    desk.start('T-1', bo);
    desk.resolve('T-1', anna, 'done');
    desk.clear(id, { at: clock.now(), value: 400 });
    for (const who of [anna, bo, { ...anna, admin: true }, { ...bo, admin: true }]) {
      expect(() => desk.verify('T-1', who, undefined, { reason: 'I say so' })).toThrow(/another person/);
    }
    expect(desk.verify('T-1', { id: 'cai' }).state).toBe('verified');
  });

  test('an override of an active alarm names itself, needs its reason, and stands on ticket and journal', () => {
    raise({ lifeSafety: false });
    desk.resolve('T-1', bo, 'done');
    const admin = { ...anna, admin: true };
    expect(() => desk.verify('T-1', anna, undefined, { reason: 'sensor broken' })).toThrow(/still active/);
    expect(() => desk.verify('T-1', admin)).toThrow(/override and needs its reason/);
    expect(() => desk.verify('T-1', admin, undefined, { reason: '  ' })).toThrow(/needs its reason/);
    const signed = desk.verify('T-1', admin, undefined, { reason: 'sensor broken' });
    expect(signed).toMatchObject({ state: 'verified', override: { reason: 'sensor broken', by: 'anna' } });
    expect(desk.journal({ event: 'verify' })[0]).toMatchObject({ why: 'sensor broken', detail: { override: true } });
    // What is signed does not say "active" for ever.
    expect(desk.ticket('T-1')).toMatchObject({ alarmActive: true });
    desk.clear(id, { at: clock.now(), value: 400 });
    expect(desk.ticket('T-1')).toMatchObject({ state: 'verified', alarmActive: false });
    expect(desk.reopen('T-1', anna, 'again').override).toBeNull();
  });

  test('a danger to life that is still there is neither signed off nor cancelled by anybody', () => {
    raise();
    desk.resolve('T-1', bo, 'done');
    const admin = { ...anna, admin: true };
    expect(() => desk.verify('T-1', admin, undefined, { reason: 'sensor broken' })).toThrow(/danger to life/);
    desk.reopen('T-1', anna, 'not done');
    expect(() => desk.cancel('T-1', admin, 'no time')).toThrow(/danger to life/);
    desk.clear(id, { at: clock.now(), value: 400 });
    expect(desk.cancel('T-1', admin, 'sensor was broken').state).toBe('cancelled');
  });

  test('while a ticket is open a recurrence goes to it; within a day of its sign-off it opens it again, later a new one', () => {
    raise();
    desk.clear(id, { at: clock.now(), value: 400 });
    desk.resolve('T-1', bo, 'done');
    raise();
    expect(desk.tickets()).toMatchObject([{ id: 'T-1', alarmActive: true }]);
    desk.clear(id, { at: clock.now(), value: 400 });
    desk.verify('T-1', anna);
    raise();
    expect(desk.alarm(id)).toMatchObject({ occurrence: 3, ticket: 'T-1' });
    expect(desk.ticket('T-1')).toMatchObject({ state: 'open', alarmActive: true, verifiedBy: null, life: { reopened: 1 } });
    desk.clear(id, { at: clock.now(), value: 400 });
    desk.resolve('T-1', bo, 'new valve');
    desk.verify('T-1', anna);
    clock.advanceSync(25 * hour);
    raise();
    expect(desk.alarm(id)).toMatchObject({ occurrence: 4, ticket: 'T-2' });
    expect(desk.tickets({ alarm: id, state: 'all' })).toHaveLength(2);
  });

  test('alarms of one cause share a ticket, which takes the worst priority', () => {
    raise({ id: 'a.f', rule: 'A', causeKey: 'overload.f', priority: 'medium' });
    raise({ id: 'b.f', rule: 'B', causeKey: 'overload.f', priority: 'high' });
    // It is about the worse of them, in title, words and place alike.
    expect(desk.tickets()).toMatchObject([{ id: 'T-1', alarm: 'b.f', alarms: ['a.f'], priority: 'high', title: desk.alarm('b.f')?.title }]);
    desk.clear('a.f', { at: clock.now(), value: 1 });
    expect(desk.ticket('T-1')?.alarmActive).toBe(true);
    desk.clear('b.f', { at: clock.now(), value: 1 });
    expect(desk.ticket('T-1')?.alarmActive).toBe(false);
  });

  test('a person reports one, somebody cancels it, it can be reopened', () => {
    const ticket = desk.createTicket(
      { title: text('Tap drips'), description: text('Room 12'), system: 'water', trade: 'plumbing', priority: 'low' },
      anna,
    );
    expect(ticket).toMatchObject({ id: 'T-1', state: 'open', openedBy: 'anna', alarm: null });
    expect(desk.cancel('T-1', bo, 'done already').state).toBe('cancelled');
    expect(() => desk.start('T-1', bo)).toThrow(expect.objectContaining({ code: 'desk/transition' }));
    expect(desk.reopen('T-1', anna, 'drips again').state).toBe('open');
  });
});

test('the journal counts up without holes over both kinds and can be tailed', () => {
  raise();
  desk.acknowledge(id, anna);
  desk.assign('T-1', anna, 'bo');
  const seqs = desk.journalSince(0).map((entry) => entry.seq);
  expect(seqs).toEqual([1, 2, 3, 4]);
  expect(desk.journalSince(2).map((entry) => entry.event)).toEqual(['acknowledge', 'assign']);
  expect(desk.lastSeq()).toBe(4);
});

test('a throw inside a batch undoes all of it', () => {
  expect(() =>
    desk.batch(() => {
      raise();
      throw new Error('disk');
    }),
  ).toThrow('disk');
  expect(desk.alarms()).toHaveLength(0);
  expect(desk.lastSeq()).toBe(0);
});

test('each operator position has its own key figures', () => {
  const from = clock.now();
  raise();
  clock.advanceSync(1_000);
  desk.raise(definition({ id: 'el-over.feeder', trade: 'electrical' }), { at: clock.now(), value: 1, limit: 2 });
  clock.advanceSync(30_000);
  desk.acknowledge('el-over.feeder', anna);
  const mine = desk.kpis(from, from + hour, 'electrical');
  expect(mine).toMatchObject({ annunciated: 1, medianSecondsToAcknowledge: 30 });
  expect(mine.top.map((one) => one.alarm)).toEqual(['el-over.feeder']);
  expect(desk.kpis(from, from + hour, 'medical-gas')).toMatchObject({ annunciated: 1, medianSecondsToAcknowledge: null });
  expect(desk.kpis(from, from + hour)).toMatchObject({ annunciated: 2 });
  expect(desk.kpis(from, clock.now() + 25 * hour, 'electrical').stale).toEqual(['el-over.feeder']);
});

test('key figures count what called a person, not what was hidden', () => {
  const from = clock.now();
  for (let i = 0; i < 3; i++) {
    raise();
    clock.advanceSync(10_000);
    desk.clear(id, { at: clock.now(), value: 400 });
    clock.advanceSync(5_000);
  }
  desk.raise(definition({ id: 'x.y', priority: 'low' }), { at: clock.now(), value: 1, limit: 2 }, 'parent');
  const kpis = desk.kpis(from, from + hour);
  expect(kpis).toMatchObject({ annunciated: 3, perHour: 3, peakPerTenMinutes: 3, floodShare: 0, chattering: [id] });
  expect(kpis.top).toMatchObject([{ alarm: id, count: 3, share: 1 }]);
  clock.advanceSync(1_000);
  raise();
  clock.advanceSync(30_000);
  desk.acknowledge(id, anna);
  expect(desk.kpis(from, from + hour).medianSecondsToAcknowledge).toBe(30);
  expect(desk.kpis(from, clock.now() + 25 * hour).stale).toEqual([id]);
});
