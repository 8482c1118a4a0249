/**
 * What counters have counted between two moments: the one place where the overview, the boards and the tree of meters get it from, so that "today"
 * is the same figure everywhere. It begins with what the counter showed at the first moment (or, of a younger meter, with its very first reading)
 * and ends with what the device says now, not with the last full step of the store.
 */
import type { Newest, SeriesPoint, Store } from '../ingest/store.ts';
import { type CounterFacts, countedSteps } from '../shared/counter.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { System } from '../shared/system.ts';

const minute = 60_000;
/** What a counter showed so long before the period is what it showed at its begin; older than that, the time in between is not the period's. */
const lookBackMs = 60 * minute;

export interface Counter {
  measurement: System;
  device: string;
  field: QuantityId;
  /** What the counter can count there. */
  facts?: CounterFacts;
}

export interface Counted {
  /** Counter values at the end of each step, the first one at the begin; ascending. */
  points: SeriesPoint[];
  /** The very first reading, where the period began before there were any. */
  began: SeriesPoint | null;
  /** null: no two readings. */
  used: number | null;
  /** Since when it is known: the begin of the period, or the time of the first reading in it. */
  from: number | null;
  /** The counter was set back or the meter replaced so often; a wrong reading is none. */
  resets: number;
}

export interface CountedRange {
  from: number;
  to: number;
  /** Width of the steps; best one that the store rolls up. Default: 15 minutes. */
  every?: number;
}

/**
 * In the order of `counters`.
 * @param newest what the devices say now; readings after `to` are left out
 */
export async function readCounted(
  store: Pick<Store, 'seriesMany'>,
  counters: readonly Counter[],
  { from, to, every = 15 * minute }: CountedRange,
  newest: readonly Newest[],
): Promise<Counted[]> {
  const offset = ((from % every) + every) % every;
  const columns = await store.seriesMany(
    counters.map((one) => ({ ...one, from: from - every, to, every, offset, aggregate: 'last' as const })),
  );
  const series = columns.map((points) => points.map(([t, value]): SeriesPoint => [Math.min(t + every, to), value]));
  const firsts = series.map((points) => points.findIndex(([, value]) => value !== null));
  const late = firsts.flatMap((first, index) => (first === 0 ? [] : [index]));
  const before = new Map((await lastBefore(store, late.map((index) => counters[index]!), from)).map((value, at) => [late[at]!, value])); // biome-ignore format: short
  const young = late.filter((index) => before.get(index) === null && firsts[index]! > 0);
  const begins = await firstReadings(store, young.map((index) => ({ counter: counters[index]!, end: series[index]![firsts[index]!]![0] })), every); // biome-ignore format: short
  const beganAt = new Map(young.map((index, at) => [index, begins[at] ?? null]));
  const live = new Map(newest.map((one) => [`${one.device} ${one.field}`, one]));
  return counters.map(({ device, field, facts }, index): Counted => {
    const points = series[index]!;
    let began = beganAt.get(index) ?? null;
    const known = before.get(index) ?? null;
    if (known !== null) {
      if (points[0]?.[0] === from) points.shift();
      points.unshift([from, known]);
    }
    const now = live.get(`${device} ${field}`);
    // All end at the same moment, so that meters can be compared.
    if (now && now.t >= from && now.t <= to) {
      if (points.every(([, value]) => value === null)) began = [now.t, now.value];
      if (points.at(-1)?.[0] === to) points.pop();
      points.push([to, now.value]);
    }
    return countedOf(points, began, facts);
  });
}

/** Out of values that are there. */
export function countedOf(points: SeriesPoint[], began: SeriesPoint | null = null, facts?: CounterFacts): Counted {
  const all = (began ? [began, ...points] : points).filter(([, value]) => value !== null);
  const [first] = all;
  const { steps, resets } = countedSteps(all, facts);
  return {
    points,
    began,
    used: first && steps.length > 0 ? steps.reduce((sum, [, value]) => sum + (value ?? 0), 0) : null,
    from: first?.[0] ?? null,
    resets,
  };
}

async function lastBefore(store: Pick<Store, 'seriesMany'>, counters: readonly Counter[], from: number): Promise<(number | null)[]> {
  if (counters.length === 0) return [];
  const offset = ((from % lookBackMs) + lookBackMs) % lookBackMs;
  const range = { from: from - lookBackMs, to: from, every: lookBackMs, offset, aggregate: 'last' } as const;
  const columns = await store.seriesMany(counters.map((one) => ({ ...one, ...range })));
  return columns.map((points) => points.findLast(([, value]) => value !== null)?.[1] ?? null);
}

/** The first reading of a step, with its own time. */
async function firstReadings(
  store: Pick<Store, 'seriesMany'>,
  steps: readonly { counter: Counter; end: number }[],
  every: number,
): Promise<(SeriesPoint | undefined)[]> {
  if (steps.length === 0) return [];
  const columns = await store.seriesMany(steps.map(({ counter, end }) => ({ ...counter, from: end - every, to: end })));
  return columns.map((points) => points.find(([, value]) => value !== null));
}
