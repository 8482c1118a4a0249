/**
 * A batch that keeps failing while the store takes others has points in it that the store chokes on, whatever it says. They are found by halving; all
 * others go in. A point is given up only after it failed alone `needed` times, each time with the store taking a point that is known to be good right
 * before and after: a store that is merely flaky loses nothing.
 */
import { Fault, isFault, reasonOf } from '../shared/errors.ts';
import type { Refusal, StorePoint } from './store.ts';

/** Failures of the whole batch, each an answer of the store, before its points are looked at one by one. */
export const suspiciousAfter = 3;
const needed = 6;
const probes = 8;
/** Trouble of the moment: not about any point. */
const passing = /timeout|timed out|memory|cache|busy|overload|too many|rate limit|unavailable|temporar|try again|no space|read.?only/i;

/** Did the store itself answer, and not with what passes by itself? */
export function isAnswer(error: unknown): boolean {
  const status = isFault(error, 'store/unavailable') ? Number(error.detail?.status) : 0;
  return status >= 400 && ![408, 429, 502, 503, 504].includes(status) && error instanceof Error && !passing.test(error.message);
}

export type WritePoints = (points: readonly StorePoint[]) => Promise<Refusal[]>;

export class Isolation {
  readonly #points: readonly StorePoint[];
  readonly #write: WritePoints;
  readonly #refused: Refusal[] = [];
  /** Points that failed alone, and how often. */
  readonly #suspects = new Map<number, number>();
  #good: StorePoint | undefined;
  #visited = false;
  #turn = 0;

  constructor(points: readonly StorePoint[], write: WritePoints) {
    this.#points = points;
    this.#write = write;
  }

  /**
   * One round; the refusals once every point is in or refused. To be called again after a pause while it throws.
   * @throws what the store said: nothing is certain yet
   */
  async round(): Promise<Refusal[]> {
    if (!this.#good) await this.#findGood();
    if (!this.#visited) {
      await this.#visit(0, this.#points.length);
      this.#visited = true;
    }
    let last: unknown;
    for (const [index, failures] of [...this.#suspects]) {
      await this.#proveAlive();
      try {
        await this.#part(index, index + 1);
        this.#suspects.delete(index);
      } catch (error) {
        if (!isAnswer(error)) throw error;
        last = error;
        await this.#proveAlive();
        if (failures + 1 < needed) this.#suspects.set(index, failures + 1);
        else {
          this.#suspects.delete(index);
          this.#refused.push({ index, reason: `the store fails on this point alone while it takes others: ${reasonOf(error)}` });
        }
      }
    }
    if (this.#suspects.size > 0) throw last ?? new Fault('store/unavailable');
    return this.#refused.sort((a, b) => a.index - b.index);
  }

  /** Some points here and there: when none of them goes in the store is down, whatever the batch holds. */
  async #findGood(): Promise<void> {
    const count = this.#points.length;
    const step = Math.max(1, Math.floor(count / probes));
    const offset = this.#turn++ % step;
    let last: unknown;
    for (let index = offset; index < count; index += step) {
      try {
        if ((await this.#write([this.#points[index] as StorePoint])).length > 0) continue;
        this.#good = this.#points[index];
        return;
      } catch (error) {
        if (!isAnswer(error)) throw error;
        last = error;
      }
    }
    throw last ?? new Fault('store/unavailable', 'the store takes none of the points tried');
  }

  async #proveAlive(): Promise<void> {
    if (this.#good) await this.#write([this.#good]);
  }

  async #visit(from: number, to: number): Promise<void> {
    try {
      await this.#part(from, to);
    } catch (error) {
      if (!isAnswer(error)) throw error;
      if (to - from === 1) {
        this.#suspects.set(from, this.#suspects.get(from) ?? 1);
        return;
      }
      const half = (from + to) >> 1;
      await this.#visit(from, half);
      await this.#visit(half, to);
    }
  }

  async #part(from: number, to: number): Promise<void> {
    for (const { index, reason } of await this.#write(this.#points.slice(from, to))) {
      if (!this.#refused.some((one) => one.index === from + index)) this.#refused.push({ index: from + index, reason });
    }
  }
}
