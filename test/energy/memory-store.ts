/** As much of a store as the accounts ask for, in memory: what a real one answers is in test/contracts/store.ts. */
import type { SeriesPoint, SeriesQuery } from '../../ingest/store.ts';

export class MemoryStore {
  readonly #series = new Map<string, Map<number, number>>();

  set(measurement: string, device: string, field: string, t: number, value: number): void {
    const key = `${measurement} ${device} ${field}`;
    const series = this.#series.get(key) ?? new Map<number, number>();
    this.#series.set(key, series);
    series.set(t, value);
  }

  async seriesMany(queries: readonly SeriesQuery[]): Promise<SeriesPoint[][]> {
    return queries.map(({ measurement, device, field, from, to, every, offset = 0, aggregate = 'mean' }) => {
      const all = [...(this.#series.get(`${measurement} ${device} ${field}`) ?? [])].filter(([t]) => t >= from && t < to);
      all.sort(([a], [b]) => a - b);
      if (every === undefined) return all;
      const bucket = (t: number) => Math.floor((t - offset) / every) * every + offset;
      const groups = Map.groupBy(all, ([t]) => bucket(t));
      const out: SeriesPoint[] = [];
      for (let t = bucket(from); t < to; t += every) {
        const values = (groups.get(t) ?? []).map(([, value]) => value);
        out.push([t, values.length === 0 ? null : fold(values, aggregate)]);
      }
      return out;
    });
  }

  async series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return (await this.seriesMany([query]))[0] as SeriesPoint[];
  }
}

function fold(values: readonly number[], aggregate: NonNullable<SeriesQuery['aggregate']>): number {
  const sum = values.reduce((all, one) => all + one, 0);
  switch (aggregate) {
    case 'sum':
      return sum;
    case 'count':
      return values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'first':
      return values[0] as number;
    case 'last':
      return values.at(-1) as number;
    default:
      return sum / values.length;
  }
}
