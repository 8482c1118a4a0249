/** Meter and temperature files, cut into the days, bills or hours of a baseline and of a reporting period. */
import { Fault } from '../../shared/errors.ts';
import { zoneOffsetMs } from '../../shared/zone.ts';
import { Mistakes, numberOf, readTable, timeOf } from '../readings-file.ts';
import { CarriedSum } from './sums.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

export interface Points {
  t: number[];
  v: number[];
  /** Of the clocks that wrote them, ms. */
  offset: number[];
  /** The name of the value column, for hints such as tempF. */
  column: string;
}

const columns = { time: ['t', 'start', 'dt', 'date', 'datetime', 'timestamp', '时间'] };

/** `time,value` in any order of rows; an empty value is a missing one. @throws Fault payload/invalid */
export function readPoints(file: string, timezone: string): Points {
  const { header, rows } = readTable(file, columns, ['time']);
  const time = header.indexOf('time');
  const value = header.includes('value') ? header.indexOf('value') : header.findIndex((_, i) => i !== time);
  if (value < 0) throw new Fault('payload/invalid', `${file}: has one column; it needs time and value`);
  const mistakes = new Mistakes(file);
  const found: [t: number, v: number, offset: number][] = [];
  for (const { line, cells } of rows) {
    const stamp = cells[time]?.trim() ?? '';
    const text = cells[value]?.trim() ?? '';
    const t = timeOf(stamp, timezone);
    const bad = text === '' || /^(nan|null|none)$/i.test(text);
    const v = bad ? Number.NaN : numberOf(text);
    if (Number.isNaN(t)) mistakes.add(line, `"${stamp}" is no time (2026-01-15T08:00:00+08:00)`);
    else if (!bad && Number.isNaN(v)) mistakes.add(line, `"${text}" is no number`);
    else found.push([t, v, offsetOf(stamp) ?? zoneOffsetMs(timezone, t)]);
  }
  mistakes.end();
  found.sort((a, b) => a[0] - b[0]);
  const single = found.filter(([t], i) => t !== found[i + 1]?.[0]);
  return {
    t: single.map(([t]) => t),
    v: single.map(([, v]) => v),
    offset: single.map(([, , offset]) => offset),
    column: header[value] ?? '',
  };
}

function offsetOf(stamp: string): number | undefined {
  const match = /([+-])(\d{2}):?(\d{2})$/.exec(stamp.trim().slice(10));
  if (!match) return undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
}

export type Unit = 'c' | 'f';

/** Said in the name of the column, else by the figures: nowhere is a twentieth of the year above 55 °C. */
export function unitOf({ v, column }: Points): Unit {
  if (/(^|[_ (])(temp)?_?f(ahrenheit)?\)?$/i.test(column) || /tempf$/i.test(column)) return 'f';
  if (/(^|[_ (])(temp)?_?c(elsius)?\)?$/i.test(column) || /tempc$/i.test(column)) return 'c';
  const sorted = v.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * 0.95)] ?? 0) > 55 ? 'f' : 'c';
}

export interface Range {
  from: number;
  /** Exclusive. */
  to: number;
}

/** `A..B`; days are whole and B belongs to it, moments end before B. @throws Fault usage/command */
export function rangeOf(text: string | undefined, what: string, timezone: string, offsetMs?: number): Range {
  const [a = '', b = ''] = (text ?? '').split('..');
  const at = (one: string) => {
    const t = timeOf(one, offsetMs === undefined ? timezone : 'UTC');
    return /^\d{4}-\d{2}-\d{2}$/.test(one) && offsetMs !== undefined ? t - offsetMs : t;
  };
  const from = at(a);
  const to = at(b) + (/^\d{4}-\d{2}-\d{2}$/.test(b) ? dayMs : 0);
  if (!(to > from)) throw new Fault('usage/command', `${what}: found "${text ?? ''}"; allowed: A..B, such as 2025-01-01..2025-12-31`);
  return { from, to };
}

export interface Slice {
  from: number;
  to: number;
  /** Wall clock at its beginning, as if UTC. */
  wall: number;
  /** Energy of the slice; NaN when missing. */
  y: number;
  /** Mean temperature; NaN when more than half of it is missing. */
  temperature: number;
}

/** Days of meter and weather. Meters that say less than daily are spread over their days (bills). */
export function daily(meter: Points, weather: Points, range: Range): Slice[] {
  const step = medianStep(meter.t);
  const spans = step < 20 * hourMs ? sumByDay(meter, range) : step > 2 * dayMs ? spread(meter, weather, range) : asTheyAre(meter, range);
  return withWeather(spans, weather, 0.5);
}

/** Bills as they are: one slice a period. */
export function periods(meter: Points, weather: Points, range: Range): Slice[] {
  return withWeather(asTheyAre(meter, range), weather, 0.5);
}

