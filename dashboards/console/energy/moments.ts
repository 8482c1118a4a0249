/** Moments as a field of date and time shows them, by the clocks of the site. */
import { momentOf, wallOf } from '../../../shared/zone.ts';

export const wallText = (zone: string, t: number): string => new Date(wallOf(zone, t)).toISOString().slice(0, 16);

export function momentAt(zone: string, text: string): number | undefined {
  const wall = Date.parse(`${text.slice(0, 16)}:00Z`);
  return Number.isNaN(wall) ? undefined : momentOf(zone, wall);
}

export const monthText = (zone: string, t: number, back = 0): string => {
  const wall = new Date(wallOf(zone, t));
  return new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
};
