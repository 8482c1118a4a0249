import type { SeriesPoint } from '../../../ingest/store.ts';

/**
 * Buckets narrower than the device's pace are empty without anything missing: those are joined. A real gap, longer than three times the usual
 * spacing, stays a gap with one null in it.
 */
export function bridge(points: readonly SeriesPoint[], pollMs: number): SeriesPoint[] {
  const there = points.filter(([, value]) => value !== null);
  const spacings = there.slice(1).map(([t], index) => t - there[index]![0]);
  const usual = [...spacings].sort((a, b) => a - b)[Math.floor(spacings.length / 2)] ?? 0;
  const longest = 3 * Math.max(usual, pollMs);
  return there.flatMap((point, index) => {
    const next = there[index + 1];
    return next && next[0] - point[0] > longest ? [point, [(point[0] + next[0]) / 2, null] as SeriesPoint] : [point];
  });
}
