/** The site's wall clock: day, hour and weekday of a moment, right over changes of summer time. */

export interface LocalClock {
  /** Whole days since 1970 on the wall calendar; counts up by one each midnight. */
  day(t: number): number;
  /** 0 to 1439. */
  minute(t: number): number;
  /** 0 to 23. */
  hour(t: number): number;
  /** `MM-DD`. */
  monthDay(t: number): string;
  /** 0 is Sunday. */
  weekday(t: number): number;
  /** When the wall clock next shows this minute of the day, strictly after `t`. */
  next(t: number, minuteOfDay: number): number;
}

const quarterMs = 900_000;
const dayMs = 86_400_000;
const clocks = new Map<string, LocalClock>();

/** One per zone; shared, since all rules ask for nearly the same moment. */
export function localClock(timezone: string): LocalClock {
  let clock = clocks.get(timezone);
  if (!clock) {
    clock = openClock(timezone);
    clocks.set(timezone, clock);
  }
  return clock;
}

function openClock(timezone: string): LocalClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // Offsets change on quarters of an hour only; two are kept since live and night windows alternate.
  let slot = Number.NaN;
  let offset = 0;
  const offsetAt = (t: number) => {
    const now = Math.floor(t / quarterMs);
    if (now === slot) return offset;
    const part = Object.fromEntries(format.formatToParts(t).map(({ type, value }) => [type, Number(value)]));
    const wall = Date.UTC(part.year as number, (part.month as number) - 1, part.day, part.hour, part.minute, part.second);
    slot = now;
    offset = wall - Math.floor(t / 1_000) * 1_000;
    return offset;
  };
  const local = (t: number) => t + offsetAt(t);
  const day = (t: number) => Math.floor(local(t) / dayMs);
  const minute = (t: number) => Math.floor((local(t) - day(t) * dayMs) / 60_000);
  return {
    day,
    minute,
    hour: (t) => Math.floor(minute(t) / 60),
    monthDay: (t) => new Date(local(t)).toISOString().slice(5, 10),
    weekday: (t) => (((day(t) + 4) % 7) + 7) % 7,
    next(t, minuteOfDay) {
      const today = day(t);
      for (let ahead = 0; ahead <= 2; ahead++) {
        const wall = (today + ahead) * dayMs + minuteOfDay * 60_000;
        // The offset at that moment decides; a second look settles the two days a year when it changes.
        let at = wall - offsetAt(t);
        at = wall - offsetAt(at);
        if (at > t) return at;
      }
      return t + dayMs;
    },
  };
}

/** "20:00" to minutes of the day. */
export const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
