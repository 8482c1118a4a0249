/**
 * Wall times of plans across the changes of the clock. A plan speaks of times as clocks show them; two rules make each of them one moment: a time
 * that is left out in spring is the next minute that there is, a time that comes twice in autumn is the first of the two.
 */
import { momentsOf, wallOf, zoneOffsetMs } from '../shared/zone.ts';

const minuteMs = 60_000;
/** No clock is set by more at once. */
const mostChangeMs = 3 * 3_600_000;

/** The last moment at or before `to`, after `from`, at which the offset changed; undefined when it did not. */
function changeIn(zone: string, from: number, to: number): number | undefined {
  const before = zoneOffsetMs(zone, from);
  if (zoneOffsetMs(zone, to) === before) return undefined;
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffsetMs(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * What the plan's clock shows at `t`, as if it were UTC: like the wall's, but never set back; while an hour comes a second time it stands
 * still at the end of the first one.
 */
export function planTime(zone: string, t: number): number {
  const wall = wallOf(zone, t);
  const change = changeIn(zone, t - mostChangeMs, t);
  if (change === undefined) return wall;
  return Math.max(wall, wallOf(zone, change - 1));
}

/** The moment of a wall time by the two rules. */
export function planMoment(zone: string, wall: number): number {
  const [first] = momentsOf(zone, wall);
  if (first !== undefined) return first;
  const early = wall - zoneOffsetMs(zone, wall + 12 * 60 * minuteMs);
  const change = changeIn(zone, early - mostChangeMs, early + mostChangeMs);
  return change ?? early;
}

/** `2026-01-05T08:00` as a wall time. */
export const wallTime = (text: string): number => Date.parse(`${text}:00Z`);
