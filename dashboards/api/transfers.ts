/** Failures of the mains and how the generator took over. */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { countedOf } from '../counted.ts';
import { type OutageSource, outagesOf } from '../outages.ts';
import type { App, RouteContext } from '../route-context.ts';
import { readTransfers } from '../transfers.ts';
import { problems, time, timeQuery } from './schemas.ts';

const back = 90 * 86_400_000;
const most = 50;
const transfer = z.object({ device: z.string(), lostAt: time, suppliedAt: time.nullable(), restoredAt: time.nullable() });

const outages = z.object({
  count: z.number().int().nullable().meta({ description: 'null: nobody watched the mains' }),
  minutes: z.number().nullable(),
  generatorHours: z.number().nullable(),
  generatorKwh: z.number().nullable(),
  watchedFrom: time.nullable(),
});

export function transferRoutes(app: App, context: RouteContext): void {
  app.get(
    '/api/transfers',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Failures of the mains in the last 90 days, newest first, and when the generator carried the load',
        response: { 200: z.array(transfer), ...problems },
      },
    },
    async () => {
      const to = context.clock.now();
      const switches = [...context.devices.values()].filter(({ role }) => role === 'transfer-switch');
      const found = await Promise.all(switches.map((device) => readTransfers(context.store(), device, { from: to - back, to })));
      return found
        .flat()
        .sort((a, b) => b.lostAt - a.lostAt)
        .slice(0, most);
    },
  );

  app.get(
    '/api/outages',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'How often and how long the mains were away in a span of time, and what the generators ran and gave',
        querystring: z.object({ from: timeQuery, to: timeQuery }),
        response: { 200: outages, ...problems },
      },
    },
    async ({ query: { from, to: end } }) => {
      const to = Math.min(end, context.clock.now());
      if (from >= to) {
        const message = 'a later time than from, which is not in the future';
        throw new Fault('api/invalid', `to: ${message}`, { detail: { errors: [{ field: 'to', message }] } });
      }
      const store = context.store();
      const counted = (...[wanted, field, range]: Parameters<OutageSource['counted']>) => countedOf(store, wanted, field, range);
      return outagesOf({ devices: context.devices, store, counted }, { from, to });
    },
  );
}
