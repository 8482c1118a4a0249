/** Quarter hours with what each quality added to them; grows at both ends. */
import { type Interval, intervalMs, type Quality, qualities, qualityRank } from './types.ts';

const dayIntervals = 96;

export class IntervalBook {
  /** Number of the first interval since the epoch. */
  private base = 0;
  private count = 0;
  private sums: Record<Quality, Float64Array> = empty(0);
  /** Which qualities touched an interval, one bit each: an unknown quarter of an hour adds nothing and is still unknown. */
  private touched = new Uint8Array(0);
  /** Intervals changed since the last `takeChanged`. */
  private dirtyFrom = Number.POSITIVE_INFINITY;
  private dirtyTo = Number.NEGATIVE_INFINITY;

  add(index: number, value: number, quality: Quality): void {
    const at = this.place(index);
    const sums = this.sums[quality];
    sums[at] = (sums[at] as number) + value;
    this.touched[at] = (this.touched[at] as number) | (1 << qualityRank[quality]);
    if (index < this.dirtyFrom) this.dirtyFrom = index;
    if (index > this.dirtyTo) this.dirtyTo = index;
  }

  /** The value of an interval that was only measured; NaN for all others. */
  measured(index: number): number {
    const at = index - this.base;
    return at >= 0 && at < this.count && this.touched[at] === 1 ? (this.sums.measured[at] as number) : Number.NaN;
  }

  private place(index: number): number {
    if (this.count === 0) this.base = index;
    const at = index - this.base;
    if (at >= 0 && at < this.touched.length) {
      if (at >= this.count) this.count = at + 1;
      return at;
    }
    const shift = at < 0 ? -at : 0;
    const length = Math.max(dayIntervals * 4, 2 * this.touched.length, shift + this.count, at + dayIntervals);
    const sums = empty(length);
    for (const quality of qualities) sums[quality].set(this.sums[quality].subarray(0, this.count), shift);
    const touched = new Uint8Array(length);
    touched.set(this.touched.subarray(0, this.count), shift);
    this.sums = sums;
    this.touched = touched;
    this.base -= shift;
    this.count = Math.max(this.count + shift, at + shift + 1);
    return at + shift;
  }

  *all(): Iterable<Interval> {
    for (let at = 0; at < this.count; at++) if (this.touched[at] !== 0) yield this.row(at);
  }

  /** Values by column, for those who work through millions. `touched` is 0 where nothing is known. */
  columns() {
    const cut = (array: Float64Array) => array.subarray(0, this.count);
    const { measured, manual, estimated, unknown } = this.sums;
    return {
      from: this.base * intervalMs,
      count: this.count,
      measured: cut(measured),
      manual: cut(manual),
      estimated: cut(estimated),
      unknown: cut(unknown),
      touched: this.touched.subarray(0, this.count),
    };
  }

  takeChanged(): Interval[] {
    const rows: Interval[] = [];
    for (let index = Math.max(this.dirtyFrom, this.base); index <= this.dirtyTo; index++) {
      const at = index - this.base;
      if (this.touched[at]) rows.push(this.row(at));
    }
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    this.dirtyTo = Number.NEGATIVE_INFINITY;
    return rows;
  }

  /** Forgets intervals that end before `t`; for those who run for years. */
  forget(t: number): void {
    const drop = Math.min(Math.floor(t / intervalMs), this.dirtyFrom) - this.base;
    if (drop < dayIntervals || drop > this.count) return;
    for (const quality of qualities) {
      this.sums[quality].copyWithin(0, drop, this.count);
      this.sums[quality].fill(0, this.count - drop, this.count);
    }
    this.touched.copyWithin(0, drop, this.count);
    this.touched.fill(0, this.count - drop, this.count);
    this.base += drop;
    this.count -= drop;
  }

  private row(at: number): Interval {
    const from = (this.base + at) * intervalMs;
    const of = (quality: Quality) => this.sums[quality][at] as number;
    const bits = this.touched[at] as number;
    const quality = qualities[31 - Math.clz32(bits)] as Quality;
    const [measured, manual, estimated, unknown] = [of('measured'), of('manual'), of('estimated'), of('unknown')];
    return { from, to: from + intervalMs, value: measured + manual + estimated + unknown, measured, manual, estimated, unknown, quality };
  }
}

const empty = (length: number): Record<Quality, Float64Array> => ({
  measured: new Float64Array(length),
  manual: new Float64Array(length),
  estimated: new Float64Array(length),
  unknown: new Float64Array(length),
});
