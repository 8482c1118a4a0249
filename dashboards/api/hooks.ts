/** Signed webhooks: those of the site file and those added here, what each was told, and a way to try one. The key of a new one is told once. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { type HookEvent, openHookStore } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import { hookSecret } from '../../shared/hook-key.ts';
import { hookKinds, hookUrl } from '../../shared/hooks.ts';
import type { App, RouteContext } from '../route-context.ts';
import { count, idSchema, problems, time } from './schemas.ts';

const kinds = z.array(z.enum(hookKinds)).min(1).max(hookKinds.length);
const hook = z.object({
  id: z.string(),
  url: z.string(),
  of: kinds,
  source: z.enum(['site', 'console']),
  addedBy: z.string().nullable(),
  addedAt: time.nullable(),
  waiting: z.number().int().meta({ description: 'Changes that it is owed' }),
  waitingSince: time.nullable(),
  lastSentAt: time.nullable(),
  error: z.string().nullable().meta({ description: 'Why what is owed first could not be told' }),
});
const event = z.object({
  id: z.number().int(),
  kind: z.string().meta({ description: 'alarm, ticket, change or test' }),
  object: z.string(),
  action: z.string(),
  state: z.enum(['waiting', 'sent', 'failed']),
  attempts: z.number().int(),
  createdAt: time,
  doneAt: time.nullable(),
  answer: z.string().nullable().meta({ description: 'What the receiver said, or why it could not be reached' }),
});
const params = z.object({ id: idSchema });
const mostHooks = 20;
/** Real time: a receiver is given up on after 10 s. */
const answerMs = 15_000;
const lookMs = 100;
const perUser = { max: 12, timeWindow: '1 minute' } as const;

export function hookRoutes(app: App, { db, site, accounts, wall, dataDir }: RouteContext): void {
  const store = openHookStore(db);
  const list = () => [
    ...site.hooks.map(({ id, url, of }) => ({ id, url, of, source: 'site' as const, addedBy: null, addedAt: null, ...store.state(id) })),
    ...store.list().map(({ nonce: _nonce, ...one }) => ({ ...one, source: 'console' as const, ...store.state(one.id) })),
  ];
  const known = (id: string) => {
    const found = list().find((one) => one.id === id);
    if (!found) throw new Fault('desk/unknown', `there is no webhook "${id}"`);
    return found;
  };

  app.get('/api/hooks', { config: { permission: 'hook:change' }, schema: { response: { 200: z.array(hook), ...problems } } }, async () =>
    list(),
  );

  app.post(
    '/api/hooks',
    {
      config: { permission: 'hook:change' },
      schema: {
        description:
          'A receiver hears of what changes from now on. `secret` is the key of the signature (Standard Webhooks); it is told here and never again',
        body: z.object({ id: idSchema, url: hookUrl, of: kinds.default([...hookKinds]) }),
        response: { 201: hook.extend({ secret: z.string() }), ...problems },
      },
    },
    async (request, reply) => {
      const { id, url, of } = request.body;
      const { name } = userOf(request);
      if (list().some((one) => one.id === id)) throw new Fault('desk/transition', `there is a webhook "${id}" already`);
      if (store.list().length >= mostHooks) throw new Fault('desk/transition', `at most ${mostHooks} webhooks`);
      const made = db.transact(() => {
        const added = store.add({ id, url, of, addedBy: name }, wall.now());
        accounts.audit(name, 'hook.add', id, null, { url, of });
        return added;
      });
      return reply.code(201).send({ ...known(id), secret: hookSecret(dataDir, id, made.nonce).reveal() });
    },
  );

  app.delete(
    '/api/hooks/:id',
    { config: { permission: 'hook:change' }, schema: { params, response: { 204: z.null(), ...problems } } },
    async (request, reply) => {
      const { id } = request.params;
      const { source, url, of } = known(id);
      if (source === 'site') throw new Fault('desk/transition', `the webhook "${id}" stands in the site file and is removed there`);
      db.transact(() => {
        store.remove(id, wall.now());
        accounts.audit(userOf(request).name, 'hook.remove', id, { url, of }, null);
      });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/hooks/:id/events',
    {
      config: { permission: 'hook:change' },
      schema: {
        description: 'What it was told and is owed, newest first',
        params,
        querystring: z.object({ limit: count(200, 50) }),
        response: { 200: z.array(event), ...problems },
      },
    },
    async ({ params: { id }, query: { limit } }) => store.events(known(id).id, limit).map(shown),
  );

  app.post(
    '/api/hooks/:id/test',
    {
      config: { permission: 'hook:change', rateLimit: perUser },
      schema: {
        description:
          'Posts an event of the kind `test` and waits for what comes of it, at most 15 s. `waiting`: the notifier has not answered',
        params,
        response: { 200: event, ...problems },
      },
    },
    async (request) => {
      const { id } = known(request.params.id);
      const { name } = userOf(request);
      const asked = db.transact(() => {
        accounts.audit(name, 'hook.test', id, null, null);
        return store.test(id, site.site.id, name, wall.now());
      });
      const until = wall.monotonic() + answerMs;
      for (;;) {
        const found = store.event(asked) as HookEvent;
        if (found.state !== 'waiting' || wall.monotonic() >= until) return shown(found);
        await wall.sleep(lookMs);
      }
    },
  );
}

function shown({ body, key: _key, ...one }: HookEvent) {
  const { kind = '', object = '', action = '' } = said(body);
  return { ...one, kind, object, action };
}
const saidSchema = z.object({ kind: z.string(), object: z.string(), action: z.string() }).partial();
function said(body: string): z.infer<typeof saidSchema> {
  try {
    return saidSchema.parse(JSON.parse(body));
  } catch {
    return {};
  }
}
