/**
 * Each parent meter against the sum of the meters below it, by their counters over a period and by their power now. Counters are compared
 * over the time that parent and children all know, so that a meter which was put in on Tuesday makes no gap for Monday. Pure.
 */
import type { CounterFacts } from '../shared/counter.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { Counted } from './energy-today.ts';
import { differences } from './panel/steps.ts';

export const meterKinds = {
  electricity: { counters: ['energy_import_kwh', 'energy_total_kwh'], rate: 'active_power_kw', unit: 'kWh', rateUnit: 'kW' },
  water: { counters: ['volume_m3'], rate: 'flow_m3h', unit: 'm³', rateUnit: 'm³/h' },
  heat: { counters: ['heat_energy_kwh'], rate: 'heat_power_kw', unit: 'kWh', rateUnit: 'kW' },
} as const satisfies Record<string, { counters: readonly QuantityId[]; rate: QuantityId; unit: string; rateUnit: string }>;
export type MeterKind = keyof typeof meterKinds;
export const meterKindIds = Object.keys(meterKinds) as MeterKind[];

/** More than this share missing, and at least so much a day, is marked. Proposal; a rule of kind `balance` at the meter says otherwise. */
export const usualLimits: Record<MeterKind, BalanceLimit> = {
  electricity: { gapPct: 5, gapPerDay: 10 },
  water: { gapPct: 8, gapPerDay: 1 },
  heat: { gapPct: 10, gapPerDay: 20 },
};
/** Children that count more than their parent by this are marked: more than the errors of both meters explain (GB/T 778: ±2 %). */
export const negativePct = 2;
const day = 86_400_000;
/** Counters are read minutes apart and count in steps: over shorter times those differences would be larger than what is looked for. */
const leastDays = 0.25;

export interface BalanceLimit {
  gapPct: number;
  gapPerDay: number;
}

export interface Meter {
  device: string;
  /** The nearest meter above it of the same kind. */
  parent: string | null;
  counter: QuantityId;
  /** Over the period; `points` are the steps in which meters are compared. */
  counted: Counted;
  /** What its counter can count. */
  facts?: CounterFacts;
  /** null when it is unknown or too old. */
  rate: number | null;
}

export type BalanceVerdict = 'fine' | 'missing' | 'negative' | 'incomplete' | 'little';

export interface Balance {
  /** What parent and children all know. null when they have no time in common. */
  from: number | null;
  to: number | null;
  used: number | null;
  children: number | null;
  difference: number | null;
  differencePct: number | null;
  rate: number | null;
  childrenRate: number | null;
  limit: BalanceLimit;
  /** `missing`: something uses what no child counts. `incomplete`: a child tells nothing. `little`: too little to judge. */
  verdict: BalanceVerdict;
  /** Children without readings in the period. */
  silent: string[];
}

export interface MeterRow {
  device: string;
  parent: string | null;
  counter: QuantityId;
  used: number | null;
  rate: number | null;
  /** First and last reading in the period. */
  firstAt: number | null;
  lastAt: number | null;
  /** Times that the counter was set back or the meter replaced; a wrong reading is none. */
  resets: number;
  balance: Balance | null;
}

/** Of each device its nearest ancestor that is a meter too; devices between them need not be. */
export function parentOf(device: string, fedBy: (device: string) => string | null, isMeter: (device: string) => boolean): string | null {
  const seen = new Set([device]);
  for (let up = fedBy(device); up !== null && !seen.has(up); up = fedBy(up)) {
    if (isMeter(up)) return up;
    seen.add(up);
  }
  return null;
}

export function balanceOf(meters: readonly Meter[], limitOf: (device: string) => BalanceLimit, stepMs: number): MeterRow[] {
  const children = Map.groupBy(meters, ({ parent }) => parent);
  return meters.map((meter) => {
    const { used, from, resets } = meter.counted;
    const below = children.get(meter.device) ?? [];
    return {
      device: meter.device,
      parent: meter.parent,
      counter: meter.counter,
      used,
      rate: meter.rate,
      firstAt: from,
      lastAt: meter.counted.points.findLast(([, value]) => value !== null)?.[0] ?? null,
      resets,
      balance: below.length > 0 ? compare(meter, below, limitOf(meter.device), stepMs) : null,
    };
  });
}

function compare(parent: Meter, below: readonly Meter[], limit: BalanceLimit, stepMs: number): Balance {
  const spans = [parent, ...below].map(spanOf);
  const silent = below.filter((_, at) => !spans[at + 1]).map(({ device }) => device);
  const known = spans.filter((span) => span !== null);
  const from = Math.max(...known.map((span) => span.from));
  const to = Math.min(...known.map((span) => span.to));
  const rates = below.map(({ rate }) => rate);
  const childrenRate = rates.every((rate) => rate !== null) ? sum(rates) : null;
  const none = { from: null, to: null, used: null, children: null, difference: null, differencePct: null };
  const rate = { rate: parent.rate, childrenRate };
  if (!spans[0] || known.length < 2 || to - from < stepMs) return { ...none, ...rate, limit, verdict: 'incomplete', silent };
  const used = usedIn(parent, from, to);
  const counted = sum(below.map((meter) => usedIn(meter, from, to)));
  const difference = used - counted;
  const differencePct = used > 0 ? (100 * difference) / used : null;
  const enough = limit.gapPerDay * Math.max((to - from) / day, leastDays);
  const verdict = verdictOf({ used, difference, differencePct, enough, limit, complete: silent.length === 0 });
  return { from, to, used, children: counted, difference, differencePct, ...rate, limit, verdict, silent };
}

function verdictOf(one: {
  used: number;
  difference: number;
  differencePct: number | null;
  enough: number;
  limit: BalanceLimit;
  complete: boolean;
}): BalanceVerdict {
  // Children that count more than the parent are wrong even when one of them is not heard.
  if (one.difference < -one.enough && (one.differencePct === null || one.differencePct < -negativePct)) return 'negative';
  if (!one.complete) return 'incomplete';
  if (one.used < one.enough) return 'little';
  return one.difference > one.enough && one.differencePct !== null && one.differencePct > one.limit.gapPct ? 'missing' : 'fine';
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function spanOf({ counted: { points } }: Meter): { from: number; to: number } | null {
  const there = points.filter(([, value]) => value !== null);
  const [first] = there;
  const last = there.at(-1);
  return first && last && last[0] > first[0] ? { from: first[0], to: last[0] } : null;
}

/** After `from` to `to`, both of them steps that the meter knows or lies between. */
function usedIn({ counted: { points }, facts }: Meter, from: number, to: number): number {
  const start = points.findLast(([t, value]) => t <= from && value !== null);
  const inside = points.filter(([t]) => t > from && t <= to);
  return sum(differences(start ? [start, ...inside] : inside, facts).map(([, value]) => value ?? 0));
}
