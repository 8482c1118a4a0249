/**
 * Sums to the last bit as NumPy and pandas take them. Where a search stops may hang on a last bit (a simplex on one coordinate is compared with exactly a
 * quarter of what it was), so what goes into one is summed in the reference's order.
 */

const block = 128;

/** NumPy's: halves of halves, within a block eight sums side by side. */
export function pairwiseSum(values: Float64Array, from = 0, to = values.length): number {
  const n = to - from;
  const at = (i: number) => values[from + i] as number;
  if (n > block) {
    const half = Math.floor(n / 2);
    const middle = from + half - (half % 8);
    return pairwiseSum(values, from, middle) + pairwiseSum(values, middle, to);
  }
  if (n < 8) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += at(i);
    return sum;
  }
  let [a, b, c, d, e, f, g, h] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
  let i = 8;
  for (; i < n - (n % 8); i += 8) {
    a += at(i);
    b += at(i + 1);
    c += at(i + 2);
    d += at(i + 3);
    e += at(i + 4);
    f += at(i + 5);
    g += at(i + 6);
    h += at(i + 7);
  }
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (; i < n; i++) sum += at(i);
  return sum;
}

/** pandas' within a group: what a sum loses is carried along (Kahan). */
export class CarriedSum {
  sum = 0;
  private lost = 0;

  add(value: number): void {
    const whole = value - this.lost;
    const next = this.sum + whole;
    this.lost = next - this.sum - whole;
    this.sum = next;
  }
}

/** Standard deviation of the values [from, to), as NumPy has it. */
export function spreadOf(values: Float64Array, from: number, to: number): number {
  const mean = pairwiseSum(values, from, to) / (to - from);
  const squares = values.slice(from, to).map((value) => (value - mean) * (value - mean));
  return Math.sqrt(pairwiseSum(squares) / (to - from));
}

/** How many of rising values come before the first that `stops`. */
function countUntil(rising: Float64Array, stops: (value: number) => boolean): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stops(rising[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const countBelow = (rising: Float64Array, limit: number): number => countUntil(rising, (value) => value >= limit);
export const countAtMost = (rising: Float64Array, limit: number): number => countUntil(rising, (value) => value > limit);
