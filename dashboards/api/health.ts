/** For machines: is all well, and the metrics of all roles in one page. */
import { AggregatorRegistry } from 'prom-client';
import { z } from 'zod';
import { pipelineFigures } from '../pipeline-figures.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems } from './schemas.ts';

const health = z.object({
  ok: z.boolean(),
  roles: z.record(z.string(), z.string()),
  store: z.object({ name: z.string(), storing: z.boolean() }).meta({ description: 'Where readings are kept, and whether they get there' }),
  troubles: z
    .array(z.object({ role: z.string(), code: z.string(), place: z.string(), since: z.number(), stops: z.boolean() }))
    .meta({ description: 'What is wrong with the platform itself; `stops`: readings are not stored while it lasts' }),
});

const number = z.number();
const pipeline = z
  .object({
    gateways: z.array(z.object({ gateway: z.string(), waiting: number, oldestSeconds: number, dropped: number })),
    lagSeconds: number.nullable().meta({ description: 'Age of the newest reading when it was stored' }),
    waiting: number.meta({ description: 'Messages that the store has not confirmed' }),
    badValues: number,
    deadLetters: number,
    shed: number,
  })
  .meta({ id: 'Pipeline', description: 'Counts are since the roles started' });

export function healthRoutes(app: App, context: RouteContext): void {
  app.get(
    '/healthz',
    {
      config: { permission: 'open' },
      schema: {
        description: '200 when all roles are up and readings are stored; 503 says what is not',
        security: [],
        response: { 200: health, 503: health },
      },
    },
    async (_request, reply) => {
      const { ok, roles, troubles } = context.health.check();
      // Open to everybody: names and codes, no detail.
      const told = troubles.map(({ role, code, place, since, stops }) => ({ role, code, place, since, stops }));
      const store = { name: storeName(context.storeUrl), storing: roles.ingest === 'up' && !troubles.some(({ stops }) => stops) };
      return reply
        .code(ok ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ ok, roles, store, troubles: told });
    },
  );

  app.get(
    '/api/pipeline',
    {
      config: { permission: 'metrics:read' },
      schema: { description: 'How readings fare between gateway and store', response: { 200: pipeline, ...problems } },
    },
    async () => pipelineFigures(context.health.metrics()),
  );

  app.get(
    '/metrics',
    {
      config: { permission: 'loopback' },
      schema: {
        description: 'Prometheus text; a program on the same machine needs no token (loopback address and name, no proxy), all others do',
        produces: ['text/plain'],
        response: { 200: z.string(), ...problems },
      },
    },
    async (_request, reply) => {
      const own = { role: 'dashboards', metrics: (await context.metrics.getMetricsAsJSON()) as object[] };
      const all = [own, ...context.health.metrics()].map(({ role, metrics }) => metrics.map((metric) => withRole(metric, role)));
      const merged = AggregatorRegistry.aggregate(all);
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await merged.metrics());
    },
  );
}

/** `sqlite`, or kind, host and database; neither secrets nor paths. */
export function storeName(storeUrl: string): string {
  if (storeUrl.startsWith('sqlite:')) return 'sqlite';
  try {
    const { protocol, host, pathname } = new URL(storeUrl);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'unknown';
  }
}

/** A metric in JSON form with the label `role` on every value. */
function withRole(metric: object, role: string): object {
  const values = (metric as { values?: { labels?: object }[] }).values ?? [];
  return { ...metric, values: values.map((value) => ({ ...value, labels: { ...value.labels, role } })) };
}
