/**
 * Against last year, like with like: a day counts only where the same day of the year before was measured too. Raw, and for the weather of last year; what has
 * no signal of the weather is not corrected by it.
 */
import type { ConsumptionRow } from '../consumption-of.ts';
import { leastSquares, product } from '../savings/linear.ts';
import { calendarOf, type DayCalendar, type DayTable, isMeasured } from './days.ts';

export interface Compared {
  /** Sum of the measured days of the range; null: none. */
  value: number | null;
  estimated: number;
  manual: number;
  unknown: number;
  /** Days of the range that are over, of these measured, of these with the same day of last year measured. */
  days: number;
  measuredDays: number;
  matchedDays: number;
  /** Over the matched days only. */
  matched: number | null;
  before: number | null;
  changePct: number | null;
  /** What the matched days would have used in the weather of last year; null: no signal of the weather, or not enough days. */
  normalised: number | null;
  normalisedPct: number | null;
  /** Of the model on last year's weather; null: none. */
  weather: { r2: number; meanC: number; beforeC: number } | null;
}

export const degreeBases = { heating: 16, cooling: 22 } as const;
/** A model that explains less is none. */
const leastR2 = 0.35;
const leastDays = 120;
/** The model is of the year that ends with the range. */
const yearDays = 366;

export interface WeatherModel {
  r2: number;
  predict(meanC: number, weekend: boolean): number;
}

export const regressors = (meanC: number, weekend: boolean): number[] => [
  1,
  Math.max(0, degreeBases.heating - meanC),
  Math.max(0, meanC - degreeBases.cooling),
  weekend ? 1 : 0,
];

/**
 * A day by its degrees below 16 °C and above 22 °C and whether it is a weekend. Undefined where that explains too little.
 * @param rows of the table, begin to end (index)
 */
export function weatherModel(
  rows: readonly ConsumptionRow[],
  { outdoorC }: Pick<DayTable, 'outdoorC'>,
  { weekend }: DayCalendar,
  begin: number,
  end: number,
): WeatherModel | undefined {
  const x: number[][] = [];
  const y: number[] = [];
  for (let i = Math.max(0, begin); i < end; i++) {
    const row = rows[i];
    if (!isMeasured(row) || !Number.isFinite(outdoorC[i])) continue;
    x.push(regressors(outdoorC[i] as number, weekend[i] as boolean));
    y.push(row.value);
  }
  if (y.length < leastDays) return undefined;
  const b = leastSquares(x, y, 4);
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  let [rest, all] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    rest += ((y[i] as number) - product(x[i] as number[], b)) ** 2;
    all += ((y[i] as number) - mean) ** 2;
  }
  const r2 = all === 0 ? 0 : 1 - rest / all;
  if (r2 < leastR2) return undefined;
  return { r2, predict: (meanC, of) => product(regressors(meanC, of), b) };
}

export const pct = (now: number | null, before: number | null) =>
  now === null || before === null || before === 0 ? null : (100 * (now - before)) / before;

export interface Pair {
  now: ConsumptionRow & { value: number };
  before: ConsumptionRow & { value: number };
  /** Index of the day in the table. */
  at: number;
  nowC: number;
  beforeC: number;
}

/** The days of from..to whose day of last year is measured too. */
export function pairsOf(rows: readonly ConsumptionRow[], table: DayTable, timezone: string, from: number, to: number): Pair[] {
  const { before: places } = calendarOf(table, timezone);
  const pairs: Pair[] = [];
  for (let i = 0; i < rows.length; i++) {
    const now = rows[i] as ConsumptionRow;
    if (now.from < from || now.from >= to || !isMeasured(now)) continue;
    const k = places[i] as number;
    const before = k < 0 ? undefined : rows[k];
    if (isMeasured(before)) pairs.push({ now, before, at: i, nowC: table.outdoorC[i] as number, beforeC: table.outdoorC[k] as number });
  }
  return pairs;
}

/** Sums of several meters that stand beside each other, such as all main meters of a medium. */
export function compare(table: DayTable, devices: readonly string[], timezone: string, from: number, to: number): Compared {
  const out: Compared = { value: null, estimated: 0, manual: 0, unknown: 0, days: 0, measuredDays: 0, matchedDays: 0, matched: null, before: null, changePct: null, normalised: null, normalisedPct: null, weather: null }; // biome-ignore format: empty
  const summed = sumRows(table, devices);
  for (const row of summed) {
    if (row.from < from || row.from >= to) continue;
    out.days++;
    if (!isMeasured(row)) continue;
    out.measuredDays++;
    out.value = (out.value ?? 0) + row.value;
    out.estimated += row.estimated;
    out.manual += row.manual;
    out.unknown += row.unknown;
  }
  const pairs = pairsOf(summed, table, timezone, from, to);
  out.matchedDays = pairs.length;
  if (pairs.length === 0) return out;
  out.matched = pairs.reduce((sum, { now }) => sum + now.value, 0);
  out.before = pairs.reduce((sum, { before }) => sum + before.value, 0);
  out.changePct = pct(out.matched, out.before);
  const warm = pairs.filter(({ nowC, beforeC }) => Number.isFinite(nowC) && Number.isFinite(beforeC));
  const calendar = calendarOf(table, timezone);
  const last = (pairs.at(-1) as Pair).at + 1;
  const model = weatherModel(summed, table, calendar, last - yearDays, last);
  if (!model || warm.length < pairs.length) return out;
  const effect = warm.reduce((sum, { at, nowC, beforeC }) => {
    const weekend = calendar.weekend[at] as boolean;
    return sum + model.predict(nowC, weekend) - model.predict(beforeC, weekend);
  }, 0);
  out.normalised = out.matched - effect;
  out.normalisedPct = pct(out.normalised, out.before);
  const mean = (of: (pair: Pair) => number) => warm.reduce((sum, pair) => sum + of(pair), 0) / warm.length;
  out.weather = { r2: model.r2, meanC: mean(({ nowC }) => nowC), beforeC: mean(({ beforeC }) => beforeC) };
  return out;
}

/** Day by day; a day on which one of them is not measured is not measured. */
export function sumRows(table: DayTable, devices: readonly string[]): ConsumptionRow[] {
  const all = devices.map((device) => table.meters.get(device) ?? []);
  return table.edges.slice(0, -1).map((from, i): ConsumptionRow => {
    const rows = all.map((rows) => rows[i]);
    const sum = (of: (row: ConsumptionRow) => number) => rows.reduce((total, row) => total + (row ? of(row) : 0), 0);
    const known = rows.length > 0 && rows.every((row) => row !== undefined && row.value !== null);
    return {
      from,
      to: table.edges[i + 1] as number,
      value: known ? sum((row) => row.value ?? 0) : null,
      measured: sum((row) => row.measured),
      estimated: sum((row) => row.estimated),
      manual: sum((row) => row.manual),
      unknown: sum((row) => row.unknown),
      coverage: rows.length === 0 ? 0 : Math.min(...rows.map((row) => row?.coverage ?? 0)),
    };
  });
}
