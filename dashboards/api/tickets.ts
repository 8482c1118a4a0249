/** Maintenance tickets over HTTP. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { may, type Permission } from '../../access/permissions.ts';
import { Fault } from '../../shared/errors.ts';
import { type Ticket, ticketStates } from '../../shared/ticket.ts';
import type { App, RouteContext } from '../route-context.ts';
import { present } from './alarms.ts';
import {
  count,
  idSchema,
  journalEntry,
  optionalComment,
  priorities,
  problems,
  systemSchema,
  text,
  ticket,
  tradeSchema,
  words,
} from './schemas.ts';

const params = z.object({ id: z.string().min(1).max(40) });
const reason = z.object({ reason: words });
/** A person writes in one language; the other one shows the same words. */
const personText = z.union([text, words.transform((written) => ({ zh: written, en: written }))]);

export function ticketRoutes(app: App, { desk, accounts, devices }: RouteContext): void {
  app.get(
    '/api/tickets',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({
          state: z
            .string()
            .transform((list) => list.split(','))
            .pipe(z.union([z.tuple([z.enum(['open', 'all'])]), z.array(z.enum(ticketStates)).min(1)]))
            .optional()
            .meta({ description: 'open (default; every state but verified and cancelled), all, or states with commas' }),
          device: idSchema.optional(),
          system: systemSchema.optional(),
          trade: tradeSchema.optional(),
          assignee: z.string().optional(),
          alarm: z.string().optional(),
          limit: count(2_000, 500),
        }),
        response: { 200: z.array(ticket), ...problems },
      },
    },
    async ({ query: { state, ...filter } }) => {
      // A lone "open" is the group of all open ones, as everywhere in this API.
      const wanted =
        state?.length === 1 && (state[0] === 'open' || state[0] === 'all') ? state[0] : (state as Ticket['state'][] | undefined);
      return desk.tickets({ ...present(filter), ...(wanted ? { state: wanted } : {}) });
    },
  );

  app.get(
    '/api/tickets/:id',
    {
      config: { permission: 'plant:read' },
      schema: { params, response: { 200: ticket.extend({ journal: z.array(journalEntry) }), ...problems } },
    },
    async ({ params: { id } }) => ({ ...known(desk.ticket(id), id), journal: desk.journal({ kind: 'ticket', id, limit: 200 }) }),
  );

  app.post(
    '/api/tickets',
    {
      config: { permission: 'ticket:open' },
      schema: {
        body: z.object({
          title: personText,
          description: personText,
          system: systemSchema,
          trade: tradeSchema,
          priority: z.enum(priorities).default('medium'),
          device: idSchema.optional(),
          building: idSchema.optional(),
          department: idSchema.optional(),
          location: personText.optional(),
        }),
        response: { 201: ticket, ...problems },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { body } = request;
      if (body.device && !devices.has(body.device)) {
        throw new Fault('api/invalid', 'device: there is no such device', {
          detail: { errors: [{ field: 'device', message: 'no such device' }] },
        });
      }
      const made = desk.createTicket(present(body), { id: user.name, admin: user.role === 'admin' });
      accounts.audit(user.name, 'ticket.open', made.id, null, { title: made.title, trade: made.trade, priority: made.priority });
      return reply.code(201).send(made);
    },
  );

  function move<Body extends z.ZodType>(
    action: string,
    permission: Permission,
    body: Body,
    run: (id: string, actor: { id: string; admin: boolean }, body: z.infer<Body>) => Ticket,
  ): void {
    app.post(
      `/api/tickets/:id/${action}`,
      { config: { permission }, schema: { params, body, response: { 200: ticket, ...problems } } },
      async (request) => {
        const { id } = request.params as z.infer<typeof params>;
        const before = known(desk.ticket(id), id);
        const user = userOf(request);
        const assignee = (request.body as { assignee?: string } | null)?.assignee;
        if (assignee !== undefined && assignee !== user.name && !may(user.role, 'ticket:assign')) {
          throw new Fault('api/denied', `The role ${user.role} may only take a ticket itself (ticket:assign)`);
        }
        const after = run(id, { id: user.name, admin: user.role === 'admin' }, request.body as z.infer<Body>);
        accounts.audit(user.name, `ticket.${action}`, id, facts(before), { ...facts(after), ...((request.body as object | null) ?? {}) });
        return after;
      },
    );
  }

  move('assign', 'ticket:work', z.object({ assignee: words.optional(), comment: words.optional() }).nullish(), (id, who, body) =>
    desk.assign(id, who, body?.assignee ?? who.id, body?.comment),
  );
  move('start', 'ticket:work', optionalComment, (id, who, body) => desk.start(id, who, body?.comment));
  move('wait', 'ticket:work', reason, (id, who, body) => desk.wait(id, who, body.reason));
  move('resolve', 'ticket:work', z.object({ resolution: words }), (id, who, body) => desk.resolve(id, who, body.resolution));
  move('verify', 'ticket:verify', optionalComment, (id, who, body) => desk.verify(id, who, body?.comment));
  move('reopen', 'ticket:work', reason, (id, who, body) => desk.reopen(id, who, body.reason));
  move('cancel', 'ticket:cancel', reason, (id, who, body) => desk.cancel(id, who, body.reason));
  move('comment', 'ticket:work', z.object({ comment: words }), (id, who, body) => desk.commentTicket(id, who, body.comment));
}

function known(found: Ticket | undefined, id: string): Ticket {
  if (!found) throw new Fault('desk/unknown', `There is no ticket "${id}"`);
  return found;
}

const facts = ({ state, assignee, resolution, waitingReason }: Ticket) => ({ state, assignee, resolution, waitingReason });
