/** The rules behind the alarm desk that a page cannot show by itself. */
import { describe, expect, it } from 'vitest';
import { type Permission, permissionsOf, type UserRole } from '../../../access/permissions.ts';
import { type Alarm, type AlarmState, alarmStates, priorities } from '../../../shared/alarm.ts';
import type { Ticket } from '../../../shared/ticket.ts';
import type { AlarmJournalInfo } from '../data/api.ts';
import { dayEnd, dayOf, dayStart } from '../data/days.ts';
import { pathOf } from '../hash.ts';
import { makeWords } from '../i18n/i18n.tsx';
import { dangerFirst, tileAlarms } from '../overview/tile-alarms.ts';
import { together } from '../ticket/checks.ts';
import { activeWarning, isUnrestored, restoredAt, stillActive } from '../ticket/clocks.ts';
import { filterOf, fits } from './alarm-filter.ts';
import { alarmSteps, inBulk } from './alarm-steps.ts';
import { outcomeOf } from './delivery-list.tsx';
import { journalCsv } from './journal-csv.ts';
import { isOverdue } from './ticket-filter.ts';

const alarm = (more: Partial<Alarm> = {}): Alarm => ({
  id: 'heat-loop-low.loop-1', rule: 'HEAT-LOOP-LOW', device: 'loop-1', quantity: 'pressure_kpa', system: 'heating', priority: 'high', trade: 'boiler',
  lifeSafety: false, state: 'UNACK', active: true, acknowledged: false, raisedAt: 5, clearedAt: null, acknowledgedAt: null, acknowledgedBy: null,
  occurrence: 1, value: 1, live: null, worst: null, limit: 2, unit: 'kPa', title: { zh: '压力低', en: 'Pressure low' }, message: { zh: '', en: '' }, check: { zh: '', en: '' },
  location: { zh: '后楼', en: 'Rear building' }, building: 'rear', department: null, shelvedUntil: null, shelvedReason: null, suppressedBy: null,
  outOfServiceTicket: null, cause: null, ticket: null, source: 'proposal', version: 1, ...more,
}); // biome-ignore format: a table

const actions = (more: Partial<Alarm>, role: UserRole) => {
  const granted = permissionsOf(role);
  return alarmSteps(alarm(more), (permission: Permission) => granted.includes(permission)).map(({ action }) => action);
};

describe('a check list', () => {
  const item = (id: string) => ({ id, text: { zh: '查', en: 'look' }, done: null });
  const ticket = (more: object = {}) => ({ alarm: 'o2', alarms: [], values: null, life: { checks: [item('a'), item('b')] }, ...more });
  it('is ticked in one go only where no life hangs on it', () => {
    const known = (lifeSafety: boolean) => new Map([['o2', alarm({ id: 'o2', lifeSafety })]]);
    expect(together(ticket(), known(false))).toBe(true);
    expect(together(ticket({ life: { checks: [item('a')] } }), known(false))).toBe(false);
    expect(together(ticket(), known(true))).toBe(false);
    expect(together(ticket({ alarm: null, alarms: ['o2'] }), known(true))).toBe(false);
    // The alarm is gone from the list of those that are open, the ticket still says what it was about.
    expect(together(ticket({ values: { lifeSafety: true } as Ticket['values'] }), new Map())).toBe(false);
  });
});

describe('repaired, but the alarm is there', () => {
  const ticket = { state: 'resolved', alarm: 'o2', alarms: ['flow'], alarmActive: true, resolvedAt: 9 } as unknown as Ticket;
  it('is not restored, and is told so with what is active', () => {
    expect([isUnrestored(ticket), restoredAt(ticket)]).toEqual([true, null]);
    expect([isUnrestored({ ...ticket, alarmActive: false }), restoredAt({ ...ticket, alarmActive: false })]).toEqual([false, 9]);
    const known = new Map(
      [alarm({ id: 'flow' }), alarm({ id: 'o2', lifeSafety: true }), alarm({ id: 'other' })].map((one) => [one.id, one]),
    );
    expect(stillActive(ticket, known).map(({ id }) => id)).toEqual(['o2', 'flow']);
    expect(stillActive(ticket, new Map([['o2', alarm({ id: 'o2', active: false })]]))).toEqual([]);
    const zh = makeWords('zh', 'Asia/Shanghai', () => undefined);
    const low = alarm({ id: 'o2', live: { value: 91.5, at: 1, trend: null, note: null } as Alarm['live'] });
    expect(activeWarning(ticket, new Map([['o2', low]]), zh)).toMatch(/告警仍在.*压力低 · 现在 91\.5 kPa$/);
    expect(activeWarning(ticket, new Map(), zh)).toBeUndefined();
  });
});

