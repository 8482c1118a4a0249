/** Readings of the wire with those by hand, in order of time. Of two at the same moment that of the person counts. */
import type { SeriesPoint } from '../ingest/store.ts';

export interface MergedReading {
  t: number;
  v: number;
  manual: boolean;
}

/** @param byHand in order of time; those from `from` up to `to` are taken */
export function mergeReadings(
  points: readonly SeriesPoint[],
  byHand: readonly { t: number; v: number }[],
  from: number,
  to: number,
): MergedReading[] {
  const own = byHand.filter(({ t }) => t >= from && t < to);
  const merged: MergedReading[] = [];
  let next = 0;
  const take = (before: number) => {
    for (let one = own[next]; one && one.t < before; one = own[++next]) merged.push({ ...one, manual: true });
  };
  for (const [t, v] of points) {
    if (v === null) continue;
    take(t);
    if (own[next]?.t === t) continue;
    merged.push({ t, v, manual: false });
  }
  take(Number.POSITIVE_INFINITY);
  return merged;
}
