/** Consumption over HTTP: of a meter, department, building, tenant or the site, by steps of the site's clocks, with what is measured and what is not. */
import { z } from 'zod';
import {
  consumptionOf,
  costScopes,
  edgesOf,
  type Medium,
  media,
  mediumUnits,
  metersIn,
  metersOf,
  metersOfMedium,
  mostRows,
  type Scope,
  steps,
  weightsOf,
  weightsOfItem,
} from '../../energy/index.ts';
import { Fault } from '../../shared/errors.ts';
import { used } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { energyEntryRoutes } from './energy-entries.ts';
import { energyImportRoutes } from './energy-imports.ts';
import { energySuspectRoutes } from './energy-suspects.ts';
import { problems, time, timeQuery } from './schemas.ts';

const row = z.object({
  from: time,
  to: time,
  value: used.nullable().meta({ description: 'null: nothing is known of it' }),
  measured: used,
  estimated: used,
  manual: used,
  unknown: used,
  coverage: z.number().meta({ description: 'Part of the quarter hours that are there, 0 to 1' }),
});

const mediumOf = (medium: string | undefined): Medium | undefined => media.find((one) => one === medium);

export function energyRoutes(app: App, context: RouteContext): void {
  energySuspectRoutes(app, context);
  energyEntryRoutes(app, context);
  energyImportRoutes(app, context);
  const { site, store, clock, profileFacts } = context;
  const meters = metersOf(site, (profile) => profileFacts(profile)?.quantities);
  app.get(
    '/api/energy/consumption',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'A scope is the sum of its meters that no other meter of it feeds, so that nothing counts twice',
        querystring: z.object({
          scope: z.enum(costScopes).default('site'),
          id: z
            .string()
            .min(1)
            .max(64)
            .optional()
            .meta({ description: 'Of all but the site; an item by its code, a virtual meter by its id' }),
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
      const virtual = scope === 'meter' ? site.tree.find((one) => one.id === id && (one.plus || one.minus)) : undefined;
      const medium = scope === 'meter' ? (meters.find((one) => one.device === id)?.medium ?? mediumOf(virtual?.medium) ?? asked) : asked;
      const weights =
        scope === 'item'
          ? weightsOfItem(metersOfMedium(site, meters, medium), id ?? '')
          : virtual
            ? weightsOf(metersOfMedium(site, meters, medium), virtual.id)
            : undefined;
      const own = weights ? meters.filter((one) => weights.has(one.device)) : metersIn(meters, scope as Scope, id, medium);
      if (own.length === 0) {
        const known =
          scope === 'meter'
            ? meters.map((one) => one.device)
            : scope === 'item'
              ? [...new Set(site.tree.flatMap(({ item }) => item ?? []))]
              : [...new Set(meters.flatMap((one) => (scope === 'site' ? [] : (one[scope] ?? []))))];
        throw wrong('id', `no meter of ${medium} belongs to it; with meters are ${known.slice(0, 30).join(', ') || 'none'}`);
      }
      const edges = edgesOf(every, site.site.timezone, from, to);
      if (edges.length - 1 > mostRows) throw wrong('every', `at most ${mostRows} rows; these would be ${edges.length - 1}`);
      return { unit: mediumUnits[medium], meters: own.map((one) => one.device), rows: await consumptionOf(store(), own, edges, weights) };
    },
  );
}
