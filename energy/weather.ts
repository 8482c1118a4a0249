/**
 * Outdoor temperature of the site: from its own sensor, where that was silent from an import; by days of the site's clocks, with degree days. A gap of more
 * than six hours is not filled in: the day has no mean and is named.
 */
import type { Database } from '../desk/index.ts';
import type { Measurement, Store } from '../ingest/store.ts';
import type { QuantityId } from '../shared/quantity.ts';
import { devicesOf, isModbusDevice, type SiteConfig } from '../shared/site.ts';
import { wallOf } from '../shared/zone.ts';
import { edgesOf } from './consumption-of.ts';

const hourMs = 3_600_000;
/** So many hours in a row may be missing (OpenDSM's rule); they are drawn straight between those beside them. */
const mostMissing = 6;
/** Heating below, cooling above this daily mean, °C: HDD18 and CDD26 as Chinese building standards (JGJ 26, GB 50176) have them. */
export const degreeDayBases = { heating: 18, cooling: 26 } as const;

export interface Station {
  device: string;
  measurement: Measurement;
  quantity: QuantityId;
}

export const weatherSources = ['sensor', 'import', 'mixed'] as const;
export type WeatherSource = (typeof weatherSources)[number];

export interface WeatherDay {
  /** `2026-01-15` by the clocks of the site. */
  day: string;
  from: number;
  to: number;
  /** °C; null: more than six hours in a row are not known, or the day is not over. */
  meanC: number | null;
  minC: number | null;
  maxC: number | null;
  /** Hours with a value of their own, of the day's 23, 24 or 25. */
  hours: number;
  of: number;
  source: WeatherSource | null;
  heating: number | null;
  cooling: number | null;
}

export interface Weather {
  station: Station | null;
  bases: { heating: number; cooling: number };
  days: WeatherDay[];
  /** Runs of days without a mean, both ends included. The running day is none. */
  gaps: { from: string; to: string; days: number }[];
}

export interface ImportedTemperature {
  /** Begin of the hour, or of the day by the clocks of the site. */
  t: number;
  step: 'hour' | 'day';
  c: number;
}

/** Temperatures that came with files. */
export interface ImportedWeather {
  put(rows: readonly ImportedTemperature[], imported: number): void;
  takeBack(imported: number, at: number): void;
  /** What holds, in order of time: of several imports the last. */
  rows(step: ImportedTemperature['step'], from: number, to: number): { t: number; c: number }[];
}

export function openImportedWeather(db: Database): ImportedWeather {
  return {
    put(rows, imported) {
      db.transact(() => {
        for (const { t, step, c } of rows)
          db.run('INSERT OR REPLACE INTO energy_weather (t, step, c, import) VALUES (?,?,?,?)', t, step, c, imported);
      });
    },
    takeBack(imported, at) {
      db.run('UPDATE energy_weather SET undone_at = ? WHERE import = ? AND undone_at IS NULL', at, imported);
    },
    rows(step, from, to) {
      const all = db.all<{ t: number; c: number }>(
        'SELECT t, c FROM energy_weather WHERE step = ? AND t >= ? AND t < ? AND undone_at IS NULL ORDER BY t, import',
        ...[step, from, to],
      );
      return all.filter(({ t }, index) => t !== all[index + 1]?.t);
    },
  };
}

/** The sensor that the site file names, else the device of role outdoor, else any that measures outdoor temperature. */
export function stationOf(
  site: SiteConfig,
  quantitiesOf: (profile: string) => readonly string[] | undefined = () => undefined,
): Station | undefined {
  const measured = devicesOf(site).flatMap(({ device }) => {
    const quantities = isModbusDevice(device) ? (device.only ?? quantitiesOf(device.profile) ?? []) : device.points.map((point) => point.quantity); // biome-ignore format: one
    return device.system === undefined ? [] : [{ device, system: device.system, quantities: quantities as readonly string[] }];
  });
  const { weather } = site;
  const named = weather && measured.find(({ device }) => device.id === weather.device);
  if (weather && named) return { device: named.device.id, measurement: named.system, quantity: weather.quantity };
  const outdoors = measured.filter(({ quantities }) => quantities.includes('outdoor_temp_c'));
  const found = outdoors.find(({ device }) => device.role === 'outdoor') ?? outdoors[0];
  return found && { device: found.device.id, measurement: found.system, quantity: 'outdoor_temp_c' };
}

export interface WeatherRequest {
  store: Pick<Store, 'series'>;
  imported: ImportedWeather;
  station: Station | undefined;
  timezone: string;
  from: number;
  to: number;
  now: number;
  heating?: number;
  cooling?: number;
}

