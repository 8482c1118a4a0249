/** Pages of management over HTTP: the month in a minute, months against last year, targets, flows, what changed, factors. Whole days only; like with like. */
import { z } from 'zod';
import { causes, media, mediumUnits, readFactors, scopes, targetReasons } from '../../energy/index.ts';
import { Fault } from '../../shared/errors.ts';
import { readMarker } from '../../shared/simulated-past.ts';
import { price, used, yuan } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, monthText, problems, text, time } from './schemas.ts';

const amount = used.nullable();
const money = yuan.nullable();
const ratio = z.number().nullable();
const compared = z.object({
  value: amount.meta({ description: 'Sum of the measured days; null: none' }),
  estimated: used,
  manual: used,
  unknown: used,
  days: z.number().meta({ description: 'Days that are over' }),
  measuredDays: z.number(),
  matchedDays: z.number().meta({ description: 'Days whose same day of last year was measured too: only these are compared' }),
  matched: amount,
  before: amount,
  changePct: ratio,
  normalised: amount.meta({ description: 'The matched days in the weather of last year; null: no signal of the weather' }),
  normalisedPct: ratio,
  weather: z.object({ r2: z.number(), meanC: z.number(), beforeC: z.number() }).nullable(),
});
const targetMonth = z.object({
  month: z.string(),
  planned: amount,
  actual: amount,
  plannedToDate: amount,
  days: z.number(),
  measuredDays: z.number(),
});
const target = z.object({
  id: z.string(),
  name: text,
  medium: z.string(),
  unit: z.string(),
  year: z.number(),
  amount,
  months: z.array(targetMonth),
  plannedToDate: amount,
  actualToDate: amount,
  state: z.enum(['on', 'above', 'unknown']),
  reason: z.enum(targetReasons).nullable(),
});
const change = z.object({
  device: z.string(),
  medium: z.enum(media),
  now: used,
  before: amount,
  delta: used,
  changePct: ratio,
  days: z.number(),
  cause: z.enum(causes),
  since: time.nullable(),
  share: ratio,
  estimatedShare: z.number(),
});
const range = z.object({ month: z.string(), from: time, to: time, running: z.boolean() });
const past = z.object({ from: time, to: time }).nullable().meta({ description: 'Of this span the figures are simulated; null: none' });
const monthRow = compared.extend({
  ...range.shape,
  perM2: ratio,
  bedDays: ratio,
  perBedDay: ratio,
  visits: ratio,
  perVisit: ratio,
});
const node = z.object({
  id: z.string(),
  kind: z.enum(['source', 'building', 'department', 'tenant', 'common', 'unmetered', 'conversion-loss']),
  of: z.string().nullable(),
});
const factor = z.object({
  medium: z.enum(media),
  value: z.number(),
  unit: z.string(),
  from: z.string(),
  to: z.string().optional(),
  source: text,
  confidence: z.string(),
});

const cost = z.object({
  value: money.meta({ description: 'Yuan of the days that are over, today not among them; null: nothing has a price' }),
  like: money.meta({ description: 'On the days that were measured in both years, at the mean price of the month' }),
  before: money.meta({ description: 'The same of last year' }),
  changePct: ratio,
  wholeBefore: money.meta({ description: 'The whole month of last year' }),
  media: z.array(z.object({ medium: z.enum(media), value: yuan, perUnit: price.nullable(), like: money, before: money })),
  unpriced: z.array(z.enum(media)),
});
const mostChanges = 40;

