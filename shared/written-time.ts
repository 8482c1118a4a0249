/** Times as people and programs write them into files: read strictly, so that no date is ever taken for another one. */
import { momentOf } from './zone.ts';

const form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * ISO 8601 (`2026-01-15T08:00:00+08:00`, a blank instead of T, seconds may be missing) or whole milliseconds since 1970. Without an offset it is the clock
 * of `timezone`. UTC ms, or why it cannot be taken.
 */
export function writtenTime(text: string, timezone: string): number | { wrong: string } {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (text.length === 8) return { wrong: `"${text}" is neither a time nor ms; write 2026-01-15T08:00:00` };
    if (number < 1e11) return { wrong: `"${text}" looks like seconds; times are ISO 8601 or milliseconds` };
    return number <= 8.64e15 ? number : { wrong: `"${text}" is beyond what a calendar holds` };
  }
  const match = form.exec(text);
  if (!match) return { wrong: `"${text}" is no time; write ISO 8601 (2026-01-15T08:00:00, with an offset or in ${timezone}) or ms` };
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), ms);
  const back = new Date(wall);
  const same =
    back.getUTCMonth() === Number(month) - 1 &&
    back.getUTCDate() === Number(day) &&
    back.getUTCHours() === Number(hour) &&
    back.getUTCMinutes() === Number(minute) &&
    back.getUTCSeconds() === Number(second);
  if (!same) return { wrong: `"${text}": there is no such day or hour` };
  if (offset === undefined) return momentOf(timezone, wall);
  if (offset === 'Z') return wall;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const ahead = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return offset.startsWith('-') ? wall + ahead : wall - ahead;
}

/** A plain decimal number; NaN for anything else that JavaScript would take (`0x0C`, `Infinity`, `1e309`, a blank). */
export function writtenNumber(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text)) return Number.NaN;
  const number = Number(text);
  return Number.isFinite(number) ? number : Number.NaN;
}
