/**
 * Readings in the order in which they count. Late ones are put where they belong, of two at the same moment the later word stands. A clock that was set
 * back repeats an hour: there the order of arrival is right, for the register kept on counting.
 */
import type { RegisterReadings } from './types.ts';

/** A meter that lost its clock says 1970; nothing of ours is older than this. */
const earliest = Date.UTC(2000, 0, 1);

export interface Ordered extends RegisterReadings {
  t: Float64Array;
  v: Float64Array;
  manual?: Uint8Array | undefined;
  /** How many carried an impossible time and were left out. */
  timeless: number;
}

export function inOrder(readings: RegisterReadings): Ordered {
  const n = readings.length;
  const keep: number[] = [];
  let timeless = 0;
  let sorted = true;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const t = readings.t[i] as number;
    if (!(t >= earliest)) {
      timeless++;
      continue;
    }
    if (t <= last) sorted = false;
    last = t;
    keep.push(i);
  }
  const order = sorted ? keep : untangle(readings, keep);
  const t = new Float64Array(order.length);
  const v = new Float64Array(order.length);
  const manual = readings.manual && new Uint8Array(order.length);
  for (let k = 0; k < order.length; k++) {
    const i = order[k] as number;
    t[k] = readings.t[i] as number;
    v[k] = readings.v[i] as number;
    if (manual) manual[k] = readings.manual?.[i] as number;
  }
  return { t, v, manual, length: order.length, timeless };
}

/** Stretch by stretch: one ends where everything before is older than everything after. */
function untangle({ t, v }: RegisterReadings, keep: number[]): number[] {
  const n = keep.length;
  const time = (k: number) => t[keep[k] as number] as number;
  const oldestAfter = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  for (let k = n - 1; k >= 0; k--) oldestAfter[k] = Math.min(oldestAfter[k + 1] as number, time(k));
  const out: number[] = [];
  let start = 0;
  let newest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < n; k++) {
    newest = Math.max(newest, time(k));
    if (newest >= (oldestAfter[k + 1] as number)) continue;
    const stretch = keep.slice(start, k + 1);
    out.push(...(stretch.length === 1 ? stretch : straighten(stretch, t, v)));
    start = k + 1;
  }
  return out;
}

function straighten(stretch: number[], t: ArrayLike<number>, v: ArrayLike<number>): number[] {
  const byTime = [...stretch].sort((x, y) => (t[x] as number) - (t[y] as number) || x - y);
  const single = byTime.filter((i, k) => t[i] !== t[byTime[k + 1] as number]);
  return falls(stretch, v) < falls(single, v) || (single.length < stretch.length && rises(stretch, t, v)) ? stretch : single;
}

function falls(order: number[], v: ArrayLike<number>): number {
  let count = 0;
  for (let k = 1; k < order.length; k++) if ((v[order[k] as number] as number) < (v[order[k - 1] as number] as number)) count++;
  return count;
}

/** The clock was set back onto moments that were already there: every repeated one shows more than all before it. */
function rises(order: number[], t: ArrayLike<number>, v: ArrayLike<number>): boolean {
  if (falls(order, v) > 0) return false;
  let repeated = 0;
  let newest = Number.NEGATIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    if ((t[i] as number) < newest) {
      if (!((v[i] as number) > highest)) return false;
      repeated++;
    }
    newest = Math.max(newest, t[i] as number);
    highest = Math.max(highest, v[i] as number);
  }
  return repeated > 0;
}
