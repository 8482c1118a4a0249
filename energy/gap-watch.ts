/** Times without readings, longer than this counter usually leaves between two. What a person read at either end is no gap any more. */
import { intervalMs } from './counter.ts';
import type { Doubt } from './suspects.ts';

const leastMs = 1.5 * intervalMs;
/** Against the usual time between two readings. */
const times = 3;

export class GapWatch {
  #last: { t: number; v: number; manual: boolean } | undefined;
  #usualMs = Number.NaN;

  constructor(at?: { t: number; v: number }) {
    if (at) this.#last = { ...at, manual: false };
  }

  /** The next reading; the gap that it ends, when it ends one. */
  see(t: number, v: number, manual: boolean): Doubt | undefined {
    const last = this.#last;
    this.#last = { t, v, manual };
    if (!last || manual || last.manual) return undefined;
    const ms = t - last.t;
    const long = ms > Math.max(leastMs, times * (Number.isNaN(this.#usualMs) ? leastMs : this.#usualMs));
    if (!long || v < last.v) {
      this.#usualMs = Number.isNaN(this.#usualMs) ? ms : 0.9 * this.#usualMs + 0.1 * ms;
      return undefined;
    }
    // A meter that reports once an hour looks like a row of gaps at first.
    if (ms < 4 * leastMs) this.#usualMs = Number.isNaN(this.#usualMs) ? ms : (this.#usualMs + ms) / 2;
    return v === last.v ? undefined : { verdict: 'gap', from: last.t, to: t, a: last.v, b: v, delta: v - last.v };
  }
}
