/** What people change in a roster: overrides, exchanges, plans of a while, absences, swaps, taking over. Each is audited with it in one transaction. */
import { z } from 'zod';
import type { User } from '../../access/index.ts';
import { may, userOf } from '../../access/index.ts';
import type { StoredChange } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import type { RosterChange } from '../../shared/roster.ts';
import { onCall, params, personNeeded, span, storedChange } from '../roster-forms.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, instant, problems, words } from './schemas.ts';

const day = 86_400_000;
/** Longer ones are refused by the roster itself. */
const longestSwapMs = 400 * day;
const changeParams = z.object({ id: idSchema, change: z.coerce.number().int().min(1) });

export function rosterChangeRoutes(app: App, { db, rosters, accounts, site, clock }: RouteContext): void {
  const needPerson = personNeeded(site);
  /** Others' shifts are moved by who plans the roster; one's own by oneself. */
  const needRight = (user: User, person: string) => {
    if (person !== user.name && !may(user.role, 'roster:edit'))
      throw new Fault('api/denied', `The role ${user.role} changes its own shifts only (roster:edit)`);
  };
  const changed = (user: User, id: string, what: string, work: () => StoredChange): StoredChange =>
    db.transact(() => {
      const done = work();
      accounts.audit(user.name, `roster.${what}`, id, null, done);
      return done;
    });
  const add = (user: User, id: string, what: string, change: RosterChange) =>
    changed(user, id, what, () => rosters.add(id, change, user.name));

  const made = { 201: storedChange, ...problems };

  app.post(
    '/api/rosters/:id/overrides',
    {
      config: { permission: 'roster:edit' },
      schema: {
        description: 'For a while somebody is added, removed, or put in the place of another',
        params,
        body: z.object({ ...span, remove: idSchema.nullish(), add: idSchema.nullish(), reason: words }),
        response: made,
      },
    },
    async (request, reply) => {
      const { from, to, remove = null, add: added = null, reason } = request.body;
      if (added !== null) needPerson('add', added);
      const change = { kind: 'override' as const, from, to, remove, add: added, reason };
      return reply.code(201).send(add(userOf(request), request.params.id, 'override', change));
    },
  );

  app.post(
    '/api/rosters/:id/exchanges',
    {
      config: { permission: 'roster:edit' },
      schema: {
        description: 'Decided by who plans: `other` takes the span of `person`, who takes `back`. In force at once, as two overrides',
        params,
        body: z.object({ ...span, person: idSchema, other: idSchema, back: z.object(span), reason: words }),
        response: { 201: z.array(storedChange), ...problems },
      },
    },
    async (request, reply) => {
      const { from, to, person, other, back, reason } = request.body;
      needPerson('person', person);
      needPerson('other', other);
      const user = userOf(request);
      const done = db.transact(() => [
        add(user, request.params.id, 'override', { kind: 'override', from, to, remove: person, add: other, reason }),
        add(user, request.params.id, 'override', { kind: 'override', ...back, remove: other, add: person, reason }),
      ]);
      return reply.code(201).send(done);
    },
  );

  app.post(
    '/api/rosters/:id/temporary',
    {
      config: { permission: 'roster:edit' },
      schema: {
        description: 'A plan of its own for a while, such as a holiday week: it replaces all layers, also where it has nobody',
        params,
        body: z.object({ ...span, shifts: z.array(z.object({ ...span, people: z.array(idSchema).max(20) })).max(500), reason: words }),
        response: made,
      },
    },
    async (request, reply) => {
      const { body } = request;
      for (const [index, shift] of body.shifts.entries()) for (const person of shift.people) needPerson(`shifts.${index}.people`, person);
      return reply.code(201).send(add(userOf(request), request.params.id, 'temporary', { kind: 'temporary', ...body }));
    },
  );

  app.post(
    '/api/rosters/:id/absences',
    {
      config: { permission: 'roster:swap' },
      schema: {
        description: 'Somebody is away; the next of the rotation fills in. `uncovered`: what then has nobody',
        params,
        body: z.object({ ...span, person: idSchema.optional().meta({ description: 'By default oneself' }), reason: words }),
        response: { 201: z.object({ ...storedChange.shape, uncovered: z.array(onCall) }), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const user = userOf(request);
      const { from, to, person = user.name, reason } = request.body;
      needPerson('person', person);
      needRight(user, person);
      const done = add(user, id, 'absence', { kind: 'absence', from, to, person, reason });
      const uncovered = rosters.onCallIn(id, done.change.from, done.change.to).filter((one) => one.person === null);
      return reply.code(201).send({ ...done, uncovered });
    },
  );

  app.post(
    '/api/rosters/:id/swaps',
    {
      config: { permission: 'roster:swap' },
      schema: {
        description:
          '`person` asks `other` to take this span, and takes `back` in return. It counts when both have confirmed; asking is confirming for oneself',
        params,
        body: z.object({
          ...span,
          person: idSchema.optional().meta({ description: 'By default oneself' }),
          other: idSchema,
          back: z.object(span).nullish(),
        }),
        response: made,
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { from, to, person = user.name, other, back = null } = request.body;
      needPerson('person', person);
      needPerson('other', other);
      needRight(user, person);
      for (const [field, one] of [['from', { from, to }], ...(back ? [['back', back] as const] : [])] as const) {
        if (!(one.to > one.from) || one.to - one.from > longestSwapMs) continue;
        if (!rosters.onCallIn(request.params.id, one.from, one.to).some((shift) => shift.person === person || shift.person === other))
          throw new Fault('desk/transition', 'neither of the two is on call then: there is nothing to swap', { detail: { field } });
      }
      const change = {
        kind: 'swap' as const,
        from,
        to,
        person,
        other,
        back,
        confirmedBy: user.name === person || user.name === other ? [user.name] : [],
      };
      return reply.code(201).send(add(user, request.params.id, 'swap', change));
    },
  );

  app.post(
    '/api/rosters/:id/swaps/:change/confirm',
    {
      config: { permission: 'roster:swap' },
      schema: { description: 'Each of the two for himself', params: changeParams, response: { 200: storedChange, ...problems } },
    },
    async (request) => {
      const { id, change } = request.params;
      const user = userOf(request);
      return changed(user, id, 'swap.confirm', () => rosters.confirm(id, change, user.name));
    },
  );

  app.post(
    '/api/rosters/:id/take-over',
    {
      config: { permission: 'roster:swap' },
      schema: {
        description:
          '"I take over now": in the place of all who are on call, until `to`, by default until the present shift ends. Again is the same change',
        params,
        body: z.object({ to: instant.optional() }).nullish(),
        response: made,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const user = userOf(request);
      const now = clock.now();
      rosters.get(id);
      needPerson('person', user.name);
      const done = db.transact(() => {
        const onCall = rosters.onCallAt(id, now);
        // A shift without an end is taken for a day.
        const to = request.body?.to ?? Math.min(now + day, ...onCall.map((one) => one.to));
        const mine = onCall.every((one) => one.person === user.name && one.by === 'taken');
        const same = rosters
          .changes(id)
          .findLast(({ change }) => change.kind === 'taken' && change.person === user.name && change.from <= now && change.to >= to);
        if (mine && same) return same;
        return add(user, id, 'take-over', { kind: 'taken', from: now, to, person: user.name });
      });
      return reply.code(201).send(done);
    },
  );

  app.delete(
    '/api/rosters/:id/changes/:change',
    {
      config: { permission: 'roster:swap' },
      schema: {
        description: 'Withdraws a change from now on; of others only with roster:edit',
        params: changeParams,
        response: { 204: z.null(), ...problems },
      },
    },
    async (request, reply) => {
      const { id, change } = request.params;
      const user = userOf(request);
      db.transact(() => {
        const found = rosters.changes(id).find((one) => one.id === change);
        if (!found) throw new Fault('desk/unknown', `roster ${id} has no change ${change} that is not over`);
        if (found.change.kind !== 'swap' || ![found.change.person, found.change.other].includes(user.name)) needRight(user, found.madeBy);
        rosters.cancel(id, change, user.name);
        accounts.audit(user.name, 'roster.withdraw', id, found, null);
      });
      return reply.code(204).send(null);
    },
  );
}
