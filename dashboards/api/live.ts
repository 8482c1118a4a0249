/** Server-sent events: what the screens follow. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { streamTopics } from '../live/stream.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems } from './schemas.ts';

export function liveRoutes(app: App, { accounts, stream }: RouteContext): void {
  app.get(
    '/api/live',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'text/event-stream. Events: readings {device: {quantity: [value, t, reason?]}} at most twice a second, devices, alarms, seen (of open alarms the value now, its trend and the worst: {alarm: {live, worst}}), tickets, faults, path (with alarms: can people be told? {state, failing}), beat. ' +
          '`topics` picks some of them. After a reconnect ask /api/devices, /api/alarms and /api/tickets again.',
        querystring: z.object({
          topics: z
            .string()
            .transform((text) => text.split(','))
            .pipe(z.array(z.enum(streamTopics)).min(1).max(100))
            .optional(),
        }),
        response: problems,
      },
    },
    (request, reply) => {
      // Without a body there is nothing to follow, and nothing would ever end it.
      if (request.method === 'HEAD') {
        reply.hijack();
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' }).end();
        return;
      }
      const topics = new Set(request.query.topics ?? streamTopics);
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
      const { name } = userOf(request);
      const token = request.token ?? '';
      stream.add(reply.raw, topics, { user: name, isSignedIn: () => accounts.session(token)?.user.name === name });
      reply.hijack();
    },
  );
}
