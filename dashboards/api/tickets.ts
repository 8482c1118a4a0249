/** Maintenance tickets over HTTP. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { may } from '../../access/permissions.ts';
import { openTicketNotices, repeatMost, ticketNoticeKinds } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import { type Ticket, ticketStates, waitingKinds } from '../../shared/ticket.ts';
import { reasonInBoth } from '../refusals/in-chinese.ts';
import type { App, RouteContext } from '../route-context.ts';
import { sameTicket } from '../same-ticket.ts';
import { known, movesOf, present, statesQuery } from './moves.ts';
import {
  cost,
  count,
  idSchema,
  instant,
  journalEntry,
  optionalComment,
  priorities,
  problems,
  quantity,
  slaClock,
  systemSchema,
  text,
  ticket,
  tradeSchema,
  words,
} from './schemas.ts';

const params = z.object({ id: z.string().min(1).max(40) });
const reason = z.object({ reason: words });
const work = z.object({
  minutes: z.number().min(0).max(14_400).default(0),
  parts: z
    .array(
      z.object({
        name: words,
        quantity,
        unit: words,
        costYuan: cost.default(0).meta({ description: 'Of the whole quantity' }),
      }),
    )
    .max(100)
    .default([]),
  costYuan: cost.default(0).meta({ description: 'Beside the parts' }),
  note: words.optional(),
});
const notice = z.object({
  id: z.number().int(),
  kind: z.enum(ticketNoticeKinds),
  person: z.string().nullable(),
  name: z.string().nullable(),
  channel: z.string().nullable(),
  state: z.enum(['waiting', 'sending', 'sent', 'failed']),
  attempts: z.number().int(),
  createdAt: z.number(),
  sentAt: z.number().nullable(),
  answer: z.string().nullable(),
  error: text.nullable(),
});
/** A person writes in one language; the other one shows the same words. */
const personText = (most: number) => {
  const said = z.string().trim().min(1).max(most);
  return z.union([z.object({ zh: said, en: said }), said.transform((written) => ({ zh: written, en: written }))]);
};