export function hourly(meter: Points, weather: Points, range: Range): Slice[] {
  return withWeather(asTheyAre(meter, range), weather, 0);
}

export function medianStep(t: readonly number[]): number {
  const steps = t.slice(1).map((value, i) => value - (t[i] as number));
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? dayMs;
}

type Span = Omit<Slice, 'temperature'>;

function asTheyAre({ t, v, offset }: Points, { from, to }: Range): Span[] {
  const step = medianStep(t);
  const out: Span[] = [];
  for (let i = 0; i < t.length; i++) {
    const begin = t[i] as number;
    const end = t[i + 1] ?? begin + step;
    if (begin < from || begin >= to || (end > to + hourMs && step > 2 * dayMs)) continue;
    out.push({ from: begin, to: end, wall: begin + (offset[i] as number), y: v[i] as number });
  }
  return out;
}

/**
 * Bills over the days of the clock that wrote them, minute by minute: a day on which it changes has 23 or 25 hours' share, one on which a bill ends in
 * the night has of both. When the clock changes within a bill is told by the weather's, where that agrees with the bills'.
 */
function spread(meter: Points, weather: Points, range: Range): Span[] {
  const bills = asTheyAre(meter, range);
  const anchor = bills[0] ? ((bills[0].wall % dayMs) + dayMs) % dayMs : 0;
  const days = new Map<number, Span & { total: CarriedSum }>();
  let k = 0;
  const offsetAt = (at: number): number | undefined => {
    while (k > 0 && (weather.t[k] ?? Number.POSITIVE_INFINITY) > at) k--;
    while (k + 1 < weather.t.length && (weather.t[k + 1] as number) <= at) k++;
    return weather.offset[k];
  };
  for (const bill of bills) {
    const { from, to, wall: begin, y } = bill;
    const own = begin - from;
    const agrees = offsetAt(from) === own;
    const offset = (at: number) => (agrees ? (offsetAt(at) ?? own) : own);
    const length = bill === bills.at(-1) ? lastLength(bill, offset(to)) : to - from;
    const share = y * (minuteMs / length);
    for (let at = from; at < to; ) {
      const wall = Math.floor((at + offset(at) - anchor) / dayMs) * dayMs + anchor;
      // An hour that the clock leaves out has no midnight in it.
      const end = Math.max(at + minuteMs, wall + dayMs - offset(wall + dayMs - offset(at)));
      const day = days.get(wall) ?? { from: at, to: end, wall, y: 0, total: new CarriedSum() };
      days.set(wall, day);
      const until = Math.min(end, to);
      for (let minute = at; minute < until; minute += minuteMs) day.total.add(share * Math.min(1, (until - minute) / minuteMs));
      at = until;
    }
  }
  return [...days.values()].map(({ total, ...day }) => ({ ...day, y: total.sum }));
}

/** OpenDSM lets the last bill end at the hour at which it began; over a change of the clock that is an hour later, or 23. What falls behind the end is left out. */
function lastLength({ from, to, wall }: Span, offset: number): number {
  const hour = wall % dayMs;
  const end = Math.floor((to - hourMs + offset - hour) / dayMs) * dayMs + hour + dayMs - offset;
  return end - from;
}

function sumByDay({ t, v, offset }: Points, { from, to }: Range): Span[] {
  const step = medianStep(t);
  const days = new Map<number, Span & { seen: number }>();
  for (let i = 0; i < t.length; i++) {
    const at = t[i] as number;
    if (at < from || at >= to) continue;
    const wall = Math.floor((at + (offset[i] as number)) / dayMs) * dayMs;
    const begin = wall - (offset[i] as number);
    const one = days.get(wall) ?? { from: begin, to: begin + dayMs, wall, y: 0, seen: 0 };
    days.set(wall, one);
    const value = v[i] as number;
    if (Number.isNaN(value)) continue;
    one.y += value;
    one.seen += step;
  }
  // A day with holes is scaled up while most of it is there; else it is missing.
  return [...days.values()].map(({ seen, ...one }) => ({
    ...one,
    y: seen > dayMs / 2 ? (one.y * Math.max(dayMs, seen)) / seen : Number.NaN,
  }));
}

function withWeather(spans: readonly Span[], { t, v }: Points, missing: number): Slice[] {
  const step = medianStep(t);
  let i = 0;
  return spans.map((span) => {
    while (i > 0 && (t[i - 1] as number) >= span.from) i--;
    while (i < t.length && (t[i] as number) < span.from) i++;
    const total = new CarriedSum();
    let count = 0;
    for (let k = i; k < t.length && (t[k] as number) < span.to; k++) {
      const value = v[k] as number;
      if (Number.isNaN(value)) continue;
      total.add(value);
      count++;
    }
    const expected = Math.max(1, (span.to - span.from) / step);
    return { ...span, temperature: count > expected * missing ? total.sum / count : Number.NaN };
  });
}
