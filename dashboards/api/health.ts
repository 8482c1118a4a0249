/** For machines: is all well, and the metrics of all roles in one page. */
import { AggregatorRegistry } from 'prom-client';
import { z } from 'zod';
import { pipelineFigures } from '../pipeline-figures.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems } from './schemas.ts';

const health = z.object({ ok: z.boolean(), roles: z.record(z.string(), z.string()) });

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
      schema: { description: '200 when all roles are up; 503 says which are not', security: [], response: { 200: health, 503: health } },
    },
    async (_request, reply) => {
      const found = context.health.check();
      return reply
        .code(found.ok ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(found);
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

/** A metric in JSON form with the label `role` on every value. */
function withRole(metric: object, role: string): object {
  const values = (metric as { values?: { labels?: object }[] }).values ?? [];
  return { ...metric, values: values.map((value) => ({ ...value, labels: { ...value.labels, role } })) };
}
