/** Histories of equal distance as lines, made column by column: a line is what stands before the value, the value, and the time. */
import { hourMs } from '../buckets.ts';
import type { EvenSeries } from '../store.ts';
import { startOf } from './lines.ts';

/** Of one request. */
const linesAtOnce = 20_000;

/** Every value. */
export function* evenLines(all: readonly EvenSeries[]): Generator<string[]> {
  let lines: string[] = [];
  for (const { measurement, tags, field, from, everyMs, values } of all) {
    const start = `${startOf(measurement, tags)}${field}=`;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isNaN(value)) continue;
      lines.push(`${start}${value} ${from + i * everyMs}`);
      if (lines.length === linesAtOnce) {
        yield lines;
        lines = [];
      }
    }
  }
  if (lines.length > 0) yield lines;
}

/** One line for each hour that has a value, in the columns that SELECT count(*), sum(*), ... INTO would write. */
export function* hourLines(all: readonly EvenSeries[], hourly: (measurement: EvenSeries['measurement']) => string): Generator<string[]> {
  let lines: string[] = [];
  for (const { measurement, tags, field, from, everyMs, values } of all) {
    const start = startOf(measurement, tags).replace(measurement, hourly(measurement));
    for (let i = 0; i < values.length; ) {
      const hour = Math.floor((from + i * everyMs) / hourMs);
      let [count, sum, min, max, first, last] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
      for (; i < values.length && from + i * everyMs < (hour + 1) * hourMs; i++) {
        const value = values[i] as number;
        if (Number.isNaN(value)) continue;
        if (count++ === 0) first = value;
        sum += value;
        min = Math.min(min, value);
        max = Math.max(max, value);
        last = value;
      }
      if (count === 0) continue;
      lines.push(
        `${start}count_${field}=${count},sum_${field}=${sum},min_${field}=${min},max_${field}=${max},first_${field}=${first},last_${field}=${last} ${hour * hourMs}`,
      );
      if (lines.length >= linesAtOnce) {
        yield lines;
        lines = [];
      }
    }
  }
  if (lines.length > 0) yield lines;
}
