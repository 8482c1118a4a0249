/** Who is on call, and what people change about it. Each change is audited with it in one transaction. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import type { StoredRoster } from '../../desk/index.ts';
import { escalationRanks } from '../../shared/escalation.ts';
import { type RosterDefinition, rosterSchema } from '../../shared/roster.ts';
import { invalid, onCall, params, personNeeded, span, storedChange } from '../roster-forms.ts';
import { boardOf, calendarOf, rosterViews } from '../roster-views.ts';
import type { App, RouteContext } from '../route-context.ts';
import { auditEntry, count, idSchema, problems, time, timeQuery } from './schemas.ts';

const day = 86_400_000;
const longestListMs = 400 * day;
const longestPreviewMs = 100 * day;

const storedRoster = z.object({
  ...rosterSchema.shape,
  source: z.enum(['site', 'console']),
  version: z.number().int(),
  changedAt: time,
  changedBy: z.string(),
});
const people = z.array(z.object({ id: z.string(), name: z.string(), phone: z.string().nullable() }));

const shown = ({ definition, ...more }: StoredRoster) => ({ ...definition, ...more });

export function rosterRoutes(app: App, { db, rosters, accounts, site, clock }: RouteContext): void {
  const views = rosterViews(site, rosters, (id) => accounts.user(id)?.fullName);
  const needPerson = personNeeded(site);
  /** @throws Fault api/invalid naming what nobody could be reached by, or what does not exist */
  const checked = (definition: RosterDefinition): RosterDefinition => {
    const { zone } = definition;
    if (zone !== undefined && !Intl.supportedValuesOf('timeZone').includes(zone) && zone !== 'UTC')
      throw invalid('zone', 'an IANA time zone such as Asia/Shanghai');
    const areas = [...site.buildings, ...site.departments].map(({ id }) => id);
    for (const [index, area] of definition.areas.entries())
      if (!areas.includes(area)) throw invalid(`areas.${index}`, 'no such building or department');
    for (const [l, layer] of definition.layers.entries()) {
      for (const [t, turn] of layer.turns.entries())
        for (const [m, { person }] of turn.entries()) needPerson(`layers.${l}.turns.${t}.${m}.person`, person);
    }
    return definition;
  };
  app.get(
    '/api/rosters',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'The duty board: all rosters with who is on call now and in the next 14 days, the changes that are not over, and all people who can be in them',
        response: {
          200: z.array(
            z.object({
              ...{ ...storedRoster.shape, now: z.array(onCall), coming: z.array(onCall), changes: z.array(storedChange), people },
              recordedSince: time.meta({ description: 'Before, nobody knows who was on call' }),
            }),
          ),
          ...problems,
        },
      },
    },
    async () => {
      const all = rosters.list().map((one) => ({ ...shown(one), ...boardOf(views, one, clock.now()) }));
      // In the order in which they are called.
      return all.sort((a, b) => escalationRanks.indexOf(a.rank) - escalationRanks.indexOf(b.rank));
    },
  );

  app.get(
    '/api/rosters/:id',
    {
      config: { permission: 'plant:read' },
      schema: { params, response: { 200: z.object({ ...storedRoster.shape, changes: z.array(storedChange) }), ...problems } },
    },
    async ({ params: { id } }) => ({ ...shown(rosters.get(id)), changes: rosters.changes(id) }),
  );

  app.put(
    '/api/rosters/:id',
    {
      config: { permission: 'roster:edit' },
      schema: {
        description: 'Makes the roster, or replaces it: `version` is the one that was edited, 0 for a new one. The past stays as it was',
        params,
        body: rosterSchema.omit({ id: true }).extend({ version: z.number().int().min(0) }),
        response: { 200: storedRoster, ...problems },
      },
    },
    async (request) => {
      const { version, ...rest } = request.body;
      const definition = checked({ ...rest, id: request.params.id });
      const user = userOf(request);
      return db.transact(() => {
        const before = rosters.list().find((one) => one.definition.id === definition.id);
        const after = shown(rosters.save(definition, version, user.name));
        accounts.audit(user.name, 'roster.save', definition.id, before ? shown(before) : null, after);
        return after;
      });
    },
  );

  app.post(
    '/api/rosters/:id/preview',
    {
      config: { permission: 'roster:edit' },
      schema: {
        description: 'Who would be on call by this plan, with the changes that are not over. Nothing is kept',
        params,
        body: z.object({ ...span, definition: rosterSchema.omit({ id: true }) }),
        response: { 200: z.array(onCall), ...problems },
      },
    },
    async ({ params: { id }, body: { from, to, definition } }) => {
      needSpan(from, to, longestPreviewMs);
      return rosters.preview(checked({ ...definition, id }), from, to);
    },
  );

  app.get(
    '/api/rosters/:id/history',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Who changed what in this roster and when, the newest first',
        params,
        querystring: z.object({ limit: count(200, 30) }),
        response: { 200: z.array(auditEntry), ...problems },
      },
    },
    async ({ params: { id }, query: { limit } }) => {
      rosters.get(id);
      return accounts
        .auditLog({ object: id, limit: 500 })
        .filter(({ action }) => action.startsWith('roster.'))
        .slice(0, limit);
    },
  );

  app.delete(
    '/api/rosters/:id',
    { config: { permission: 'roster:edit' }, schema: { params, response: { 204: z.null(), ...problems } } },
    async (request, reply) => {
      const { id } = request.params;
      const user = userOf(request);
      db.transact(() => {
        const before = rosters.get(id);
        rosters.remove(id, user.name);
        accounts.audit(user.name, 'roster.remove', id, shown(before), null);
      });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/rosters/:id/on-call',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'Who is on call `at` (default now), each with the whole interval; or, with `from` and `to`, all intervals between. Never empty',
        params,
        querystring: z.object({ at: timeQuery.optional(), from: timeQuery.optional(), to: timeQuery.optional() }),
        response: { 200: z.array(onCall), ...problems },
      },
    },
    async ({ params: { id }, query: { at, from, to } }) => {
      rosters.get(id);
      if (from === undefined && to === undefined) return rosters.onCallAt(id, at ?? clock.now());
      if (from === undefined || to === undefined) throw invalid('to', 'from and to, to after from');
      needSpan(from, to, longestListMs);
      return rosters.onCallIn(id, from, to);
    },
  );

  app.get(
    '/api/rosters/:id/calendar.ics',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'iCalendar of the last 30 and the next 180 days; with `person`, only the shifts of that person',
        params,
        querystring: z.object({ person: idSchema.optional() }),
        response: { 200: z.string(), ...problems },
      },
    },
    async ({ params: { id }, query: { person } }, reply) => {
      const { definition } = rosters.get(id);
      const { language } = site.site;
      const calendar = calendarOf(views, { definitions: [definition], language, person, now: clock.now() });
      return reply
        .header('content-type', 'text/calendar; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(calendar as never);
    },
  );
}

function needSpan(from: number, to: number, longestMs: number): void {
  if (!(to > from)) throw invalid('to', 'from and to, to after from');
  if (to - from > longestMs) throw invalid('to', `at most ${longestMs / day} days at once`);
}
