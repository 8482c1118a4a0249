/** Time steps of panels: widths, local days, and how the values of a step become one. Pure. */
import type { SeriesPoint } from '../ingest/store.ts';
import { widthFor, zoneOffsetMs } from './api/series.ts';
import type { Series, Step, StepAggregate } from './board.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const stepMs: Record<Step, number> = { '10m': 10 * minute, '15m': 15 * minute, '1h': hour, '1d': day };

/** The step of a series: its own, else what the screen has room for. */
export const stepOf = (step: Step | undefined, spanMs: number, points: number): number => (step ? stepMs[step] : widthFor(spanMs, points));

/** What is asked of the store: finer than the step where days are local, where counters are followed, where a finer mean comes first. */
export function fineStepOf(series: Pick<Series, 'aggregate' | 'finer'>, step: number, spanMs: number): number {
  if (series.finer) return stepMs[series.finer];
  if (series.aggregate === 'increase')
    return spanMs > 100 * day ? hour : Math.min(Math.max(step, 15 * minute), spanMs > 3 * day ? hour : 15 * minute);
  return step >= day ? hour : step;
}

/** Differences from each known value to the next one; a counter that fell was reset or replaced and counts nothing for that step. */
export function differences(points: readonly SeriesPoint[]): SeriesPoint[] {
  const found: SeriesPoint[] = [];
  let before: number | undefined;
  for (const [t, value] of points) {
    found.push([t, value === null || before === undefined ? null : Math.max(0, value - before)]);
    if (value !== null) before = value;
  }
  return found.slice(1);
}

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

/** Joins finer points to steps; steps of a day and more begin at local midnight, also where clocks change. */
export function intoSteps(points: readonly SeriesPoint[], step: number, how: StepAggregate, timezone: string): SeriesPoint[] {
  const steps = new Map<number, number[]>();
  for (const [t, value] of points) {
    const start = startOf(t, step, timezone);
    const values = steps.get(start) ?? [];
    if (value !== null) values.push(value);
    steps.set(start, values);
  }
  return [...steps].map(([t, values]) => [t, values.length > 0 ? reduce(how, values) : null]);
}

function startOf(t: number, step: number, timezone: string): number {
  if (step < hour) return Math.floor(t / step) * step;
  const offset = zoneOffsetMs(timezone, t);
  const local = Math.floor((t + offset) / step) * step;
  // The offset at the start counts: on the day of a change it is another one.
  return local - zoneOffsetMs(timezone, local - offset);
}
