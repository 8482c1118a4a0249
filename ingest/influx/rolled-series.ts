/** Series of whole hours from InfluxDB's roll-ups; marked hours and cut edges from the points. Everything else is left to the plain reading. */
import { type Buckets, bucketsOf, hourMs } from '../buckets.ts';
import { fitsHours, foldHours, type HourRow, pointSpans, wholeHours } from '../hours.ts';
import type { Measurement, SeriesPoint, SeriesQuery } from '../store.ts';
import { type InfluxQl, identifier, seriesMany, statements } from './influxql.ts';
import { deviceIs, hourColumns, isRolledUp, rolledUp } from './rollups.ts';

/** Below this the points are as quick, and one request less. */
const worthwhileMs = 3 * 86_400_000;
/** More separate stretches of dirty hours than this in one series: read the points throughout. */
const mostSpans = 100;

interface Plan {
  query: SeriesQuery;
  buckets: Buckets;
  dirty: Set<number>;
  texts: string[];
}

export async function rolledSeriesMany(
  database: InfluxQl,
  queries: readonly SeriesQuery[],
  rollups: { dirty(): Promise<Map<Measurement, Set<number>>>; floorHour(): Promise<number> },
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
  const plans = queries.map((query, i) => (long[i] ? planOf(database, query, long[i], dirtyOf(query.measurement), floorHour) : undefined));
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
    const [hours, ...spans] = plan.texts.map(() => (results[next++]?.series?.[0]?.values ?? []) as (number | null)[][]);
    const values = new Float64Array(plan.buckets.count).fill(Number.NaN);
    foldHours(plan.buckets, values, rowsOf(hours ?? []), spans.flatMap(rowsOf), plan.dirty);
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

function planOf(database: InfluxQl, query: SeriesQuery, buckets: Buckets, dirty: Set<number>, floorHour: number): Plan | undefined {
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
  return {
    query,
    buckets,
    dirty,
    texts: [
      `SELECT ${columns.join(', ')} FROM ${rolledUp(measurement)} ${between(hours.first * hourMs, hours.end * hourMs)}`,
      ...spans.map(
        ([start, end]) =>
          `SELECT ${calls.map((call) => `${call}(${identifier(field)})`).join(', ')} FROM ${database.source(measurement)} ${between(start, end)} GROUP BY time(1h) fill(none)`,
      ),
    ],
  };
}
