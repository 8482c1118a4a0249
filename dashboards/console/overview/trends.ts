/** Trends of the overview's key values over the last hours, and what the site has taken today. */
import { useEffect, useRef, useState } from 'react';
import type { SeriesPoint } from '../../../ingest/store.ts';
import type { QuantityId } from '../../../shared/quantity.ts';
import { api, type SiteToday } from '../data/api.ts';
import type { Plant, PlantLink } from '../data/plant.ts';
import type { Pick } from './pick.ts';

export const trendHours = 4;
const refreshMs = 60_000;
/** As long as the server keeps its answer. */
const todayMs = 15_000;
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

/** What the site has taken today: worked out by the server, which tells every page and board the same figure. */
export function useSiteToday(plant: Plant): SiteToday | undefined {
  const [today, setToday] = useState<SiteToday>();
  const { speed } = plant.site;
  useEffect(() => {
    const abort = new AbortController();
    const load = () =>
      void api
        .siteToday(abort.signal)
        .then(setToday)
        .catch(() => undefined);
    load();
    const timer = setInterval(load, Math.max(5_000, todayMs / speed));
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [speed]);
  return today;
}
