/**
 * What a phone sends after it was without a connection: `idempotency-key`, by which a step is done once however often it arrives, and `done-at`, when it
 * was done. Without these headers a step is of now.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { userOf } from '../access/index.ts';
import { onceOnly } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import type { RouteContext } from './route-context.ts';

/** Phone and server are never quite of one mind. */
const aheadMs = 2 * 60_000;
/** What is older is entered by hand, with its reason. */
const oldestMs = 14 * 86_400_000;

const stepKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, '16 to 64 letters and digits')
  .optional()
  .meta({ description: 'Chosen by the sender for this one step: the same again gets the first answer and does nothing' });
/** Other headers stay. */
export const keyHeader = z.looseObject({ 'idempotency-key': stepKey });
export const onceHeaders = z.looseObject({
  'idempotency-key': stepKey,
  'done-at': z
    .union([z.string().regex(/^\d{1,16}$/), z.iso.datetime({ offset: true })])
    .optional()
    .meta({
      description:
        'When it was done, where it is sent later (UTC ms, or ISO 8601): not before the ticket, not in the future, at most 14 days ago. Refused with 409 when somebody has moved the ticket since',
    }),
});

export interface Once {
  key: string | undefined;
  /** Plant time; undefined: now. */
  doneAt: number | undefined;
}

/** @throws Fault api/invalid when it was done in the future, or too long ago */
export function onceOf(request: FastifyRequest, clock: Clock): Once {
  const headers = request.headers as z.infer<typeof onceHeaders>;
  const said = headers['done-at'];
  if (said === undefined) return { key: headers['idempotency-key'], doneAt: undefined };
  const at = /^\d+$/.test(said) ? Number(said) : Date.parse(said);
  const now = clock.now();
  const wrong =
    at > now + aheadMs ? 'lies in the future: the clock of the phone is wrong' : at < now - oldestMs ? 'is too long ago' : undefined;
  if (wrong) throw new Fault('api/invalid', `done-at: ${wrong}`, { detail: { errors: [{ field: 'done-at', message: wrong }] } });
  return { key: headers['idempotency-key'], doneAt: Math.min(at, now) };
}

/** Does it once, in one transaction. @param content what makes it another step than one of the same name */
export function doOnce<T>(
  { db, wall }: Pick<RouteContext, 'db' | 'wall'>,
  {
    request,
    reply,
    once,
    what,
    content,
  }: { request: FastifyRequest; reply: FastifyReply; once: Once; what: string; content: string | Buffer },
  run: () => T,
): T {
  if (once.key === undefined) return db.transact(run);
  const hash = createHash('sha256').update(content).digest('hex');
  const move = { who: userOf(request).name, key: once.key, what: `${what} ${hash}`, doneAt: once.doneAt ?? null };
  const { answer, again } = onceOnly(db, move, wall.now(), run);
  if (again) reply.header('idempotency-replayed', 'true');
  return answer;
}
