import { zoneOffsetMs } from '../shared/zone.ts';

/** What the hospital's clock and calendar say: local hour, weekday, season. */
export interface Calendar {
  /** UTC milliseconds. */
  t: number;
  /** Local hour with fraction, 0 to 24. */
  hour: number;
  weekend: boolean;
  /** Days since 1 January, with fraction. */
  dayOfYear: number;
  /** Whole local days since 1970: changes at local midnight. */
  day: number;
  /** 15 November to 15 March, as northern towns have it. */
  heatingSeason: boolean;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** The calendar of a zone; asks for the offset once an hour only. */
export function calendarOf(timezone: string): (t: number) => Calendar {
  let knownHour = Number.NaN;
  let offset = 0;
  let yearStart = 0;
  let season = false;
  return (t) => {
    const hourOf = Math.floor(t / hourMs);
    if (hourOf !== knownHour) {
      knownHour = hourOf;
      offset = zoneOffsetMs(timezone, t);
      const date = new Date(t + offset);
      yearStart = Date.UTC(date.getUTCFullYear(), 0, 1);
      const monthDay = (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
      season = monthDay >= 1115 || monthDay <= 315;
    }
    const local = t + offset;
    const day = Math.floor(local / dayMs);
    const weekday = (day + 4) % 7;
    return {
      t,
      hour: (local - day * dayMs) / hourMs,
      weekend: weekday === 0 || weekday === 6,
      dayOfYear: (local - yearStart) / dayMs,
      day,
      heatingSeason: season,
    };
  };
}

/** A daily curve of 24 hourly values, straight lines between the hours. */
export function dailyCurve(hours: readonly number[]): (hour: number) => number {
  return (hour) => {
    const from = Math.floor(hour) % 24;
    const a = hours[from] ?? 0;
    const b = hours[(from + 1) % 24] ?? 0;
    return a + (b - a) * (hour - Math.floor(hour));
  };
}
