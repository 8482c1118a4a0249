/** The alarm desk over HTTP. */
import { z } from 'zod';
import { openReceipts } from '../../desk/index.ts';
import { type Alarm, alarmStates } from '../../shared/alarm.ts';
import type { App, RouteContext } from '../route-context.ts';
import { known, movesOf, present, statesQuery } from './moves.ts';
import {
  alarm,
  count,
  idSchema,
  journalEntry,
  momentMs,
  optionalComment,
  priorities,
  problems,
  systemSchema,
  timeQuery,
  tradeSchema,
  words,
} from './schemas.ts';

const params = z.object({ id: z.string().min(1).max(200) });
const reason = z.object({ reason: words });
const hour = 3_600_000;

export function alarmRoutes(app: App, context: RouteContext): void {
  const { db, desk, clock } = context;
  const receipts = openReceipts(db);
  app.get(
    '/api/alarms',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({
          state: statesQuery(
            ['open', 'active', 'all'],
            alarmStates,
            'open (default: every state but NORM), active (the condition is there now), all, or states with commas',
          ),
          device: idSchema.optional(),
          system: systemSchema.optional(),
          priority: z.enum(priorities).optional(),
          limit: count(2_000, 500),
        }),
        response: { 200: z.array(alarm), ...problems },
      },
    },
    async ({ query: { state, ...filter } }) => {
      return desk.alarms({
        ...present(filter),
        ...(state === 'active' ? { active: true } : state ? { state } : {}),
      });
    },
  );

  app.get(
    '/api/alarms/:id',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: alarm, ...problems } } },
    async ({ params: { id } }) => known(desk.alarm(id), 'alarm', id),
  );

  app.get(
    '/api/alarms/:id/journal',
    {
      config: { permission: 'plant:read' },
      schema: {
        params,
        querystring: z.object({ limit: count(1_000, 100) }),
        response: { 200: z.array(journalEntry), ...problems },
      },
    },
    async ({ params: { id }, query }) => desk.journal({ kind: 'alarm', id: known(desk.alarm(id), 'alarm', id).id, limit: query.limit }),
  );

  app.get(
    '/api/alarm-kpis',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({ from: timeQuery.optional(), to: timeQuery.optional(), trade: tradeSchema.optional() }),
        response: { 200: z.unknown(), ...problems },
      },
    },
    async ({ query }) => {
      const to = query.to ?? clock.now();
      return desk.kpis(query.from ?? to - 24 * hour, to, query.trade);
    },
  );

  const move = movesOf(app, context, { kind: 'alarm', params, reply: alarm as unknown as z.ZodType<Alarm>, find: desk.alarm, facts });
  move('acknowledge', 'alarm:acknowledge', optionalComment, (id, who, body) => {
    const done = desk.acknowledge(id, who, body?.comment);
    receipts.acknowledged(who.id, id, done.occurrence, clock.now());
    return done;
  });
  move('reset', 'alarm:acknowledge', optionalComment, (id, who, body) => desk.reset(id, who, body?.comment));
  move(
    'shelve',
    'alarm:shelve',
    z.object({
      reason: words,
      until: momentMs.optional().meta({ description: 'Plant time, UTC ms' }),
      minutes: z.number().min(1).max(1_440).optional().meta({ description: 'Instead of until; default 60' }),
    }),
    (id, who, body) => desk.shelve(id, who, { reason: body.reason, until: body.until ?? clock.now() + (body.minutes ?? 60) * 60_000 }),
  );
  move('unshelve', 'alarm:shelve', optionalComment, (id, who, body) => desk.unshelve(id, who, body?.comment));
  move('suppress', 'alarm:suppress', reason, (id, who, body) => desk.suppress(id, who, body.reason));
  move('unsuppress', 'alarm:suppress', optionalComment, (id, who, body) => desk.unsuppress(id, who, body?.comment));
  move('out-of-service', 'alarm:out-of-service', z.object({ ticket: words, comment: words.optional() }), (id, who, body) =>
    desk.outOfService(id, who, body.ticket, body.comment),
  );
  move('return', 'alarm:out-of-service', optionalComment, (id, who, body) => desk.return(id, who, body?.comment));
  move('comment', 'alarm:comment', z.object({ comment: words }), (id, who, body) => desk.comment(id, who, body.comment));
}

const facts = ({ state, acknowledged, shelvedUntil, suppressedBy, outOfServiceTicket }: Alarm) => ({
  state,
  acknowledged,
  shelvedUntil,
  suppressedBy,
  outOfServiceTicket,
});