export function ticketRoutes(app: App, context: RouteContext): void {
  const { db, desk, accounts, devices, clock } = context;
  const notices = openTicketNotices(db);
  const nameOf = (person: string | null) => context.site.people.find(({ id }) => id === person)?.name ?? person;
  app.get(
    '/api/tickets',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({
          state: statesQuery(
            ['open', 'all'],
            ticketStates,
            'open (default; every state but verified, closed and cancelled), all, or states with commas',
          ),
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
    async ({ query: { state, ...filter } }) => desk.tickets({ ...present(filter), ...(state ? { state } : {}) }),
  );

  app.get(
    '/api/tickets/:id',
    {
      config: { permission: 'plant:read' },
      schema: {
        params,
        response: {
          200: ticket.extend({
            journal: z.array(journalEntry),
            notices: z.array(notice).meta({ description: 'Whom the ticket was told as somebody it waits for: the head, the contractor' }),
            sla: z.array(slaClock),
            repeats: z.array(z.string()).meta({
              description: `Tickets of the same fault (device or department, and trade) in the 30 days up to this one, itself among them; empty unless more than ${repeatMost}`,
            }),
          }),
          ...problems,
        },
      },
    },
    async ({ params: { id } }) => {
      const found = known(desk.ticket(id), 'ticket', id);
      const repeats = desk.repeats(id);
      return {
        ...found,
        journal: desk.journal({ kind: 'ticket', id, limit: 200 }),
        notices: notices
          .ofTicket(id)
          .map(({ seq: _seq, ticket: _ticket, error, ...one }) => ({ ...one, name: nameOf(one.person), error: reasonInBoth(error) })),
        sla: desk.sla(id),
        repeats: repeats.length > repeatMost ? repeats : [],
      };
    },
  );

  app.post(
    '/api/tickets',
    {
      config: { permission: 'ticket:open' },
      schema: {
        description: 'The same by the same user within two minutes is one ticket, and answers with it',
        body: z.object({
          title: personText(200),
          description: personText(5_000),
          system: systemSchema,
          trade: tradeSchema,
          priority: z.enum(priorities).default('medium'),
          device: idSchema.optional(),
          building: idSchema.optional(),
          department: idSchema.optional(),
          location: personText(200).optional(),
          checks: z.array(personText(500)).max(20).optional().meta({ description: 'Items of its check list' }),
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
      const made = db.transact(() => {
        const same = sameTicket(desk, clock, present(body), user.name);
        if (same) return same;
        const opened = desk.createTicket(present(body), { id: user.name, admin: user.role === 'admin' });
        accounts.audit(user.name, 'ticket.open', opened.id, null, { title: opened.title, trade: opened.trade, priority: opened.priority });
        return opened;
      });
      return reply.code(201).send(made);
    },
  );

  const move = movesOf(app, context, {
    kind: 'ticket',
    params,
    reply: ticket as unknown as z.ZodType<Ticket>,
    find: desk.ticket,
    facts,
    later: true,
  });
  move('assign', 'ticket:work', z.object({ assignee: words.optional(), comment: words.optional() }).nullish(), (id, who, body) => {
    const assignee = body?.assignee ?? who.id;
    if (assignee !== who.id && !may(who.role, 'ticket:assign')) {
      throw new Fault('api/denied', `The role ${who.role} may only take a ticket itself (ticket:assign)`);
    }
    if (assignee !== who.id && !accounts.user(assignee) && !context.site.people.some((person) => person.id === assignee)) {
      const message = 'there is no such person or user';
      throw new Fault('api/invalid', `assignee: ${message}`, { detail: { errors: [{ field: 'assignee', message }] } });
    }
    return desk.assign(id, who, assignee, body?.comment);
  });
  move('start', 'ticket:work', optionalComment, (id, who, body) => desk.start(id, who, body?.comment));
  move('arrive', 'ticket:work', optionalComment, (id, who, body) => desk.arrive(id, who, body?.comment));
  move(
    'wait',
    'ticket:work',
    z
      .object({
        reason: words,
        kind: z.enum(waitingKinds).optional(),
        resumeAt: instant.optional().meta({ description: 'With a kind: when work goes on. The clocks run again from then' }),
      })
      .refine(({ kind, resumeAt }) => (kind === undefined) === (resumeAt === undefined), {
        path: ['resumeAt'],
        message: 'kind and resumeAt go together',
      }),
    (id, who, { reason, kind, resumeAt }) =>
      desk.wait(id, who, reason, kind === undefined || resumeAt === undefined ? undefined : { kind, resumeAt }),
  );
  move('approve', 'ticket:approve', z.object({ note: words.optional() }).nullish(), (id, who, body) => desk.approve(id, who, body?.note));
  move('work', 'ticket:work', work, (id, who, { note = null, ...booked }) => desk.bookWork(id, who, { ...booked, note }));
  move('close', 'ticket:close', optionalComment, (id, who, body) => desk.closeTicket(id, who, body?.comment));
  move('priority', 'ticket:assign', z.object({ priority: z.enum(priorities), reason: words }), (id, who, body) =>
    desk.setTicketPriority(id, who, body.priority, body.reason),
  );
  move('resolve', 'ticket:work', z.object({ resolution: words, work: work.optional() }), (id, who, body) => {
    const { note = null, ...booked } = body.work ?? { minutes: 0, parts: [], costYuan: 0 };
    return desk.resolve(id, who, body.resolution, body.work && { ...booked, note });
  });
  move(
    'check',
    'ticket:work',
    z
      .object({
        items: z.array(z.string().max(40)).min(1).max(30).optional().meta({ description: 'Ids of items of the check list' }),
        done: z.boolean().default(true),
        add: personText(500).optional().meta({ description: 'Another thing to look at' }),
      })
      .refine(({ items, add }) => (items === undefined) !== (add === undefined), { path: ['items'], message: 'either items or add' }),
    (id, who, { items = [], done, add }) => (add === undefined ? desk.check(id, who, items, done) : desk.addCheck(id, who, add)),
  );
  move(
    'verify',
    'ticket:verify',
    z
      .object({
        comment: words.optional(),
        override: z
          .object({ reason: words })
          .optional()
          .meta({ description: 'Of an admin, while the alarm is still active and no danger to life' }),
      })
      .nullish(),
    (id, who, body) => desk.verify(id, who, body?.comment, body?.override),
  );
  move('reopen', 'ticket:sign', reason, (id, who, body) => desk.reopen(id, who, body.reason));
  move('cancel', 'ticket:cancel', reason, (id, who, body) => desk.cancel(id, who, body.reason));
  move('comment', 'ticket:sign', z.object({ comment: words }), (id, who, body) => desk.commentTicket(id, who, body.comment));
}

const facts = ({ state, assignee, resolution, waitingReason, override }: Ticket) => ({
  state,
  assignee,
  resolution,
  waitingReason,
  override,
});
