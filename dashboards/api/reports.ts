/** Reports over HTTP: the list, and each for a year or month in the form that was asked for. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { type Mailing, mailingStates } from '../../desk/index.ts';
import { formats, loadReports, periodOf } from '../../reports/index.ts';
import { Fault } from '../../shared/errors.ts';
import { languages } from '../../shared/text.ts';
import { reasonInBoth } from '../refusals/in-chinese.ts';
import { reportFile } from '../reports/file.ts';
import { dueTimesOf, languageOf, periodDue } from '../reports/schedule.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, text, time } from './schemas.ts';

const reports = await loadReports();
const dayMs = 86_400_000;

const mailing = z.object({
  id: z.number(),
  source: z.string().meta({ description: 'Id of the schedule, or of the bill' }),
  period: z.string(),
  channel: z.string(),
  receiver: z.string().nullable().meta({ description: 'null: the group of the channel' }),
  subject: z.string(),
  document: z.string().nullable().meta({ description: 'SHA-256 of what went with it' }),
  state: z.enum(mailingStates).meta({ description: 'uncertain: it may have arrived; it goes again only when somebody says so' }),
  attempts: z.number(),
  answer: z.string().nullable(),
  error: text.nullable(),
  madeAt: time,
  sentAt: time.nullable(),
});
const shown = ({ receiver, message, error, key: _key, kind: _kind, ...one }: Mailing) => ({
  ...one,
  error: reasonInBoth(error),
  receiver: receiver?.name ?? null,
  subject: message.subject,
});

export function reportRoutes(app: App, context: RouteContext): void {
  const { site, clock, wall, db, mailings, accounts, lookForReports } = context;
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
    '/api/reports/schedules',
    {
      config: { permission: 'report:read' },
      schema: {
        description: 'What is sent by itself: when next, what came of the last times',
        response: {
          200: z.object({
            schedules: z.array(
              z.object({
                id: z.string(),
                report: z.string(),
                title: text.nullable().meta({ description: 'null: there is no such report' }),
                language: z.enum(languages),
                day: z.number(),
                at: z.string(),
                months: z.array(z.number()).nullable(),
                channels: z.array(z.string()),
                to: z.array(z.string()),
                nextAt: time.nullable(),
                nextPeriod: z.string().nullable(),
                rounds: z.array(
                  z.object({ period: z.string(), dueAt: time, madeAt: time.nullable(), tries: z.number(), error: text.nullable() }),
                ),
                mailings: z.array(mailing),
              }),
            ),
            reminders: z.object({ channels: z.array(z.string()), mailings: z.array(mailing) }).nullable(),
          }),
          ...problems,
        },
      },
    },
    async () => {
      const now = clock.now();
      const nameOf = (id: string) => site.people.find((one) => one.id === id)?.name ?? id;
      return {
        schedules: site.reports.schedule.map((one) => {
          const kind = reports.get(one.report);
          const rounds = mailings
            .rounds(one.id, 3)
            .map(({ schedule: _schedule, error, ...round }) => ({ ...round, error: reasonInBoth(error) }));
          const next = dueTimesOf(one, site, now + 1, now + 400 * dayMs).find((at) => {
            const period = kind && periodDue(kind, site, at, at);
            return period !== undefined && !rounds.some((round) => round.period === period.id && round.madeAt !== null);
          });
          return {
            ...{ id: one.id, report: one.report, title: kind?.title ?? null, day: one.day, at: one.at, months: one.months ?? null },
            ...{ language: languageOf(site, one.language), channels: one.channels, to: one.to.map(nameOf), rounds },
            nextAt: next ?? null,
            nextPeriod: (next !== undefined && kind && periodDue(kind, site, next, next)?.id) || null,
            mailings: mailings.of('report', one.id, 30).map(shown),
          };
        }),
        reminders: site.reports.reminders
          ? { channels: site.reports.reminders.channels, mailings: mailings.latest('reminder', 50).map(shown) }
          : null,
      };
    },
  );

  app.post(
    '/api/reports/schedules/look',
    {
      config: { permission: 'report:send' },
      schema: {
        description: 'Makes now what is due and has not been made; it is also looked for each minute',
        response: { 200: z.object({}), ...problems },
      },
    },
    async () => {
      await lookForReports();
      return {};
    },
  );

  app.post(
    '/api/reports/mailings/:id/again',
    {
      config: { permission: 'report:send' },
      schema: {
        description: 'Sends again what failed, or of which it is not known whether it arrived',
        params: z.object({ id: z.coerce.number().int().min(1) }),
        response: { 200: mailing, ...problems },
      },
    },
    async (request) =>
      db.transact(() => {
        const done = mailings.again(request.params.id, wall.now());
        accounts.audit(userOf(request).name, `${done.kind}.again`, done.key, null, { channel: done.channel });
        return shown(done);
      }),
  );

  app.get(
    '/api/reports/mailings/:id/document',
    {
      config: { permission: 'report:read' },
      schema: {
        description: 'The document as it was made and sent',
        params: z.object({ id: z.coerce.number().int().min(1) }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const { document: sha256 } = mailings.get(request.params.id);
      const document = sha256 === null ? undefined : mailings.document(sha256);
      if (!document) throw new Fault('desk/unknown', `mailing ${request.params.id} carried no document`);
      return reply
        .type(document.type)
        .header('content-disposition', `attachment; filename="${document.name.replace(/[^\w.-]/g, '_')}"`)
        .send(document.content);
    },
  );

  app.get(
    '/api/reports/:kind',
    {
      config: { permission: 'report:read' },
      schema: {
        description: 'Every figure carries its source and formula; what is missing is named. A PDF bears the hash of its figures',
        params: z.object({ kind: idSchema }),
        querystring: z.object({
          period: z.string().regex(/^2\d{3}(-\d\d)?$/, '2026 or 2026-10'),
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
      const { type, content, name } = await reportFile(context, kind, period, lang, format);
      reply.type(type);
      if (format !== 'html' && format !== 'json') reply.header('content-disposition', `attachment; filename="${name}"`);
      return reply.send(content);
    },
  );
}
