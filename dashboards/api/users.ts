/** Users, for administrators. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import type { App, RouteContext } from '../route-context.ts';
import { password, problems, user, userName, userRole } from './schemas.ts';

const params = z.object({ name: userName });
const fullName = z.string().trim().min(1).max(100);
const config = { permission: 'user:change' } as const;

export function userRoutes(app: App, { accounts }: RouteContext): void {
  app.get('/api/users', { config, schema: { response: { 200: z.array(user), ...problems } } }, async () => accounts.users());

  app.post(
    '/api/users',
    {
      config,
      schema: {
        body: z.object({ name: userName, fullName: fullName.optional(), role: userRole, password }),
        response: { 201: user, ...problems },
      },
    },
    async (request, reply) => reply.code(201).send(await accounts.add(request.body, userOf(request).name)),
  );

  app.patch(
    '/api/users/:name',
    {
      config,
      schema: {
        params,
        body: z.object({ role: userRole.optional(), fullName: fullName.optional() }),
        response: { 200: user, ...problems },
      },
    },
    async (request) => accounts.change(request.params.name, request.body, userOf(request).name),
  );

  app.put(
    '/api/users/:name/password',
    { config, schema: { params, body: z.object({ password }), response: { 204: z.null(), ...problems } } },
    async (request, reply) => {
      await accounts.setPassword(request.params.name, request.body.password, userOf(request).name);
      return reply.code(204).send(null);
    },
  );

  app.delete('/api/users/:name', { config, schema: { params, response: { 204: z.null(), ...problems } } }, async (request, reply) => {
    accounts.remove(request.params.name, userOf(request).name);
    return reply.code(204).send(null);
  });
}
