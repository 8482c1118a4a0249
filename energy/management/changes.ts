/** What changed most against last year, meter by meter, and what the figures themselves say of why. Nothing is guessed: where they say nothing, so does this. */
import type { Medium, Meter } from '../meters.ts';
import { factorise, leastSquares, product, solve } from '../savings/linear.ts';
import { compare, pairsOf, regressors } from './compare.ts';
import { calendarOf, type DayTable, isMeasured } from './days.ts';

export const causes = ['new-meter', 'weather', 'step', 'night', 'gradual'] as const;
export type Cause = (typeof causes)[number];

export interface Change {
  device: string;
  medium: Medium;
  /** In the range, on days that were measured in both years; of a new meter all of it. */
  now: number;
  before: number | null;
  delta: number;
  changePct: number | null;
  days: number;
  cause: Cause;
  /** step, new-meter: since when. */
  since: number | null;
  /** weather: part of the change that it explains; step: relative change of the daily use at that day. */
  share: number | null;
  estimatedShare: number;
}

const leastDays = 5;
/** Smaller ones are not told apart from habits. */
const stepLeast = 0.05;
/** Part of the variation beside the weather. */
const stepExplains = 0.3;

/** Meters that no other meter is below, and main meters' own: each kWh is told once. */
export function changesOf(table: DayTable, meters: readonly Meter[], timezone: string, from: number, to: number): Change[] {
  const parents = new Set(meters.flatMap((one) => one.fedBy ?? []));
  const found: Change[] = [];
  for (const { device, medium } of meters.filter((one) => !parents.has(one.device))) {
    const rows = table.meters.get(device) ?? [];
    const inRange = rows.filter((row) => row.from >= from && row.from < to && isMeasured(row));
    if (inRange.length < leastDays) continue;
    const now = inRange.reduce((sum, row) => sum + (row.value ?? 0), 0);
    const estimatedShare = now === 0 ? 0 : inRange.reduce((sum, row) => sum + row.estimated + row.unknown, 0) / now;
    const first = rows.find((row) => row.value !== null);
    const pairs = pairsOf(rows, table, timezone, from, to);
    if (pairs.length < Math.max(leastDays, inRange.length * 0.5)) {
      // New only where the table begins long before the meter does.
      if (first && first.from > (table.edges[0] as number) + 30 * 86_400_000)
        found.push({
          device,
          medium,
          now,
          before: null,
          delta: now,
          changePct: null,
          days: inRange.length,
          cause: 'new-meter',
          since: first.from,
          share: null,
          estimatedShare,
        });
      continue;
    }
    const one = compare(table, [device], timezone, from, to);
    const delta = (one.matched ?? 0) - (one.before ?? 0);
    const weather = one.normalised === null || delta === 0 ? 0 : ((one.matched ?? 0) - one.normalised) / delta;
    const step = stepOf(table, device, timezone, to);
    const base = {
      device,
      medium,
      now: one.matched ?? 0,
      before: one.before,
      delta,
      changePct: one.changePct,
      days: pairs.length,
      estimatedShare,
    };
    if (weather >= 0.6 && weather <= 1.6) found.push({ ...base, cause: 'weather', since: null, share: weather });
    else if (step && Math.sign(step.relative) === Math.sign(delta))
      found.push({ ...base, cause: 'step', since: step.at, share: step.relative });
    else found.push({ ...base, cause: 'gradual', since: null, share: null });
  }
  return found.sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
}

/**
 * The day within the last thirteen months at which the daily use changed its level most, with the weather explained beside it: a step in spring is not taken for
 * the spring, nor the spring for a step. Undefined where no day explains a good part of what the weather leaves.
 */
export function stepOf(table: DayTable, device: string, timezone: string, to: number): { at: number; relative: number } | undefined {
  const rows = table.meters.get(device) ?? [];
  const end = rows.findLastIndex((row) => row.from < to);
  const { weekend } = calendarOf(table, timezone);
  const x: number[][] = [];
  const y: number[] = [];
  const t: number[] = [];
  for (let i = Math.max(0, end - 395); i <= end; i++) {
    const row = rows[i];
    const c = table.outdoorC[i] as number;
    if (!isMeasured(row) || !Number.isFinite(c)) continue;
    x.push(regressors(c, weekend[i] as boolean));
    y.push(row.value);
    t.push(row.from);
  }
  const n = y.length;
  if (n < 90) return undefined;
  const width = 4;
  const factor = factorise(x, width);
  const b = leastSquares(x, y, width);
  const rest = y.map((value, i) => value - product(x[i] as number[], b));
  const spread = rest.reduce((sum, value) => sum + value * value, 0);
  if (spread === 0) return undefined;
  // Of the days from k on: the sum of what is left, and of the regressors (Frisch and Waugh).
  let left = 0;
  const after = new Float64Array(width);
  let best: { k: number; score: number; effect: number } | undefined;
  for (let k = n - 1; k >= 21; k--) {
    left += rest[k] as number;
    for (let j = 0; j < width; j++) after[j] = (after[j] as number) + ((x[k] as number[])[j] as number);
    if (n - k < 14) continue;
    const explained = product([...after], solve(factor, after));
    const own = n - k - explained;
    if (own < 1) continue;
    const score = (left * left) / own;
    if (!best || score > best.score) best = { k, score, effect: left / own };
  }
  if (!best || best.score / spread < stepExplains) return undefined;
  const before = y.slice(0, best.k).reduce((sum, value) => sum + value, 0) / best.k;
  const relative = before === 0 ? 0 : best.effect / before;
  return Math.abs(relative) < stepLeast ? undefined : { at: t[best.k] as number, relative };
}
