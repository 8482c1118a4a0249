/** Who was told of an alarm, and the time line of all that happened around it. */
import { z } from 'zod';
import { deliveryStates, deliverySteps, trailKinds, trailOf } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { present } from './moves.ts';
import { count, priorities, problems, time, timeQuery } from './schemas.ts';

const params = z.object({ id: z.string().min(1).max(200) });

export const delivery = z.object({
  key: z.string(),
  alarm: z.string(),
  occurrence: z.number().int(),
  step: z.enum(deliverySteps),
  channel: z.string().meta({ description: 'Of the site file; console: a screen has shown it, answer says shown, sounded or acknowledged' }),
  person: z.string().nullable().meta({ description: 'Id in the site file, or user of a screen; null: a group' }),
  priority: z.enum(priorities),
  lifeSafety: z.boolean(),
  state: z.enum(deliveryStates),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  createdAt: time,
  sentAt: time.nullable(),
  answer: z.string().nullable(),
});

export const trail = z.object({
  occurrence: z.number().int(),
  occurrences: z.number().int(),
  entries: z.array(
    z.object({
      t: time,
      kind: z.enum(trailKinds).meta({
        description:
          'move: of the alarm; ticket: of its ticket; message: a notice; receipt: a screen showed it; called: a step told somebody; silence: a step reached nobody; answer: passed on or declined by link',
      }),
      event: z.string(),
      who: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      why: z.string().nullable(),
      channel: z.string().nullable(),
      ticket: z.string().nullable(),
      state: z.enum(deliveryStates).nullable(),
      attempts: z.number().int().nullable(),
      tookMs: z.number().nullable().meta({ description: 'From owing a message to its being taken, plant time' }),
      bad: z.boolean().meta({ description: 'Somebody was not reached, or a rule was overridden' }),
    }),
  ),
});

export function deliveryRoutes(app: App, { db, desk, deliveries }: RouteContext): void {
  app.get(
    '/api/alarms/:id/trail',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Everything around one occurrence, oldest first: moves, messages, receipts, silence, overrides, arrival, signature',
        params,
        querystring: z.object({ occurrence: z.coerce.number().int().min(1).optional().meta({ description: 'By default the last' }) }),
        response: { 200: trail, ...problems },
      },
    },
    async ({ params: { id }, query: { occurrence } }) => {
      const found = trailOf({ db, desk, deliveries }, id, occurrence);
      if (!found)
        throw new Fault('desk/unknown', `There is no alarm "${id}"${occurrence === undefined ? '' : ` with an occurrence ${occurrence}`}`);
      return found;
    },
  );

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
}
