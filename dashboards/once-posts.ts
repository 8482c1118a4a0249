/**
 * `idempotency-key` at every POST of a signed-in user: the first answer is kept and told again, however often and at however many times at once the same
 * is sent. Routes whose step and key are one transaction (once.ts) name the header themselves and are left to it.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { userOf } from '../access/index.ts';
import { claimMove, dropClaim, keepAnswer } from '../desk/index.ts';
import { keyHeader } from './once.ts';
import type { RouteContext } from './route-context.ts';

/** What they are sent or answer is a secret that must not lie in the database, or they count nothing. */
export const withoutKey: ReadonlySet<string> = new Set([
  ...['/api/logout', '/api/password', '/api/users', '/api/hooks', '/api/calendar-feed', '/api/push'],
  ...['/api/backtests', '/api/backtests/limits', '/api/rosters/:id/preview', '/api/console/shown'],
]);

interface Kept {
  status: number;
  type: string | undefined;
  body: string | null;
}
interface Claimed {
  who: string;
  key: string;
  done(): void;
}

export function installOnce(app: FastifyInstance, { db, wall, log }: Pick<RouteContext, 'db' | 'wall' | 'log'>): void {
  const claims = new WeakMap<FastifyRequest, Claimed>();
  const running = new Map<string, Promise<void>>();
  const own = new Set<string>();

  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST' || route.config?.permission === 'open' || withoutKey.has(route.url)) return;
    if (route.schema?.headers) return;
    own.add(route.url);
    route.schema = { ...route.schema, headers: keyHeader };
  });

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const { url } = request.routeOptions;
    if (request.method !== 'POST' || typeof key !== 'string' || !request.user || url === undefined || !own.has(url)) return;
    const who = userOf(request).name;
    const name = `${who} ${key}`;
    for (let other = running.get(name); other; other = running.get(name)) await other;
    const content = createHash('sha256')
      .update(JSON.stringify(request.body ?? null))
      .digest('hex');
    const kept = claimMove(db, { who, key, what: `POST ${request.url} ${content}`, doneAt: null }, wall.now());
    if (kept !== undefined) {
      const { status, type, body } = JSON.parse(kept) as Kept;
      reply.code(status).header('idempotency-replayed', 'true');
      if (type !== undefined) reply.type(type);
      return reply.send(body ?? undefined);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    running.set(name, promise);
    claims.set(request, {
      who,
      key,
      done() {
        running.delete(name);
        resolve();
      },
    });
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const claim = claims.get(request);
    if (!claim) return;
    claims.delete(request);
    try {
      // A refusal leaves nothing behind, so that it may be tried again.
      if (reply.statusCode >= 400 || !(typeof payload === 'string' || payload === null || payload === undefined)) {
        dropClaim(db, claim.who, claim.key);
        return;
      }
      const kept: Kept = { status: reply.statusCode, type: reply.getHeader('content-type') as string | undefined, body: payload ?? null };
      keepAnswer(db, claim.who, claim.key, JSON.stringify(kept));
    } catch (error) {
      log.error({ err: error }, 'an answer could not be kept under its idempotency key');
    } finally {
      claim.done();
    }
  });
}
