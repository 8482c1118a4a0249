/** A small line of the last hours as SVG. A gap stays a gap: nothing is drawn where nothing came. */
import { localTime, shown } from '../../shared/wording.ts';

type Points = readonly (readonly [number, number | null])[];
const width = 330;
const height = 110;
const top = 20;
const bottom = 90;

export function trendSvg(
  points: Points,
  limit: number | null,
  { label, unit, timezone }: { label: string; unit: string; timezone: string },
): string {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (values.length < 2) return '';
  const all = limit === null ? values : [...values, limit];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const [from, to] = [points[0]![0], points.at(-1)![0]];
  const x = (t: number) => (((t - from) / (to - from || 1)) * width).toFixed(1);
  const y = (value: number) => (high === low ? (top + bottom) / 2 : bottom - ((value - low) / (high - low)) * (bottom - top)).toFixed(1);
  let path = '';
  let pen = false;
  for (const [t, value] of points) {
    if (value !== null) path += `${pen ? 'L' : 'M'}${x(t)} ${y(value)}`;
    pen = value !== null;
  }
  const plain = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const clockTime = (t: number) => localTime(t, timezone).slice(11, 16);
  const line = limit === null ? '' : `<path d="M0 ${y(limit)}H${width}" stroke="#b3261e" stroke-dasharray="5 4"/>`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${plain(label)}" fill="none" font-size="11">${line}
<path d="${path}" stroke="#0b57a4" stroke-width="2" stroke-linecap="round"/>
<g fill="#51606d"><text x="4" y="12">${plain(label)}: ${shown(low)} – ${shown(high)} ${plain(unit)}</text><text x="4" y="106">${clockTime(from)}</text><text x="${width - 4}" y="106" text-anchor="end">${clockTime(to)}</text></g></svg>`;
}
