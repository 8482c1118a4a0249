/** Time steps of panels: widths, local days, and how the values of a step become one. Pure. */
import type { SeriesPoint } from '../../ingest/store.ts';
import { type CounterFacts, countedSteps } from '../../shared/counter.ts';
import { momentOf, startOfDay, wallOf, zoneOffsetMs } from '../../shared/zone.ts';
import { widthFor } from '../api/series.ts';
import type { Series, Step, StepAggregate } from '../board/board.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Stands for months of the calendar, which are not equally long. */
const month = 30.4375 * day;
const stepMs: Record<Step, number> = { '10m': 10 * minute, '15m': 15 * minute, '1h': hour, '1d': day, '1mo': month };

/** The step of a series: its own where the screen has room for so many, else the narrowest there is room for. */
export const stepOf = (step: Step | undefined, spanMs: number, points: number): number =>
  Math.max(step ? stepMs[step] : 0, widthFor(spanMs, points));

export const stepIsMonth = (step: number): boolean => step === month;

/** Months are added up from days. */
export const storedStep = (step: number): number => (step === month ? day : step);

/** Over longer ranges finer means are those of hours, which the store has rolled up. */
const longestFine = 14 * day;

/** What is asked of the store: finer than the step where days are local, where counters are followed, where a finer mean comes first. */
export function fineStepOf(series: Pick<Series, 'aggregate' | 'finer'>, step: number, spanMs: number): number {
  if (series.finer) return spanMs > longestFine ? Math.max(hour, stepMs[series.finer]) : stepMs[series.finer];
  if (series.aggregate === 'increase')
    return spanMs > 100 * day ? hour : Math.min(Math.max(step, 15 * minute), spanMs > 3 * day ? hour : 15 * minute);
  return step >= day ? hour : step;
}

/** What a counter has counted from each known value to the next one; see shared/counter.ts for wrong readings, resets and roll-overs. */
export const differences = (points: readonly SeriesPoint[], facts?: CounterFacts): SeriesPoint[] => countedSteps(points, facts).steps;

export function reduce(how: StepAggregate | 'sum', values: readonly number[]): number {
  switch (how) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'last':
      return values.at(-1)!;
    case 'mean':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    default:
      return values.reduce((sum, value) => sum + value, 0);
  }
}

/** Joins finer points, ascending, to steps; steps of a day and more begin at local midnight, also where clocks change. */
export function intoSteps(points: readonly SeriesPoint[], step: number, how: StepAggregate, timezone: string): SeriesPoint[] {
  const steps: SeriesPoint[] = [];
  let start = Number.NEGATIVE_INFINITY;
  let values: number[] = [];
  const close = () => {
    if (start > Number.NEGATIVE_INFINITY) steps.push([start, values.length > 0 ? reduce(how, values) : null]);
  };
  for (const [t, value] of points) {
    const next = startOf(t, step, timezone);
    if (next !== start) {
      close();
      start = next;
      values = [];
    }
    if (value !== null) values.push(value);
  }
  close();
  return steps;
}

/** The step that `t` lies in; of a day and more the local one. */
export function startOf(t: number, step: number, timezone: string): number {
  if (step === month) return startOfMonth(t, timezone);
  if (step < hour) return Math.floor(t / step) * step;
  if (step === day) return startOfDay(timezone, t);
  const offset = zoneOffsetMs(timezone, t);
  const local = Math.floor((t + offset) / step) * step;
  // The offset at the start counts: on the day of a change it is another one.
  return local - zoneOffsetMs(timezone, local - offset);
}

/** Midnight of the first day of the month of `t`, or of a month so many before. */
export function startOfMonth(t: number, timezone: string, before = 0): number {
  const date = new Date(wallOf(timezone, t));
  return momentOf(timezone, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - before, 1));
}
