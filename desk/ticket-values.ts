import type { Alarm } from '../shared/alarm.ts';
import { mostUrgent } from '../shared/alarm-order.ts';
import type { Ticket } from '../shared/ticket.ts';

/** Each ticket with the numbers of its most urgent alarm as they are now; of equally bad ones, of the one that it is about. */
export function withValues(list: readonly Ticket[], load: (alarm: string) => { alarm: Alarm } | undefined): Ticket[] {
  const known = new Map<string, Alarm | undefined>();
  const alarmOf = (id: string) => {
    if (!known.has(id)) known.set(id, load(id)?.alarm);
    return known.get(id);
  };
  return list.map((ticket) => {
    const own = [ticket.alarm, ...ticket.alarms].flatMap((id) => (id === null ? [] : (alarmOf(id) ?? [])));
    const worst = mostUrgent(own);
    const about = mostUrgent(own.filter(({ id }) => id === ticket.alarm));
    const first = about?.active && about.priority === worst?.priority ? about : worst;
    if (!first) return { ...ticket, values: null, override: ticket.override ?? null };
    const { id: alarm, value, live, worst: reached, limit, unit, lifeSafety } = first;
    return { ...ticket, values: { alarm, value, live, worst: reached, limit, unit, lifeSafety }, override: ticket.override ?? null };
  });
}
