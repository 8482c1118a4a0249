/** Which tickets a list shows; kept in the address. */
import type { Priority } from '../../../shared/alarm.ts';
import { closedTicketStates, isClosed, type Ticket, ticketStates } from '../../../shared/ticket.ts';

const hourMs = 3_600_000;
/** How long the work may take, by priority: what is critical is restored within the hour. Proposal, until the site sets its own. */
export const dueMs: Record<Priority, number> = { critical: hourMs, high: 4 * hourMs, medium: 24 * hourMs, low: 72 * hourMs };
/** Work not done within its time. What is resolved waits for a signature only. */
export const isOverdue = (ticket: Pick<Ticket, 'openedAt' | 'state' | 'priority'>, now: number): boolean =>
  !isClosed(ticket) && ticket.state !== 'resolved' && now - ticket.openedAt > dueMs[ticket.priority];
export const openStates = ticketStates.filter((state) => !closedTicketStates.includes(state));

export interface TicketFilter {
  text?: string | undefined;
  trade?: string | undefined;
  state?: string | undefined;
  priority?: string | undefined;
  mine?: string | undefined;
  overdue?: boolean;
}

/** `mine` is the user's name. */
export function ticketFits(ticket: Ticket, filter: TicketFilter, now: number, words: (ticket: Ticket) => string): boolean {
  if (filter.trade && ticket.trade !== filter.trade) return false;
  if (filter.state && ticket.state !== filter.state) return false;
  if (filter.priority && ticket.priority !== filter.priority) return false;
  if (filter.mine && ticket.assignee !== filter.mine) return false;
  if (filter.overdue && !isOverdue(ticket, now)) return false;
  const found = filter.text ? words(ticket).toLowerCase() : '';
  return (filter.text ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word));
}
