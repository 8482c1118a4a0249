/** The tree of meters with each parent against the sum of its children. */
import { z } from 'zod';
import { counterFacts } from '../../shared/counter.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import type { DeviceFacts } from '../device-facts.ts';
import { type Counter, readCounted } from '../energy-today.ts';
import { counterLearner } from '../learn-counters.ts';
import {
  type BalanceLimit,
  balanceOf,
  type Meter,
  type MeterKind,
  type MeterRow,
  meterKindIds,
  meterKinds,
  negativePct,
  parentOf,
  usualLimits,
} from '../meter-balance.ts';
import { startOf } from '../panel/steps.ts';
import { used } from '../rounding.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems, time } from './schemas.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const periods = ['today', '7d', '30d'] as const;
type Period = (typeof periods)[number];
/** Where plant time runs faster, readings still take real time to come. */
const wireMs = 15_000;
/** Several screens ask the same; the store is asked once. */
const keptMs = 15_000;

const number = z.number().nullable();
const balance = z.object({
  from: time.nullable(),
  to: time.nullable(),
  used: used.nullable(),
  children: used.nullable().meta({ description: 'Sum of the meters below' }),
  difference: used.nullable(),
  differencePct: number.meta({ description: 'Of what the parent counts' }),
  rate: number,
  childrenRate: number.meta({ description: 'null: one of them is unknown now' }),
  limit: z.object({ gapPct: z.number(), gapPerDay: z.number() }),
  verdict: z.enum(['fine', 'missing', 'negative', 'incomplete', 'little']),
  silent: z.array(z.string()),
});
const reply = z
  .object({
    kind: z.enum(meterKindIds),
    kinds: z.array(z.enum(meterKindIds)).meta({ description: 'Kinds of which this site has meters' }),
    period: z.enum(periods),
    from: time,
    to: time,
    unit: z.string(),
    rateUnit: z.string(),
    negativePct: z.number().meta({ description: 'Children that count more than their parent by this share are marked' }),
    meters: z.array(
      z.object({
        device: z.string(),
        parent: z.string().nullable(),
        counter: z.string(),
        used: used.nullable(),
        rate: number,
        firstAt: time.nullable(),
        lastAt: time.nullable(),
        resets: z
          .number()
          .int()
          .meta({ description: 'The counter was set back or the meter replaced so often; a single wrong reading is none' }),
        balance: balance.nullable().meta({ description: 'null: no meter below it' }),
      }),
    ),
  })
  .meta({ id: 'MeterBalance' });

/** The meters that measure all that comes in. */
const incomingRoles: Partial<Record<MeterKind, string>> = { electricity: 'incomer', water: 'water-main' };
const sitewide = z.object({
  unit: z.string(),
  used: used.nullable().meta({ description: 'null: no incoming meter with two readings' }),
  since: time.nullable().meta({ description: 'Local midnight, or the first reading after it' }),
  meters: z.number().int(),
  unknown: z.array(z.string()).meta({ description: 'Incoming meters without readings today; they are not in the sum' }),
});
const today = z.object({ from: time, to: time, electricity: sitewide, water: sitewide }).meta({ id: 'SiteToday' });

