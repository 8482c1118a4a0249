/** Rules in force, and what ingest set aside. */
import { z } from 'zod';
import type { App, RouteContext } from '../route-context.ts';
import { count, problems, text } from './schemas.ts';

const ruleInForce = z.object({
  rule: z.looseObject({ id: z.string(), kind: z.string(), title: text, source: z.string() }),
  pack: z.string(),
  enabled: z.boolean(),
  overrides: z
    .array(z.looseObject({ rule: z.string(), reason: z.string() }))
    .meta({ description: 'What the site file changes, in the order in which it applies; durations in ms' }),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        form: z.enum(['number', 'limit', 'duration']),
        value: z.union([z.number(), z.string()]),
        least: z.number().nullable(),
        most: z.number().nullable(),
        whole: z.boolean(),
      }),
    )
    .meta({ description: 'Numbers among its parameters, as they are written in the site file' }),
  drawn: z
    .array(z.object({ param: z.string(), side: z.enum(['above', 'below']) }))
    .meta({ description: 'Which of them are limits in the unit of the quantity, as charts draw them' }),
  places: z.array(
    z.object({
      device: z.string(),
      limit: z.number().nullable(),
      unit: z.string(),
      watches: z.array(z.object({ device: z.string(), quantity: z.string() })),
      cannot: text.optional().meta({ description: 'Why the rule can judge nothing here, such as too few readings' }),
      params: z.record(z.string(), z.unknown()).optional().meta({ description: 'Parameters that an override sets for this device' }),
      delays: z.object({ on_delay: z.number(), off_delay: z.number() }).optional().meta({ description: 'Delays of its own, ms' }),
    }),
  ),
});

export function ruleRoutes(app: App, { desk, deadLetters }: RouteContext): void {
  app.get(
    '/api/rules',
    { config: { permission: 'plant:read' }, schema: { response: { 200: z.array(ruleInForce), ...problems } } },
    async () => desk.rules(),
  );

  app.get(
    '/api/dead-letters',
    {
      config: { permission: 'dead-letter:read' },
      schema: {
        querystring: z.object({ limit: count(500, 100), before: z.coerce.number().int().optional() }),
        response: {
          200: z.object({
            total: z.number().int(),
            deadLetters: z.array(
              z.object({ id: z.number().int(), t: z.number(), topic: z.string(), reason: z.string(), payload: z.string() }),
            ),
          }),
          ...problems,
        },
      },
    },
    async ({ query }) => ({ total: deadLetters.count(), deadLetters: deadLetters.list(query) }),
  );
}
