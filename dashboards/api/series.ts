/** History of one quantity of one device: raw, in buckets of a given width, or in as many as a chart has room for. */
import { z } from 'zod';
import type { SeriesQuery } from '../../ingest/store.ts';
import { durationSchema } from '../../shared/duration.ts';
import { Fault } from '../../shared/errors.ts';
import { quantitySchema } from '../../shared/quantity.ts';
import { zoneOffsetMs } from '../../shared/zone.ts';
import { measured } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, timeQuery } from './schemas.ts';

const aggregates = ['mean', 'min', 'max', 'first', 'last', 'sum', 'count'] as const;
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Widths a person reads easily; from a minute up they fall on rollups. */
const widths = [
  second, 2 * second, 5 * second, 10 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour,
  2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day,
]; // biome-ignore format: a table
const mostPoints = 50_000;

/** The narrowest width that gives at most `points` buckets. */
export function widthFor(spanMs: number, points: number): number {
  return widths.find((width) => spanMs / width <= points) ?? Math.ceil(spanMs / points / day) * day;
}

export function seriesRoutes(app: App, { site, devices, clock, store }: RouteContext): void {
  app.get(
    '/api/series',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Give `every` for buckets of that width, `points` for at most so many buckets, neither for raw points',
        querystring: z.object({
          device: idSchema,
          quantity: quantitySchema,
          from: timeQuery.optional(),
          to: timeQuery.optional(),
          every: durationSchema.optional(),
          points: z.coerce.number().int().min(1).max(5_000).optional(),
          aggregate: z.enum(aggregates).default('mean'),
        }),
        response: {
          200: z.object({
            device: z.string(),
            quantity: z.string(),
            every: z.number().nullable().meta({ description: 'Bucket width, ms; null: raw points' }),
            points: z.array(z.tuple([z.number(), measured.nullable()])),
          }),
          ...problems,
        },
      },
    },
    async ({ query }) => {
      const facts = devices.get(query.device);
      if (!facts) throw new Fault('api/unknown', `There is no device "${query.device}"`);
      const to = query.to ?? clock.now();
      const from = query.from ?? to - day;
      if (from >= to) throw badField('from', 'must lie before "to"');
      const every = query.every ?? (query.points ? widthFor(to - from, query.points) : undefined);
      if (every !== undefined && every < second) throw badField('every', 'at least 1s');
      if (every !== undefined && (to - from) / every > mostPoints) throw badField('every', `gives more than ${mostPoints} points`);
      const ask: SeriesQuery = { measurement: facts.system, device: facts.id, field: query.quantity, from, to, limit: mostPoints };
      if (every !== undefined) {
        ask.every = every;
        ask.aggregate = query.aggregate;
        // Buckets are aligned to the epoch; longer ones shall begin with the local hour or day.
        if (every > 15 * minute) ask.offset = mod(-zoneOffsetMs(site.site.timezone, from), every);
      }
      return { device: facts.id, quantity: query.quantity, every: every ?? null, points: await store().series(ask) };
    },
  );
}

const mod = (a: number, n: number) => ((a % n) + n) % n;
const badField = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
