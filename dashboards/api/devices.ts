/** Devices with what they say now. */
import { z } from 'zod';
import { Fault } from '../../shared/errors.ts';
import { profileFacts } from '../../shared/profile-facts.ts';
import { quantity } from '../../shared/quantity.ts';
import { rawPayload } from '../../shared/raw.ts';
import type { DeviceFacts } from '../device-facts.ts';
import { lookLimits } from '../live/raw-link.ts';
import type { App, RouteContext } from '../route-context.ts';
import { device, idSchema, problems, systemSchema } from './schemas.ts';

const params = z.object({ id: idSchema });

export function deviceRoutes(app: App, { devices, cache, profileFacts: factsOfProfile, raw }: RouteContext): void {
  const known = (id: string): DeviceFacts => {
    const facts = devices.get(id);
    if (!facts) throw new Fault('api/unknown', `There is no device "${id}"`);
    return facts;
  };
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
    { config: { permission: 'plant:read' }, schema: { params, response: { 200: device, ...problems } } },
    async ({ params: { id } }) => show(known(id)),
  );

  app.get(
    '/api/devices/:id/profile',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Model, source of its register map, and how well that is confirmed',
        params,
        response: { 200: profileFacts, ...problems },
      },
    },
    async ({ params: { id } }) => {
      const { profile } = known(id);
      const found = profile === null ? undefined : factsOfProfile(profile);
      if (!found) throw new Fault('api/unknown', `The device "${id}" has no profile`);
      return found;
    },
  );

  app.get(
    '/api/devices/:id/raw',
    {
      config: { permission: 'device:raw' },
      schema: {
        description: `What the gateway read last, as it came over the wire. Ask again every few seconds to go on looking; ${lookLimits.devices} devices can be looked at at once`,
        params,
        response: {
          200: z.object({ raw: rawPayload.nullable().meta({ description: 'null: its gateway has not answered' }) }),
          ...problems,
        },
      },
    },
    async ({ params: { id } }) => ({ raw: (await raw.look(known(id).gateway, id)) ?? null }),
  );
}
