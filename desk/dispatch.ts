/** Who gets which ticket: by trade, by area, by how much everybody has in hand. Pure. */
import { priorities } from '../shared/alarm.ts';
import type { Trade } from '../shared/system.ts';
import { isClosed, type Ticket } from '../shared/ticket.ts';

export interface Area {
  building: string | null;
  department: string | null;
}

/** What somebody has in hand now; what waits for a signature or for parts is not. */
const inHand = ({ state }: Ticket) => state === 'assigned' || state === 'started';
const near = (one: Area, { building, department }: Area) =>
  (department !== null && one.department === department) || (building !== null && one.building === building);

/**
 * The ticket that somebody of these trades takes next: the most urgent one that nobody has; of equally urgent ones one where he is already at work or
 * on call for, then the oldest.
 * @param areas ids of buildings and departments that are his
 */
export function nextTicket(
  tickets: readonly Ticket[],
  who: string,
  { trades, areas }: { trades: readonly Trade[]; areas: readonly string[] },
): Ticket | undefined {
  const places = tickets.filter((ticket) => ticket.assignee === who && inHand(ticket));
  const here = (ticket: Ticket) =>
    places.some((place) => near(ticket, place)) || areas.some((area) => area === ticket.building || area === ticket.department);
  return tickets
    .filter((ticket) => ticket.state === 'open' && ticket.assignee === null && (trades.length === 0 || trades.includes(ticket.trade)))
    .toSorted(
      (a, b) =>
        priorities.indexOf(a.priority) - priorities.indexOf(b.priority) ||
        Number(here(b)) - Number(here(a)) ||
        a.openedAt - b.openedAt ||
        Number(a.id.slice(2)) - Number(b.id.slice(2)),
    )[0];
}

export interface CrewMember {
  person: string;
  onDuty: boolean;
  /** Tickets in hand. */
  load: number;
  /** Of these, at the same building or department. */
  near: number;
}

/** Who could be given the ticket, the fittest first: on duty for its trade and place, then whoever is near, then whoever has least in hand. */
export function crewFor(ticket: Ticket, tickets: readonly Ticket[], people: readonly string[], onDuty: readonly string[]): CrewMember[] {
  const open = tickets.filter((one) => !isClosed(one) && inHand(one) && one.id !== ticket.id);
  return people
    .map((person): CrewMember => {
      const mine = open.filter(({ assignee }) => assignee === person);
      return { person, onDuty: onDuty.includes(person), load: mine.length, near: mine.filter((one) => near(one, ticket)).length };
    })
    .toSorted(
      (a, b) =>
        Number(b.onDuty) - Number(a.onDuty) ||
        Number(b.near > 0) - Number(a.near > 0) ||
        a.load - b.load ||
        a.person.localeCompare(b.person),
    );
}
