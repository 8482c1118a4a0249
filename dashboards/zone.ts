/** Local time of the site. Asking the platform for an offset takes microseconds; charts ask for thousands, so days are remembered. */
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
