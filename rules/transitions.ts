/**
 * From the journal to points of `alarm_transition`: one point for each move of an alarm, at the plant time of the move. The point of a `raised` stands
 * for the occurrence: what becomes of it later (it returned, it called somebody after all) is written to the same point. So a reader finds begin and
 * end in one row, and writing the journal again, from wherever, ends in the same points.
 */

import type { AlarmEventType, JournalEntry } from '../desk/index.ts';
import type { StorePoint, Tags } from '../ingest/store.ts';
import type { Alarm } from '../shared/alarm.ts';
import type { Plant } from './plant.ts';

/** What people call the move. Comments and grouping are no transitions. */
export const transitions = {
  raise: 'raised',
  clear: 'returned',
  acknowledge: 'acknowledged',
  reset: 'reset',
  shelve: 'shelved',
  unshelve: 'unshelved',
  'shelf-end': 'unshelved',
  suppress: 'suppressed',
  unsuppress: 'released',
  'out-of-service': 'out-of-service',
  return: 'in-service',
} as const satisfies Partial<Record<AlarmEventType, string>>;
const transitionOf = (event: string): string | undefined => (transitions as Record<string, string>)[event];

/** Alarms of no device (a notification channel) come from here. */
const ownGateway = 'rules';
const unwritable = /[\p{Cc}\\]+/gu;
const label = (text: string) => text.replaceAll(unwritable, ' ').trim();

const number = (detail: Record<string, unknown>, name: string): number | undefined =>
  typeof detail[name] === 'number' ? (detail[name] as number) : undefined;

/**
 * Points of these entries, in their order; what belongs to one point is joined.
 * @param alarmOf the alarm as it is now, for the names of things
 */
export function pointsOf(entries: readonly JournalEntry[], plant: Plant, alarmOf: (id: string) => Alarm | undefined): StorePoint[] {
  const points = new Map<string, StorePoint>();
  const put = (alarm: Alarm, transition: string, t: number, fields: Record<string, number>) => {
    const key = `${alarm.id} ${transition} ${t}`;
    const known = points.get(key);
    if (known) Object.assign(known.fields, fields);
    else points.set(key, { measurement: 'alarm_transition', tags: tagsOf(alarm, transition, plant), t, fields });
  };
  for (const { kind, id, t, event, to, detail } of entries) {
    const transition = transitionOf(event);
    const alarm = kind === 'alarm' && transition !== undefined ? alarmOf(id) : undefined;
    if (transition === undefined || alarm === undefined) continue;
    const fields: Record<string, number> = { open: to === 'NORM' ? 0 : 1 };
    for (const [field, from] of [
      ['value', 'value'],
      ['limit', 'limit'],
      ['until_ms', 'until'],
    ] as const) {
      const value = number(detail, from);
      if (value !== undefined) fields[field] = value;
    }
    const at = number(detail, 'at') ?? t;
    const called = detail.annunciated === true;
    if (event === 'raise') Object.assign(fields, { annunciated: called ? 1 : 0, returned_at_ms: 0 });
    put(alarm, transition, at, fields);
    const raisedAt = number(detail, 'raisedAt');
    if (event === 'raise' || raisedAt === undefined) continue;
    if (event === 'clear') put(alarm, transitions.raise, raisedAt, { returned_at_ms: at });
    else if (called) put(alarm, transitions.raise, raisedAt, { annunciated: 1 });
  }
  return [...points.values()];
}

function tagsOf(alarm: Alarm, transition: string, plant: Plant): Tags {
  const device = plant.devices.get(alarm.device);
  return {
    site: plant.site,
    building: alarm.building ?? device?.building,
    department: alarm.department ?? device?.department,
    device: alarm.device,
    gateway: device?.gateway ?? ownGateway,
    system: alarm.system,
    rule: alarm.rule,
    priority: alarm.priority,
    transition,
    title_zh: label(alarm.title.zh),
    title_en: label(alarm.title.en),
    device_zh: label(device?.name.zh ?? alarm.location.zh),
    device_en: label(device?.name.en ?? alarm.location.en),
  };
}
