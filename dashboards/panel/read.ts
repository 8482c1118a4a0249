/**
 * What a panel asks of the store, and how counters and states become continuous. Wherever it can, the store makes the steps itself, out of its
 * roll-ups; finer ones are asked where local days change their length, where a finer mean comes first, where a counter was reset.
 */
import type { Aggregate, SeriesPoint, SeriesQuery, Store } from '../../ingest/store.ts';
import { counterFacts } from '../../shared/counter.ts';
import { Fault } from '../../shared/errors.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import { steadyOffsetMs } from '../../shared/zone.ts';
import { type BoardValue, isStatus, type Series } from '../board/board.ts';
import type { BoardDevice } from '../board/devices.ts';
import { differences, fineStepOf, startOf } from './steps.ts';

/** Of one panel; 13 months of 15 minutes for fifty meters are two millions. */
const mostBuckets = 2_500_000;
const hour = 3_600_000;
const longestStand = 400 * 24 * hour;

export interface ColumnsAsked {
  series: Series;
  value: BoardValue;
  devices: readonly BoardDevice[];
  fields: readonly string[];
  from: number;
  to: number;
  step: number;
  /** Values over time, or one for the whole range. */
  trend: boolean;
  timezone: string;
}

type One = Pick<SeriesQuery, 'measurement' | 'device' | 'field'>;
type Buckets = Pick<SeriesQuery, 'from' | 'to' | 'offset' | 'aggregate'> & { every: number };

/** One column per device and field, devices first, of points inside the range: not wider than the step, increases instead of counter values. */
export async function readColumns(store: Store, asked: ColumnsAsked): Promise<SeriesPoint[][]> {
  const { value, devices, fields } = asked;
  const ones: One[] = devices.flatMap((device) =>
    fields.map((field) => ({ measurement: isStatus(value) ? 'device_status' : device.system, device: device.id, field })),
  );
  const buckets = stepsOfStore(asked) ?? fineSteps(asked);
  if ((ones.length * (buckets.to - buckets.from)) / buckets.every > mostBuckets) {
    throw new Fault('api/invalid', 'This panel would read too much for this range; choose a shorter one');
  }
  const columns = await store.seriesMany(ones.map((one) => ({ ...one, ...buckets })));
  const inside = (points: SeriesPoint[], every: number) => points.filter(([t]) => t >= asked.from - every && t < asked.to);
  if (isStatus(value)) {
    const before = await stoodBefore(store, ones, buckets.from);
    return columns.map((points, index) => inside(carried(points, before[index]), buckets.every));
  }
  if (asked.series.aggregate !== 'increase') return columns.map((points) => inside(points, buckets.every));
  return (await increases(store, asked, ones, columns, buckets)).map(({ points, every }) => inside(points, every));
}

/** Steps of counters as what was counted in each; a counter that fell is followed by finer ones. */
async function increases(
  store: Store,
  asked: ColumnsAsked,
  ones: readonly One[],
  columns: readonly SeriesPoint[][],
  buckets: Buckets,
): Promise<{ points: SeriesPoint[]; every: number }[]> {
  const finer = fineSteps(asked);
  const attributes = new Map(asked.devices.map((device) => [device.id, device.attributes]));
  const factsOf = ({ device, field }: One) => counterFacts(field as QuantityId, attributes.get(device) ?? {});
  const fallen = new Set(ones.filter((_, index) => finer.every < buckets.every && falls(columns[index] ?? [])));
  // A meter that is younger than the range counts from its first reading.
  const young = ones.flatMap((one, index) => {
    const first = columns[index]?.findIndex(([, value]) => value !== null) ?? -1;
    return first > 0 && !fallen.has(one) ? [{ one, index, first, from: columns[index]![first]![0] }] : [];
  });
  const [followed, begun] = await Promise.all([
    store.seriesMany([...fallen].map((one) => ({ ...one, ...finer }))),
    store.seriesMany(young.map(({ one, from }) => ({ ...one, ...buckets, from, to: from + buckets.every, aggregate: 'first' }))),
  ]);
  const again = new Map([...fallen].map((one, index) => [one, followed[index] ?? []]));
  const whole = columns.map((points) => [...points]);
  for (const [place, { index, first }] of young.entries()) {
    const column = whole[index]!;
    column[first - 1] = [column[first - 1]![0], begun[place]?.[0]?.[1] ?? null];
  }
  return whole.map((points, index) => {
    const closer = again.get(ones[index] as One);
    const facts = factsOf(ones[index] as One);
    return closer
      ? { points: differences(closer, facts), every: finer.every }
      : { points: differences(points, facts), every: buckets.every };
  });
}

/** The steps of the panel themselves; undefined where the store cannot make them. A figure needs no step of the clock: it begins where it is asked. */
function stepsOfStore({ series, value, from, to, step, trend, timezone }: ColumnsAsked): Buckets | undefined {
  if (series.finer || isStatus(value)) return undefined;
  const unit = Math.min(step, hour);
  if (trend && steadyOffsetMs(timezone, from - step, to) === undefined) return undefined;
  const begin = trend ? startOf(from, step, timezone) : Math.floor(from / unit) * unit;
  const increase = series.aggregate === 'increase';
  return { from: increase ? begin - step : begin, to, every: step, offset: begin % step, aggregate: aggregateOf(series) };
}

function fineSteps({ series, from, to, step }: ColumnsAsked): Buckets {
  const every = fineStepOf(series, step, to - from);
  const begin = series.aggregate === 'increase' ? from - every : from;
  return { from: Math.floor(begin / every) * every, to, every, aggregate: aggregateOf(series) };
}

const aggregateOf = ({ aggregate, finer }: Series): Aggregate =>
  aggregate === 'increase' ? 'last' : finer ? 'mean' : (aggregate as Aggregate);

/** A counter that was reset or replaced; between two of its readings it may have counted on for a while, so it is followed more closely. */
function falls(points: readonly SeriesPoint[]): boolean {
  let last = Number.NEGATIVE_INFINITY;
  return points.some(([, value]) => {
    if (value === null) return false;
    const fell = value < last;
    last = value;
    return fell;
  });
}

/** What is written on change only stood before the range began: one value for all the time before. */
const stoodBefore = (store: Store, ones: readonly One[], from: number): Promise<SeriesPoint[][]> =>
  store.seriesMany(
    ones.map((one) => ({ ...one, from: from - longestStand, to: from, every: 2 * longestStand, aggregate: 'last' as const })),
  );

/** Written on change: a step without a change has the value of the one before. */
function carried(points: readonly SeriesPoint[], before: readonly SeriesPoint[] | undefined): SeriesPoint[] {
  let last = before?.findLast(([, value]) => value !== null)?.[1] ?? null;
  return points.map(([t, value]) => {
    last = value ?? last;
    return [t, last];
  });
}
