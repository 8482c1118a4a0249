/** Inspection plans and rounds over HTTP. */
import { z } from 'zod';
import { userOf } from '../../access/index.ts';
import { linkTicket, type Round, roundState } from '../../desk/index.ts';
import { type Plan, planSchema } from '../../shared/plant.ts';
import { assetTree } from '../plant/assets.ts';
import { invalid, registerRoutes } from '../plant/register-routes.ts';
import { answerOf, earlyMs, filledAt, hoursNow, lookForRounds } from '../plant/rounds.ts';
import type { App, RouteContext } from '../route-context.ts';
import { known } from './moves.ts';
import { fewOf, idSchema, problems, time, timeQuery } from './schemas.ts';

const dayMs = 86_400_000;
const longestMs = 400 * dayMs;
const params = z.object({ id: z.coerce.number().int().min(1) });
const itemParams = params.extend({ asset: idSchema });
const saidWords = z.string().trim().max(2_000);
const value = z.object({
  v: z.number().nullable(),
  from: z.enum(['reading', 'person', 'corrected']),
  t: time.optional(),
  quality: z.enum(['good', 'bad']).optional(),
  was: z.number().nullable().optional(),
  reason: z.string().optional(),
});
const check = z.object({ ok: z.boolean(), words: z.string().optional() });
const round = z.object({
  id: z.number().int(),
  plan: z.string(),
  due: time,
  deadline: time,
  state: z.enum(['due', 'done', 'late', 'missed']),
  missedAt: time.nullable(),
  doneAt: time.nullable(),
  doneBy: z.string().nullable(),
  body: planSchema,
  answered: z.array(z.string()),
  findings: z.number().int(),
});
const answer = z.object({
  id: z.number().int(),
  asset: z.string(),
  who: z.string(),
  at: time,
  checks: z.record(z.string(), check),
  values: z.record(z.string(), value),
  findings: z.array(z.string()),
  ticket: z.string().nullable(),
});