describe('who was told', () => {
  it('a screen has delivered nothing: it was shown, sounded or acknowledged', () => {
    const screen = (answer: string) => outcomeOf({ state: 'sent', channel: 'console', answer });
    expect(['shown', 'sounded', 'acknowledged'].map(screen)).toEqual(['receipt.shown', 'receipt.sounded', 'receipt.acknowledged']);
    expect(outcomeOf({ state: 'sent', channel: 'mail', answer: 'shown' })).toBe('delivery.sent');
    expect(outcomeOf({ state: 'failed', channel: 'mail', answer: null })).toBe('delivery.failed');
  });
});

describe('the steps that the desk offers', () => {
  it('fit the state and the role', () => {
    expect(actions({}, 'viewer')).toEqual([]);
    expect(actions({}, 'technician')).toEqual(['acknowledge', 'shelve', 'comment']);
    expect(actions({}, 'engineer')).toEqual(['acknowledge', 'shelve', 'suppress', 'out-of-service', 'comment']);
    const byState: Record<AlarmState, string[]> = {
      NORM: ['shelve', 'suppress', 'out-of-service', 'comment'],
      UNACK: ['acknowledge', 'shelve', 'suppress', 'out-of-service', 'comment'],
      ACKED: ['shelve', 'suppress', 'out-of-service', 'comment'],
      RTNUN: ['acknowledge', 'shelve', 'suppress', 'out-of-service', 'comment'],
      LUNACK: ['acknowledge', 'shelve', 'suppress', 'out-of-service', 'comment'],
      LACKED: ['shelve', 'suppress', 'out-of-service', 'comment'],
      SHLVD: ['unshelve', 'out-of-service', 'comment'],
      DSUPR: ['out-of-service', 'comment'],
      OOSRV: ['return', 'comment'],
    };
    for (const state of alarmStates) expect([state, actions({ state }, 'engineer')]).toEqual([state, byState[state]]);
    expect(actions({ state: 'LACKED', active: false }, 'technician')).toEqual(['reset', 'shelve', 'comment']);
  });

  it('end by hand only what a hand suppressed', () => {
    expect(actions({ state: 'DSUPR', suppressedBy: 'person:li' }, 'engineer')).toContain('unsuppress');
    expect(actions({ state: 'DSUPR', suppressedBy: 'maintenance:loop-1' }, 'engineer')).not.toContain('unsuppress');
  });

  it('take several at once only where nothing is critical and no life hangs on it', () => {
    expect(inBulk(alarm())).toBe(true);
    expect(inBulk(alarm({ priority: 'critical' }))).toBe(false);
    expect(inBulk(alarm({ lifeSafety: true }))).toBe(false);
    expect(inBulk(alarm({ state: 'ACKED' }))).toBe(false);
  });
});

describe('the filter', () => {
  const words = ({ title, location }: Alarm) => `${title.en} ${location.en}`;
  const shown = (search: string, more: Partial<Alarm> = {}) => fits(alarm(more), filterOf(new URLSearchParams(search)), words);

  it('keeps what fits all its parts', () => {
    expect(shown('')).toBe(true);
    expect(shown('priority=high&system=heating&building=rear&trade=boiler&view=calling')).toBe(true);
    for (const other of ['priority=low', 'system=water', 'building=front', 'trade=plumbing', 'view=hidden', 'view=returned']) {
      expect([other, shown(other)]).toEqual([other, false]);
    }
    expect(shown('view=hidden', { state: 'SHLVD' })).toBe(true);
    expect(shown('view=active', { state: 'SHLVD' })).toBe(false);
    expect(shown('view=returned', { state: 'RTNUN', active: false })).toBe(true);
    expect(shown('view=toString')).toBe(true);
  });

  it('finds every word, in any order and case', () => {
    expect(shown('text=rear+PRESSURE')).toBe(true);
    expect(shown('text=front+pressure')).toBe(false);
  });
});

describe('addresses', () => {
  it('are a path before the question mark', () => {
    expect(pathOf('#/alarms?priority=high')).toEqual(['alarms']);
    expect(pathOf('#/alarms/a%2Fb')).toEqual(['alarms', 'a/b']);
    expect(pathOf('')).toEqual([]);
  });
});

