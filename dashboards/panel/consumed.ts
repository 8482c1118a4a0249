/**
 * What was consumed, as the energy role has booked it: the figures of /api/energy/consumption, step by step of the panel or over the whole range. What nothing
 * is known of is no value; what was filled in is told beside it.
 */
import { consumptionOfEach } from '../../energy/index.ts';
import type { SeriesPoint, Store } from '../../ingest/store.ts';
import { Fault } from '../../shared/errors.ts';
import { startOfDay } from '../../shared/zone.ts';
import type { Series } from '../board/board.ts';
import { startOf, startOfMonth, stepIsMonth } from './steps.ts';

const quarter = 900_000;
const hour = 3_600_000;
const day = 24 * hour;
/** Of one panel: quarter hours of all its meters, read as such. */
const mostQuarters = 2_500_000;

export interface Consumed {
  points: SeriesPoint[];
  figure: number | null;
  /** Of the same, what was filled in and neither measured nor read by a person. */
  estimated: { points: SeriesPoint[]; figure: number | null };
}

export interface ConsumedAsked {
  devices: readonly { id: string }[];
  from: number;
  to: number;
  step: number;
  trend: boolean;
  timezone: string;
  part: Series['part'];
}

/** One for each device, in their order. */
export async function consumed(store: Pick<Store, 'seriesMany'>, asked: ConsumedAsked): Promise<Consumed[]> {
  const meters = asked.devices.map(({ id }) => ({ device: id }));
  const spans = asked.trend ? [trendEdges(asked)] : wholeEdges(asked);
  if (asked.trend && asked.step < day && (meters.length * (asked.to - asked.from)) / quarter > mostQuarters)
    throw new Fault('api/invalid', 'This panel would read too much for this range; choose a shorter one');
  const found = await Promise.all(spans.map((edges) => consumptionOfEach(store, meters, edges)));
  return meters.map((_, index) => {
    const rows = found.flatMap((one) => one[index] ?? []);
    const amount = rows.map(({ from, value }): SeriesPoint => [from, value]);
    const filled = rows.map(({ from, value, estimated, unknown }): SeriesPoint => [from, value === null ? null : estimated + unknown]);
    const whole = { points: asked.trend ? amount : [], figure: sumOf(amount) };
    const estimated = { points: asked.trend ? filled : [], figure: sumOf(filled) };
    return asked.part === 'estimated' ? { ...estimated, estimated } : { ...whole, estimated };
  });
}

/** null where nothing is known. */
const sumOf = (points: readonly SeriesPoint[]): number | null =>
  points.reduce<number | null>((sum, [, value]) => (value === null ? sum : (sum ?? 0) + value), null);

/** Quarter hours up to the first midnight and from the last one on, days between them: a month of a hundred meters is soon read. */
function wholeEdges({ from, to, timezone }: ConsumedAsked): number[][] {
  const [begin, end] = [Math.floor(from / quarter) * quarter, Math.ceil(to / quarter) * quarter];
  const midnight = startOfDay(timezone, begin);
  const first = midnight === begin ? begin : startOfDay(timezone, midnight + day + 2 * hour);
  const last = startOfDay(timezone, end);
  if (last <= first) return [[begin, end]];
  return [
    [begin, first],
    [first, last],
    [last, end],
  ].filter(([a, b]) => (a as number) < (b as number));
}

function trendEdges({ from, to, step: wanted, timezone }: ConsumedAsked): number[] {
  const month = stepIsMonth(wanted);
  const step = month ? wanted : Math.ceil(wanted / quarter) * quarter;
  const edges = [startOf(from, step, timezone)];
  while ((edges.at(-1) as number) < to) {
    const last = edges.at(-1) as number;
    if (month) edges.push(startOfMonth(last, timezone, -1));
    // Days are 23 to 25 hours long.
    else edges.push(step < day ? last + step : startOf(last + step + 2 * hour, step, timezone));
  }
  return edges;
}