export function balanceRoutes(app: App, { site, devices, cache, clock, wall, desk, store }: RouteContext): void {
  const kept = new Map<string, { at: number; answer: Promise<MeterRow[]> }>();

  const learnCounters = counterLearner({
    devices: () => cache.devices.keys(),
    known: () => new Set(meterKindIds.flatMap((kind) => [...countersOf(kind).keys()])),
    newest: (ids) => store().newest(ids),
    remember: (found) => cache.remember(found),
    monotonic: () => wall.monotonic(),
  });

  app.get(
    '/api/site/balance',
    {
      config: { permission: 'plant:read' },
      schema: {
        description: 'Each parent meter against the sum of its children, by counters over the period and by power now',
        querystring: z.object({ kind: z.enum(meterKindIds).default('electricity'), period: z.enum(periods).default('today') }),
        response: { 200: reply, ...problems },
      },
    },
    async ({ query: { kind, period } }) => {
      const to = clock.now();
      const from = period === 'today' ? startOf(to, day, site.site.timezone) : to - (period === '7d' ? 7 : 30) * day;
      const { unit, rateUnit } = meterKinds[kind];
      await learnCounters();
      const kinds = meterKindIds.filter((one) => countersOf(one).size > 0);
      return { kind, kinds, period, from, to, unit, rateUnit, negativePct, meters: await shared(kind, period, from, to) };
    },
  );

  app.get(
    '/api/site/today',
    {
      config: { permission: 'plant:read' },
      schema: {
        description:
          'What the site has taken since local midnight: the sum of its incoming meters, the same figures as in /api/site/balance',
        response: { 200: today, ...problems },
      },
    },
    async () => {
      const to = clock.now();
      const from = startOf(to, day, site.site.timezone);
      await learnCounters();
      const of = async (kind: MeterKind): Promise<z.infer<typeof sitewide>> => {
        const incoming = [...devices.values()].flatMap(({ id, role }) => (role === incomingRoles[kind] ? [id] : []));
        const known = (await shared(kind, 'today', from, to)).filter(({ device, used }) => used !== null && incoming.includes(device));
        const since = Math.max(from, ...known.map(({ firstAt }) => firstAt ?? from));
        return {
          unit: meterKinds[kind].unit,
          meters: incoming.length,
          unknown: incoming.filter((id) => !known.some(({ device }) => device === id)),
          used: known.length > 0 ? known.reduce((sum, { used }) => sum + (used ?? 0), 0) : null,
          since: known.length > 0 ? since : null,
        };
      };
      return { from, to, electricity: await of('electricity'), water: await of('water') };
    },
  );

  function shared(kind: MeterKind, period: Period, from: number, to: number): Promise<MeterRow[]> {
    const key = `${kind} ${period}`;
    const known = kept.get(key);
    if (known && wall.monotonic() - known.at < keptMs) return known.answer;
    const answer = work(kind, period, from, to);
    kept.set(key, { at: wall.monotonic(), answer });
    answer.catch(() => kept.delete(key));
    return answer;
  }

  async function work(kind: MeterKind, period: Period, from: number, to: number): Promise<MeterRow[]> {
    const counters = countersOf(kind);
    const every = period === '30d' ? hour : 15 * minute;
    // Longer periods begin with a step that the store has rolled up; today begins at midnight whatever the zone.
    const begin = period === 'today' ? from : Math.floor(from / every) * every;
    const facts = [...counters.keys()].map((id) => devices.get(id) as DeviceFacts);
    const asked = facts.map(({ id, system, attributes }): Counter => {
      const field = counters.get(id) as QuantityId;
      return { measurement: system, device: id, field, facts: counterFacts(field, attributes) };
    });
    const counted = await readCounted(store(), asked, { from: begin, to, every }, cache.newest(counters.keys()));
    const meters = facts.map(
      ({ id }, at): Meter => ({
        device: id,
        parent: parentOf(
          id,
          (one) => devices.get(one)?.fedBy ?? null,
          (one) => counters.has(one),
        ),
        counter: counters.get(id) as QuantityId,
        counted: counted[at]!,
        facts: asked[at]!.facts!,
        rate: rateOf(id, kind, to),
      }),
    );
    return balanceOf(meters, limitsOf(kind), every);
  }

  /** Meters of a kind with the counter that they have. */
  function countersOf(kind: MeterKind): Map<string, QuantityId> {
    const found = new Map<string, QuantityId>();
    for (const [id, { latest }] of cache.devices) {
      // A heat meter counts water too: that water goes round and is not used.
      if (kind === 'water' && latest.has('heat_energy_kwh')) continue;
      const counter = meterKinds[kind].counters.find((one) => latest.has(one));
      if (counter) found.set(id, counter);
    }
    return found;
  }

  function rateOf(id: string, kind: MeterKind, now: number): number | null {
    const latest = cache.devices.get(id)?.latest.get(meterKinds[kind].rate);
    const poll = devices.get(id)?.pollMs ?? 0;
    return latest && now - latest.t <= Math.max(5 * poll, minute, wireMs * (clock.speed ?? 1)) ? latest.value : null;
  }

  /** A rule of kind `balance` in force at a meter knows best what is normal there. */
  function limitsOf(kind: MeterKind): (device: string) => BalanceLimit {
    const own = new Map<string, BalanceLimit>();
    for (const { rule, enabled, parameters, places } of desk.rules()) {
      if (!enabled || rule.kind !== 'balance') continue;
      for (const { device, params } of places) {
        const value = (name: string) => Number(params?.[name] ?? parameters.find((parameter) => parameter.name === name)?.value);
        own.set(device, { gapPct: value('gap_pct'), gapPerDay: value('gap') });
      }
    }
    return (device) => own.get(device) ?? usualLimits[kind];
  }
}
