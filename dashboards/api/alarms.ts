/** The alarm desk over HTTP. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import type { Permission } from '../../access/permissions.ts';
import { type Alarm, alarmStates } from '../../shared/alarm.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import {
  alarm,
  count,
  idSchema,
  journalEntry,
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

export function alarmRoutes(app: App, { desk, accounts, clock }: RouteContext): void {
  app.get(
    '/api/alarms',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({
          state: z
            .string()
            .transform((text) => (/^(open|active|all)$/i.test(text) ? [text.toLowerCase()] : text.toUpperCase().split(',')))
            .pipe(z.union([z.tuple([z.enum(['open', 'active', 'all'])]), z.array(z.enum(alarmStates)).min(1)]))
            .optional()
            .meta({ description: 'open (default: every state but NORM), active (the condition is there now), all, or states with commas' }),
          device: idSchema.optional(),
          system: systemSchema.optional(),
          priority: z.enum(priorities).optional(),
          limit: count(2_000, 500),
        }),
        response: { 200: z.array(alarm), ...problems },
      },
    },
    async ({ query: { state, ...filter } }) => {
      const first = state?.[0];
      const wanted = first === 'open' || first === 'all' ? first : first === 'active' ? undefined : (state as Alarm['state'][] | undefined);
      const alarms = desk.alarms({
        ...present(filter),
        ...(first === 'active' ? { state: 'open' as const } : wanted ? { state: wanted } : {}),
      });
      return first === 'active' ? alarms.filter((one) => one.active) : alarms;
    },
  );

  app.get(
    '/api/alarms/:id',
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: alarm, ...problems } } },
    async ({ params: { id } }) => known(desk.alarm(id), id),
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
    async ({ params: { id }, query }) => desk.journal({ kind: 'alarm', id: known(desk.alarm(id), id).id, limit: query.limit }),
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

  /** One route per move: checked, done in one transaction by the desk, and audited with before and after. */
  function move<Body extends z.ZodType>(
    action: string,
    permission: Permission,
    body: Body,
    run: (id: string, actor: { id: string; admin: boolean }, body: z.infer<Body>) => Alarm,
  ): void {
    app.post(
      `/api/alarms/:id/${action}`,
      { config: { permission }, schema: { params, body, response: { 200: alarm, ...problems } } },
      async (request) => {
        const { id } = request.params as z.infer<typeof params>;
        const before = known(desk.alarm(id), id);
        const user = userOf(request);
        const after = run(id, { id: user.name, admin: user.role === 'admin' }, request.body as z.infer<Body>);
        accounts.audit(user.name, `alarm.${action}`, id, facts(before), { ...facts(after), ...((request.body as object | null) ?? {}) });
        return after;
      },
    );
  }

  move('acknowledge', 'alarm:acknowledge', optionalComment, (id, who, body) => desk.acknowledge(id, who, body?.comment));
  move('reset', 'alarm:acknowledge', optionalComment, (id, who, body) => desk.reset(id, who, body?.comment));
  move(
    'shelve',
    'alarm:shelve',
    z.object({
      reason: words,
      until: z.number().int().optional().meta({ description: 'Plant time, UTC ms' }),
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

/** Without the undefined ones, as exact optional properties want it. */
export function present<T extends object>(filter: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function known(found: Alarm | undefined, id: string): Alarm {
  if (!found) throw new Fault('desk/unknown', `There is no alarm "${id}"`);
  return found;
}

const facts = ({ state, acknowledged, shelvedUntil, suppressedBy, outOfServiceTicket }: Alarm) => ({
  state,
  acknowledged,
  shelvedUntil,
  suppressedBy,
  outOfServiceTicket,
});
