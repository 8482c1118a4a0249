/** Consumption of meters over a range, by quarter hours, hours, days or months of the site's clocks. */
import type { SeriesPoint, Store } from '../ingest/store.ts';
import { momentOf, wallOf } from '../shared/zone.ts';
import type { Meter } from './meters.ts';

export const steps = ['15m', '1h', '1d', '1mo'] as const;
export type Step = (typeof steps)[number];

export interface ConsumptionRow {
  from: number;
  to: number;
  /** null: of no quarter hour of it anything is known, of none of the meters. */
  value: number | null;
  measured: number;
  estimated: number;
  manual: number;
  unknown: number;
  /** Part of the meters' quarter hours that are there, 0 to 1. */
  coverage: number;
}

const quarterMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** `void`: quarter hours of which nothing is known any more. */
const fields = ['value', 'estimated_amount', 'manual_amount', 'unknown_amount', 'void'] as const;
export const mostRows = 10_000;

/** Begins of the steps, and the end of the last one; days of 23 and 25 hours are as long as they are. */
export function edgesOf(step: Step, timezone: string, from: number, to: number): number[] {
  const edges: number[] = [];
  if (step === '15m' || step === '1h') {
    const width = step === '15m' ? quarterMs : hourMs;
    for (let t = Math.floor(from / width) * width; t < to; t += width) edges.push(t);
    edges.push((edges.at(-1) ?? from) + width);
    return edges;
  }
  const first = new Date(wallOf(timezone, from));
  const [year, month, day] = [first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate()];
  for (let k = 0; ; k++) {
    const wall = step === '1d' ? Date.UTC(year, month, day + k) : Date.UTC(year, month + k, 1);
    const t = momentOf(timezone, wall);
    edges.push(t);
    if (t >= to) return edges;
  }
}

export async function consumptionOf(
  store: Pick<Store, 'seriesMany'>,
  meters: readonly Meter[],
  edges: readonly number[],
  /** How often each meter counts, of virtual meters and items; by default once. */
  weights?: ReadonlyMap<string, number>,
): Promise<ConsumptionRow[]> {
  const columns = await columnsOf(store, meters, edges);
  return summed(
    edges,
    columns.map((own, i) => ({ columns: own, weight: weights?.get((meters[i] as Meter).device) ?? 1 })),
  );
}

/** Each meter by itself; same order as asked. */
export async function consumptionOfEach(
  store: Pick<Store, 'seriesMany'>,
  meters: readonly Pick<Meter, 'device'>[],
  edges: readonly number[],
): Promise<ConsumptionRow[][]> {
  const columns = await columnsOf(store, meters, edges);
  return columns.map((own) => summed(edges, [{ columns: own, weight: 1 }]));
}

type Columns = SeriesPoint[][];

/** The fields of each meter, in the widest steps that the edges allow. */
async function columnsOf(
  store: Pick<Store, 'seriesMany'>,
  meters: readonly Pick<Meter, 'device'>[],
  edges: readonly number[],
): Promise<Columns[]> {
  const [from, to] = [edges[0] as number, edges.at(-1) as number];
  // Whole hours of a site's clocks are whole hours here too, but for zones of half and quarter hours.
  const whole = edges.every((t) => t % hourMs === 0) && (edges.length < 2 || (edges[1] as number) - from >= dayMs / 2);
  // Days of clocks that never change are read as days.
  const days = edges.every((t) => (t - from) % dayMs === 0);
  const every = days ? dayMs : whole ? hourMs : quarterMs;
  const offset = ((from % every) + every) % every;
  const found = await store.seriesMany(
    meters.flatMap(({ device }) =>
      [...fields, 'count' as const].map((field) => ({
        measurement: 'consumption' as const,
        device,
        field: field === 'count' ? 'value' : field,
        from,
        to,
        every,
        offset,
        aggregate: field === 'count' ? ('count' as const) : ('sum' as const),
      })),
    ),
  );
  const width = fields.length + 1;
  return meters.map((_, m) => found.slice(m * width, (m + 1) * width));
}

function summed(edges: readonly number[], meters: readonly { columns: Columns; weight: number }[]): ConsumptionRow[] {
  const rows = edges.slice(0, -1).map(
    (begin, i): ConsumptionRow => ({
      from: begin,
      to: edges[i + 1] as number,
      value: null,
      measured: 0,
      estimated: 0,
      manual: 0,
      unknown: 0,
      coverage: 0,
    }),
  );
  for (const { columns, weight } of meters) {
    const [values, estimated, manual, unknown, voids, count] = columns;
    let row = 0;
    // Not every quarter hour says whether it is void; those that do, by their time.
    const gone = new Map(voids);
    for (let i = 0; i < (values?.length ?? 0); i++) {
      const point = values?.[i];
      if (!point || point[1] === null) continue;
      const [t, value] = [point[0], point[1] * weight];
      while (row < rows.length - 1 && t >= (rows[row] as ConsumptionRow).to) row++;
      const known = (count?.[i]?.[1] ?? 0) - (gone.get(t) ?? 0);
      if (known <= 0) continue;
      const one = rows[row] as ConsumptionRow;
      const [e, h, u] = [estimated, manual, unknown].map((column) => (column?.[i]?.[1] ?? 0) * weight) as [number, number, number];
      one.value = (one.value ?? 0) + value;
      one.estimated += e;
      one.manual += h;
      one.unknown += u;
      one.measured += value - e - h - u;
      one.coverage += known;
    }
  }
  for (const one of rows) one.coverage = Math.min(1, one.coverage / Math.max(1, (meters.length * (one.to - one.from)) / quarterMs));
  return rows;
}