export function energyManagementRoutes(app: App, { management, site, dataDir }: RouteContext): void {
  const wrong = (field: string, message: string) =>
    new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
  const simulated = () => {
    const known = site.site.simulated ? readMarker(dataDir) : undefined;
    return known?.state === 'done' ? { from: known.from, to: known.to } : null;
  };
  const spanOf = (month: string | undefined) => {
    const name = month ?? management.currentMonth();
    return { month: name, ...management.bounds(name) };
  };
  const config = { permission: 'plant:read' } as const;

  app.get(
    '/api/energy/readiness',
    {
      config,
      schema: {
        description:
          'What pages of management may be waiting for: a simulated past that is being written, months that are being worked out ahead',
        response: {
          200: z.object({
            history: z.enum(['writing', 'done', 'none']),
            months: z.object({ ready: z.number(), of: z.number() }),
          }),
          ...problems,
        },
      },
    },
    async () => {
      const state = site.site.simulated ? readMarker(dataDir)?.state : undefined;
      return { history: state === 'begun' ? 'writing' : state === 'done' ? 'done' : 'none', months: management.readiness() } as const;
    },
  );

  app.get(
    '/api/energy/overview',
    {
      config,
      schema: {
        description: 'A month in a minute: every medium against the same days of last year, what it cost, what changed most',
        querystring: z.object({ month: monthText.optional() }),
        response: {
          200: z.object({
            ...range.shape,
            simulated: past,
            cost,
            media: z.array(z.object({ medium: z.enum(media), unit: z.string(), compared })),
            changes: z.array(change),
            projects: z.boolean().meta({ description: 'Retrofits are told by /api/energy/projects' }),
            proposals: z.boolean().meta({ description: 'Money found is told by /api/energy/proposals' }),
          }),
          ...problems,
        },
      },
    },
    async ({ query }) => {
      const span = spanOf(query.month);
      const [found, changes, cost] = await Promise.all([
        Promise.all(
          management.media.map(async (medium) => {
            const unit = mediumUnits[medium];
            return { medium, unit, compared: await management.compared(medium, span.from, span.to) };
          }),
        ),
        management.changes(span.from, span.to),
        management.cost(span.month),
      ]);
      return {
        ...span,
        simulated: simulated(),
        cost,
        media: found.flatMap((one) => (one.compared ? [{ ...one, compared: one.compared }] : [])),
        changes: changes.slice(0, mostChanges),
        projects: app.hasRoute({ method: 'GET', url: '/api/energy/projects' }),
        proposals: app.hasRoute({ method: 'GET', url: '/api/energy/proposals' }),
      };
    },
  );

  app.get(
    '/api/energy/months',
    {
      config,
      schema: {
        description: 'Months of a scope against the year before, raw and in the weather of last year, per m², bed-day and visit',
        querystring: z.object({
          scope: z.enum(scopes).default('site'),
          id: idSchema.optional(),
          medium: z.enum(media).default('electricity'),
        }),
        response: {
          200: z.object({ unit: z.string(), meters: z.array(z.string()), areaM2: amount, simulated: past, rows: z.array(monthRow) }),
          ...problems,
        },
      },
    },
    async ({ query: { scope, id, medium } }) => {
      if (scope !== 'site' && id === undefined) throw wrong('id', `a ${scope} of this site`);
      const found = await management.months(medium, scope, id);
      if (found.meters.length === 0) throw wrong('id', `no meter of ${medium} belongs to it`);
      return { ...found, simulated: simulated() };
    },
  );

  app.get(
    '/api/energy/breakdown',
    {
      config,
      schema: {
        description: 'A month by departments, buildings or tenants that have meters of their own',
        querystring: z.object({
          scope: z.enum(['department', 'building', 'tenant']).default('department'),
          medium: z.enum(media).default('electricity'),
          month: monthText.optional(),
        }),
        response: {
          200: z.object({ ...range.shape, unit: z.string(), rows: z.array(monthRow.extend({ id: z.string(), areaM2: amount })) }),
          ...problems,
        },
      },
    },
    async ({ query: { scope, medium, month } }) => {
      const span = spanOf(month);
      return { ...span, unit: mediumUnits[medium], rows: await management.breakdown(medium, scope, span.month) };
    },
  );

  app.get(
    '/api/energy/targets',
    {
      config,
      schema: {
        description: 'Targets of the site file with their path',
        querystring: z.object({ year: z.coerce.number().int().min(2000).max(2200).optional() }),
        response: { 200: z.array(target), ...problems },
      },
    },
    async ({ query }) => management.targets(query.year ?? Number(management.currentMonth().slice(0, 4))),
  );

  app.get(
    '/api/energy/changes',
    {
      config,
      schema: {
        description: 'Meters whose use changed most against the same days of last year, and why, as far as the figures tell',
        querystring: z.object({ month: monthText.optional() }),
        response: { 200: z.object({ ...range.shape, changes: z.array(change) }), ...problems },
      },
    },
    async ({ query }) => {
      const span = spanOf(query.month);
      return { ...span, changes: (await management.changes(span.from, span.to)).slice(0, mostChanges) };
    },
  );

  app.get(
    '/api/energy/flows',
    {
      config,
      schema: {
        description: 'From the main meter to buildings and users; what no meter counted is a flow of its own',
        querystring: z.object({ medium: z.enum(media).default('electricity'), month: monthText.optional() }),
        response: {
          200: z.object({
            ...range.shape,
            unit: z.string(),
            nodes: z.array(node),
            links: z.array(z.object({ from: z.string(), to: z.string(), value: used, estimated: used })),
            total: used,
            unmetered: used,
            negative: z.array(z.object({ device: z.string(), value: used })),
            missing: z.array(z.string()),
          }),
          ...problems,
        },
      },
    },
    async ({ query: { medium, month } }) => {
      const span = spanOf(month);
      return { ...span, unit: mediumUnits[medium], ...(await management.flows(medium, span.from, span.to)) };
    },
  );

  app.get(
    '/api/energy/factors',
    {
      config,
      schema: {
        description:
          'Standard coal and CO2 by time, quotas; each with its source and how sure it is (A read at the source, B secondary, K known)',
        response: {
          200: z.object({
            standard_coal: z.array(factor),
            co2: z.array(factor),
            quotas: z.array(
              z.object({
                id: z.string(),
                region: text,
                standard: text,
                limit: amount,
                guide: amount,
                unit: z.string(),
                note: text,
                confidence: z.string(),
              }),
            ),
          }),
          ...problems,
        },
      },
    },
    async () => readFactors(),
  );
}
