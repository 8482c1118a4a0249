/** Which tickets a list shows; kept in the address. */
import { type Ticket, type TicketState, ticketStates } from '../../../shared/ticket.ts';

const dayMs = 86_400_000;
/** Open for more than a day. */
export const isOverdue = (ticket: Pick<Ticket, 'openedAt' | 'state'>, now: number): boolean =>
  !closedStates.includes(ticket.state) && now - ticket.openedAt > dayMs;
export const closedStates: readonly TicketState[] = ['verified', 'cancelled'];
export const openStates = ticketStates.filter((state) => !closedStates.includes(state));

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
