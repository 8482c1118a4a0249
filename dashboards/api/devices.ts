/** Devices with what they say now. */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { quantity } from '../../shared/quantity.ts';
import type { DeviceFacts } from '../device-facts.ts';
import type { App, Parts } from '../parts.ts';
import { device, idSchema, problems, systemSchema } from './schemas.ts';

export function deviceRoutes(app: App, { devices, cache }: Parts): void {
  const show = (facts: DeviceFacts): z.infer<typeof device> => {
    const live = cache.devices.get(facts.id);
    const latest: z.infer<typeof device>['latest'] = {};
    for (const [id, value] of live?.latest ?? []) latest[id] = { unit: quantity(id).unit, ...value };
    return {
      ...facts,
      attributes: facts.attributes as Record<string, number>,
      online: live?.online ?? null,
      since: live?.since ?? null,
      reason: live?.reason ?? null,
      lastReadingAt: live?.lastReadingAt ?? null,
      latest,
    };
  };

  app.get(
    '/api/devices',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({ system: systemSchema.optional(), role: z.string().optional() }),
        response: { 200: z.array(device), ...problems },
      },
    },
    async ({ query }) =>
      [...devices.values()]
        .filter((facts) => (!query.system || facts.system === query.system) && (!query.role || facts.role === query.role))
        .map(show),
  );

  app.get(
    '/api/devices/:id',
    { config: { permission: 'plant:read' }, schema: { params: z.object({ id: idSchema }), response: { 200: device, ...problems } } },
    async ({ params }) => {
      const facts = devices.get(params.id);
      if (!facts) throw new Fault('api/unknown', `There is no device "${params.id}"`);
      return show(facts);
    },
  );
}
