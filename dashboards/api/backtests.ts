/** Rules tried on the past: what would have fired, and how another setting differs. One run at a time, in a thread of its own. */
import type { FastifyReply } from 'fastify';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { type BacktestResult, backtest, type Proposal, propose } from '../../rules/index.ts';
import { Fault } from '../../shared/errors.ts';
import { hasOneLimit } from '../../shared/limit.ts';
import { ruleIdSchema, ruleOverrideSchema } from '../../shared/rule.ts';
import type { App, RouteContext } from '../route-context.ts';
import { idSchema, momentMs, problems, time } from './schemas.ts';

const mostDays = 92;
const dayMs = 86_400_000;
const mostNames = 500;
const mostSettings = 50;

const moment = z
  .union([z.number().int().min(0), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
  .pipe(momentMs)
  .meta({ description: 'UTC milliseconds, or ISO 8601 with zone' });
const names = <T extends z.ZodType>(of: T) => z.array(of).min(1).max(mostNames).optional();
const body = z.strictObject({
  from: moment,
  to: moment.optional().meta({ description: 'Not included; default now' }),
  rules: names(ruleIdSchema),
  packs: names(idSchema),
  devices: names(idSchema),
  trial: z
    .array(ruleOverrideSchema.extend({ reason: z.string().min(1).default('backtest') }))
    .min(1)
    .max(mostSettings)
    .optional()
    .meta({ description: 'The setting to try beside that of today, written as overrides in the site file' }),
});

const outcome = z.object({
  fired: z.number().int(),
  activeMs: z.number(),
  longestMs: z.number(),
  episodes: z
    .array(
      z.object({
        alarm: z.string(),
        rule: z.string(),
        device: z.string(),
        from: time,
        to: time.nullable().meta({ description: 'null: still active at the end' }),
        value: z.number().nullable(),
        limit: z.number().nullable(),
      }),
    )
    .meta({ description: 'In time order; at most 5,000, `fired` counts all' }),
});
export const backtestResult = z.object({
  from: time.meta({ description: 'Of the first reading' }),
  to: time.meta({ description: 'Of the last reading' }),
  readings: z.number().int(),
  late: z.number().int(),
  judged: z.number().int(),
  untold: z.number().int(),
  places: z.number().int(),
  today: outcome,
  trial: outcome.nullable(),
  byRule: z.array(z.object({ rule: z.string(), today: z.number().int(), trial: z.number().int().nullable() })),
});

export const proposal = z.object({
  device: z.string(),
  days: z.number().meta({ description: 'From the first reading to the last' }),
  guess: z.boolean().meta({ description: 'Too few days to tell a year from' }),
  median: z.number(),
  spread: z.number(),
  thousandth: z.number().meta({ description: 'One reading of a thousand lies beyond' }),
  today: z.object({ limit: z.number().nullable(), perYear: z.number() }),
  limits: z.array(z.object({ limit: z.number(), perYear: z.number(), looser: z.boolean() })),
});

export function backtestRoutes(app: App, { site, desk, devices, storeUrl, clock, metrics }: RouteContext): void {
  const runs = new Counter({
    name: 'plantroom_backtests_total',
    help: 'Backtests asked for over the API: done, failed, called off, refused since one was running',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  let running: AbortController | undefined;
  // The server waits for its answers before it closes: it shall not wait for this one.
  app.addHook('preClose', async () => running?.abort());

  app.post(
    '/api/backtests',
    {
      config: { permission: 'rule:backtest' },
      schema: {
        description: `At most ${mostDays} days; one run at a time, another one gets 429. Whoever goes away calls his run off`,
        body,
        response: { 200: backtestResult, ...problems },
      },
    },
    async (request, reply): Promise<BacktestResult> => {
      const wanted = { ...request.body, to: request.body.to ?? clock.now() };
      refusePeriod(wanted);
      refuseStrangers(wanted);
      return alone(reply, (signal) => backtest(site, storeUrl, wanted, signal));
    },
  );

  app.post(
    '/api/backtests/limits',
    {
      config: { permission: 'rule:backtest' },
      schema: {
        description: `Limits proposed from the spread of each place over at most ${mostDays} days, with the alarms a year that each would bring. Only for rules of kind above or below; counts as a backtest`,
        body: z.strictObject({ rule: ruleIdSchema, from: moment, to: moment.optional(), devices: names(idSchema) }),
        response: { 200: z.array(proposal), ...problems },
      },
    },
    async (request, reply): Promise<Proposal[]> => {
      const { rule, devices: places } = request.body;
      const wanted = { ...request.body, to: request.body.to ?? clock.now() };
      refusePeriod(wanted);
      refuseStrangers({ rules: [rule], devices: places });
      const kind = desk.rules().find((one) => one.rule.id === rule)?.rule.kind;
      if (kind !== undefined && !hasOneLimit(kind)) throw badField('rule', `${rule} is of kind ${kind}, which has no single limit`);
      return alone(reply, (signal) => propose(site, storeUrl, wanted, signal));
    },
  );

  function refusePeriod({ from, to }: { from: number; to: number }): void {
    if (!(from < to)) throw badField('from', 'must lie before "to"');
    if (to - from > mostDays * dayMs) throw badField('from', `at most ${mostDays} days before "to"`);
  }

  /** @throws Error of status 429 while another one runs; Fault api/invalid when whoever asked went away */
  async function alone<Result>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (running) {
      runs.inc({ outcome: 'refused' });
      throw Object.assign(new Error('A backtest is running; try again when it is done'), { statusCode: 429 });
    }
    const calledOff = new AbortController();
    running = calledOff;
    const leave = () => {
      if (!reply.raw.writableFinished) calledOff.abort();
    };
    reply.raw.once('close', leave);
    try {
      const result = await work(calledOff.signal);
      runs.inc({ outcome: 'done' });
      return result;
    } catch (error) {
      runs.inc({ outcome: calledOff.signal.aborted ? 'called off' : 'failed' });
      if (!calledOff.signal.aborted) throw error;
      // Kept open, the connection would hold up a server that closes.
      reply.header('connection', 'close');
      throw new Fault('api/invalid', 'the backtest was called off', { detail: { status: 503 } });
    } finally {
      reply.raw.off('close', leave);
      running = undefined;
    }
  }

  /** A wrong name would quietly find nothing. Rules and packs are known once the rules role has been up. @throws Fault api/invalid */
  function refuseStrangers({ rules, packs, devices: wanted, trial }: Omit<z.infer<typeof body>, 'from' | 'to'>): void {
    const errors: { field: string; message: string }[] = [];
    const check = (field: string, name: string, known: { has(name: string): boolean }, what: string) => {
      if (!known.has(name)) errors.push({ field, message: `there is no ${what} "${name}"` });
    };
    const inForce = desk.rules();
    if (inForce.length > 0) {
      const ruleIds = new Set(inForce.map(({ rule }) => rule.id));
      const packIds = new Set(inForce.map(({ pack }) => pack));
      rules?.forEach((rule, at) => void check(`rules.${at}`, rule, ruleIds, 'rule'));
      packs?.forEach((pack, at) => void check(`packs.${at}`, pack, packIds, 'pack'));
      trial?.forEach(({ rule }, at) => void check(`trial.${at}.rule`, rule, ruleIds, 'rule'));
    }
    wanted?.forEach((device, at) => void check(`devices.${at}`, device, devices, 'device'));
    trial?.forEach(
      (one, at) => void one.devices?.forEach((id, index) => void check(`trial.${at}.devices.${index}`, id, devices, 'device')),
    );
    if (errors.length > 0) {
      const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
      throw new Fault('api/invalid', detail, { detail: { errors } });
    }
  }
}

const badField = (field: string, message: string) =>
  new Fault('api/invalid', `${field}: ${message}`, { detail: { errors: [{ field, message }] } });
