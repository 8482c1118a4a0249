/** A roster on a calendar: which part of which shift is drawn on which day, in which lane. Pure. */
import type { OnCall, OnCallReason } from '../../../shared/roster.ts';
import { isoInZone, momentOf } from '../../../shared/zone.ts';
import { dayEnd, dayStart } from '../data/days.ts';

const dayMs = 86_400_000;

/** One person on one day, as far as that day goes. */
export interface Piece {
  person: string | null;
  by: OnCallReason;
  /** The whole interval. */
  from: number;
  to: number;
  day: string;
  /** The part on this day. */
  begin: number;
  end: number;
  /** Begin and length as shares of the day. */
  left: number;
  width: number;
  lane: number;
}
export interface CalendarDay {
  day: string;
  begin: number;
  end: number;
  pieces: Piece[];
  lanes: number;
}

export const plusDays = (day: string, n: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10);
/** 1 Monday ... 7 Sunday. */
export const weekdayOf = (day: string): number => ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
export const mondayOf = (day: string): string => plusDays(day, 1 - weekdayOf(day));

export type CalendarView = 'week' | 'month';
/** The days that a view shows around a day: its week from Monday on, or the whole weeks of its month. */
export function daysOf(view: CalendarView, day: string): string[] {
  if (view === 'week') return Array.from({ length: 7 }, (_, n) => plusDays(mondayOf(day), n));
  const first = mondayOf(`${day.slice(0, 7)}-01`);
  const days: string[] = [];
  for (let at = first; at <= day || at.slice(0, 7) <= day.slice(0, 7) || weekdayOf(at) !== 1; at = plusDays(at, 1)) days.push(at);
  return days;
}
/** The same view before (-1) or after (1). */
export function moved(view: CalendarView, day: string, step: -1 | 1): string {
  if (view === 'week') return plusDays(mondayOf(day), 7 * step);
  const [year, month] = day.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 + step, 1)).toISOString().slice(0, 10);
}

export function calendarOf(days: readonly string[], intervals: readonly OnCall[], timeZone: string): CalendarDay[] {
  return days.map((day) => {
    const [begin, end] = [dayStart(day, timeZone), dayEnd(day, timeZone)];
    const lanes: number[] = [];
    const pieces = intervals
      .filter((one) => one.from < end && one.to > begin)
      .sort((a, b) => a.from - b.from || String(a.person).localeCompare(String(b.person)))
      .map((one): Piece => {
        const [first, last] = [Math.max(one.from, begin), Math.min(one.to, end)];
        const free = lanes.findIndex((until) => until <= first);
        const lane = free < 0 ? lanes.length : free;
        lanes[lane] = last;
        return {
          ...one,
          day,
          begin: first,
          end: last,
          left: (first - begin) / (end - begin),
          width: (last - first) / (end - begin),
          lane,
        };
      });
    return { day, begin, end, pieces, lanes: Math.max(1, lanes.length) };
  });
}

/** Spans without anybody, those that touch as one, from `now` on. */
export function gapsOf(intervals: readonly OnCall[], now: number): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (const { person, from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    if (person !== null || to <= now) continue;
    const last = gaps.at(-1);
    if (last && last.to >= from) last.to = Math.max(last.to, to);
    else gaps.push({ from: Math.max(from, now), to });
  }
  return gaps;
}

/** A person who is booked in two places at the same moment. */
export interface Double {
  person: string;
  /** The two rosters; the same one twice where two of its shifts lie over each other. */
  rosters: [string, string];
  from: number;
  to: number;
}
/** From `now` on, the earliest first; spans that touch as one. */
export function doublesOf(rosters: readonly { id: string; intervals: readonly OnCall[] }[], now: number): Double[] {
  const shifts = rosters.flatMap(({ id, intervals }) =>
    intervals.flatMap(({ person, from, to }) => (person === null || to <= now ? [] : [{ id, person, from: Math.max(from, now), to }])),
  );
  const spans = [...Map.groupBy(shifts, ({ person }) => person)].flatMap(([person, mine]) => {
    const sorted = mine.sort((a, b) => a.from - b.from);
    return sorted.flatMap((one, index) =>
      sorted
        .slice(index + 1)
        .filter(({ from }) => from < one.to)
        .map(
          (other): Double => ({
            person,
            rosters: [one.id, other.id].sort() as [string, string],
            from: other.from,
            to: Math.min(one.to, other.to),
          }),
        ),
    );
  });
  const found: Double[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const before = found.findLast(
      ({ person, rosters: [a, b], to }) => person === span.person && a === span.rosters[0] && b === span.rosters[1] && to >= span.from,
    );
    if (before) before.to = Math.max(before.to, span.to);
    else found.push({ ...span });
  }
  return found;
}

/** As a field of the type datetime-local holds it, and back; NaN for what is no time. */
export const localOf = (t: number, timeZone: string): string => isoInZone(timeZone, t).slice(0, 16);
export const momentOfLocal = (text: string, timeZone: string): number => {
  const wall = Date.parse(`${text.slice(0, 16)}:00Z`);
  return Number.isNaN(wall) ? Number.NaN : momentOf(timeZone, wall);
};

/** A shift longer than this is moved by the day: that is what people mean who pick a day of it. */
const wholeShiftMs = 8 * dayMs;
/** What is meant by picking a piece: the whole shift from `now` on, or the day of a shift that goes on for weeks. */
export function meant({ from, to, begin, end }: Piece, now: number): { from: number; to: number } {
  const whole = to - from <= wholeShiftMs ? { from, to } : { from: begin, to: end };
  return { from: Math.max(whole.from, now), to: whole.to };
}

export interface PlannedShift {
  from: number;
  to: number;
  people: string[];
}
/** The shifts of a week that begin at these times of day; each ends where the next begins. */
export function shiftsOfWeek(monday: string, times: readonly string[], timeZone: string): { from: number; to: number }[] {
  const begins = Array.from({ length: 8 }, (_, n) => plusDays(monday, n)).flatMap((day) =>
    times.map((time) => momentOfLocal(`${day}T${time}`, timeZone)),
  );
  return begins.slice(0, 7 * times.length).map((from, index) => ({ from, to: begins[index + 1] as number }));
}
/** `8:00 20:00` as times of day in their order; undefined for what is none. */
export function timesTyped(text: string): string[] | undefined {
  const found = text.split(/[\s,，、;]+/).filter(Boolean);
  const times = found
    .map((one) => /^([01]?\d|2[0-3])[:：]([0-5]\d)$/.exec(one))
    .map((one) => one && `${one[1]?.padStart(2, '0')}:${one[2]}`);
  return times.length > 0 && times.length <= 6 && times.every((one) => one !== null) ? [...new Set(times as string[])].sort() : undefined;
}
