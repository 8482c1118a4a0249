/** A trend without axes: shape only. Gaps stay gaps. */
import type { SeriesPoint } from '../../../ingest/store.ts';
import { bridge } from '../chart/gaps.ts';

const width = 120;
const height = 34;

export function sparkPath(points: readonly SeriesPoint[]): string {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const first = points[0]?.[0];
  const last = points.at(-1)?.[0];
  if (values.length < 2 || first === undefined || last === undefined || last === first) return '';
  let min = Math.min(...values);
  let max = Math.max(...values);
  // A steady value is drawn as a steady line, not as a magnified noise.
  const least = Math.max(Math.abs(max) * 0.04, 1e-6);
  if (max - min < least) {
    const middle = (max + min) / 2;
    min = middle - least / 2;
    max = middle + least / 2;
  }
  let path = '';
  let open = false;
  for (const [t, value] of points) {
    if (value === null) {
      open = false;
      continue;
    }
    const x = ((t - first) / (last - first)) * width;
    const y = height - 3 - ((value - min) / (max - min)) * (height - 6);
    path += `${open ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = true;
  }
  return path;
}

export function Sparkline({ points }: { points: readonly SeriesPoint[] | undefined }) {
  const path = points ? sparkPath(bridge(points, 0)) : '';
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {path && <path d={path} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
