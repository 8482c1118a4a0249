/**
 * The habits of a meter: what it used in each quarter of an hour of the last four weeks, working days and weekends apart. Looks back only, so that
 * a gap is filled the same whether it is filled the minute it ends or a year later.
 */
import { zoneOffsetMs } from '../../shared/zone.ts';
import { intervalMs } from './types.ts';

const slots = 96;
const dayMs = 86_400_000;
export const memoryDays = 28;
/** A slot that was always at zero still gets a little: nobody knows what happened in the gap. */
const floorShare = 0.02;

export class Profile {
  private readonly timezone: string;
  private readonly values = new Float64Array(memoryDays * slots).fill(Number.NaN);
  private readonly days = new Float64Array(memoryDays).fill(Number.NaN);

  constructor(timezone: string) {
    this.timezone = timezone;
  }

  private wall(index: number): { day: number; slot: number } {
    const t = index * intervalMs;
    const wall = t + zoneOffsetMs(this.timezone, t);
    const day = Math.floor(wall / dayMs);
    return { day, slot: Math.floor((wall - day * dayMs) / intervalMs) };
  }

  learn(index: number, value: number): void {
    const { day, slot } = this.wall(index);
    const ring = ((day % memoryDays) + memoryDays) % memoryDays;
    if (this.days[ring] !== day) {
      this.days[ring] = day;
      this.values.fill(Number.NaN, ring * slots, (ring + 1) * slots);
    }
    this.values[ring * slots + slot] = value;
  }

  /** Weights of the intervals from `first` to `last`; undefined when less than a day is known. */
  weights(first: number, last: number): Float64Array | undefined {
    const { day: today } = this.wall(first);
    const sums = new Float64Array(3 * slots);
    const counts = new Float64Array(3 * slots);
    let known = 0;
    let total = 0;
    for (let ring = 0; ring < memoryDays; ring++) {
      const day = this.days[ring] as number;
      if (!(day <= today && day > today - memoryDays)) continue;
      const type = weekend(day) ? 1 : 0;
      for (let slot = 0; slot < slots; slot++) {
        const value = this.values[ring * slots + slot] as number;
        if (Number.isNaN(value)) continue;
        known++;
        total += value;
        for (const at of [type * slots + slot, 2 * slots + slot]) {
          sums[at] = (sums[at] as number) + value;
          counts[at] = (counts[at] as number) + 1;
        }
      }
    }
    if (known < slots || !(total > 0)) return undefined;
    const mean = total / known;
    const average = (at: number) => ((counts[at] as number) > 0 ? (sums[at] as number) / (counts[at] as number) : Number.NaN);
    const weights = new Float64Array(last - first + 1);
    for (let index = first; index <= last; index++) {
      const { day, slot } = this.wall(index);
      let value = average((weekend(day) ? slots : 0) + slot);
      if (Number.isNaN(value)) value = average(2 * slots + slot);
      weights[index - first] = Math.max(Number.isNaN(value) ? mean : value, mean * floorShare);
    }
    return weights;
  }
}

/** 1970-01-01 was a Thursday. */
const weekend = (day: number): boolean => {
  const weekday = (((day + 3) % 7) + 7) % 7;
  return weekday >= 5;
};
