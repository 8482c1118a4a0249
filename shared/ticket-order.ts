/** The order of open tickets on every list: that of their alarms. What a person reported counts as there until it is done. */
import { priorityRank } from './alarm-order.ts';
import type { Ticket } from './ticket.ts';

export type OrderedTicket = Pick<Ticket, 'id' | 'alarm' | 'alarmActive' | 'priority' | 'openedAt'> & {
  values: Pick<NonNullable<Ticket['values']>, 'lifeSafety'> | null;
};

const safety = ({ values }: OrderedTicket): number => Number(values?.lifeSafety ?? false);
const there = ({ alarm, alarmActive }: OrderedTicket): number => Number(alarm === null || alarmActive);

export const byTicketUrgency = (a: OrderedTicket, b: OrderedTicket): number =>
  safety(b) - safety(a) ||
  there(b) - there(a) ||
  priorityRank(a.priority) - priorityRank(b.priority) ||
  b.openedAt - a.openedAt ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
