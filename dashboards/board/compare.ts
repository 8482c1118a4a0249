/**
 * The same so long ago, by the calendar and the clocks of the site: 8 o'clock is compared with 8 o'clock, also over a change of clocks, and a date
 * with the same date of another year. Pure; the server and the console count alike.
 */
import { momentOf, momentsOf, wallOf } from '../../shared/zone.ts';

export const comparisons = ['day', 'week', 'year'] as const;
/** What a person compares with: yesterday, last week, last year. */
export type Comparison = (typeof comparisons)[number];
export type Period = Comparison | 'month';

const day = 86_400_000;
const days: Partial<Record<Period, number>> = { day: 1, week: 7 };

/** A wall clock one period before; a day that the earlier month has not, such as 29 February, is its last day. */
function earlierWall(wall: number, period: Period): number {
  const count = days[period];
  if (count !== undefined) return wall - count * day;
  const date = new Date(wall);
  const back = period === 'year' ? 12 : 1;
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back + 1, 0)).getUTCDate();
  return first + (Math.min(date.getUTCDate(), last) - 1) * day + (((wall % day) + day) % day);
}

/** The wall clocks whose earlier one is this: 28 February serves 28 and 29 February of a leap year, 29 February serves none of a common year. */
function laterWalls(wall: number, period: Period): number[] {
  const count = days[period];
  if (count !== undefined) return [wall + count * day];
  const date = new Date(wall);
  const candidates = [0, 1, 2, 3].map((more) => {
    const ahead = period === 'year' ? 12 : 1;
    const later = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, date.getUTCDate() + more);
    return later + (((wall % day) + day) % day);
  });
  return candidates.filter((candidate) => earlierWall(candidate, period) === wall);
}

/** The moment one period before `t`, with the same time of day at the site. */
export const earlier = (t: number, period: Period, timezone: string): number =>
  momentOf(timezone, earlierWall(wallOf(timezone, t), period));

export interface TimeRange {
  from: number;
  to: number;
}

/** The same range one period before. On 29 February a range of hours would shrink to nothing: it keeps its length then. */
export function earlierRange({ from, to }: TimeRange, period: Period, timezone: string): TimeRange {
  const end = earlier(to, period, timezone);
  const start = earlier(from, period, timezone);
  return { from: end - start < (to - from) / 2 ? end - (to - from) : start, to: end };
}

/** The moments of the present at which an earlier moment is drawn: the inverse of `earlier`. */
export function laterMoments(t: number, period: Period, timezone: string): number[] {
  return laterWalls(wallOf(timezone, t), period).flatMap((wall) => momentsOf(timezone, wall));
}

/** Points of an earlier range on the axis of the present one, in order. */
export function ontoPresent<Value>(
  points: readonly (readonly [t: number, value: Value])[],
  period: Period,
  timezone: string,
): [number, Value][] {
  return points
    .flatMap(([t, value]) => laterMoments(t, period, timezone).map((moment): [number, Value] => [moment, value]))
    .sort(([a], [b]) => a - b);
}
