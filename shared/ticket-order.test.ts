import { expect, test } from 'vitest';
import type { Priority } from './alarm.ts';
import { byTicketUrgency, type OrderedTicket } from './ticket-order.ts';

const ticket = (id: string, openedAt: number, priority: Priority, more: Partial<OrderedTicket> = {}): OrderedTicket => ({
  id,
  openedAt,
  priority,
  alarm: id,
  alarmActive: true,
  values: { lifeSafety: false },
  ...more,
});

test('tickets stand as their alarms do: a danger to life first though it is the oldest, what has returned behind what is there', () => {
  const oxygen = ticket('oxygen', 1, 'critical', { values: { lifeSafety: true } });
  const burst = ticket('burst', 3, 'critical');
  const leak = ticket('leak', 2, 'critical');
  const overload = ticket('overload', 9, 'critical', { alarmActive: false });
  const reported = ticket('reported', 4, 'high', { alarm: null, alarmActive: false, values: null });
  const filter = ticket('filter', 10, 'low');
  const sorted = [overload, filter, burst, reported, oxygen, leak].sort(byTicketUrgency);
  expect(sorted.map(({ id }) => id)).toEqual(['oxygen', 'burst', 'leak', 'reported', 'filter', 'overload']);
});
