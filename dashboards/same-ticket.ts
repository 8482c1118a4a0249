/** A fault that one person or one place reports twice within two minutes, word for word, is one ticket. */
import { isDeepStrictEqual } from 'node:util';
import type { Desk, NewTicket } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import type { Ticket } from '../shared/ticket.ts';

const slipMs = 2 * 60_000;

/** The ticket that says the same already; inside the transaction that would open another one. */
export function sameTicket(desk: Pick<Desk, 'tickets'>, clock: Pick<Clock, 'now'>, input: NewTicket, who: string): Ticket | undefined {
  const { title, description, system, trade, priority, device = null, building = null, department = null, location, checks = [] } = input;
  const said = { title, description, system, trade, priority, device, building, department, checks };
  return desk.tickets({ from: clock.now() - slipMs, system, trade }).find(
    (one) =>
      one.openedBy === who &&
      (location === undefined || isDeepStrictEqual(one.location, location)) &&
      isDeepStrictEqual(said, {
        ...{ title: one.title, description: one.description, system: one.system, trade: one.trade, priority: one.priority },
        ...{ device: one.device, building: one.building, department: one.department, checks: one.life.checks.map(({ text }) => text) },
      }),
  );
}
