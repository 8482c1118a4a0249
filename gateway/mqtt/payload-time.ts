/** The time that a payload carries. Pure. */
import type { JSONValue } from 'json-p3';
import { momentOf, momentsOf } from '../../shared/zone.ts';
import { numberOf } from './payload-number.ts';

export const timeUnits = ['ms', 's', 'us', 'ns', 'iso'] as const;
export type TimeUnit = (typeof timeUnits)[number];

const msOf: Readonly<Record<Exclude<TimeUnit, 'iso'>, number>> = { ms: 1, s: 1_000, us: 1e-3, ns: 1e-6 };

/**
 * UTC ms; undefined when it cannot be read. A text without an offset is read in `zone`; without one it has no meaning, for the clocks of the
 * gateway are not those of the device. In the hour that comes twice the moment nearest to the arrival is meant.
 */
export function payloadTime(value: JSONValue | undefined, unit: TimeUnit, zone: string | undefined, arrived: number): number | undefined {
  const ms = unit === 'iso' ? isoTime(value, zone, arrived) : Math.round((numberOf(value) ?? Number.NaN) * msOf[unit]);
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 && ms <= 8.64e15 ? ms : undefined;
}

const iso =
  /^\s*(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?\s*$/i;

function isoTime(value: JSONValue | undefined, zone: string | undefined, arrived: number): number | undefined {
  const match = typeof value === 'string' ? iso.exec(value) : null;
  if (!match) return undefined;
  const [, year, , month, day, hour, minute, second = '0', fraction = '0', offset] = match as unknown as string[];
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const read = new Date(wall);
  // 30 February and 25:00 are moments of another day to Date, and none to us.
  if (read.getUTCDate() !== Number(day) || read.getUTCMonth() !== Number(month) - 1 || read.getUTCHours() !== Number(hour))
    return undefined;
  if (Number(minute) > 59 || Number(second) > 59) return undefined;
  const ms = wall + Number(fraction.padEnd(3, '0').slice(0, 3));
  if (offset !== undefined) return ms - offsetMs(offset);
  if (zone === undefined) return undefined;
  const moments = momentsOf(zone, ms);
  return (
    moments.reduce<number | undefined>(
      (best, t) => (best === undefined || Math.abs(t - arrived) < Math.abs(best - arrived) ? t : best),
      undefined,
    ) ?? momentOf(zone, ms)
  );
}

function offsetMs(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const digits = text.slice(1).replace(':', '');
  return (text.startsWith('-') ? -60_000 : 60_000) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0));
}
