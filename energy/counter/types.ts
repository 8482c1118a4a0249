/** What goes into the counter engine and what comes out. Times are UTC ms; values are in the counter's unit (kWh, m³, ...). */
export const qualities = ['measured', 'manual', 'estimated', 'unknown'] as const;
export type Quality = (typeof qualities)[number];
/** How sure we are, best first; an interval is as good as the worst of its parts. */
export const qualityRank: Record<Quality, number> = { measured: 0, manual: 1, estimated: 2, unknown: 3 };

export type Verdict =
  | 'normal'
  | 'jitter'
  | 'glitch'
  | 'rollover'
  | 'reset'
  | 'swap'
  | 'catch-up'
  | 'return'
  | 'jump'
  | 'above-rating'
  | 'held'
  | 'unknown'
  | 'accepted'
  | 'unmatched-swap';

/** A meter was taken out at `final` and the next one put in at `first`. */
export interface Swap {
  t: number;
  final: number;
  first: number;
}

/** From `from` on the register counts `multiplier` units: a CT or PT was changed. */
export interface Multiplier {
  from: number;
  multiplier: number;
}

/** What a person decided about the reading at `t`: count the step up to it, leave the reading out, or begin a new segment with it. */
export interface Decision {
  t: number;
  verdict: 'accept' | 'drop' | 'reset' | 'split';
}

export interface CounterOptions {
  /** A net counter runs both ways: it never resets by falling. Default: counter. */
  kind?: 'counter' | 'net' | undefined;
  /** Digits before the point on the display: it rolls over at 10^digits. */
  digits?: number | undefined;
  /** The most that can pass in an hour, in the counter's unit; learned from the meter when absent. */
  rated?: number | undefined;
  /** Where a gap is spread by the habits of the day. */
  timezone?: string | undefined;
  swaps?: readonly Swap[] | undefined;
  multipliers?: readonly Multiplier[] | undefined;
  decisions?: readonly Decision[] | undefined;
}

/** Readings of one register as columns. */
export interface RegisterReadings {
  t: ArrayLike<number>;
  /** NaN: a bad value. */
  v: ArrayLike<number>;
  /** 1 where a person read the meter. */
  manual?: ArrayLike<number> | undefined;
  length: number;
}

/** Something a person may want to look at: which step, what was made of it, what it added. */
export interface Suspect {
  verdict: Exclude<Verdict, 'normal'>;
  from: number;
  to: number;
  /** Register before and after. */
  a: number;
  b: number;
  /** What the step added, in the counter's unit times the multiplier. */
  delta: number;
}

/** A stretch in which the register only went up (or, for a net counter, was not interrupted). Σ (last − first) · multiplier is all that was consumed. */
export interface Segment {
  from: number;
  to: number;
  first: number;
  last: number;
  multiplier: number;
}

export interface Interval {
  from: number;
  to: number;
  value: number;
  measured: number;
  manual: number;
  estimated: number;
  unknown: number;
  quality: Quality;
}

export const intervalMs = 900_000;
