/** Reports over HTTP: the list, and each for a year or month in the form that was asked for. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { formats, loadReports, makeReport, periodOf, render } from '../../reports/index.ts';
import { Fault } from '../../shared/errors.ts';
import { publicLink } from '../../shared/public-link.ts';
import { languages } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import { reportFacts } from '../reports/facts.ts';
import type { App, RouteContext } from '../route-context.ts';
import { projectSource } from './energy-savings.ts';
import { idSchema, problems, text } from './schemas.ts';

const reports = await loadReports();

export function reportRoutes(app: App, context: RouteContext): void {
  const { site, clock } = context;
  app.get(
    '/api/reports',
    {
      config: { permission: 'report:read' },
      schema: {
        response: {
          200: z.array(z.object({ id: z.string(), title: text, summary: text, period: z.enum(['year', 'month']) })),
          ...problems,
        },
      },
    },
    async () => [...reports.values()].map(({ id, title, summary, period }) => ({ id, title, summary, period })),
  );

  app.get(
    '/api/reports/:kind',
    {
      config: { permission: 'report:read' },
      schema: {
        description: 'Every figure carries its source and formula; what is missing is named. A PDF bears the hash of its figures',
        params: z.object({ kind: idSchema }),
        querystring: z.object({
          period: z.string().regex(/^\d{4}(-\d\d)?$/, '2026 or 2026-10'),
          lang: z.enum(languages).default(site.site.language),
          format: z.enum(formats).default('html'),
        }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const kind = reports.get(request.params.kind);
      if (!kind) throw new Fault('desk/unknown', `there is no report "${request.params.kind}"; reports: ${[...reports.keys()].join(', ')}`);
      const { period: wanted, lang, format } = request.query;
      const now = clock.now();
      const period = periodOf(wanted, kind.period, site.site.timezone, now, site.reports.year_end);
      if (!period || period.from > now) {
        const message = `${kind.period === 'year' ? 'a year such as 2026' : 'a month such as 2026-10'} that has begun`;
        throw new Fault('api/invalid', `period: ${message}`, { detail: { errors: [{ field: 'period', message }] } });
      }
      const report = await makeReport(
        kind,
        reportFacts({ ...context, projects: projectSource(context), store: context.store(), now }),
        period,
        lang,
      );
      const hash = createHash('sha256').update(JSON.stringify(report.blocks)).digest('hex').slice(0, 16);
      const made =
        lang === 'zh'
          ? `由 Plantroom 于 ${localTime(now, site.site.timezone)} 生成，内容校验 ${hash}`
          : `Made by Plantroom at ${localTime(now, site.site.timezone)}, content hash ${hash}`;
      const link =
        site.public_url === undefined ? undefined : publicLink(site.public_url, `api/reports/${kind.id}?period=${wanted}&lang=${lang}`);
      const { type, content } = await render(report, format, made, link);
      const name = `${kind.id}-${wanted}-${lang}.${format}`;
      reply.type(type);
      if (format !== 'html' && format !== 'json') reply.header('content-disposition', `attachment; filename="${name}"`);
      return reply.send(content);
    },
  );
}
