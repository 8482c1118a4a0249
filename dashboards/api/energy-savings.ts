/** Savings of the site's retrofits, with what an auditor asks, and money found. */
import { z } from 'zod';
import {
  methods,
  momentOfDay,
  openImportedWeather,
  openKeptFits,
  type ProjectResult,
  type ProjectSource,
  projectResult,
  proposalKinds,
  proposalsOf,
  questionsOf,
  spanOf,
  stationOf,
} from '../../energy/index.ts';
import { savingsWorkbook } from '../../reports/index.ts';
import { Fault } from '../../shared/errors.ts';
import { meterNames } from '../../shared/meter-names.ts';
import { languages } from '../../shared/text.ts';
import { sharedAnswers } from '../energy-answers.ts';
import { coefficient, price, used, yuan } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, problems, text, time } from './schemas.ts';

const span = { from: time, to: time.meta({ description: 'Exclusive' }) };
const quantities = {
  value: used,
  measured: used,
  estimated: used,
  manual: used,
  unknown: used,
  coverage: z.number(),
};
const band = z.object({ saved: used, low: used, high: used });
const moneyBand = z.object({ saved: yuan, low: yuan, high: yuan });
const summary = {
  id: z.string(),
  name: text,
  measure: text.nullable(),
  purpose: z.enum(['saving', 'capacity']),
  option: z.enum(['B', 'C']),
  method: z.enum(methods),
  medium: z.string(),
  unit: z.string(),
  meters: z.array(z.string()),
  baseline: z.object({ ...span, ...quantities }),
  reporting: z.object({ ...span, ...quantities }),
  result: z
    .object({
      counterfactual: used,
      observed: used,
      saved: used,
      low: used,
      high: used,
      confidence: z.number(),
      sufficient: z.boolean(),
      claimed: z.boolean().meta({ description: 'May it be called a saving?' }),
      used: z.enum(['opendsm', 'bootstrap']),
      half: z.object({ opendsm: used, bootstrap: used, nmecr: used }),
      fit: z.object({ n: z.number(), p: z.number(), cvrmse: z.number(), nmbe: z.number(), r2: z.number(), rho: z.number() }),
      reasons: z.array(z.object({ id: z.string(), blocks: z.boolean(), text })),
    })
    .nullable(),
  why: text.nullable(),
  unadjusted: band.nullable(),
  price: price.nullable(),
  priceFrom: z.enum(['project', 'bills']).nullable(),
  yuan: moneyBand.nullable(),
  investedYuan: yuan.nullable(),
  paybackYears: z.number().nullable(),
  sha256: z.string(),
};
const project = z.object({
  ...summary,
  parameters: z.array(z.record(z.string(), z.union([coefficient, z.string()]))),
  adjustments: z.array(
    z.object({ id: z.string(), cause: text, method: text, ...span, kwhPerDay: used, kwh: used, signed: z.string().nullable() }),
  ),
  temperatures: z.object({ low: z.number(), high: z.number(), outsideShare: z.number() }).nullable(),
  questions: z.array(z.object({ id: z.string(), title: text, answers: z.array(text), open: z.boolean() })),
  points: z.array(z.object({ from: time, to: time, observed: used, predicted: used, temperature: z.number() })),
});
const proposal = z.object({
  kind: z.enum(proposalKinds),
  where: z.string().nullable(),
  title: text,
  yuan: yuan.meta({ description: 'A year' }),
  error: yuan.meta({ description: 'Half the width of its band' }),
  formula: text,
  inputs: z.array(z.object({ label: text, value: z.number(), unit: z.string() })),
});

export function projectSource({ ledger, store, db, clock, site, profileFacts }: RouteContext): ProjectSource {
  const station = stationOf(site, (profile) => profileFacts(profile)?.quantities);
  return { ledger, store: store(), weather: openImportedWeather(db), station, now: clock.now(), fits: openKeptFits(db, clock) };
}