/** Hourly means, gaps of up to six hours drawn straight. NaN: not known. @returns one value for each hour from `from` */
export async function hourlyTemperature({
  store,
  imported,
  station,
  from,
  to,
}: Pick<WeatherRequest, 'store' | 'imported' | 'station' | 'from' | 'to'>) {
  const begin = Math.floor(from / hourMs) * hourMs;
  const count = Math.max(0, Math.ceil((to - begin) / hourMs));
  const values = new Float64Array(count).fill(Number.NaN);
  const origin = new Uint8Array(count);
  const fill = (points: Iterable<readonly [number, number | null]>, from: 1 | 2) => {
    for (const [t, value] of points) {
      const at = Math.floor((t - begin) / hourMs);
      if (value === null || at < 0 || at >= count || origin[at] !== 0) continue;
      values[at] = value;
      origin[at] = from;
    }
  };
  if (station && count > 0) {
    const { measurement, device, quantity: field } = station;
    fill(await store.series({ measurement, device, field, from: begin, to, every: hourMs, aggregate: 'mean' }), 1);
  }
  fill(
    imported.rows('hour', begin, to).map(({ t, c }) => [t, c] as const),
    2,
  );
  const filled = values.slice();
  let last = -1;
  for (let at = 0; at < count; at++) {
    if (Number.isNaN(values[at] as number)) continue;
    const missing = at - last - 1;
    if (last >= 0 && missing > 0 && missing <= mostMissing)
      for (let k = 1; k <= missing; k++)
        filled[last + k] = (values[last] as number) + (((values[at] as number) - (values[last] as number)) * k) / (missing + 1);
    last = at;
  }
  return { begin, values, filled, origin };
}

export async function weatherOf(request: WeatherRequest): Promise<Weather> {
  const { imported, station, timezone, from, now, heating = degreeDayBases.heating, cooling = degreeDayBases.cooling } = request;
  const to = Math.min(request.to, now);
  const bases = { heating, cooling };
  if (!(from < to)) return { station: station ?? null, bases, days: [], gaps: [] };
  const edges = edgesOf('1d', timezone, from, to);
  const reach = mostMissing * hourMs;
  const { begin, values, filled, origin } = await hourlyTemperature({
    ...request,
    from: (edges[0] as number) - reach,
    to: (edges.at(-1) as number) + reach,
  });
  const whole = new Map(
    imported.rows('day', (edges[0] as number) - 12 * hourMs, edges.at(-1) as number).map(({ t, c }) => [dayOf(timezone, t), c]),
  );
  const days = edges.slice(0, -1).map((start, i): WeatherDay => {
    const end = edges[i + 1] as number;
    const [first, last] = [Math.floor((start - begin) / hourMs), Math.ceil((end - begin) / hourMs)];
    const own = values.subarray(first, last).filter((value) => !Number.isNaN(value));
    const all = filled.subarray(first, last);
    const day = dayOf(timezone, start);
    const mean = all.every((value) => !Number.isNaN(value)) ? all.reduce((sum, value) => sum + value, 0) / all.length : Number.NaN;
    const known = end <= now && !Number.isNaN(mean);
    const meanC = known ? mean : end <= now ? (whole.get(day) ?? null) : null;
    const kinds = new Set(origin.subarray(first, last).filter((kind) => kind !== 0));
    return {
      day,
      from: start,
      to: end,
      meanC: meanC === null ? null : round(meanC),
      minC: own.length === 0 ? null : round(Math.min(...own)),
      maxC: own.length === 0 ? null : round(Math.max(...own)),
      hours: own.length,
      of: last - first,
      source: meanC === null ? null : !known ? 'import' : kinds.size > 1 ? 'mixed' : kinds.has(2) ? 'import' : 'sensor',
      heating: meanC === null ? null : round(Math.max(0, heating - meanC)),
      cooling: meanC === null ? null : round(Math.max(0, meanC - cooling)),
    };
  });
  const gaps: Weather['gaps'] = [];
  let open = false;
  for (const { day, meanC, to: end } of days) {
    const missing = meanC === null && end <= now;
    const last = gaps.at(-1);
    if (missing && open && last) Object.assign(last, { to: day, days: last.days + 1 });
    else if (missing) gaps.push({ from: day, to: day, days: 1 });
    open = missing;
  }
  return { station: station ?? null, bases, days, gaps };
}

export const dayOf = (timezone: string, t: number): string => new Date(wallOf(timezone, t)).toISOString().slice(0, 10);
const round = (value: number) => Math.round(value * 1_000) / 1_000;

/** Degree days of the months, with how many days they know. Of a month with a missing day the sums are of the known days, and `missing` says so. */
export function weatherByMonth(days: readonly WeatherDay[]) {
  const months = new Map<string, { month: string; heating: number; cooling: number; sum: number; known: number; missing: string[] }>();
  for (const { day, meanC, heating, cooling } of days) {
    const month = day.slice(0, 7);
    const one = months.get(month) ?? { month, heating: 0, cooling: 0, sum: 0, known: 0, missing: [] };
    months.set(month, one);
    if (meanC === null) one.missing.push(day);
    else {
      one.heating += heating ?? 0;
      one.cooling += cooling ?? 0;
      one.sum += meanC;
      one.known++;
    }
  }
  return [...months.values()].map(({ sum, ...one }) => ({
    ...one,
    heating: round(one.heating),
    cooling: round(one.cooling),
    meanC: one.known === 0 ? null : round(sum / one.known),
  }));
}
