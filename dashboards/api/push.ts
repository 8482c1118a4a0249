/** Web push: a browser subscribes for the user who is signed in there. What is sent to it, notify/channels/push.ts says. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { openPush, pushId } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import { isPushService, pushServices, vapidKeys } from '../../shared/push.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems, time } from './schemas.ts';

/** What the dashboards need of the channel's settings; the channel's own schema checks them. */
const settings = z.looseObject({
  services: z.array(z.string()).default([...pushServices]),
  keys: z.looseObject({ public: z.string() }).optional(),
});
const base64url = z.string().regex(/^[A-Za-z0-9_-]+=*$/);
const state = z.object({
  key: z.string().nullable().meta({ description: 'Public key for the browser; null: the site file has no push channel' }),
  person: z.boolean().meta({ description: 'Is the user a person of the site file? Notices go to persons' }),
  devices: z.array(z.object({ id: z.string(), device: z.string(), madeAt: time, sentAt: time.nullable() })),
});

export function pushRoutes(app: App, { db, site, wall, dataDir }: RouteContext): void {
  const subscriptions = openPush(db);
  const config = site.channels.find(({ type }) => type === 'push');
  const own = config && settings.parse(config);
  const stateOf = async (user: string) => ({
    key: own ? (own.keys?.public ?? (await vapidKeys(dataDir)).publicKey) : null,
    person: site.people.some(({ id }) => id === user),
    devices: subscriptions.of(user).map(({ endpoint, device, madeAt, sentAt }) => ({ id: pushId(endpoint), device, madeAt, sentAt })),
  });

  app.get(
    '/api/push',
    {
      config: { permission: 'plant:read' },
      schema: { description: 'Consoles of the signed-in user that take web push', response: { 200: state, ...problems } },
    },
    async (request) => stateOf(userOf(request).name),
  );

  app.post(
    '/api/push',
    {
      config: { permission: 'plant:read', rateLimit: { max: 20, timeWindow: '1 minute' } },
      schema: {
        description: 'This browser takes web push from now on, for the signed-in user',
        body: z.object({
          endpoint: z.url().max(1_000),
          keys: z.object({ p256dh: base64url.min(80).max(100), auth: base64url.min(20).max(30) }),
          device: z.string().trim().min(1).max(100),
        }),
        response: { 200: state, ...problems },
      },
    },
    async (request) => {
      const { endpoint, keys, device } = request.body;
      if (!own) throw new Fault('desk/unknown', 'The site file has no push channel');
      if (!isPushService(endpoint, own.services))
        throw new Fault('api/invalid', 'The push service of this browser is not among `services` of the push channel');
      const { name } = userOf(request);
      subscriptions.add({ endpoint, user: name, p256dh: keys.p256dh, auth: keys.auth, device }, wall.now());
      return stateOf(name);
    },
  );

  app.delete(
    '/api/push/:id',
    {
      config: { permission: 'plant:read' },
      schema: { params: z.object({ id: z.string().max(40) }), response: { 200: state, ...problems } },
    },
    async (request) => {
      const { name } = userOf(request);
      if (!subscriptions.removeOf(name, request.params.id)) throw new Fault('desk/unknown', 'You have no such console');
      return stateOf(name);
    },
  );
}
