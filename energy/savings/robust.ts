/**
 * Weights that take less notice of days on which far less was used than the model says (a holiday, an outage). How much less is chosen by the residuals
 * themselves: Barron's general loss with the shape that its likelihood prefers.
 */
import { quantile } from '../statistics.ts';
import { minimiseScalar } from './scalar.ts';

const shapeMin = -100;
/** 2.698 σ are 1.5 interquartile ranges, nearly: as the reference reckons it. */
const fence = 0.7413 * 2.698 - 0.5;
const searchTolerance = 1e-5;

const loss = (x2: number, shape: number): number => {
  if (shape >= 2) return 0.5 * x2;
  if (Math.abs(shape) < 1e-9) return Math.log(0.5 * x2 + 1);
  if (shape <= shapeMin) return 1 - Math.exp(-0.5 * x2);
  return (Math.abs(shape - 2) / shape) * ((x2 / Math.abs(shape - 2) + 1) ** (shape / 2) - 1);
};

/** The shapes as a scale from 0 (−100) to 1 (2): most of the room is near 2. */
const shapeOf = (s: number): number => {
  const share = (1 - 2 / (1 + 10 ** (3 * Math.min(1, Math.max(0, s)) ** 0.25))) / (1 - 2 / (1 + 10 ** 3));
  return shapeMin + (2 - shapeMin) * share;
};

/** Logarithm of the integral of e^−loss from −10 to 10 by shape, computed once; it is smooth over the logarithm of how far the shape is from 2. */
const [nearest, farthest, steps] = [Math.log(1e-8), Math.log(2 - shapeMin), 480];
let table: Float64Array | undefined;
function logNorm(shape: number): number {
  if (!table) {
    table = new Float64Array(steps + 1);
    for (let k = 0; k <= steps; k++) table[k] = logIntegral(2 - Math.exp(nearest + ((farthest - nearest) * k) / steps));
  }
  if (shape >= 2) return logOfSquares;
  const at = ((Math.log(2 - shape) - nearest) / (farthest - nearest)) * steps;
  const low = Math.min(steps - 2, Math.max(1, Math.floor(at)));
  const x = Math.max(0, at) - low;
  const [a, b, c, d] = table.subarray(low - 1, low + 3) as unknown as [number, number, number, number];
  // The cubic through four points.
  return b + x * (c - a / 3 - b / 2 - d / 6 + x * ((a - 2 * b + c) / 2 + (x * (d - a + 3 * (b - c))) / 6));
}
const logOfSquares = 0.5 * Math.log(2 * Math.PI);

function logIntegral(shape: number): number {
  const parts = 2000;
  let sum = 0;
  for (let k = 0; k <= parts; k++) {
    const x = (10 * k) / parts;
    sum += Math.exp(-loss(x * x, shape)) * (k === 0 || k === parts ? 1 : k % 2 === 1 ? 4 : 2);
  }
  return Math.log((2 * sum * (10 / parts)) / 3);
}

/** `residuals`: model − observed. The answer has the same order. */
export function robustWeights(residuals: Float64Array): Float64Array {
  const n = residuals.length;
  const weights = new Float64Array(n).fill(1);
  if (n < 3) return weights;
  const sorted = Float64Array.from(residuals).sort();
  const [q1, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = (q3 - q1) * fence;
  const inner = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  const centre = quantile(inner.length > 0 ? inner : sorted, 0.5);
  const scale = Math.max(Math.abs(q1 - centre - reach), Math.abs(q3 - centre + reach));
  if (!(scale > 0)) return weights;
  const squares = residuals.map((value) => ((value - centre) / scale) ** 2);
  const cost = (s: number) => {
    const shape = shapeOf(s);
    let sum = n * logNorm(shape);
    for (const x2 of squares) sum += loss(x2, shape);
    return sum;
  };
  const shape = shapeOf(minimiseScalar(cost, -searchTolerance, 1 + searchTolerance, searchTolerance));
  if (shape >= 2) return weights;
  for (let i = 0; i < n; i++)
    if ((residuals[i] as number) > centre) weights[i] = ((squares[i] as number) / Math.abs(shape - 2) + 1) ** (0.5 * shape - 1);
  return weights;
}
