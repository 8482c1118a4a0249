/** Consumption over HTTP: of a meter, department, building, tenant or the site, by steps of the site's clocks, with what is measured and what is not. */
import { z } from 'zod';
import { consumptionOf, edgesOf, media, mediumUnits, metersIn, metersOf, mostRows, scopes, steps } from '../../energy/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, time, timeQuery } from './schemas.ts';

const row = z.object({
  from: time,
  to: time,
  value: z.number().nullable().meta({ description: 'null: nothing is known of it' }),
  measured: z.number(),
  estimated: z.number(),
  manual: z.number(),
  unknown: z.number(),
  coverage: z.number().meta({ description: 'Part of the quarter hours that are there, 0 to 1' }),
});

export function energyRoutes(app: App, { site, store, clock, profileFacts }: RouteContext): void {
  const meters = metersOf(site, (profile) => profileFacts(profile)?.quantities);
  app.get(
    '/api/energy/consumption',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'A scope is the sum of its meters that no other meter of it feeds, so that nothing counts twice',
        querystring: z.object({
          scope: z.enum(scopes).default('site'),
          id: idSchema.optional(),
          medium: z.enum(media).default('electricity'),
          from: timeQuery,
          to: timeQuery,
          every: z.enum(steps).default('1d'),
        }),
        response: { 200: z.object({ unit: z.string(), meters: z.array(z.string()), rows: z.array(row) }), ...problems },
      },
    },
    async (request) => {
      const { scope, id, medium: asked, from, to: end, every } = request.query;
      const wrong = (field: string, message: string) =>
        new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
      if (scope !== 'site' && id === undefined) throw wrong('id', `a ${scope} of this site`);
      const to = Math.min(end, clock.now());
      if (!(from < to)) throw wrong('to', 'a later time than from, which is not in the future');
      // A meter says itself what it meters.
      const medium = scope === 'meter' ? (meters.find((one) => one.device === id)?.medium ?? asked) : asked;
      const own = metersIn(meters, scope, id, medium);
      if (own.length === 0) {
        const known =
          scope === 'meter'
            ? meters.map((one) => one.device)
            : [...new Set(meters.flatMap((one) => (scope === 'site' ? [] : (one[scope] ?? []))))];
        throw wrong('id', `no meter of ${medium} belongs to it; with meters are ${known.slice(0, 30).join(', ') || 'none'}`);
      }
      const edges = edgesOf(every, site.site.timezone, from, to);
      if (edges.length - 1 > mostRows) throw wrong('every', `at most ${mostRows} rows; these would be ${edges.length - 1}`);
      return { unit: mediumUnits[medium], meters: own.map((one) => one.device), rows: await consumptionOf(store(), own, edges) };
    },
  );
}
