/** Wall clocks of the site; pure, and small enough for a browser. Asking the platform for an offset takes microseconds; charts ask for thousands, so days are remembered. */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const mostDays = 20_000;

interface Zone {
  format: Intl.DateTimeFormat;
  /** By UTC day: its offset, or NaN where clocks change within it. */
  days: Map<number, number>;
}
const zones = new Map<string, Zone>();

/** Time zone offset of the site at `t`, ms, so that day buckets begin at local midnight. */
export function zoneOffsetMs(timezone: string, t: number): number {
  const zone = zones.get(timezone) ?? {
    format: new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' }),
    days: new Map<number, number>(),
  };
  zones.set(timezone, zone);
  const at = Math.floor(t / day);
  let offset = zone.days.get(at);
  if (offset === undefined) {
    const begin = offsetOf(zone.format, at * day);
    offset = begin === offsetOf(zone.format, (at + 1) * day) ? begin : Number.NaN;
    if (zone.days.size >= mostDays) zone.days.clear();
    zone.days.set(at, offset);
  }
  return Number.isNaN(offset) ? offsetOf(zone.format, t) : offset;
}

/** The offset of the whole range; undefined where clocks change within it. */
export function steadyOffsetMs(timezone: string, from: number, to: number): number | undefined {
  const offset = zoneOffsetMs(timezone, from);
  for (let t = from; t < to; t += day) if (zoneOffsetMs(timezone, t) !== offset) return undefined;
  return zoneOffsetMs(timezone, to) === offset ? offset : undefined;
}

function offsetOf(format: Intl.DateTimeFormat, t: number): number {
  const match = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(format.formatToParts(t).find(({ type }) => type === 'timeZoneName')?.value ?? '');
  if (!match?.[1]) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * hour + Number(match[3]) * minute);
}

/** What the clocks show at `t`, as if it were UTC: its date and hour are read with `getUTC...`. */
export const wallOf = (timezone: string, t: number): number => t + zoneOffsetMs(timezone, t);

/** The moments at which the clocks show `wall`: one, two in the hour that comes twice in autumn, none in the hour that spring leaves out. */
export function momentsOf(timezone: string, wall: number): number[] {
  const offsets = new Set([zoneOffsetMs(timezone, wall - day), zoneOffsetMs(timezone, wall + day)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((t) => wallOf(timezone, t) === wall)
    .sort((a, b) => a - b);
}

/** The first moment at which the clocks show `wall`; in the hour that is left out, as far behind the change as the clock was set forward. */
export const momentOf = (timezone: string, wall: number): number =>
  momentsOf(timezone, wall)[0] ?? wall - zoneOffsetMs(timezone, wall - day);

/** The same date and time of the year before, on the clocks of the zone; 1 March for 29 February. */
export function yearBefore(timezone: string, t: number): number {
  const wall = new Date(wallOf(timezone, t));
  wall.setUTCFullYear(wall.getUTCFullYear() - 1);
  return momentOf(timezone, wall.getTime());
}

/** ISO 8601 in the clocks of the zone, with their offset: `2026-01-15T08:00:00+08:00`. */
export function isoInZone(timezone: string, t: number): string {
  const offset = zoneOffsetMs(timezone, t);
  const two = (value: number) => String(value).padStart(2, '0');
  const ahead = Math.abs(offset) / minute;
  return `${new Date(t + offset).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** The first moment of the local day of `t`; where midnight is left out, the first moment after it. */
export function startOfDay(timezone: string, t: number): number {
  return momentOf(timezone, Math.floor(wallOf(timezone, t) / day) * day);
}

/** Day, hour and weekday of moments for those who ask many times about nearly the same one. */
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
  /** When the wall clock next comes to this minute of the day, strictly after `t`; on a day that leaves it out, when it has passed it. */
  next(t: number, minuteOfDay: number): number;
}

const quarter = 15 * minute;
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
  // Offsets change on quarters of an hour only, and even looking up a remembered day costs more than the rule that asks.
  let slot = Number.NaN;
  let offset = 0;
  const local = (t: number) => {
    const now = Math.floor(t / quarter);
    if (now !== slot) {
      slot = now;
      offset = zoneOffsetMs(timezone, t);
    }
    return t + offset;
  };
  const dayAt = (t: number) => Math.floor(local(t) / day);
  const minuteAt = (t: number) => Math.floor((local(t) - dayAt(t) * day) / minute);
  return {
    day: dayAt,
    minute: minuteAt,
    hour: (t) => Math.floor(minuteAt(t) / 60),
    monthDay: (t) => new Date(local(t)).toISOString().slice(5, 10),
    weekday: (t) => (((dayAt(t) + 4) % 7) + 7) % 7,
    next(t, minuteOfDay) {
      const today = dayAt(t);
      for (let ahead = 0; ahead <= 2; ahead++) {
        const at = momentOf(timezone, (today + ahead) * day + minuteOfDay * minute);
        if (at > t) return at;
      }
      return t + day;
    },
  };
}

/** "20:00" to minutes of the day. */
export const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
