/** Faults of a simulated site: list, start, stop. On a real site these routes answer 404. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { fault, fewOf, problems } from './schemas.ts';

const params = z.object({ name: z.string().min(1).max(80) });
const body = z.object({ params: fewOf(z.union([z.number(), z.string()])).optional() }).nullish();

export function faultRoutes(app: App, { simulator, accounts }: RouteContext): void {
  const link = () => {
    if (!simulator) throw new Fault('fault/unknown', 'This site is not simulated; there are no faults to start');
    return simulator;
  };

  app.get('/api/faults', { config: { permission: 'plant:read' }, schema: { response: { 200: z.array(fault), ...problems } } }, async () =>
    link().faults(),
  );

  for (const [method, action] of [
    ['POST', 'start'],
    ['DELETE', 'stop'],
  ] as const) {
    app.route({
      method,
      url: '/api/faults/:name',
      config: { permission: 'fault:change' },
      schema: { params, ...(method === 'POST' ? { body } : {}), response: { 200: fault, ...problems } },
      handler: async (request) => {
        const { name } = request.params as z.infer<typeof params>;
        const sent = method === 'POST' ? (request.body as z.infer<typeof body>) : undefined;
        const before = link()
          .faults()
          .find((known) => known.name === name);
        const after = await link().command(action, name, sent?.params);
        accounts.audit(
          userOf(request).name,
          `fault.${action}`,
          name,
          { active: before?.active ?? null },
          { active: after.active, ...sent?.params },
        );
        return after;
      },
    });
  }
}
