/** Can this reading be what stands on the meter? By what stands before and after it, and by what the meter usually does. Pure. */
export interface Around {
  before: { t: number; v: number; byHand: boolean } | undefined;
  after: { t: number; v: number; byHand: boolean } | undefined;
  /** The most that passed in a day of the last weeks, and the mean; null when nothing is known. */
  mostPerDay: number | null;
  meanPerDay: number | null;
  digits: number | undefined;
}

export interface Plausible {
  /** What is less is refused. */
  least: number | null;
  /** What is more is asked about. */
  most: number | null;
  expected: number | null;
}

const dayMs = 86_400_000;
/** Twice the busiest day of the last weeks is still believed. */
const slack = 2;

export function plausibleAt(t: number, { before, after, mostPerDay, meanPerDay, digits }: Around): Plausible {
  const end = digits === undefined ? Number.POSITIVE_INFINITY : 10 ** digits;
  const days = before ? Math.max(0, t - before.t) / dayMs : 0;
  const most = before && mostPerDay !== null ? before.v + slack * mostPerDay * Math.max(days, 1 / 24) : null;
  return {
    least: before?.v ?? null,
    most: after ? Math.min(after.v, most ?? after.v) : most === null ? null : Math.min(most, end),
    expected: before && meanPerDay !== null ? Math.min(before.v + meanPerDay * days, after?.v ?? end) : null,
  };
}

export type EntryDoubt = 'below' | 'above-next' | 'digits' | 'far-above';

/** The first thing that is wrong with it. `far-above` may be true all the same: who looked again says so. */
export function doubtOf(value: number, t: number, around: Around): EntryDoubt | undefined {
  const { before, after, digits } = around;
  if (digits !== undefined && value >= 10 ** digits) return 'digits';
  const rolled = digits !== undefined && before !== undefined && before.v > 0.9 * 10 ** digits && value < 0.1 * 10 ** digits;
  if (before && value < before.v && !rolled) return 'below';
  if (after && value > after.v && !(digits !== undefined && after.v < 0.1 * 10 ** digits)) return 'above-next';
  const { most } = plausibleAt(t, around);
  return most !== null && value > most && !rolled ? 'far-above' : undefined;
}
