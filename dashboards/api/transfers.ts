/** Failures of the mains and how the generator took over. */
import { z } from 'zod';
import type { App, RouteContext } from '../route-context.ts';
import { readTransfers } from '../transfers.ts';
import { problems, time } from './schemas.ts';

const back = 90 * 86_400_000;
const most = 50;
const transfer = z.object({ device: z.string(), lostAt: time, suppliedAt: time.nullable(), restoredAt: time.nullable() });

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
}
