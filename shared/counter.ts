/**
 * What a counter has counted from one reading to the next: the one place that decides what a fall or a leap means. A single reading of 0, or of far too
 * much, is a wrong reading and not a consumption; a counter that was set back counts on from 0; one that rolled over its digits counts through; a
 * meter that was replaced by one that stands elsewhere counts nothing for that step. Where two meanings are possible the smaller consumption is
 * taken: nothing is invented. Pure, also for the browser.
 */
import type { QuantityId } from './quantity.ts';
import type { SeriesPoint } from './reading.ts';
import type { Attributes } from './site.ts';

export interface CounterFacts {
  /** Digits before it rolls over. */
  digits?: number | undefined;
  /** More than this an hour nobody can use there. */
  mostPerHour?: number | undefined;
}

export interface Counted {
  /** For each point but the first what was counted since the known one before; null where one of both is not known. */
  steps: SeriesPoint[];
  /** So often the counter was set back or the meter replaced. Wrong readings and roll-overs are none. */
  resets: number;
}

const hour = 3_600_000;
/** Counters move in steps, which for a moment look like a large power. */
const slackHours = 0.25;
/** A whole hospital does not use more. */
const mostOfAll: Readonly<Record<string, number>> = { kwh: 50_000, kvarh: 50_000, kvah: 50_000, m3: 10_000, h: 1, count: 3_600 };
const fullVoltageKv = 0.25;
/** A breaker carries twice its rating for minutes, a contract is exceeded, a meter reads beyond its size. */
const margin = 2;

/** The most that a counter of this quantity can count in an hour at such a device. */
export function mostPerHourOf(quantity: QuantityId, attributes: Attributes): number {
  const unit = /_(kwh|kvarh|kvah|m3|h|count)$/.exec(quantity)?.[1] ?? 'kwh';
  const most = mostOfAll[unit] as number;
  if (unit === 'm3') return attributes.max_flow_m3h === undefined ? most : margin * attributes.max_flow_m3h;
  if (!unit.startsWith('k')) return most;
  const rated = [
    attributes.rating_a === undefined ? undefined : 3 * fullVoltageKv * attributes.rating_a,
    attributes.capacity_kva,
    attributes.capacity_kw,
    attributes.contract_kw,
  ].filter((one) => one !== undefined);
  return rated.length === 0 ? most : margin * Math.max(...rated);
}

export const counterFacts = (quantity: QuantityId, attributes: Attributes): CounterFacts => ({
  digits: attributes.digits,
  mostPerHour: mostPerHourOf(quantity, attributes),
});

interface Known {
  t: number;
  value: number;
  /** Index in the points. */
  at: number;
}

/** @param points ascending in time */
export function countedSteps(
  points: readonly SeriesPoint[],
  { digits, mostPerHour = mostOfAll.kwh as number }: CounterFacts = {},
): Counted {
  const known = points.flatMap(([t, value], at): Known[] => (value === null ? [] : [{ t, value, at }]));
  const counted: (number | null)[] = points.map(() => null);
  const most = (from: Known, to: Known) => mostPerHour * ((to.t - from.t) / hour + slackHours) + 1;
  const follows = (from: Known, to: Known) => to.value >= from.value && to.value - from.value <= most(from, to);
  let resets = 0;
  let anchor = known[0];
  let before: Known | undefined;
  const total = { amount: 0, ms: 0 };
  const take = (next: Known, amount: number) => {
    counted[next.at] = amount;
    total.amount += amount;
    total.ms += next.t - (anchor as Known).t;
    before = anchor;
    anchor = next;
  };
  /** The anchor is where the counter was, and nothing was counted in between. */
  const startAnew = (next: Known, amount: number) => {
    resets++;
    counted[next.at] = amount;
    before = undefined;
    anchor = next;
  };

  for (let i = 1; i < known.length; i++) {
    const next = known[i] as Known;
    const last: Known = anchor as Known;
    if (next.value >= last.value) {
      const leap = !follows(last, next) || (i === 1 && isFalseBegin(known));
      if (!leap) take(next, next.value - last.value);
      else if (known.slice(i + 1).some((later) => later.value < next.value && follows(last, later))) counted[next.at] = 0;
      else if (i + 1 < known.length) startAnew(next, 0);
      else counted[next.at] = 0;
      continue;
    }
    const back = known.findIndex((later, at) => at > i && follows(last, later) && leaps(known[at - 1] as Known, later, last, next));
    if (back > 0) {
      for (let at = i; at < back; at++) counted[(known[at] as Known).at] = 0;
      i = back;
      take(known[back] as Known, (known[back] as Known).value - last.value);
    } else if (before && next.value > last.value / 2 && follows(before, next)) {
      // Not the counter fell: the reading before stood too high.
      counted[last.at] = 0;
      anchor = before;
      take(next, next.value - before.value);
    } else if (digits !== undefined && rolled(last.value, next.value, digits) <= most(last, next)) {
      take(next, rolled(last.value, next.value, digits));
    } else if (i + 1 === known.length) {
      // The newest reading alone does not say whether it is wrong.
      counted[next.at] = 0;
    } else {
      startAnew(next, fromZero(next.value, next.t - last.t, total));
    }
  }
  return { steps: points.map(([t], at): SeriesPoint => [t, counted[at] as number | null]).slice(1), resets };
}

const rolled = (last: number, next: number, digits: number): number =>
  last < 10 ** digits ? next + 10 ** digits - last : Number.POSITIVE_INFINITY;

/** Back in one leap and not by counting on: what lay between was not the counter. */
const leaps = (from: Known, to: Known, last: Known, low: Known): boolean => to.value - from.value >= (last.value - low.value) / 2;

/** A counter that was set back has counted what it shows, if that is about what it counts at other times; else it is another meter. */
function fromZero(value: number, ms: number, total: { amount: number; ms: number }): number {
  const usual = total.ms > 0 ? (total.amount / total.ms) * ms : 0;
  return value <= 3 * usual ? value : 0;
}

/** The very first reading was a wrong 0: what comes after it is a leap such as no later one. */
function isFalseBegin(known: readonly Known[]): boolean {
  const [first, second, third] = known;
  const end = known.at(-1);
  if (!first || !second || !third || !end || first.value > second.value / 100 || end.value < second.value) return false;
  const later = (end.value - second.value) / (end.t - second.t);
  return second.value - first.value > 1 + 100 * later * (second.t - first.t);
}
