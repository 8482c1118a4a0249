/** Who gets which ticket: "take the next" of a crew, and who could be given one. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { may } from '../../access/permissions.ts';
import { crewFor, nextTicket, peopleOnCall } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { Ticket } from '../../shared/ticket.ts';
import type { App, RouteContext } from '../route-context.ts';
import { known } from './moves.ts';
import { idSchema, problems, ticket, tradeSchema } from './schemas.ts';

const most = 2_000;

export function dispatchRoutes(app: App, { db, desk, accounts, rosters, clock }: RouteContext): void {
  /** Trades and areas of the rosters by which somebody is on call now. */
  const dutyOf = (person: string, t: number) => {
    const mine = rosters
      .list()
      .map(({ definition }) => definition)
      .filter(({ id, rank }) => rank === 'duty' && rosters.onCallAt(id, t).some((one) => one.person === person));
    const all = mine.some(({ trades }) => trades.length === 0);
    return { trades: all ? [] : mine.flatMap(({ trades }) => trades), areas: mine.flatMap(({ areas }) => areas) };
  };

  app.post(
    '/api/tickets/next',
    {
      config: { permission: 'ticket:work' },
      schema: {
        description:
          'Takes the next ticket that nobody has: the most urgent, then near where the person works or is on call, then the oldest. Of the trades named here, else of those for which the person is on call now, else of any',
        body: z.object({ trades: z.array(tradeSchema).max(20).optional(), area: idSchema.optional() }).nullish(),
        response: { 200: ticket, ...problems },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const asked = request.body ?? {};
      const taken = db.transact((): Ticket => {
        const duty = dutyOf(user.name, clock.now());
        const next = nextTicket(desk.tickets({ limit: most }), user.name, {
          trades: asked.trades ?? duty.trades,
          areas: asked.area === undefined ? duty.areas : [asked.area],
        });
        if (!next) throw new Fault('desk/transition', 'no ticket of these trades waits for anybody');
        const after = desk.assign(next.id, { id: user.name }, user.name);
        accounts.audit(
          user.name,
          'ticket.assign',
          next.id,
          { state: next.state, assignee: null },
          { state: after.state, assignee: user.name, next: true },
        );
        return after;
      });
      return reply.send(taken as never);
    },
  );

  app.get(
    '/api/tickets/:id/crew',
    {
      config: { permission: 'ticket:work' },
      schema: {
        description: 'Who could be given the ticket, the fittest first: on duty for its trade and place, near it already, least in hand',
        params: z.object({ id: z.string().min(1).max(40) }),
        response: {
          200: z.array(
            z.object({
              person: z.string(),
              name: z.string(),
              onDuty: z.boolean(),
              load: z.number().int().meta({ description: 'Tickets in hand' }),
              near: z.number().int().meta({ description: 'Of these, at the same building or department' }),
            }),
          ),
          ...problems,
        },
      },
    },
    async ({ params: { id } }) => {
      const wanted = known(desk.ticket(id), 'ticket', id);
      const workers = accounts.users().filter(({ role }) => may(role, 'ticket:work'));
      const names = new Map(workers.map(({ name, fullName }) => [name, fullName || name]));
      const onDuty = peopleOnCall(rosters, wanted, 'duty', clock.now());
      const crew = crewFor(wanted, desk.tickets({ limit: most }), [...names.keys()], onDuty);
      return crew.map((one) => ({ ...one, name: names.get(one.person) ?? one.person }));
    },
  );
}
