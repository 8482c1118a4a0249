import { expect, test } from 'vitest';
import { closedTicketStates, type Ticket, ticketStates } from '../../../shared/ticket.ts';
import { isOverdue, openStates } from '../desk/ticket-filter.ts';
import { withTicket } from './plant.ts';

test('a ticket that is signed off, closed or cancelled leaves the open ones, whatever it was before, and is overdue no more', () => {
  const ticket = (state: Ticket['state'], version: number) => ({ id: 'T-1', state, version, priority: 'high', openedAt: 0 }) as Ticket;
  const open = withTicket(new Map(), ticket('started', 1));
  expect([...open.keys()]).toEqual(['T-1']);
  for (const state of closedTicketStates) {
    const gone = withTicket(open, ticket(state, 2));
    expect([state, gone.size]).toEqual([state, 0]);
    // Signed off, and then closed.
    expect([state, withTicket(gone, ticket('closed', 3)).size]).toEqual([state, 0]);
    expect(isOverdue(ticket(state, 2), 1e12)).toBe(false);
  }
  expect([...openStates, ...closedTicketStates].sort()).toEqual([...ticketStates].sort());
});
