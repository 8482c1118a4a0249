/** Who was told of an alarm, and whether anybody can be told at all. */
import { z } from 'zod';
import { deliveryStates } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { present } from './moves.ts';
import { count, priorities, problems, time, timeQuery } from './schemas.ts';

const params = z.object({ id: z.string().min(1).max(200) });

export const delivery = z.object({
  key: z.string(),
  alarm: z.string(),
  occurrence: z.number().int(),
  step: z.enum(['raised', 'shelf-ended', 'escalated', 'returned']),
  channel: z.string(),
  person: z.string().nullable().meta({ description: 'Id in the site file; null: a group' }),
  priority: z.enum(priorities),
  lifeSafety: z.boolean(),
  state: z.enum(deliveryStates),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  createdAt: time,
  sentAt: time.nullable(),
  answer: z.string().nullable(),
});

export const alarmPath = z.object({
  state: z.enum(['fine', 'degraded', 'broken', 'none']),
  channels: z.array(
    z.object({
      channel: z.string(),
      type: z.string(),
      failingSince: time.nullable(),
      reason: z.string().nullable(),
      lastSentAt: time.nullable(),
      waiting: z.number().int(),
    }),
  ),
});

export function deliveryRoutes(app: App, { desk, deliveries }: RouteContext): void {
  app.get(
    '/api/alarms/:id/deliveries',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Newest first, at most 1,000',
        params,
        querystring: z.object({ occurrence: z.coerce.number().int().min(1).optional() }),
        response: { 200: z.array(delivery), ...problems },
      },
    },
    async ({ params: { id }, query: { occurrence } }) => {
      if (!desk.alarm(id)) throw new Fault('desk/unknown', `There is no alarm "${id}"`);
      return deliveries.deliveriesOf(id, occurrence);
    },
  );

  app.get(
    '/api/deliveries',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Of all alarms, newest first',
        querystring: z.object({
          channel: z.string().optional(),
          state: z.enum(deliveryStates).optional(),
          from: timeQuery.optional(),
          to: timeQuery.optional(),
          limit: count(1_000, 200),
        }),
        response: { 200: z.array(delivery), ...problems },
      },
    },
    async ({ query }) => deliveries.deliveries(present(query)),
  );

  app.get('/api/alarm-path', { config: { permission: 'plant:read' }, schema: { response: { 200: alarmPath, ...problems } } }, async () =>
    deliveries.alarmPath(),
  );
}
