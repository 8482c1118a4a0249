/** What people enter for energy: readings of meters, monthly figures; and the weather that goes with it. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import {
  doubtOf,
  type EntryDoubt,
  figureNames,
  figureQualities,
  figureUnits,
  monthsOf,
  plausibleAt,
  stationOf,
  weatherByMonth,
  weatherOf,
  weatherSources,
} from '../../energy/index.ts';
import { aroundOf, closedMonthsOf, countedAt, meterOf, namedMeters } from '../energy/meters.ts';
import { invalid } from '../plant/register-routes.ts';
import { used } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { amount, idSchema, meterValue, monthText, problems, sentTime, text, time, timeQuery } from './schemas.ts';

const dayMs = 86_400_000;
const month = z.string();
const mostMonths = 240;
const units = Object.keys(figureUnits) as [keyof typeof figureUnits, ...(keyof typeof figureUnits)[]];
const unit = z.enum(units);
const reason = z.string().trim().max(500);

const reading = z.object({ t: time, v: used, byHand: z.boolean() }).nullable();
const meterEntry = z.object({
  device: z.string(),
  name: text,
  unit: z.string(),
  before: reading.meta({ description: 'The last reading before t' }),
  after: reading,
  least: used.nullable().meta({ description: 'What is less is refused' }),
  most: used.nullable().meta({ description: 'What is more is asked about' }),
  expected: used.nullable(),
  counted: z
    .boolean()
    .meta({ description: 'false: a reading at t changes no booked figure, as it lies in a simulated past without readings' }),
});
const figure = z.object({
  id: z.number().int(),
  name: z.string(),
  month,
  department: z.string().nullable(),
  value: used,
  unit,
  quality: z.enum(figureQualities),
  import: z.number().int().nullable(),
  reason: z.string().nullable(),
  madeBy: z.string(),
  madeAt: time,
  undone: z.object({ by: z.string(), at: time, reason: z.string() }).nullable(),
});
const series = z.object({
  name: z.string(),
  label: text,
  unit,
  months: z.array(z.object({ month, figure: figure.nullable() })),
  known: used.nullable().meta({ description: 'Sum of what is known; of a level the mean' }),
  total: used.nullable().meta({ description: 'null while a month is missing' }),
  missing: z.array(month),
  source: z.string(),
});

const whyNot: Record<EntryDoubt, (value: number, unit: string, before?: number, after?: number) => string> = {
  below: (value, of, before) =>
    `${value} is less than the reading before it (${before} ${of}); a counter does not run backwards. If the meter was exchanged, record the exchange`,
  'above-next': (value, of, _before, after) => `${value} is more than the reading after it (${after} ${of})`,
  digits: (value) => `${value} has more digits than the meter shows`,
  'far-above': (value, of, before) =>
    `${value} is far more than the meter usually uses since ${before} ${of}; look again, and send it with sure: true if it is so`,
};

export function energyEntryRoutes(app: App, context: RouteContext): void {
  const { energy, db, accounts, site, store, clock, profileFacts } = context;
  const meters = namedMeters(context);
  const station = stationOf(site, (profile) => profileFacts(profile)?.quantities);

  app.get(
    '/api/energy/meters',
    {
      config: { permission: 'plant:read' },
      schema: {
        response: {
          200: z.array(
            z.object({
              device: z.string(),
              name: text,
              medium: z.string(),
              unit: z.string(),
              quantity: z.string(),
              building: z.string().nullable(),
              department: z.string().nullable(),
              digits: z.number().int().nullable(),
            }),
          ),
          ...problems,
        },
      },
    },
    async () =>
      meters.map(({ device, name, medium, unit: of, field, building, department, digits }) => ({
        ...{ device, name, medium, unit: of, quantity: field },
        ...{ building: building ?? null, department: department ?? null, digits: digits ?? null },
      })),
  );

  app.get(
    '/api/energy/meters/:device/entry',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'What can stand on the meter at t: the readings beside it and the plausible range',
        params: z.object({ device: idSchema }),
        querystring: z.object({ t: z.coerce.number().pipe(sentTime).optional() }),
        response: { 200: meterEntry, ...problems },
      },
    },
    async ({ params: { device }, query: { t = clock.now() } }) => {
      const meter = meterOf(meters, device);
      const [around, counts] = await Promise.all([aroundOf(context, meter, t), countedAt(context, meter, t)]);
      return {
        device,
        name: meter.name,
        unit: meter.unit,
        before: around.before ?? null,
        after: around.after ?? null,
        ...plausibleAt(t, around),
        counted: counts !== undefined,
      };
    },
  );

  app.post(
    '/api/energy/readings',
    {
      config: { permission: 'energy:enter' },
      schema: {
        description:
          'A reading by hand. One that is less than the reading before it is refused; one that is far more must be sent with `sure`',
        body: z.object({
          device: idSchema,
          t: sentTime,
          value: meterValue,
          reason: reason.default(''),
          sure: z.boolean().default(false),
        }),
        response: {
          201: z.object({ id: z.number().int(), used: used.nullable(), unit: z.string(), closedMonths: z.array(z.string()) }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { device, t, value, reason: why, sure } = request.body;
      const meter = meterOf(meters, device);
      const by = userOf(request).name;
      if (t > clock.now()) throw invalid('t', 'not in the future');
      const around = await aroundOf(context, meter, t);
      const doubt = doubtOf(value, t, around);
      // An exchange between the two readings explains a fall.
      const { before } = around;
      const swapped =
        doubt === 'below' && before && energy.corrections.of(device, meter.field).swaps.some((swap) => swap.t >= before.t && swap.t <= t);
      if (doubt && !swapped && !(doubt === 'far-above' && sure)) {
        const message = whyNot[doubt](value, meter.unit, before?.v, around.after?.v);
        throw invalid(doubt === 'far-above' ? 'sure' : 'value', message);
      }
      const made = db.transact(() => {
        const one = energy.corrections.add({ device, quantity: meter.field, t, body: { kind: 'reading', value }, reason: why }, by);
        accounts.audit(by, 'energy.reading', device, null, { id: one.id, t, value, reason: why });
        return one;
      });
      const closedMonths = closedMonthsOf(context, meter.medium, before?.t ?? t - dayMs, t);
      return reply
        .code(201)
        .send({ id: made.id, used: before && value >= before.v ? value - before.v : null, unit: meter.unit, closedMonths });
    },
  );

  app.get(
    '/api/energy/figure-names',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Figures that no meter counts: the known names, and those that were entered',
        response: {
          200: z.object({
            units: z.record(z.string(), text),
            names: z.array(z.object({ name: z.string(), label: text, unit, first: month.nullable(), last: month.nullable() })),
          }),
          ...problems,
        },
      },
    },
    async () => {
      const entered = energy.registers.names();
      const known = figureNames.map(({ id, label, unit: of }) => {
        const one = entered.find(({ name }) => name === id);
        return { name: id, label, unit: of, first: one?.first ?? null, last: one?.last ?? null };
      });
      const own = entered.filter(({ name }) => !figureNames.some(({ id }) => id === name));
      return { units: Object.fromEntries(units.map((id) => [id, figureUnits[id].label])), names: [...known, ...own] };
    },
  );

  app.get(
    '/api/energy/figures',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Monthly registers, both months included; without a name every one that has a figure',
        querystring: z.object({ name: z.string().max(80).optional(), from: monthText, to: monthText, department: idSchema.optional() }),
        response: { 200: z.array(series), ...problems },
      },
    },
    async ({ query: { name, from, to, department = null } }) => {
      if (from > to) throw invalid('from', 'must lie before "to"');
      if (monthsOf(from, to).length > mostMonths) throw invalid('from', `at most ${mostMonths} months`);
      const names = name === undefined ? energy.registers.names().map((one) => one.name) : [name];
      return names.map((one) => energy.registers.series(one, from, to, department));
    },
  );

  app.post(
    '/api/energy/figures',
    {
      config: { permission: 'energy:change' },
      schema: {
        body: z.object({
          name: z.string().trim().min(1).max(80),
          month: monthText,
          value: amount,
          unit,
          department: idSchema.optional(),
          reason: reason.optional(),
        }),
        response: { 201: figure, ...problems },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const by = userOf(request).name;
      if (body.department !== undefined && !site.departments.some(({ id }) => id === body.department))
        throw invalid('department', 'no such department');
      if (Date.parse(`${body.month}-01`) > clock.now() + dayMs) throw invalid('month', 'not in the future');
      const { reason: why, department, ...rest } = body;
      const made = db.transact(() => {
        const before = energy.registers.get(body.name, body.month, department ?? null);
        const one = energy.registers.put({ ...rest, department: department ?? null, reason: why ?? null }, by);
        if (one.id !== before?.id) accounts.audit(by, 'energy.figure', `${body.name} ${body.month}`, before ? { value: before.value } : null, { value: body.value }); // biome-ignore format: one
        return one;
      });
      return reply.code(201).send(made);
    },
  );

  app.post(
    '/api/energy/figures/:id/undo',
    {
      config: { permission: 'energy:change' },
      schema: {
        params: z.object({ id: z.coerce.number().int() }),
        body: z.object({ reason: reason.min(1) }),
        response: { 200: figure, ...problems },
      },
    },
    async (request) => {
      const by = userOf(request).name;
      return db.transact(() => {
        const one = energy.registers.undo(request.params.id, by, request.body.reason);
        accounts.audit(by, 'energy.figure.undo', `${one.name} ${one.month}`, { value: one.value }, { reason: request.body.reason });
        return one;
      });
    },
  );

  app.get(
    '/api/energy/weather',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Outdoor temperature by days, with degree days; days without a mean are named as gaps',
        querystring: z.object({
          from: timeQuery,
          to: timeQuery,
          heating: z.coerce.number().min(-20).max(40).optional().meta({ description: '°C; by default 18' }),
          cooling: z.coerce.number().min(-20).max(40).optional().meta({ description: '°C; by default 26' }),
        }),
        response: {
          200: z.object({
            station: z.object({ device: z.string(), measurement: z.string(), quantity: z.string() }).nullable(),
            bases: z.object({ heating: z.number(), cooling: z.number() }),
            days: z.array(
              z.object({
                day: z.string(),
                from: time,
                to: time,
                meanC: z.number().nullable(),
                minC: z.number().nullable(),
                maxC: z.number().nullable(),
                hours: z.number().int(),
                of: z.number().int(),
                source: z.enum(weatherSources).nullable(),
                heating: z.number().nullable(),
                cooling: z.number().nullable(),
              }),
            ),
            months: z.array(
              z.object({
                month,
                heating: z.number(),
                cooling: z.number(),
                meanC: z.number().nullable(),
                known: z.number().int(),
                missing: z.array(z.string()),
              }),
            ),
            gaps: z.array(z.object({ from: z.string(), to: z.string(), days: z.number().int() })),
          }),
          ...problems,
        },
      },
    },
    async ({ query: { from, to, heating, cooling } }) => {
      if (!(from < to) || to - from > 1_200 * dayMs) throw invalid('to', 'a later time than from, at most 1,200 days');
      const bases = { ...(heating === undefined ? {} : { heating }), ...(cooling === undefined ? {} : { cooling }) };
      const { timezone } = site.site;
      const found = await weatherOf({ store: store(), imported: energy.weather, station, timezone, from, to, now: clock.now(), ...bases });
      return { ...found, months: weatherByMonth(found.days.filter(({ to: end }) => end <= clock.now())) };
    },
  );
}
