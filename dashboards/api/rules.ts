/** Rules in force, and what ingest set aside. */
import { z } from 'zod';
import type { App, Parts } from '../parts.ts';
import { count, problems, text } from './schemas.ts';

const ruleInForce = z.object({
  rule: z.looseObject({ id: z.string(), kind: z.string(), title: text, source: z.string() }),
  pack: z.string(),
  enabled: z.boolean(),
  reasons: z.array(z.string()),
  places: z.array(z.object({ device: z.string(), limit: z.number().nullable(), unit: z.string() })),
});

export function ruleRoutes(app: App, { desk, deadLetters }: Parts): void {
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
