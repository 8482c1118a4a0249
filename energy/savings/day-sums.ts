/**
 * Days by temperature with running sums of all that least squares needs: how far a straight line misses a stretch of them costs the same for ten days as
 * for a thousand. Both are taken from their means, so that little is lost where much is subtracted.
 */
export interface DaySums {
  t: Float64Array;
  y: Float64Array;
  n: number;
  tMean: number;
  yMean: number;
  sumT: Float64Array;
  sumTT: Float64Array;
  sumY: Float64Array;
  sumYY: Float64Array;
  sumTY: Float64Array;
}

/** @param t rising */
export function daySums(t: Float64Array, y: Float64Array): DaySums {
  const n = t.length;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, n);
  const [tMean, yMean] = [mean(t), mean(y)];
  const [sumT, sumTT, sumY, sumYY, sumTY] = Array.from({ length: 5 }, () => new Float64Array(n + 1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < n; i++) {
    const a = (t[i] as number) - tMean;
    const b = (y[i] as number) - yMean;
    sumT[i + 1] = (sumT[i] as number) + a;
    sumTT[i + 1] = (sumTT[i] as number) + a * a;
    sumY[i + 1] = (sumY[i] as number) + b;
    sumYY[i + 1] = (sumYY[i] as number) + b * b;
    sumTY[i + 1] = (sumTY[i] as number) + a * b;
  }
  return { t, y, n, tMean, yMean, sumT, sumTT, sumY, sumYY, sumTY };
}

/** How many are colder than this. */
export function colderThan(t: Float64Array, value: number): number {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((t[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many are at most this warm. */
export function atMost(t: Float64Array, value: number): number {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((t[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Σ(line − y)² over the days [from, to), with the line level + slope·t. */
export function lineError(sums: DaySums, from: number, to: number, level: number, slope: number): number {
  if (to <= from) return 0;
  const part = (of: Float64Array) => (of[to] as number) - (of[from] as number);
  const a = level + slope * sums.tMean - sums.yMean;
  const sumY = part(sums.sumY);
  let sse = a * a * (to - from) - 2 * a * sumY + part(sums.sumYY);
  if (slope !== 0) sse += 2 * a * slope * part(sums.sumT) + slope * slope * part(sums.sumTT) - 2 * slope * part(sums.sumTY);
  return Math.max(0, sse);
}

/** Standard deviation of the temperatures over that of the energies, of the days [from, to). */
export function spreadRatio({ sumT, sumTT, sumY, sumYY }: DaySums, from: number, to: number): number {
  const n = to - from;
  const spread = (sum: Float64Array, squares: Float64Array) => {
    const mean = ((sum[to] as number) - (sum[from] as number)) / n;
    return Math.sqrt(Math.max(0, ((squares[to] as number) - (squares[from] as number)) / n - mean * mean));
  };
  return spread(sumT, sumTT) / (spread(sumY, sumYY) || 1e-12);
}
