/** Days as people choose them, on the calendar of the site. */
import { isoInZone, momentOf } from '../../../shared/zone.ts';

const dayMs = 86_400_000;

/** 2026-11-22, as it is at `t` in that time zone. */
export const dayOf = (t: number, timeZone: string): string => isoInZone(timeZone, t).slice(0, 10);

/** The first moment of a day `2026-11-22`; NaN for what is none. */
export function dayStart(day: string, timeZone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(wall) ? Number.NaN : momentOf(timeZone, wall);
}

/** The first moment of the day after; NaN for what is no day. A day may have 23 or 25 hours. */
export function dayEnd(day: string, timeZone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(wall) ? Number.NaN : momentOf(timeZone, wall + dayMs);
}
