/** What alarms and tickets have in common over HTTP: lists by state, and moves that are done and audited in one transaction. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import type { Permission, UserRole } from '../../access/permissions.ts';
import { Fault } from '../../shared/errors.ts';
import { doOnce, onceHeaders, onceOf } from '../once.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems } from './schemas.ts';

export interface MoveActor {
  id: string;
  admin: boolean;
  role: UserRole;
  /** When it was done, where it is sent later. */
  at?: number;
}

/** Without the undefined ones, as exact optional properties want it. */
export function present<T extends object>(filter: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** `state` in a query: one of the group names, or states with commas. A lone group name is the group, also where a state is called the same. */
export function statesQuery<const Group extends string, const State extends string>(
  groups: readonly Group[],
  states: readonly State[],
  description: string,
) {
  const spelled = new Map<string, Group | State>([...states, ...groups].map((name) => [name.toLowerCase(), name]));
  return z
    .string()
    .transform((list, context): Group | State[] => {
      const found = list.split(',').map((name) => spelled.get(name.trim().toLowerCase()));
      if (found.length === 1 && groups.some((group) => group === found[0])) return found[0] as Group;
      if (found.every((name) => states.some((state) => state === name))) return found as State[];
      context.addIssue({ code: 'custom', message: `allowed are ${groups.join(', ')}, or states with commas: ${states.join(', ')}` });
      return z.NEVER;
    })
    .optional()
    .meta({ description });
}

export interface Moving<Thing> {
  /** `alarm` or `ticket`: of the path, the audit log and the error. */
  kind: string;
  params: z.ZodType<{ id: string }>;
  reply: z.ZodType<Thing>;
  find(id: string): Thing | undefined;
  /** What the audit log keeps of it, before and after. */
  facts(thing: Thing): object;
  /** Noted without a connection and sent later: with `done-at`. */
  later?: boolean;
}

/** @throws Fault desk/unknown */
export function known<Thing>(found: Thing | undefined, kind: string, id: string): Thing {
  if (!found) throw new Fault('desk/unknown', `There is no ${kind} "${id}"`);
  return found;
}

/** Makes the routes `POST /api/<kind>s/:id/<action>`. */
export function movesOf<Thing>(app: App, context: Pick<RouteContext, 'db' | 'accounts' | 'clock' | 'wall'>, moving: Moving<Thing>) {
  const { accounts, clock } = context;
  const { kind, params, reply, find, facts, later = false } = moving;
  return function move<Body extends z.ZodType>(
    action: string,
    permission: Permission,
    body: Body,
    run: (id: string, actor: MoveActor, body: z.infer<Body>) => Thing,
  ): void {
    const handler = async (request: FastifyRequest, answer: FastifyReply) => {
      const { id } = request.params as { id: string };
      const user = userOf(request);
      // The move and the row that tells who made it: both or neither.
      const once = later ? onceOf(request, clock) : { key: undefined, doneAt: undefined };
      const said = (request.body as object | null) ?? {};
      const done = doOnce(context, { request, reply: answer, once, what: `${kind}.${action} ${id}`, content: JSON.stringify(said) }, () => {
        const before = known(find(id), kind, id);
        const at = once.doneAt === undefined ? {} : { at: once.doneAt };
        const after = run(id, { id: user.name, admin: user.role === 'admin', role: user.role, ...at }, request.body as z.infer<Body>);
        const noted = once.doneAt === undefined ? {} : { doneAt: once.doneAt };
        accounts.audit(user.name, `${kind}.${action}`, id, facts(before), { ...facts(after), ...said, ...noted });
        return after;
      });
      return answer.send(done);
    };
    // The form of the body is a parameter here, which the types of the framework cannot follow; the schema checks it all the same.
    const schema = { params, body, ...(later ? { headers: onceHeaders } : {}), response: { 200: reply, ...problems } };
    app.post(`/api/${kind}s/:id/${action}`, { config: { permission }, schema }, handler as never);
  };
}