const summaryOf = (one: ProjectResult) => {
  const { project: it, result, baseline, reporting, why, unadjusted, price, priceFrom, yuan, paybackYears, sha256, medium, unit } = one;
  return {
    ...{ id: it.id, name: it.name, measure: it.measure ?? null, purpose: it.purpose, option: it.option, method: it.method, medium, unit },
    ...{ meters: it.meters, baseline, reporting, why, unadjusted, price, priceFrom, yuan, paybackYears, sha256 },
    investedYuan: it.invested_yuan ?? null,
    result: result && {
      ...{ counterfactual: result.counterfactual, observed: result.observed, saved: result.saved, low: result.low, high: result.high },
      ...{ confidence: result.confidence, sufficient: result.sufficient, claimed: result.claimed, used: result.used, half: result.half },
      fit: { n: result.fit.n, p: result.fit.p, cvrmse: result.fit.cvrmse, nmbe: result.fit.nmbe, r2: result.fit.r2, rho: result.fit.rho },
      reasons: result.reasons,
    },
  };
};

export function energySavingsRoutes(app: App, context: RouteContext): void {
  const { site, clock, wall } = context;
  const config = { permission: 'plant:read' as const };
  const answers = sharedAnswers(wall);
  const resultOf = (id: string) => {
    const found = site.projects.find((one) => one.id === id);
    if (!found)
      throw new Fault('desk/unknown', `there is no project "${id}"; projects: ${site.projects.map((one) => one.id).join(', ') || 'none'}`);
    const spans = [found.baseline, found.reporting].map((span) => spanOf(span, site.site.timezone, clock.now()));
    const standing = spans.map(({ from, to }) => context.ledger.standing(from, to)).join();
    return answers(`project ${id}`, standing, () => projectResult(projectSource(context), found));
  };

  app.get(
    '/api/energy/projects',
    {
      config,
      schema: {
        description: 'Retrofits of the site file with their results so far',
        response: { 200: z.array(z.object(summary)), ...problems },
      },
    },
    async () => Promise.all(site.projects.map(async ({ id }) => summaryOf(await resultOf(id)))),
  );

  const nameOf = meterNames(site);
  const params = z.object({ project: idSchema });
  app.get(
    '/api/energy/savings/:project',
    {
      config,
      schema: {
        description:
          'A retrofit with its band, what it is worth, and the ten questions of an auditor. Where `claimed` is false it is not to be called a saving',
        params,
        response: { 200: project, ...problems },
      },
    },
    async (request) => {
      const one = await resultOf(request.params.project);
      return {
        ...summaryOf(one),
        parameters: one.result?.parameters ?? [],
        adjustments: one.adjustments,
        temperatures: one.temperatures,
        questions: questionsOf(one, { timezone: site.site.timezone, ...versionsOf(context, one), nameOf }),
        points: (one.result?.points ?? []).map(({ temperature, ...point }) => ({ ...point, temperature: (temperature - 32) / 1.8 })),
      };
    },
  );

  app.get(
    '/api/energy/savings/:project/workbook.xlsx',
    {
      config,
      schema: {
        description: 'Data, parameters and plain formulas that come to the same result without this program',
        params,
        querystring: z.object({ lang: z.enum(languages).default(site.site.language) }),
        response: { 200: z.any(), ...problems },
      },
    },
    async (request, reply) => {
      const one = await resultOf(request.params.project);
      if (!one.result) throw new Fault('desk/transition', one.why?.[request.query.lang] ?? 'no result yet');
      reply.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
      reply.header('content-disposition', `attachment; filename="savings-${one.project.id}.xlsx"`);
      return reply.send(await savingsWorkbook(one, request.query.lang, site.site.timezone));
    },
  );

  app.get(
    '/api/energy/proposals',
    {
      config,
      schema: {
        description: 'Where money can be found, from the last twelve months: yuan a year with error and formula, the largest first',
        response: { 200: z.array(proposal), ...problems },
      },
    },
    async () => {
      const { ledger } = context;
      const now = clock.now();
      const standing = ledger.standing(momentOfDay('-12mo', site.site.timezone, now), now);
      return answers('proposals', standing, () => proposalsOf({ ledger, store: context.store(), now }));
    },
  );
}

export const versionsOf = ({ ledger }: Pick<RouteContext, 'ledger'>, one: ProjectResult) => ({
  program: programVersion,
  tariffs: [...new Set(one.project.meters.flatMap((id) => ledger.tariffs.forMeter(id, one.medium)?.key ?? []))].join(', '),
});
const programVersion = '0.1.0';
