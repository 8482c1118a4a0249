/** Counts and times of tickets, against the same time of last year; and all of them for a spreadsheet. */
import { z } from 'zod';
import { statisticsBy, statisticsOf } from '../../desk/index.ts';
import { workbookOf } from '../../reports/index.ts';
import { csvOf } from '../../shared/csv.ts';
import { Fault } from '../../shared/errors.ts';
import { tradeLabels } from '../../shared/system.ts';
import { languages, type Text } from '../../shared/text.ts';
import { ticketStateLabels } from '../../shared/ticket.ts';
import { localTime } from '../../shared/wording.ts';
import { yearBefore } from '../../shared/zone.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems, timeQuery } from './schemas.ts';

const longestMs = 800 * 86_400_000;
const mostTickets = 200_000;
const spread = z.object({ count: z.number().int(), medianMin: z.number().nullable(), p90Min: z.number().nullable() });
const figures = z.object({
  key: z.string().nullable(),
  opened: z.number().int(),
  closed: z.number().int(),
  cancelled: z.number().int(),
  open: z.number().int(),
  fromAlarms: z.number().int(),
  reopened: z.number().int(),
  firstTimeFixPct: z.number().nullable(),
  repeatFaults: z.number().int(),
  acknowledge: spread,
  arrive: spread,
  restore: spread,
  parts: z.number().int(),
  costYuan: z.number(),
  workMinutes: z.number(),
  starsMean: z.number().nullable(),
});
const statistics = z.object({ rows: z.array(figures), total: figures });

export function ticketStatisticsRoutes(app: App, { desk, site, clock }: RouteContext): void {
  const { timezone } = site.site;
  const range = ({ from, to }: { from: number; to: number }) => {
    if (!(from < to) || to - from > longestMs) {
      const message = `a later time than from, at most ${longestMs / 86_400_000} days on`;
      throw new Fault('api/invalid', `to: ${message}`, { detail: { errors: [{ field: 'to', message }] } });
    }
    return { from, to };
  };
  /** A year that runs is compared with as much of the year before, not with the whole of it. */
  const soFar = (from: number, to: number) => Math.min(to, Math.max(from, clock.now()));
  const ticketsIn = (from: number, to: number) => desk.tickets({ state: 'all', from, to, limit: mostTickets });

  app.get(
    '/api/tickets/statistics',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'Of tickets opened in the period; `before` is the same time of last year, up to the same day of a period that is not over',
        querystring: z.object({ from: timeQuery, to: timeQuery, by: z.enum(statisticsBy).default('trade') }),
        response: { 200: statistics.extend({ before: statistics }), ...problems },
      },
    },
    async (request) => {
      const { from, to } = range(request.query);
      const { by } = request.query;
      return {
        ...statisticsOf(ticketsIn(from, to), by, timezone),
        before: statisticsOf(ticketsIn(yearBefore(timezone, from), yearBefore(timezone, soFar(from, to))), by, timezone),
      };
    },
  );

  app.get(
    '/api/tickets/export',
    {
      config: { permission: 'plant:read' },
      schema: {
        querystring: z.object({
          from: timeQuery,
          to: timeQuery,
          format: z.enum(['csv', 'xlsx']).default('csv'),
          lang: z.enum(languages).default(site.site.language),
        }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { from, to } = range(request.query);
      const { format, lang } = request.query;
      const say = (text: Text) => text[lang];
      const time = (t: number | null) => (t === null ? null : localTime(t, timezone));
      const head = columns.map(say);
      const rows = ticketsIn(from, to).map((one) => [
        one.id,
        say(ticketStateLabels[one.state]),
        say(one.title),
        say(one.location),
        say(tradeLabels[one.trade]),
        one.department,
        one.assignee,
        one.alarm,
        time(one.openedAt),
        time(one.life.arrivedAt),
        time(one.resolvedAt),
        one.resolution,
        time(one.verifiedAt),
        one.life.signature?.name ?? one.verifiedBy,
        one.life.signature?.stars ?? null,
        one.life.work.reduce((sum, work) => sum + work.minutes, 0),
        one.life.work.reduce((sum, work) => sum + work.costYuan + work.parts.reduce((cost, part) => cost + part.costYuan, 0), 0),
      ]);
      const name = `tickets-${localTime(from, timezone).slice(0, 10)}.${format}`;
      reply.header('content-disposition', `attachment; filename="${name}"`);
      if (format === 'csv') return reply.type('text/csv; charset=utf-8').send(csvOf([head, ...rows]));
      const book = await workbookOf([{ name: lang === 'zh' ? '工单' : 'Tickets', head, rows }], 'tickets');
      return reply.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet').send(book);
    },
  );
}

const columns: Text[] = [
  { zh: '工单号', en: 'Ticket' }, { zh: '状态', en: 'State' }, { zh: '内容', en: 'Title' }, { zh: '位置', en: 'Where' }, { zh: '班组', en: 'Trade' },
  { zh: '科室', en: 'Department' }, { zh: '负责人', en: 'Assignee' }, { zh: '告警', en: 'Alarm' }, { zh: '报修时间', en: 'Opened' }, { zh: '到场时间', en: 'Arrived' },
  { zh: '修复时间', en: 'Repaired' }, { zh: '处理情况', en: 'Resolution' }, { zh: '签收时间', en: 'Signed off' }, { zh: '签收人', en: 'Signed by' }, { zh: '评价', en: 'Stars' },
  { zh: '工时（分钟）', en: 'Labour, min' }, { zh: '费用（元）', en: 'Cost, yuan' },
]; // biome-ignore format: a table
