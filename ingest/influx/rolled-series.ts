/** Series of whole hours from InfluxDB's roll-ups; marked hours and cut edges from the points. Everything else is left to the plain reading. */
import { type Buckets, bucketsOf, hourMs } from '../buckets.ts';
import { bucketsOfHours, fitsHours, foldHours, type HourRow, pointSpans, wholeHours } from '../hours.ts';
import type { Aggregate, Measurement, SeriesPoint, SeriesQuery } from '../store.ts';
import { type InfluxQl, identifier, seriesMany, statements } from './influxql.ts';
import { deviceIs, hourColumns, isRolledUp } from './rollups.ts';

/** Below this the points are as quick, and one request less. */
const worthwhileMs = 3 * 86_400_000;
/** More separate stretches of dirty hours than this in one series: read the points throughout. */
const mostSpans = 100;

interface Plan {
  query: SeriesQuery;
  buckets: Buckets;
  dirty: Set<number>;
  /** First `whole` statements for whole buckets, then `hours` for hours, the others make hours from points. */
  texts: string[];
  whole: number;
  hours: number;
}

export async function rolledSeriesMany(
  database: InfluxQl,
  queries: readonly SeriesQuery[],
  rollups: {
    dirty(): Promise<Map<Measurement, Set<number>>>;
    floorHour(): Promise<number>;
    /** What stands behind FROM for the hours of a measurement. */
    rolled(measurement: Measurement): string;
  },
): Promise<SeriesPoint[][]> {
  const fitting = queries.map((query) => {
    const buckets = bucketsOf(query);
    return buckets && isRolledUp(query.measurement) && fitsHours(buckets) ? buckets : undefined;
  });
  if (fitting.every((buckets) => buckets === undefined)) return seriesMany(database, queries);
  const floorHour = await rollups.floorHour();
  const long = queries.map((query, i) => {
    const worthwhile = query.to - query.from >= worthwhileMs || query.from < floorHour * hourMs;
    return worthwhile ? fitting[i] : undefined;
  });
  if (long.every((buckets) => buckets === undefined)) return seriesMany(database, queries);
  const marked = await rollups.dirty();
  // Where the points are gone the roll-up is all there is, marked or not.
  const dirtyOf = (measurement: Measurement) => new Set([...(marked.get(measurement) ?? [])].filter((hour) => hour >= floorHour));
  const plans = queries.map((query, i) =>
    long[i] ? planOf(database, query, long[i], dirtyOf(query.measurement), floorHour, rollups.rolled(query.measurement)) : undefined,
  );
  const plain = queries.filter((_, i) => plans[i] === undefined);
  const [results, others] = await Promise.all([
    statements(
      database,
      plans.flatMap((plan) => plan?.texts ?? []),
    ),
    seriesMany(database, plain),
  ]);
  let next = 0;
  return plans.map((plan) => {
    if (!plan) return others.shift() ?? [];
    const rows = plan.texts.map(() => (results[next++]?.series?.[0]?.values ?? []) as (number | null)[][]);
    const values = new Float64Array(plan.buckets.count).fill(Number.NaN);
    const ends = [plan.whole, plan.whole + plan.hours];
    foldHours(plan.buckets, values, rows.slice(...ends).flatMap(rowsOf), rows.slice(ends[1]).flatMap(rowsOf), plan.dirty);
    for (const [t, value, weight] of rows.slice(0, plan.whole).flat()) {
      if (typeof value === 'number') values[((t as number) - plan.buckets.startMs) / plan.buckets.everyMs] = value / (weight ?? 1);
    }
    return Array.from(
      values,
      (value, i): SeriesPoint => [plan.buckets.startMs + i * plan.buckets.everyMs, Number.isNaN(value) ? null : value],
    );
  });
}

/** Rows [t, value, weight?] of InfluxDB as hours; a row without a value (another field's hour) is none. */
function rowsOf(rows: readonly (number | null)[][]): HourRow[] {
  return rows.flatMap(([t, value, weight]) =>
    typeof value === 'number' && weight !== null ? [[Math.floor((t as number) / hourMs), value, weight ?? 1]] : [],
  );
}

function planOf(
  database: InfluxQl,
  query: SeriesQuery,
  buckets: Buckets,
  dirty: Set<number>,
  floorHour: number,
  source: string,
): Plan | undefined {
  const { measurement, device, field, from, to } = query;
  const hours = wholeHours(from, to, floorHour);
  const spans = pointSpans(from, to, hours, dirty);
  if (hours.end <= hours.first || spans.length > mostSpans) return undefined;
  const { aggregate } = buckets;
  const [value, weight] = hourColumns(field, aggregate);
  const columns = [value, weight].filter((name) => name !== undefined).map(identifier);
  const calls = aggregate === 'mean' ? ['sum', 'count'] : [aggregate];
  const between = (start: number, end: number) =>
    `WHERE ${deviceIs(device)} AND time >= ${Math.ceil(start)}ms AND time < ${Math.ceil(end)}ms`;
  let clean = hours.end;
  for (const hour of dirty) if (hour >= hours.first && hour < clean) clean = hour;
  const { whole, rest } = bucketsOfHours(buckets, hours.first, hours.end, clean);
  const joined = columns.map((column) => `${joining[aggregate]}(${column})`).join(', ');
  const texts = {
    // The database joins hours to days: twenty-four times less JSON, which is what a year takes its time for.
    whole: (whole[0] < whole[1] ? [whole] : []).map(
      ([first, end]) =>
        `SELECT ${joined} FROM ${source} ${between(first * hourMs, end * hourMs)} GROUP BY time(${buckets.everyMs}ms, ${mod(buckets.startMs, buckets.everyMs)}ms) fill(none)`,
    ),
    hours: rest.map(([first, end]) => `SELECT ${columns.join(', ')} FROM ${source} ${between(first * hourMs, end * hourMs)}`),
    points: spans.map(
      ([start, end]) =>
        `SELECT ${calls.map((call) => `${call}(${identifier(field)})`).join(', ')} FROM ${database.source(measurement)} ${between(start, end)} GROUP BY time(1h) fill(none)`,
    ),
  };
  return {
    ...{ query, buckets, dirty },
    texts: [...texts.whole, ...texts.hours, ...texts.points],
    whole: texts.whole.length,
    hours: texts.hours.length,
  };
}

/** How values of hours become one of several hours; sum and count of a mean are both added. */
const joining: Record<Aggregate, string> = { mean: 'sum', sum: 'sum', count: 'sum', min: 'min', max: 'max', first: 'first', last: 'last' };
const mod = (a: number, n: number) => ((a % n) + n) % n;
