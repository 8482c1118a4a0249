/** The own shifts in the calendar of a phone: a subscription address without a session, made and ended by the person. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { openCalendarFeeds } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import { publicLink } from '../../shared/public-link.ts';
import { knownAddress } from '../public-address.ts';
import { calendarOf, rosterViews } from '../roster-views.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems, time } from './schemas.ts';

const feed = z.object({ madeAt: time, readAt: time.nullable().meta({ description: 'When a calendar last fetched it' }) });
const perAddress = { max: 60, timeWindow: '1 minute' } as const;

export function calendarFeedRoutes(app: App, { db, site, rosters, accounts, clock, wall }: RouteContext): void {
  const feeds = openCalendarFeeds(db);
  const views = rosterViews(site, rosters, (id) => accounts.user(id)?.fullName || undefined);

  app.get(
    '/api/calendar-feed',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Whether one has such an address; the address itself was told once',
        response: { 200: feed.nullable(), ...problems },
      },
    },
    async (request) => feeds.of(userOf(request).name) ?? null,
  );

  app.post(
    '/api/calendar-feed',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'A new address for the own shifts in all rosters. It is told here once; the one before it ends',
        response: { 201: feed.extend({ url: z.string() }), ...problems },
      },
    },
    async (request, reply) => {
      const { name } = userOf(request);
      const address = knownAddress(site, request) ?? `${request.protocol}://${request.host}/`;
      const token = db.transact(() => {
        const secret = feeds.make(name, wall.now());
        accounts.audit(name, 'calendar.make', name, null, null);
        return secret;
      });
      return reply.code(201).send({ madeAt: wall.now(), readAt: null, url: publicLink(address, `c/${token}.ics`) });
    },
  );

  app.delete(
    '/api/calendar-feed',
    { config: { permission: 'plant:read' }, schema: { description: 'Ends the own address', response: { 204: z.null(), ...problems } } },
    async (request, reply) => {
      const { name } = userOf(request);
      db.transact(() => {
        if (feeds.revoke(name)) accounts.audit(name, 'calendar.revoke', name, null, null);
      });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/c/:token',
    {
      config: { permission: 'open', rateLimit: perAddress },
      schema: {
        description: 'iCalendar of the shifts of one person, the last 30 and the next 180 days; whoever knows the address may read it',
        security: [],
        params: z.object({ token: z.string().max(200) }),
        response: { 200: z.string(), ...problems },
      },
    },
    async (request, reply) => {
      const found = feeds.read(request.params.token.replace(/\.ics$/, ''), wall.now());
      // An account that is gone has no calendar either.
      if (!found || !accounts.user(found.user)) throw new Fault('api/unknown', 'This calendar address is not valid any more');
      const definitions = rosters.list().map(({ definition }) => definition);
      const calendar = calendarOf(views, { definitions, language: site.site.language, person: found.user, now: clock.now() });
      return reply
        .header('content-type', 'text/calendar; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .send(calendar as never);
    },
  );
}
