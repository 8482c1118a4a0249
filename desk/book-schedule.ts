/** When records of a book are due, on the site's clock; right over changes of summer time. Pure. */
import type { Schedule } from '../shared/book.ts';
import { momentOf, wallOf } from '../shared/zone.ts';

const dayMs = 86_400_000;
const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** All due times from `from` (included) to before `to`, ascending. */
export function dueTimes(schedule: Schedule, timezone: string, from: number, to: number): number[] {
  if (schedule === 'when-it-happens') return [];
  const found = new Set<number>();
  const firstDay = Math.floor(wallOf(timezone, from) / dayMs) - 1;
  const lastDay = Math.floor(wallOf(timezone, to) / dayMs) + 1;
  for (let day = firstDay; day <= lastDay; day++) {
    for (const minute of minutesOf(schedule, day)) {
      // An hour that spring leaves out is due when the clocks have moved on; one that comes twice is due the first time.
      const t = momentOf(timezone, day * dayMs + minute * 60_000);
      if (t >= from && t < to) found.add(t);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Minutes of the day at which something is due on this day of the wall calendar. */
function minutesOf(schedule: Exclude<Schedule, 'when-it-happens'>, day: number): number[] {
  if ('every' in schedule) {
    const step = schedule.every / 60_000;
    return Array.from({ length: Math.ceil(1_440 / step) }, (_, i) => i * step);
  }
  if ('monthly' in schedule) {
    const date = new Date(day * dayMs);
    const due = date.getUTCDate() === schedule.monthly && (schedule.months?.includes(date.getUTCMonth() + 1) ?? true);
    return due ? [minuteOf(schedule.at)] : [];
  }
  // 1 January 1970 was a Thursday: 4.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  return schedule.days?.includes(weekday) === false ? [] : schedule.at.map(minuteOf);
}

/** The due time before this one; `fallbackMs` before it where there is none within a year. */
export function dueBefore(schedule: Schedule, timezone: string, due: number, fallbackMs = dayMs): number {
  for (const reach of [2, 40, 400]) {
    const before = dueTimes(schedule, timezone, due - reach * dayMs, due).at(-1);
    if (before !== undefined) return before;
  }
  return due - fallbackMs;
}
