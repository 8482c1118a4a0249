/** Sign-in, sign-out, who am I, own password. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { cookieName, fromAllAddresses, GuessLimit, sessionLimits, userOf } from '../../access/index.ts';
import { permissionsOf } from '../../access/permissions.ts';
import { Fault } from '../../shared/errors.ts';
import type { App, RouteContext } from '../route-context.ts';
import { password, problems, session } from './schemas.ts';

/** A ward's phones may share one address; a scrypt of 0.1 s each must not fill a core. */
const perAddress = { max: 60, timeWindow: '1 minute' } as const;

/** An address from which somebody has signed in within so long is known as his. */
const knownMs = 30 * 86_400_000;

export function sessionRoutes(app: App, { accounts, wall, clock }: RouteContext): void {
  const guesses = new GuessLimit(wall);
  const perUser = new GuessLimit(wall, fromAllAddresses);
  /** Signed in as this user now, or lately from there: whoever else guesses at the name does not slow him down. */
  const isKnown = ({ ip, cookies, headers }: FastifyRequest, name: string): boolean => {
    const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? cookies[cookieName];
    if (token !== undefined && accounts.session(token)?.user.name === name) return true;
    return accounts.hasSignedInFrom(name, ip, clock.now() - knownMs);
  };
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'strict' } as const;

  app.post(
    '/api/login',
    {
      config: {
        permission: 'open',
        rateLimit: perAddress,
      },
      schema: {
        description: 'Answers a bearer token and sets the session cookie. `days` asks for a token of a program: no cookie, fixed end.',
        security: [],
        body: z.object({
          user: z.string().min(1).max(100),
          password: z.string().min(1).max(1_000),
          days: z.number().int().min(1).max(366).optional(),
        }),
        response: { 200: z.object({ token: z.string(), expiresAt: z.number(), ...session.shape }), ...problems },
      },
    },
    async (request, reply) => {
      const name = request.body.user.trim().toLowerCase();
      const key = `${request.ip} ${name}`;
      const attempt = () => accounts.passwordOf(name, request.body.password);
      const user = await guesses.try(key, isKnown(request, name) ? attempt : () => perUser.try(name, attempt));
      if (!user) {
        accounts.note(name.slice(0, 32), 'login.refused', request.ip);
        throw new Fault('api/denied', 'User or password is wrong', { detail: { status: 401 } });
      }
      const { token, expiresAt } = accounts.openSession(user.name, request.body.days);
      accounts.note(user.name, 'login', request.ip);
      if (request.body.days === undefined) {
        // As long as a session in use may last; when an unused one ends, the server decides. A screen on the wall stays signed in.
        const maxAge = sessionLimits.longestMs / 1000;
        reply.setCookie(cookieName, token, { ...cookieOptions, secure: request.protocol === 'https', maxAge });
      }
      return {
        token,
        expiresAt,
        user: { name: user.name, fullName: user.fullName, role: user.role },
        permissions: permissionsOf(user.role),
      };
    },
  );

  app.post(
    '/api/logout',
    { config: { permission: 'plant:read' }, schema: { response: { 204: z.null(), ...problems } } },
    async (request, reply) => {
      if (request.token) accounts.closeSession(request.token);
      accounts.note(userOf(request).name, 'logout', request.ip);
      return reply.clearCookie(cookieName, cookieOptions).code(204).send(null);
    },
  );

  app.get(
    '/api/session',
    { config: { permission: 'plant:read' }, schema: { response: { 200: session, ...problems } } },
    async (request) => {
      const { name, fullName, role } = userOf(request);
      return { user: { name, fullName, role }, permissions: permissionsOf(role) };
    },
  );

  app.post(
    '/api/password',
    {
      config: { permission: 'password:change', rateLimit: perAddress },
      schema: { body: z.object({ old: z.string().max(1_000), new: password }), response: { 204: z.null(), ...problems } },
    },
    async (request, reply) => {
      const { name } = userOf(request);
      const key = `${request.ip} ${name}`;
      if (!(await guesses.try(key, () => accounts.passwordOf(name, request.body.old)))) {
        throw new Fault('api/invalid', 'The old password is wrong', { detail: { errors: [{ field: 'old', message: 'wrong' }] } });
      }
      await accounts.setPassword(name, request.body.new, name);
      return reply.clearCookie(cookieName, cookieOptions).code(204).send(null);
    },
  );
}
