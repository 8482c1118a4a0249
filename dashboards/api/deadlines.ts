/** Certificates, maintenance contracts, and what of them falls due. */
import { z } from 'zod';
import { dueDate, localDate, noticesOf } from '../../desk/index.ts';
import { type Certificate, type Contract, certificateSchema, contractSchema, deadlineSchema } from '../../shared/plant.ts';
import { assetTree } from '../plant/assets.ts';
import { dueThings } from '../plant/deadlines.ts';
import { registerRoutes } from '../plant/register-routes.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems, text, time } from './schemas.ts';

const stage = z.enum(['ok', 'notice', 'soon', 'urgent', 'overdue']);
const dueThing = z.object({
  subject: z.string(),
  kind: z.enum(['certificate', 'contract']),
  id: z.string(),
  title: text,
  of: text,
  assets: z.array(z.string()),
  due: z.string(),
  left: z.number().int().meta({ description: 'Days; negative once it is past' }),
  stage,
  rule: z.string(),
  ticket: z.string().nullable(),
  notices: z.array(z.object({ stage, at: time })),
});

export function deadlineRoutes(app: App, context: RouteContext): void {
  const { db, devices, site, plant, clock } = context;
  const frame = { ...plant, site, devices };

  app.get(
    '/api/deadlines',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Kinds of due dates, with where each comes from and how sure that is',
        response: { 200: z.array(deadlineSchema), ...problems },
      },
    },
    async () => [...plant.deadlines.values()],
  );

  app.get(
    '/api/due',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Certificates and contracts in force, the nearest due date first',
        querystring: z.object({ stage: stage.optional() }),
        response: { 200: z.array(dueThing), ...problems },
      },
    },
    async ({ query }) =>
      dueThings(frame, localDate(site.site.timezone, clock.now()))
        .filter((one) => query.stage === undefined || one.stage === query.stage)
        .map(({ rule, ...one }) => {
          const notices = noticesOf(db, one.subject, one.due);
          return {
            ...one,
            rule: rule.id,
            ticket: notices.findLast(({ ticket }) => ticket !== null)?.ticket ?? null,
            notices: notices.map(({ stage: told, at }) => ({ stage: told, at })),
          };
        }),
  );

  const stranger = (assets: readonly string[]) => {
    const all = new Set(assetTree(frame).map(({ id }) => id));
    return assets.find((id) => !all.has(id));
  };
  registerRoutes<Certificate>(app, context, {
    path: 'certificates',
    prefix: 'certificate',
    schema: certificateSchema as unknown as z.ZodType<Certificate>,
    register: plant.certificates,
    description: 'A certificate; where the rule names a period, `due` may be left out and counts from `last`.',
    complete: (body) => {
      const rule = plant.deadlines.get(String(body.rule));
      const last = z.iso.date().safeParse(body.last);
      const due = body.due ?? (rule && last.success ? dueDate(rule, last.data) : undefined);
      return due === undefined ? body : { ...body, due };
    },
    mistake: (one) => {
      const rule = plant.deadlines.get(one.rule);
      if (!rule || rule.of === 'contract') return ['rule', `one of ${[...plant.deadlines.keys()].join(', ')}`];
      if (rule.of === 'person' ? one.person === undefined : one.asset === undefined)
        return [rule.of === 'person' ? 'person' : 'asset', 'needed for this kind of certificate'];
      if (one.asset !== undefined && stranger([one.asset])) return ['asset', 'no such thing'];
      return undefined;
    },
  });
  registerRoutes<Contract>(app, context, {
    path: 'contracts',
    prefix: 'contract',
    schema: contractSchema as unknown as z.ZodType<Contract>,
    register: plant.contracts,
    mistake: (one) => {
      const unknown = stranger(one.assets);
      return unknown === undefined ? undefined : ['assets', `no such thing: ${unknown}`];
    },
  });
}
