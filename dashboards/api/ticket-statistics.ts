/** Counts and times of tickets, against the same time of last year; and all of them for a spreadsheet. */
import { z } from 'zod';
import { type StatisticsBy, statisticsBy, statisticsOf, type TicketFigures } from '../../desk/index.ts';
import { workbookOf } from '../../reports/index.ts';
import { csvOf } from '../../shared/csv.ts';
import { Fault } from '../../shared/errors.ts';
import { decimals, roundTo } from '../../shared/rounded.ts';
import { type Trade, tradeLabels } from '../../shared/system.ts';
import { type Language, languages, type Text } from '../../shared/text.ts';
import { ticketStateLabels } from '../../shared/ticket.ts';
import { localTime } from '../../shared/wording.ts';
import { yearBefore } from '../../shared/zone.ts';
import { yuan } from '../rounding.ts';
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
  overdue: z.number().int().meta({ description: 'Not repaired within what was promised, pauses not counted; repaired since or not' }),
  overdueOpen: z.number().int().meta({ description: 'Of these, not repaired to this day' }),
  fromAlarms: z.number().int(),
  reopened: z.number().int(),
  firstTimeFixPct: z.number().nullable(),
  repeatFaults: z.number().int(),
  acknowledge: spread,
  arrive: spread,
  restore: spread,
  parts: z.number().int(),
  costYuan: yuan,
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

  const figuresIn = (from: number, to: number, by: StatisticsBy) => {
    const tickets = ticketsIn(from, to);
    return statisticsOf(tickets, by, timezone, desk.overdue(tickets), desk.times(tickets));
  };
  const nameOf = (by: StatisticsBy, key: string | null, lang: Language): string => {
    if (key === null) return nobody[lang];
    if (by === 'trade') return tradeLabels[key as Trade][lang];
    if (by !== 'place') return key;
    return [...site.departments, ...site.buildings].find(({ id }) => id === key)?.name[lang] ?? key;
  };
  const figureSheet = (from: number, to: number, by: StatisticsBy, lang: Language) => {
    const { rows, total } = figuresIn(from, to, by);
    const line = (one: TicketFigures, name: string) => [name, ...figureColumns.map(([, of]) => of(one))];
    return {
      name: groupings[by][lang],
      head: [groupings[by][lang], ...figureColumns.map(([title]) => title[lang])],
      rows: [...rows.map((one) => line(one, nameOf(by, one.key, lang))), line(total, all[lang])],
    };
  };

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
        ...figuresIn(from, to, by),
        before: figuresIn(yearBefore(timezone, from), yearBefore(timezone, soFar(from, to)), by),
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
          by: z
            .enum(statisticsBy)
            .optional()
            .meta({ description: 'The figures by this instead of the tickets (csv); a workbook has both, by each' }),
          lang: z.enum(languages).default(site.site.language),
        }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { from, to } = range(request.query);
      const { format, lang, by } = request.query;
      const say = (text: Text) => text[lang];
      const time = (t: number | null) => (t === null ? null : localTime(t, timezone));
      const head = columns.map(say);
      const tickets = ticketsIn(from, to);
      const overdue = desk.overdue(tickets);
      const rows = tickets.map((one) => [
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
        overdue.has(one.id) ? Math.round((overdue.get(one.id)?.byMs ?? 0) / 60_000) : null,
        one.resolution,
        time(one.verifiedAt),
        one.life.signature?.name ?? one.verifiedBy,
        one.life.signature?.stars ?? null,
        one.life.work.reduce((sum, work) => sum + work.minutes, 0),
        roundTo(
          one.life.work.reduce((sum, work) => sum + work.costYuan + work.parts.reduce((cost, part) => cost + part.costYuan, 0), 0),
          decimals.yuan,
        ),
      ]);
      const what = format === 'csv' && by ? `ticket-figures-${by}` : 'tickets';
      const name = `${what}-${localTime(from, timezone).slice(0, 10)}.${format}`;
      reply.header('content-disposition', `attachment; filename="${name}"`);
      if (format === 'csv' && by) {
        const sheet = figureSheet(from, to, by, lang);
        return reply.type('text/csv; charset=utf-8').send(csvOf([sheet.head, ...sheet.rows]));
      }
      if (format === 'csv') return reply.type('text/csv; charset=utf-8').send(csvOf([head, ...rows]));
      const sheets = statisticsBy.map((each) => figureSheet(from, to, each, lang));
      const book = await workbookOf([{ name: lang === 'zh' ? '工单' : 'Tickets', head, rows }, ...sheets], 'tickets');
      return reply.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet').send(book);
    },
  );
}

const nobody: Text = { zh: '（未填）', en: '(none)' };
const all: Text = { zh: '合计', en: 'All' };
const groupings: Record<StatisticsBy, Text> = {
  trade: { zh: '按专业', en: 'By trade' },
  place: { zh: '按科室', en: 'By place' },
  person: { zh: '按人员', en: 'By person' },
  month: { zh: '按月份', en: 'By month' },
};
const rounded = (n: number | null) => (n === null ? null : Math.round(n * 10) / 10);
const figureColumns: [Text, (one: TicketFigures) => number | null][] = [
  [{ zh: '报修', en: 'Opened' }, (one) => one.opened],
  [{ zh: '已签收', en: 'Signed off' }, (one) => one.closed],
  [{ zh: '未结', en: 'Open' }, (one) => one.open],
  [{ zh: '超时', en: 'Overdue' }, (one) => one.overdue],
  [{ zh: '其中至今未修复', en: 'Of these not repaired yet' }, (one) => one.overdueOpen],
  [{ zh: '作废', en: 'Cancelled' }, (one) => one.cancelled],
  [{ zh: '响应中位（分钟）', en: 'Acknowledge, median min' }, (one) => rounded(one.acknowledge.medianMin)],
  [{ zh: '到场中位（分钟）', en: 'Arrive, median min' }, (one) => rounded(one.arrive.medianMin)],
  [{ zh: '修复中位（分钟）', en: 'Restore, median min' }, (one) => rounded(one.restore.medianMin)],
  [{ zh: '修复 90 %（分钟）', en: 'Restore, 90 % min' }, (one) => rounded(one.restore.p90Min)],
  [{ zh: '一次修复率 %', en: 'First-time fix, %' }, (one) => rounded(one.firstTimeFixPct)],
  [{ zh: '重复故障', en: 'Repeat faults' }, (one) => one.repeatFaults],
  [{ zh: '工时（分钟）', en: 'Labour, min' }, (one) => one.workMinutes],
  [{ zh: '费用（元）', en: 'Cost, yuan' }, (one) => one.costYuan],
];

const columns: Text[] = [
  { zh: '工单号', en: 'Ticket' }, { zh: '状态', en: 'State' }, { zh: '内容', en: 'Title' }, { zh: '位置', en: 'Where' }, { zh: '班组', en: 'Trade' },
  { zh: '科室', en: 'Department' }, { zh: '负责人', en: 'Assignee' }, { zh: '告警', en: 'Alarm' }, { zh: '报修时间', en: 'Opened' }, { zh: '到场时间', en: 'Arrived' },
  { zh: '修复时间', en: 'Repaired' }, { zh: '超时（分钟）', en: 'Overdue, min' }, { zh: '处理情况', en: 'Resolution' }, { zh: '签收时间', en: 'Signed off' }, { zh: '签收人', en: 'Signed by' }, { zh: '评价', en: 'Stars' },
  { zh: '工时（分钟）', en: 'Labour, min' }, { zh: '费用（元）', en: 'Cost, yuan' },
]; // biome-ignore format: a table
