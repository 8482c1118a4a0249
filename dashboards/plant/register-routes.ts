/** `GET` and `POST /api/<register>`: the list, and a new or changed entry with its line in the audit log. One way for all registers of the plant. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import type { Entry, Register } from '../../desk/index.ts';
import { Fault } from '../../shared/errors.ts';
import { problems, time } from '../api/schemas.ts';
import { fewest } from '../problem.ts';
import type { App, RouteContext } from '../route-context.ts';

export const entryOf = <T extends z.ZodType>(value: T) =>
  z.object({ value, version: z.number().int(), changedBy: z.string(), changedAt: time });

export interface RegisterRoutes<T extends { id: string }> {
  path: string;
  /** Of new ids, such as `certificate` in `certificate-12`. */
  prefix: string;
  schema: z.ZodType<T>;
  register: Register<T>;
  /** What a person may leave out is filled in here. */
  complete?(body: Record<string, unknown>): Record<string, unknown>;
  /** What only the rest of the plant can tell; undefined when the entry may stand. */
  mistake?(value: T): [field: string, message: string] | undefined;
  description?: string;
  /** After an entry was kept. */
  kept?(): void;
}

export function registerRoutes<T extends { id: string }>(
  app: App,
  { db, accounts, clock }: Pick<RouteContext, 'db' | 'accounts' | 'clock'>,
  { path, prefix, schema, register, complete = (body) => body, mistake, description, kept }: RegisterRoutes<T>,
  list = true,
): void {
  const entry = entryOf(schema) as unknown as z.ZodType<Entry<T>>;
  if (list)
    app.get(
      `/api/${path}`,
      { config: { permission: 'plant:read' }, schema: { response: { 200: z.array(entry), ...problems } } },
      async () => register.all() as never,
    );
  app.post(
    `/api/${path}`,
    {
      config: { permission: 'plant:change' },
      schema: {
        description: `${description ?? 'A new entry, or with its id and version a changed one.'} Without an id one is made`,
        body: z.looseObject({ id: z.string().optional(), version: z.number().int().min(1).optional() }),
        response: { 201: entry, ...problems },
      },
    },
    async (request, reply) => {
      const { version, ...said } = request.body;
      const id = said.id ?? register.nextId(prefix);
      const read = schema.safeParse(complete({ ...said, id }));
      if (!read.success)
        throw invalidFields(
          fewest(read.error.issues, (issue) => ({ field: issue.path.join('.') || 'body', message: issue.message }), 'body'),
        );
      const wrong = mistake?.(read.data);
      if (wrong) throw invalid(...wrong);
      const user = userOf(request);
      const done = db.transact(() => {
        const before = register.get(id)?.value ?? null;
        const after = register.put(read.data, { who: user.name, at: clock.now() }, version);
        accounts.audit(user.name, `${prefix}.${before ? 'change' : 'add'}`, id, before, after.value);
        return after;
      });
      kept?.();
      return reply.code(201).send(done as never);
    },
  );
}

export const invalidFields = (errors: { field: string; message: string }[]) =>
  new Fault('api/invalid', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), { detail: { errors } });
export const invalid = (field: string, message: string) => invalidFields([{ field, message }]);