describe('days of the site', () => {
  it('begin at local midnight, also where clocks change and at the edges of the world', () => {
    expect(dayStart('2026-11-22', 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 21, 16));
    expect(dayEnd('2026-11-22', 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 22, 16));
    // 25 hours: clocks go back.
    expect(dayEnd('2026-10-25', 'Europe/Berlin') - dayStart('2026-10-25', 'Europe/Berlin')).toBe(25 * 3_600_000);
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata']) {
      expect([zone, dayOf(dayStart('2026-03-01', zone), zone)]).toEqual([zone, '2026-03-01']);
      expect([zone, dayOf(dayStart('2026-03-01', zone) - 1, zone)]).toEqual([zone, '2026-02-28']);
    }
    for (const one of [dayStart, dayEnd]) expect(one('soon', 'Asia/Shanghai')).toBeNaN();
  });
});

describe('the journal as CSV', () => {
  it('opens in Excel, in the words of the screen, and runs no formula that somebody wrote', () => {
    const entry: AlarmJournalInfo = {
      seq: 1, t: Date.UTC(2026, 0, 1), id: 'heat-loop-low.loop-1', event: 'acknowledge', from: 'UNACK', to: 'ACKED', who: 'wang',
      why: '=1+1, "said"', title: { zh: '压力低', en: 'Pressure low' }, location: { zh: '后楼', en: 'Rear building' },
    }; // biome-ignore format: a table
    const csv = journalCsv([entry, { ...entry, who: 'engine', why: null, event: 'raise' }], 'Asia/Shanghai', makeWords('en', 'Asia/Shanghai', () => undefined)); // biome-ignore format: short
    const lines = csv.split('\r\n');
    // Written by the one writer of shared/csv.ts, which quotes only what needs it.
    expect(lines[0]?.startsWith('\ufeffTime (Asia/Shanghai),UTC,Alarm,')).toBe(true);
    expect(lines[1]).toBe(
      `2026-01-01 08:00:00,2026-01-01T00:00:00.000Z,Pressure low,Rear building,heat-loop-low.loop-1,Acknowledged,ACKED,wang,"'=1+1, ""said"""`,
    );
    expect(lines[2]).toMatch(/,Raised,ACKED,automatic,$/);
  });
});

describe('a tile of the overview', () => {
  it('does not call normal what is shelved, suppressed or out of service', () => {
    const hidden = (['SHLVD', 'DSUPR', 'OOSRV'] as const).map((state) => alarm({ id: state, state }));
    expect(tileAlarms(hidden)).toMatchObject({ shown: [], quiet: [{ id: 'DSUPR' }, { id: 'OOSRV' }, { id: 'SHLVD' }] });
    expect(tileAlarms(hidden.map((one) => ({ ...one, active: false }))).quiet).toEqual([]);
    const life = alarm({ id: 'o2', state: 'SHLVD', lifeSafety: true });
    expect(tileAlarms([alarm({ id: 'other', priority: 'critical' }), life]).shown.map(({ id }) => id)).toEqual(['o2', 'other']);
  });
});

describe('the large figure of a tile', () => {
  it('is what the most urgent alarm is about: the source at 99 % does not stand before a zone at 43 %', () => {
    const zone = alarm({ id: 'zone', priority: 'critical', lifeSafety: true });
    const flow = alarm({ id: 'flow', priority: 'high' });
    const shown = (...alarms: (Alarm | undefined)[]) => alarms.map((one, at) => ({ at, alarm: one }));
    const order = (...alarms: (Alarm | undefined)[]) => dangerFirst(shown(...alarms)).map(({ at }) => at);
    expect(order(undefined, zone, flow)).toEqual([1, 0, 2]);
    expect(order(undefined, flow, zone)).toEqual([2, 0, 1]);
    expect(order(flow, undefined, flow)).toEqual([0, 1, 2]);
    expect(order(undefined, undefined)).toEqual([0, 1]);
  });
});

describe('overdue', () => {
  const ticket = (priority: Alarm['priority'], state: Ticket['state'] = 'open') => ({ priority, state, openedAt: 0 });
  const hour = 3_600_000;
  it('goes by priority: an hour for what is critical, four, a day, three days', () => {
    const overdue = (hours: number) => priorities.filter((priority) => isOverdue(ticket(priority), hours * hour));
    expect([1, 1.1, 4.1, 24.1, 72.1].map((hours) => overdue(hours).length)).toEqual([0, 1, 2, 3, 4]);
    expect(isOverdue(ticket('critical', 'resolved'), 99 * hour)).toBe(false);
    expect(isOverdue(ticket('critical', 'verified'), 99 * hour)).toBe(false);
  });
});
