/** Which tickets the engine makes part of another, and which never: no alarm may end up without an open ticket, no danger to life under another name. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { heatingAlarm } from '../test/dashboards-app.ts';
import type { AlarmDefinition, EngineDesk } from './desk.ts';
import { openEngineDesk } from './open.ts';

const hour = 3_600_000;
const anna = { id: 'anna' };
const bo = { id: 'bo' };

let clock: ManualClock;
let desk: EngineDesk;
beforeEach(() => {
  clock = manualClock();
  desk = openEngineDesk({ file: ':memory:', clock });
});
afterEach(() => desk[Symbol.dispose]());

const raise = (id: string, more: Partial<AlarmDefinition> = {}, adopts: string[] = []) => {
  const one = heatingAlarm(`at-${id}`, { id, causeKey: id, ticket: true, priority: 'critical', lifeSafety: false, ...more });
  const alarm = desk.raise(one, { at: clock.now(), value: 1, limit: 2 }, undefined, adopts);
  for (const child of adopts) desk.setCause(child, id);
  return alarm;
};
const clear = (id: string) => desk.clear(id, { at: clock.now(), value: 3 });
const ticketOf = (id: string) => desk.ticket(desk.alarm(id)?.ticket ?? '');

test('what follows from an alarm that is shelved, whose own ticket is closed long since, keeps its ticket, first or second', () => {
  raise('burst');
  clear('burst');
  const old = ticketOf('burst')?.id ?? '';
  desk.resolve(old, anna, 'mended');
  desk.verify(old, bo);
  clock.advanceSync(48 * hour);
  raise('rope');
  desk.shelve('burst', anna, { reason: 'sensor', until: clock.now() + hour });
  raise('burst', {}, ['rope']);
  raise('flow', { causeKey: 'burst' });
  desk.setCause('flow', 'burst');
  for (const id of ['rope', 'flow']) expect(ticketOf(id), id).toMatchObject({ state: 'open', alarm: id });
  expect(desk.ticket(old)).toMatchObject({ state: 'verified', alarms: [] });
});

test('a ticket with a danger to life in it is handed to nothing, put into nothing and stands under nothing', () => {
  raise('rcm-high', { causeKey: 'rcm', priority: 'high' });
  raise('rcm', { lifeSafety: true });
  const own = ticketOf('rcm');
  expect(own).toMatchObject({ alarm: 'rcm', alarms: ['rcm-high'] });
  for (const root of ['feeder', 'main']) {
    raise(root, { priority: 'high' }, ['rcm-high']);
    expect(ticketOf('rcm')).toMatchObject({ id: own?.id, state: root === 'feeder' ? 'open' : 'assigned', alarm: 'rcm', title: own?.title });
    desk.assign(own?.id ?? '', anna, 'anna');
  }
  expect(ticketOf('rcm')?.life.parent).toBeNull();
});

test('a danger to life is what its ticket is about, whatever the priorities say, and the journal says since when', () => {
  raise('warm', { causeKey: 'hot', priority: 'critical' });
  raise('hot', { priority: 'high', lifeSafety: true });
  raise('worse', { causeKey: 'hot', priority: 'critical' });
  const ticket = ticketOf('warm');
  expect(ticket).toMatchObject({ alarm: 'hot', priority: 'critical', device: 'at-hot', alarms: ['warm', 'worse'] });
  const events = desk.journal({ kind: 'ticket', id: ticket?.id ?? '' }).toReversed();
  expect(events.map(({ event, detail }) => [event, detail.alarm])).toEqual([
    ['open', 'warm'],
    ['join', 'hot'],
    ['lead', 'hot'],
    ['join', 'worse'],
  ]);
});

test('a ticket of days ago is neither the ticket of what explains its alarm today nor cancelled for it', () => {
  raise('cold-room');
  const old = ticketOf('cold-room')?.id;
  clear('cold-room');
  clock.advanceSync(48 * hour);
  raise('cold-room');
  clock.advanceSync(60_000);
  raise('mains', {}, ['cold-room']);
  expect(ticketOf('mains')).toMatchObject({ alarm: 'mains', openedAt: clock.now() });
  expect(ticketOf('cold-room')).toMatchObject({ id: old, state: 'open', life: { parent: ticketOf('mains')?.id } });
});

test('a ticket that is about another alarm than those that follow is not taken over', () => {
  raise('pump', { causeKey: 'sump' });
  raise('level', { causeKey: 'sump' });
  raise('burst', {}, ['level']);
  for (const id of ['pump', 'level']) expect(ticketOf(id), id).toMatchObject({ state: 'open', alarm: 'pump', alarms: ['level'] });
  expect(ticketOf('burst')).toMatchObject({ alarm: 'burst', life: { children: [ticketOf('pump')?.id] } });
});

test('where a ticket is put into another, all of its alarms go along', () => {
  raise('burst');
  clear('burst');
  raise('level', { causeKey: 'sump' });
  raise('pump', { causeKey: 'sump' });
  raise('burst', {}, ['level']);
  for (const id of ['pump', 'level']) expect(ticketOf(id), id).toMatchObject({ state: 'open', alarm: 'burst', alarms: ['level', 'pump'] });
});

test('a worse alarm that joins brings its place to the lists too', () => {
  raise('warm', { causeKey: 'hot', priority: 'medium' });
  raise('hot', { device: 'far', department: 'icu', building: 'rear', trade: 'electrical' });
  const id = ticketOf('warm')?.id;
  for (const filter of [{ device: 'far' }, { department: 'icu' }, { building: 'rear' }, { trade: 'electrical' as const }])
    expect(desk.tickets(filter).map((one) => one.id), JSON.stringify(filter)).toEqual([id]); // biome-ignore format: one
  expect(desk.tickets({ device: 'at-warm' })).toEqual([]);
});
