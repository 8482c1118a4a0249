/**
 * The one order in which people see alarms, on every list, tile, wall, phone and notice: life safety first, what is active before what has returned,
 * then priority, then what nobody has acknowledged, then the newest. `desk/alarm-sql.ts` says the same to the database; a test compares both.
 */
import { type Alarm, type Priority, priorities } from './alarm.ts';

export type OrderedAlarm = Pick<Alarm, 'lifeSafety' | 'active' | 'priority' | 'state' | 'raisedAt' | 'id'>;

/** Waits for somebody to acknowledge it. */
export const calls = ({ state }: Pick<Alarm, 'state'>): boolean => state === 'UNACK' || state === 'RTNUN' || state === 'LUNACK';
/** Shelved, suppressed or out of service: evaluated, but calls nobody. */
export const isHidden = ({ state }: Pick<Alarm, 'state'>): boolean => state === 'SHLVD' || state === 'DSUPR' || state === 'OOSRV';
/** A danger to life that is there now: no acknowledgement, shelf or filter takes it off the wall. */
export const isLifeDanger = ({ lifeSafety, active }: Pick<Alarm, 'lifeSafety' | 'active'>): boolean => lifeSafety && active;

export const priorityRank = (priority: Priority): number => priorities.indexOf(priority);

export function byUrgency(a: OrderedAlarm, b: OrderedAlarm): number {
  return (
    Number(b.lifeSafety) - Number(a.lifeSafety) ||
    Number(b.active) - Number(a.active) ||
    priorityRank(a.priority) - priorityRank(b.priority) ||
    Number(calls(b)) - Number(calls(a)) ||
    (b.raisedAt ?? 0) - (a.raisedAt ?? 0) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** The first of what is not hidden, and of dangers to life even when hidden. */
export function mostUrgent<A extends OrderedAlarm>(alarms: Iterable<A>): A | undefined {
  let found: A | undefined;
  for (const alarm of alarms) {
    if (isHidden(alarm) && !isLifeDanger(alarm)) continue;
    if (!found || byUrgency(alarm, found) < 0) found = alarm;
  }
  return found;
}

/** What stands above every page while it is there: dangers to life, and urgent alarms that nobody has acknowledged. */
export const standsAbove = (alarm: OrderedAlarm): boolean =>
  isLifeDanger(alarm) || (alarm.active && alarm.priority === 'critical' && calls(alarm));

/** What the wall always shows: all that calls, and every danger to life. */
export const onTheWall = (alarm: OrderedAlarm): boolean => calls(alarm) || isLifeDanger(alarm);
