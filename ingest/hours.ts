/**
 * Buckets of whole hours from hourly roll-ups: which hours may come from them, which must come from the points, and how both are added up. Every store
 * that keeps roll-ups uses this, so that a roll-up never shows anything that the points would not.
 */
import { type Buckets, hourMs } from './buckets.ts';

/** Can whole UTC hours be added up to these buckets? */
export function fitsHours(buckets: Buckets): boolean {
  return buckets.everyMs % hourMs === 0 && buckets.startMs % hourMs === 0;
}

/** An hour that the range cuts is read from its points; where those are dropped (before `floorHour`), the whole hour counts. */
export function wholeHours(from: number, to: number, floorHour: number): { first: number; end: number } {
  let first = Math.ceil(from / hourMs);
  let end = Math.floor(to / hourMs);
  if (first > from / hourMs && first - 1 < floorHour) first--;
  if (end < to / hourMs && end < floorHour) end++;
  return { first, end };
}

/** The parts of from..to that must be read from points: cut hours at the edges and hours that are dirty. Ascending, joined where they touch. */
export function pointSpans(
  from: number,
  to: number,
  { first, end }: { first: number; end: number },
  dirty: Iterable<number>,
): [from: number, to: number][] {
  if (end <= first) return from < to ? [[from, to]] : [];
  const spans: [number, number][] = [];
  const add = (start: number, stop: number) => {
    const last = spans.at(-1);
    if (start >= stop) return;
    if (last && last[1] === start) last[1] = stop;
    else spans.push([start, stop]);
  };
  add(from, first * hourMs);
  for (const hour of [...dirty].sort((a, b) => a - b)) if (hour >= first && hour < end) add(hour * hourMs, (hour + 1) * hourMs);
  add(end * hourMs, to);
  return spans;
}

export type HourSpan = [first: number, end: number];

/** Which of the hours first..end are whole buckets, with nothing to be made anew up to `clean`, and which are left: those are read one by one. */
export function bucketsOfHours(
  { everyMs, startMs }: Buckets,
  first: number,
  end: number,
  clean: number,
): { whole: HourSpan; rest: HourSpan[] } {
  const [hours, origin] = [everyMs / hourMs, startMs / hourMs];
  const begin = origin + Math.ceil((first - origin) / hours) * hours;
  const stop = origin + Math.floor((Math.min(clean, end) - origin) / hours) * hours;
  if (hours === 1 || stop <= begin) return { whole: [first, first], rest: [[first, end]] };
  const rest: HourSpan[] = [[first, begin], [stop, end]]; // biome-ignore format: short
  return { whole: [begin, stop], rest: rest.filter(([from, to]) => from < to) };
}

/** Rows are [hour, value, weight]: value the sum and weight the count for a mean, else weight 1. */
export type HourRow = readonly number[];

/** Rolled-up and freshly made rows, each ascending, added up to buckets in time order; rolled-up rows of dirty hours are left out. */
export function foldHours(
  buckets: Buckets,
  out: Float64Array,
  rolled: readonly HourRow[],
  fresh: readonly HourRow[],
  dirty: ReadonlySet<number>,
): void {
  const fold = new Fold(buckets, out);
  let next = 0;
  for (const row of rolled) {
    const hour = row[0] as number;
    if (dirty.size > 0 && dirty.has(hour)) continue;
    for (; next < fresh.length && ((fresh[next] as HourRow)[0] as number) < hour; next++) fold.add(fresh[next] as HourRow);
    fold.add(row);
  }
  for (; next < fresh.length; next++) fold.add(fresh[next] as HourRow);
  fold.finish();
}

class Fold {
  readonly #buckets: Buckets;
  readonly #out: Float64Array;
  readonly #weight: Float64Array;

  constructor(buckets: Buckets, out: Float64Array) {
    this.#buckets = buckets;
    this.#out = out;
    this.#weight = new Float64Array(out.length);
  }

  add(row: readonly number[]): void {
    const { startMs, everyMs, aggregate } = this.#buckets;
    const value = row[1] as number;
    const at = Math.max(0, Math.floor(((row[0] as number) * hourMs - startMs) / everyMs));
    const have = this.#weight[at] as number;
    const now = this.#out[at] as number;
    if (have === 0) this.#out[at] = value;
    else if (aggregate === 'min') this.#out[at] = Math.min(now, value);
    else if (aggregate === 'max') this.#out[at] = Math.max(now, value);
    else if (aggregate === 'last') this.#out[at] = value;
    else if (aggregate !== 'first') this.#out[at] = now + value;
    this.#weight[at] = have + (row[2] as number);
  }

  finish(): void {
    if (this.#buckets.aggregate !== 'mean') return;
    for (let i = 0; i < this.#out.length; i++) this.#out[i] = (this.#out[i] as number) / (this.#weight[i] as number);
  }
}
