/** Trends of the overview's key values over the last hours, and what counters have counted since midnight. */
import { useEffect, useRef, useState } from 'react';
import type { SeriesPoint } from '../../../ingest/store.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import { api } from '../data/api.ts';
import type { Plant, PlantLink } from '../data/plant.ts';
import { devicesOfPick, type Pick } from './pick.ts';

export const trendHours = 4;
const refreshMs = 60_000;
const points = 96;
/** Sums of many devices would ask for as many series; the trend of more than this is left out. */
const mostSeries = 8;

export type Trends = ReadonlyMap<string, SeriesPoint[]>;

/** Series by name, refreshed each minute. Picks that choose one of many (min, max) show the device that decides now. */
export function useTrends(
  link: PlantLink,
  plant: Plant,
  wanted: ReadonlyMap<string, { pick: Pick; devices: string[]; quantity: QuantityId | undefined }>,
): Trends {
  const [trends, setTrends] = useState<Trends>(new Map());
  const latest = useRef(wanted);
  latest.current = wanted;
  const names = [...wanted.values()].map(({ quantity }) => quantity ?? '').join();
  // `names` starts the loading again once the first values are known.
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const to = Math.ceil(link.now());
      const from = to - trendHours * 3_600_000;
      const found = new Map<string, SeriesPoint[]>();
      await Promise.all(
        [...latest.current].map(async ([name, { pick, devices, quantity }]) => {
          if (!quantity || devices.length === 0 || devices.length > mostSeries) return;
          const all = await Promise.all(
            devices.map(async (device) => (await api.series({ device, quantity, from, to, points }, abort.signal)).points),
          );
          found.set(name, combineSeries(pick, all));
        }),
      );
      if (!abort.signal.aborted) setTrends(found);
    };
    const run = () => load().catch(() => undefined);
    void run();
    const timer = setInterval(run, Math.max(5_000, refreshMs / plant.site.speed));
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [link, names, plant.site.speed]);
  return trends;
}

/** Bucket by bucket; a bucket that one device lacks is a gap in a sum. */
export function combineSeries(pick: Pick, series: readonly SeriesPoint[][]): SeriesPoint[] {
  const [first = []] = series;
  if (series.length === 1) return first;
  const byTime = series.map((points) => new Map(points));
  return first.map(([t]) => {
    const values = byTime.map((points) => points.get(t) ?? null);
    if (values.some((value) => value === null)) return [t, null];
    const total = (values as number[]).reduce((sum, value) => sum + value, 0);
    return [t, pick.combine === 'mean' ? total / values.length : total];
  });
}

export interface Counted {
  value: number;
  /** Where the counting starts: local midnight, or the first reading after it. */
  since: number;
  fromMidnight: boolean;
  unit: string;
}

interface Followed {
  /** Sum of what was counted up to `last`. */
  counted: number;
  last: number;
  since: number;
}

/** What the counters of the pick have counted since local midnight; a counter that was reset or replaced goes on from there. */
export function useCountedToday(link: PlantLink, plant: Plant, pick: Pick): Counted | undefined {
  const [followed, setFollowed] = useState<Map<string, Followed>>();
  const quantity = pick.quantities[0]!;
  const ids = devicesOfPick(pick, pick.system, plant.devices.values())
    .map(({ id }) => id)
    .join();
  const [day, setDay] = useState(() => midnightBefore(link.now(), plant.site.timezone));
  useEffect(() => {
    const timer = setInterval(() => setDay(midnightBefore(link.now(), plant.site.timezone)), 10_000);
    return () => clearInterval(timer);
  }, [link, plant.site.timezone]);
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const found = new Map<string, Followed>();
      for (const device of ids.split(',').filter(Boolean)) {
        const { points } = await api.series(
          { device, quantity, from: day, to: Math.ceil(link.now()), every: '5m', aggregate: 'last' },
          abort.signal,
        );
        const one = follow(points, day);
        if (one) found.set(device, one);
      }
      if (!abort.signal.aborted) setFollowed(found);
    };
    const run = () => void load().catch(() => undefined);
    run();
    const timers = [setTimeout(run, 20_000), setInterval(run, 300_000)];
    return () => {
      abort.abort();
      timers.forEach(clearTimeout);
    };
  }, [ids, quantity, day, link]);

  if (!followed || followed.size === 0) return undefined;
  let value = 0;
  let since = day;
  for (const [id, { counted, last, since: start }] of followed) {
    const now = plant.devices.get(id)?.latest[quantity]?.value;
    value += counted + (typeof now === 'number' ? Math.max(0, now - last) : 0);
    since = Math.max(since, start);
  }
  return { value, since, fromMidnight: since - day <= 15 * 60_000, unit: plant.site.quantities[quantity]?.unit ?? '' };
}

/** Differences between the values that are there; a fall counts nothing. */
export function follow(points: readonly SeriesPoint[], from: number): Followed | undefined {
  let found: Followed | undefined;
  for (const [t, value] of points) {
    if (value === null) continue;
    if (!found) found = { counted: 0, last: value, since: Math.max(t, from) };
    else found = { ...found, counted: found.counted + Math.max(0, value - found.last), last: value };
  }
  return found;
}

/** Local midnight at or before `t` in the site's time zone. */
export function midnightBefore(t: number, timeZone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', second: 'numeric' })
      .formatToParts(t)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const sinceMidnight = (((parts.hour ?? 0) * 60 + (parts.minute ?? 0)) * 60 + (parts.second ?? 0)) * 1_000;
  return Math.floor(t / 1_000) * 1_000 - sinceMidnight;
}
