/** Who is asking, and may they? A cookie for people, a bearer token for programs; one guard before every route. */
import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../shared/errors.ts';
import type { Accounts, User } from './accounts.ts';
import { may, type Permission } from './permissions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the user must be allowed to; `open` for the few routes that need no sign-in. A route without it is refused at start. */
    permission?: Permission | 'open' | 'loopback';
  }
  interface FastifyRequest {
    user: User | undefined;
    token: string | undefined;
  }
}

export const cookieName = 'plantroom_session';
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export async function installAuth(app: FastifyInstance, accounts: Accounts): Promise<void> {
  await app.register(cookie);
  app.decorateRequest('user', undefined);
  app.decorateRequest('token', undefined);

  app.addHook('onRoute', (route) => {
    if (!route.config?.permission) throw new Error(`${String(route.method)} ${route.url} names no permission`);
  });

  app.addHook('onRequest', async (request) => {
    const permission = request.routeOptions.config.permission;
    if (permission === 'open' || request.is404) return;
    if (permission === 'loopback' && isLocalProgram(request)) return;

    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = bearer ?? request.cookies[cookieName];
    const session = token ? accounts.session(token) : undefined;
    if (!token || !session) throw new Fault('api/denied', 'Sign in first', { detail: { status: 401 } });
    if (!bearer && !safeMethods.has(request.method) && !isSameOrigin(request)) {
      throw new Fault('api/denied', 'A change with the cookie must come from the console itself; programs send a bearer token');
    }
    request.user = session.user;
    request.token = token;
    const needed: Permission = permission === 'loopback' || permission === undefined ? 'metrics:read' : permission;
    if (!may(session.user.role, needed)) throw new Fault('api/denied', `The role ${session.user.role} may not do this (${needed})`);
  });
}

/** The signed-in user of a guarded route. */
export function userOf(request: FastifyRequest): User {
  if (!request.user) throw new Fault('api/denied', 'Sign in first', { detail: { status: 401 } });
  return request.user;
}

/** SameSite=Strict keeps the cookie away from other sites; this also stops another port or name of the same machine. */
function isSameOrigin(request: FastifyRequest): boolean {
  const origin = request.headers.origin;
  if (origin === undefined) return request.headers['sec-fetch-site'] === 'same-origin';
  try {
    return new URL(origin).host === request.headers.host;
  } catch {
    return false;
  }
}

/**
 * A program on this machine, such as Prometheus: connected over loopback, by a loopback name (so no page of a rebound DNS name),
 * and not through a proxy.
 */
export function isLocalProgram(request: Pick<FastifyRequest, 'headers'> & { socket: { remoteAddress?: string | undefined } }): boolean {
  const { headers, socket } = request;
  const local = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(socket.remoteAddress ?? '');
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const proxied = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
  return local && !proxied && ['127.0.0.1', 'localhost', '[::1]'].includes(host);
}
