/** Time ranges that one chooses with a click. */
import type { TextKey } from '../i18n/en.ts';

const hour = 3_600_000;
export const ranges = [
  { id: 'hour', label: 'chart.hour', ms: hour },
  { id: 'six', label: 'chart.sixHours', ms: 6 * hour },
  { id: 'day', label: 'chart.day', ms: 24 * hour },
  { id: 'week', label: 'chart.week', ms: 7 * 24 * hour },
  { id: 'month', label: 'chart.month', ms: 30 * 24 * hour },
  { id: 'year', label: 'chart.year', ms: 396 * 24 * hour },
] as const satisfies readonly { id: string; label: TextKey; ms: number }[];
export type RangeId = (typeof ranges)[number]['id'];

export const spanOf = (id: RangeId): number => ranges.find((range) => range.id === id)!.ms;
export const isRange = (id: string | null): id is RangeId => ranges.some((range) => range.id === id);

const leastShownMs = 10 * 60_000;
/** Where a chart begins that shows no time before the first reading; a little of it always. */
export function dataStart(
  points: readonly (readonly [t: number, value: number | null])[],
  { from, to }: { from: number; to: number },
): number {
  const first = points.find(([, value]) => value !== null)?.[0];
  return first === undefined ? from : Math.max(from, Math.min(first, to - leastShownMs));
}
