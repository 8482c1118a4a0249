/** What one looks at on a board: range, building, comparison; as the link of the page says it. Pure. */
import { type Comparison, comparisons, type TimeRange } from '../../board/compare.ts';
import { isRange, type RangeId, spanOf } from '../chart/ranges.ts';

export interface BoardView {
  /** The last so long up to now, unless `fixed` says from when to when. */
  range: RangeId;
  fixed: TimeRange | undefined;
  building: string | null;
  compare: Comparison | null;
}

/** The server draws no more at once. */
export const longestMs = 400 * 86_400_000;
const shortestMs = 60_000;

const momentOf = (text: string | null): number => (text === null ? Number.NaN : Date.parse(text));
const written = (t: number): string => new Date(t).toISOString().replace(/\.000Z$/, 'Z');

export function isRightRange({ from, to }: TimeRange): boolean {
  return to - from >= 1_000 && to - from <= longestMs;
}

/** A link may be old or mistyped: what is not understood is as if it were not there. */
export function readView(query: URLSearchParams, usual: RangeId): BoardView {
  const fixed = { from: momentOf(query.get('from')), to: momentOf(query.get('to')) };
  const range = query.get('range');
  return {
    range: isRange(range) ? range : usual,
    fixed: isRightRange(fixed) ? fixed : undefined,
    building: query.get('building'),
    compare: comparisons.find((one) => one === query.get('compare')) ?? null,
  };
}

export function writeView({ range, fixed, building, compare }: BoardView, usual: RangeId): Record<string, string | undefined> {
  return {
    range: range === usual ? undefined : range,
    from: fixed && written(fixed.from),
    to: fixed && written(fixed.to),
    building: building ?? undefined,
    compare: compare ?? undefined,
  };
}

const timesOf = (view: BoardView, now: number): TimeRange => view.fixed ?? { from: now - spanOf(view.range), to: now };

/** A whole range back or forth; forth to now is live again. */
export function stepped(view: BoardView, now: number, direction: -1 | 1): BoardView {
  const { from, to } = timesOf(view, now);
  const span = to - from;
  if (direction === 1 && to + span >= now) {
    return { ...view, fixed: span === spanOf(view.range) || !view.fixed ? undefined : { from: now - span, to: now } };
  }
  return { ...view, fixed: { from: from + direction * span, to: to + direction * span } };
}

/** Half or twice as long: around the middle, but what ends now still ends now. */
export function zoomed(view: BoardView, now: number, factor: 0.5 | 2): BoardView {
  const { from, to } = timesOf(view, now);
  const span = Math.round(Math.max(shortestMs, Math.min(longestMs, (to - from) * factor)));
  const middle = (from + to) / 2;
  const end = view.fixed ? Math.min(Math.round(middle + span / 2), Math.max(now, to)) : to;
  return { ...view, fixed: { from: end - span, to: end } };
}
