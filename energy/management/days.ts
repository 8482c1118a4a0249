/** Whole days of every meter and of the outdoor air: what all comparisons are made of. */
import type { Store } from '../../ingest/store.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';
import { momentOf, wallOf } from '../../shared/zone.ts';
import { type ConsumptionRow, consumptionOfEach } from '../consumption-of.ts';
import type { Meter } from '../meters.ts';

const dayMs = 86_400_000;
/** So that others get their turn at the store. */
const metersAtOnce = 16;
/** Less of its quarter hours, and a day is not a measured day. */
export const enoughOfDay = 0.9;

export interface DayTable {
  /** Local midnights, and the end of the last day. */
  edges: number[];
  /** By device, one row per day. */
  meters: ReadonlyMap<string, readonly ConsumptionRow[]>;
  /** Mean of each day, °C; NaN: not known. */
  outdoorC: Float64Array;
}

/** Local midnights from the one of `from` up to the last one before or at `to`. */
export function midnights(timezone: string, from: number, to: number): number[] {
  const wall = new Date(wallOf(timezone, from));
  const edges: number[] = [];
  for (let k = 0; ; k++) {
    const t = momentOf(timezone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate() + k));
    if (t > to) return edges;
    edges.push(t);
  }
}

/** Where the outdoor air is measured. */
export interface OutdoorStation {
  measurement: Parameters<Store['series']>[0]['measurement'];
  device: string;
}

export interface DayTableSource {
  store: Pick<Store, 'seriesMany' | 'series'>;
  meters: readonly Meter[];
  station: OutdoorStation | undefined;
  timezone: string;
}

export async function readDays({ store, meters, station, timezone }: DayTableSource, from: number, to: number): Promise<DayTable> {
  const edges = midnights(timezone, from, to);
  const days = Math.max(0, edges.length - 1);
  const found = new Map<string, readonly ConsumptionRow[]>();
  const outdoorC = new Float64Array(days).fill(Number.NaN);
  if (days === 0) return { edges, meters: found, outdoorC };
  for (let at = 0; at < meters.length; at += metersAtOnce) {
    const part = meters.slice(at, at + metersAtOnce);
    const rows = await consumptionOfEach(store, part, edges);
    for (const [i, { device }] of part.entries()) found.set(device, rows[i] as ConsumptionRow[]);
  }
  if (station) {
    const [begin, end] = [edges[0] as number, edges.at(-1) as number];
    const hours = await store.series({ ...station, field: 'outdoor_temp_c', from: begin, to: end, every: 3_600_000, aggregate: 'mean' });
    const sums = new Float64Array(days);
    const counts = new Uint16Array(days);
    let day = 0;
    for (const [t, value] of hours) {
      while (day < days - 1 && t >= (edges[day + 1] as number)) day++;
      if (value === null) continue;
      sums[day] = (sums[day] as number) + value;
      counts[day] = (counts[day] as number) + 1;
    }
    for (let i = 0; i < days; i++) if ((counts[i] as number) >= 18) outdoorC[i] = (sums[i] as number) / (counts[i] as number);
  }
  return { edges, meters: found, outdoorC };
}

export interface DayCalendar {
  weekend: readonly boolean[];
  /** Index of the same day of the calendar a year before; -1 where the table does not have it, and for 29 February. */
  before: Int32Array;
}

const calendars = new WeakMap<readonly number[], DayCalendar>();

export function calendarOf({ edges }: Pick<DayTable, 'edges'>, timezone: string): DayCalendar {
  const known = calendars.get(edges);
  if (known) return known;
  const walls = edges.slice(0, -1).map((t) => new Date(wallOf(timezone, t)));
  const places = new Map(walls.map((wall, i) => [wall.toISOString().slice(0, 10), i]));
  const made: DayCalendar = {
    weekend: walls.map((wall) => wall.getUTCDay() % 6 === 0),
    before: Int32Array.from(walls, (wall) => {
      const day = wall.toISOString().slice(0, 10);
      return places.get(`${wall.getUTCFullYear() - 1}${day.slice(4)}`) ?? -1;
    }),
  };
  calendars.set(edges, made);
  return made;
}

export const isMeasured = (row: ConsumptionRow | undefined): row is ConsumptionRow & { value: number } =>
  row !== undefined && row.value !== null && row.coverage >= enoughOfDay && row.to - row.from > dayMs / 2;

/** The site's own station. */
export function outdoorStation(site: SiteConfig): OutdoorStation | undefined {
  const outdoor = devicesOf(site).find(({ device }) => device.role === 'outdoor' && device.system)?.device;
  return outdoor?.system ? { measurement: outdoor.system, device: outdoor.id } : undefined;
}
