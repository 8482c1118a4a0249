/** Who changed what, when; before and after. */
import { z } from 'zod';
import type { App, RouteContext } from '../route-context.ts';
import { auditEntry, count, problems } from './schemas.ts';

export function auditRoutes(app: App, { accounts }: RouteContext): void {
  app.get(
    '/api/audit',
    {
      config: { permission: 'audit:read' },
      schema: {
        querystring: z.object({
          limit: count(500, 100),
          before: z.coerce.number().int().optional().meta({ description: 'Id of the oldest entry shown so far' }),
          object: z.string().optional(),
          who: z.string().optional(),
        }),
        response: { 200: z.array(auditEntry), ...problems },
      },
    },
    async ({ query }) => accounts.auditLog(query),
  );
}
