/** Readings as a file: streamed from the store to whoever asks, at the pace at which they read. */
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { quantitySchema } from '../../shared/quantity.ts';
import { takesGzip } from '../compress.ts';
import { csvOf } from '../export-csv.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, timeQuery } from './schemas.ts';

const day = 86_400_000;
const longestMs = 400 * day;
const mostDevices = 50;
/** Each reads the store from end to end; screens shall not wait for more than this. */
const mostAtOnce = 2;

const separated = z.string().transform((text) => text.split(','));

export function exportRoutes(app: App, { devices, clock, store }: RouteContext): void {
  let running = 0;
  app.get(
    '/api/export',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: `Raw readings as CSV (time, device, quantity, value) in time order, streamed; at most ${mostDevices} devices and 400 days; ${mostAtOnce} at once, another one gets 429`,
        querystring: z.object({
          device: separated.pipe(z.array(idSchema).max(mostDevices)).meta({ description: 'Ids with commas between them' }),
          quantity: separated
            .pipe(z.array(quantitySchema).max(200))
            .optional()
            .meta({ description: 'With commas between them; all when absent' }),
          from: timeQuery.optional().meta({ description: 'By default a day before `to`' }),
          to: timeQuery.optional(),
        }),
        response: { 200: z.unknown().meta({ description: 'text/csv' }), ...problems },
      },
    },
    async (request, reply) => {
      const { device, quantity } = request.query;
      const to = request.query.to ?? clock.now();
      const from = request.query.from ?? to - day;
      if (!(from < to) || to - from > longestMs) throw badField('from', 'before "to", at most 400 days');
      const series = [...new Set(device)].map((id) => {
        const facts = devices.get(id);
        if (!facts) throw new Fault('api/unknown', `There is no device "${id}"`);
        return { measurement: facts.system, device: id, ...(quantity ? { fields: quantity } : {}) };
      });
      if (running >= mostAtOnce) {
        throw Object.assign(new Error(`${mostAtOnce} exports are running; try again when one of them has ended`), { statusCode: 429 });
      }
      // Who asks for the head only shall not make the store read a year.
      if (request.method === 'HEAD') return reply.type('text/csv; charset=utf-8').send();
      const rows = Readable.from(csvOf(store(), { series, from, to }), { objectMode: true, highWaterMark: 1 });
      running++;
      rows.once('close', () => running--);
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="readings-${new Date(to).toISOString().slice(0, 10)}.csv"`)
        .header('vary', 'accept-encoding');
      if (!takesGzip(request)) return reply.send(rows);
      reply.header('content-encoding', 'gzip');
      // Whatever ends one side, a client that leaves or a store that fails, ends the other.
      return reply.send(pipeline(rows, createGzip({ level: 1 }), () => undefined));
    },
  );
}

const badField = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
