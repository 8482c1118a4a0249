/**
 * The time of readings, judged by one rule wherever it is judged (ingest, rules, live values): what lies in the future, what is older than what came
 * before, and when a series must begin anew because its clock was set back (docs/decisions/0021). Knows no clock: time of arrival is handed in.
 */

/** A reading cannot come from the future; small differences between clocks are no reason to doubt it. */
export const futureLimitMs = 300_000;
/** No plant ran this program before: a clock that lost its battery says 1970 or 2000. */
export const earliestMs = Date.UTC(2020, 0, 1);

/** Why this time cannot be right; undefined when it can. */
export function timeMistake(t: number, now: number): 'future' | 'unset' | undefined {
  if (t > now + futureLimitMs) return 'future';
  return t < earliestMs ? 'unset' : undefined;
}

/**
 * The time under which a reading is known, or why it has none. One from the future is of when its gateway heard it: the same however often it is
 * sent again, so that nothing is stored twice.
 * @param at by the gateway's clock, only where the device stamped `t` by its own
 */
export function knownTime({ t, at }: { t: number; at?: number | undefined }, now: number): number | 'future' | 'unset' {
  const mistake = timeMistake(t, now);
  if (mistake === 'future' && at !== undefined && timeMistake(at, now) === undefined) return at;
  return mistake ?? t;
}

/** Clocks that agree differ by less (real time); nearer than this a reading is of now. */
const nearMs = 5_000;
/** So many readings in a row, each newer than the one before but older than the newest known, over at least so long (real time): the clock was set. */
const fewestOlder = 3;
const shortestOlderMs = 2_000;
const jitterMs = 200;

/** What is remembered of a series: the newest time, and the run of older ones since. */
export interface SeriesTime {
  t: number;
  /** Readings in the run, its first time and arrival, its last time. */
  older: number;
  firstT: number;
  firstAt: number;
  lastT: number;
}

export const newSeriesTime = (): SeriesTime => ({ t: Number.NEGATIVE_INFINITY, older: 0, firstT: 0, firstAt: 0, lastT: 0 });

/**
 * `next`: newer than all before. `same`: sent again. `late`: older, as out of a gateway's outbox; belongs into the store and not onto the screen.
 * `anew`: older, but it is what the device says now, since its clock (or ours) was set back: the series begins with it.
 */
export type Order = 'next' | 'same' | 'late' | 'anew';

/**
 * Takes the time of one reading and says what it is.
 * @param arrivedAt plant time of arrival; undefined in replays, where nothing is ever anew
 * @param speed plant seconds per second
 */
export function takeTime(series: SeriesTime, t: number, arrivedAt: number | undefined, speed = 1): Order {
  if (t > series.t) {
    series.t = t;
    series.older = 0;
    return 'next';
  }
  if (t === series.t) return 'same';
  if (arrivedAt === undefined || !isAnew(series, t, arrivedAt, speed)) return 'late';
  series.t = t;
  series.older = 0;
  return 'anew';
}

function isAnew(series: SeriesTime, t: number, arrivedAt: number, speed: number): boolean {
  // It is of now by our clock, and what was newest is not to come for a while: a stamp from the future, or a clock set back with all that it stamps.
  const near = nearMs * speed;
  if (Math.abs(arrivedAt - t) <= near && series.t > arrivedAt + near) return true;
  // A backlog comes in a burst, faster than it was measured, and live readings between it; a clock that was set back goes on at the pace of time.
  const arrived = arrivedAt - series.firstAt;
  const measured = t - series.firstT;
  if (series.older > 0 && t === series.lastT) return false;
  if (series.older === 0 || t < series.lastT || arrived < 0 || Math.abs(measured - arrived) > arrived / 2 + jitterMs * speed) {
    series.older = 1;
    series.firstT = t;
    series.firstAt = arrivedAt;
    series.lastT = t;
    return false;
  }
  series.older++;
  series.lastT = t;
  return series.older >= fewestOlder && arrived >= shortestOlderMs * speed;
}