export function roundRoutes(app: App, context: RouteContext): void {
  const { db, desk, accounts, plant, site, devices, cache, clock, log, store } = context;
  const tree = () => new Map(assetTree({ site, devices, assets: plant.assets }).map((node) => [node.id, node]));
  const shown = (one: Round) => {
    const answers = plant.rounds.answers(one.id);
    const { hours: _, ...rest } = one;
    return {
      ...rest,
      state: roundState(one),
      answered: answers.map(({ asset }) => asset),
      findings: answers.reduce((sum, { findings }) => sum + findings.length, 0),
    };
  };
  const itemOf = (one: Round, asset: string) =>
    known(
      one.body.items.find((item) => item.asset === asset),
      'thing of this round',
      asset,
    );
  const filled = (one: Round, asset: string) => {
    const nodes = tree();
    const facts = { site, devices, cache, store, now: clock.now(), devicesOf: (id: string) => nodes.get(id)?.devices ?? [] };
    return filledAt(facts, itemOf(one, asset));
  };

  registerRoutes<Plan>(app, context, {
    path: 'plans',
    prefix: 'plan',
    schema: planSchema as unknown as z.ZodType<Plan>,
    register: plant.plans,
    // What falls due next is seen at once.
    kept: () => void lookForRounds({ ...plant, site, cache, desk, clock, log }),
    mistake: (one) => {
      const nodes = tree();
      if ('run_hours' in one.when && !devices.has(one.when.device)) return ['when.device', 'no such device'];
      for (const [index, item] of one.items.entries()) {
        if (!nodes.has(item.asset)) return [`items.${index}.asset`, `no such thing: ${item.asset}`];
        for (const [r, reading] of item.readings.entries()) {
          const device = reading.device ?? nodes.get(item.asset)?.devices[0];
          if (device === undefined) return [`items.${index}.readings.${r}.device`, 'needed: this thing has no device of its own'];
          if (!devices.has(device)) return [`items.${index}.readings.${r}.device`, `no such device: ${device}`];
        }
      }
      return undefined;
    },
  });

  app.get(
    '/api/rounds',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Rounds by when they are due; by default of the last day and the next hour',
        querystring: z.object({ from: timeQuery.optional(), to: timeQuery.optional() }),
        response: { 200: z.array(round), ...problems },
      },
    },
    async ({ query }) => {
      const to = query.to ?? clock.now() + earlyMs + 1;
      const from = query.from ?? to - dayMs - earlyMs;
      if (!(from < to) || to - from > longestMs) throw invalid('to', 'a later time than from, at most 400 days on');
      return plant.rounds.list(from, to).map(shown);
    },
  );

  app.get(
    '/api/rounds/:id',
    {
      config: { permission: 'plant:read' },
      schema: { params, response: { 200: round.extend({ answers: z.array(answer) }), ...problems } },
    },
    async ({ params: { id } }) => {
      const one = known(plant.rounds.get(id), 'round', String(id));
      return { ...shown(one), answers: plant.rounds.answers(id) };
    },
  );

  app.get(
    '/api/rounds/:id/items/:asset',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'What the readings say there now; what is absent is read off by eye',
        params: itemParams,
        response: { 200: z.record(z.string(), value), ...problems },
      },
    },
    async ({ params: { id, asset } }) => filled(known(plant.rounds.get(id), 'round', String(id)), asset),
  );

  app.post(
    '/api/rounds',
    {
      config: { permission: 'round:work' },
      schema: {
        description:
          'The answer for one thing of a round: each check well or with words on what is wrong, each reading confirmed ("as-read") or another one with a reason. What does not pass opens a ticket; photos go to that ticket',
        body: z.object({
          round: z.number().int().min(1),
          asset: idSchema,
          checks: fewOf(z.object({ ok: z.boolean(), words: saidWords.optional() })).default({}),
          values: fewOf(
            z.union([z.literal('as-read'), z.object({ v: z.number().min(-1e15).max(1e15), reason: saidWords.optional() })]),
          ).default({}),
        }),
        response: { 201: round.extend({ ticket: z.string().nullable() }), ...problems },
      },
    },
    async (request, reply) => {
      const { round: id, asset, ...said } = request.body;
      const one = known(plant.rounds.get(id), 'round', String(id));
      const item = itemOf(one, asset);
      const read = await filled(one, asset);
      const user = userOf(request);
      const done = db.transact(() => {
        const given = answerOf(item, said, read);
        const before = plant.rounds.answers(id).find((other) => other.asset === asset);
        // A second answer to the same thing keeps the ticket that the first one opened.
        const ticket = given.findings.length > 0 ? (before?.ticket ?? openFinding(one, asset, given, user.name)) : (before?.ticket ?? null);
        const after = plant.rounds.answer(id, asset, { ...given, ticket }, { who: user.name, at: clock.now() }, hoursNow(cache, one.body));
        accounts.audit(user.name, 'round.answer', `${one.plan}/${id}/${asset}`, null, { findings: given.findings, ticket });
        return { ...shown(after), ticket };
      });
      return reply.code(201).send(done);
    },
  );

  function openFinding({ body: plan }: Round, asset: string, given: Omit<ReturnType<typeof answerOf>, never>, who: string): string {
    const node = tree().get(asset);
    const item = plan.items.find((one) => one.asset === asset);
    const named = [...(item?.checks ?? []), ...(item?.readings ?? [])].filter(({ id }) => given.findings.includes(id));
    const says = (language: 'zh' | 'en') =>
      named
        .map(({ id, title }) => {
          const value = given.values[id];
          const words =
            given.checks[id]?.words ??
            (value ? [value.v, value.reason].filter((part) => part !== undefined && part !== null).join(' ') : '');
          return `${title[language]}: ${words}`;
        })
        .join('; ');
    const name = node?.name ?? { zh: asset, en: asset };
    const titles = (language: 'zh' | 'en') => named.map(({ title }) => title[language]).join(language === 'zh' ? '、' : ', ');
    const device = node?.devices[0];
    const opened = desk.createTicket(
      {
        title: { zh: `巡检发现：${name.zh} ${titles('zh')}`, en: `Found on a round: ${name.en}, ${titles('en')}` },
        description: { zh: `${plan.title.zh}：${says('zh')}`, en: `${plan.title.en}: ${says('en')}` },
        ...{ system: node?.system ?? plan.system, trade: plan.trade, priority: 'medium' as const, building: node?.building ?? null },
        ...(device === undefined ? {} : { device }),
        ...(node?.location ? { location: node.location } : {}),
      },
      { id: who },
    );
    linkTicket(db, asset, opened.id);
    return opened.id;
  }
}
