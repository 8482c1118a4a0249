/** Finds the shape that fits days (temperature, energy) best: first a coarse search over both bends, then downhill; then once more with robust weights. */
import { quantile } from '../statistics.ts';
import { atMost, colderThan, type DaySums, daySums, lineError, spreadRatio } from './day-sums.ts';
import { type Box, minimise } from './nelder-mead.ts';
import { bendsOf, parameterCount, predict, type Shape, simplify } from './piecewise.ts';
import { robustWeights } from './robust.ts';

export interface Days {
  /** By temperature, rising. */
  t: Float64Array;
  y: Float64Array;
}

export interface FitOptions {
  /** Bends may be rounded, and the last fit is robust: the daily model. Bills have neither. */
  smooth: boolean;
  /** Fewest days that make a slope. */
  segmentDays: number;
}

export interface FittedShape {
  shape: Shape;
  parameters: number;
}

/** A small price on slopes and bends, so that none is there without reason. */
const lasso = 0.001;
const gridSteps = 22;

export function sortDays(t: readonly number[], y: readonly number[]): Days {
  const order = t.map((_, i) => i).sort((a, b) => (t[a] as number) - (t[b] as number));
  return { t: Float64Array.from(order, (i) => t[i] as number), y: Float64Array.from(order, (i) => y[i] as number) };
}

const shapeFrom = (x: readonly number[], smooth: boolean): Shape => {
  const ordered = (x[0] as number) <= (x[2] as number);
  const [cold, hot] = ordered ? [0, 2] : [2, 0];
  return {
    heatingBelow: x[cold] as number,
    heating: x[cold + 1] as number,
    heatingRound: smooth ? (x[ordered ? 5 : 6] as number) : 0,
    coolingAbove: x[hot] as number,
    cooling: x[hot + 1] as number,
    coolingRound: smooth ? (x[ordered ? 6 : 5] as number) : 0,
    base: x[4] as number,
  };
};

/** Σ(model − y)²; only days on a rounded stretch are looked at one by one. */
function errorOf(shape: Shape, sums: DaySums): number {
  const { t, y, n } = sums;
  const { heating, cooling, base } = shape;
  const { low, high, lowRound, highRound } = bendsOf(shape);
  const cold = colderThan(t, low);
  const hot = Math.max(cold, atMost(t, high));
  let sse = lineError(sums, cold, hot, base, 0);
  if (lowRound === 0) sse += lineError(sums, 0, cold, base + heating * low, -heating);
  else
    for (let i = 0; i < cold; i++) {
      const d = (t[i] as number) - low;
      const miss = base - heating * d + heating * lowRound * (Math.exp(d / lowRound) - 1) - (y[i] as number);
      sse += miss * miss;
    }
  if (highRound === 0) sse += lineError(sums, hot, n, base - cooling * high, cooling);
  else
    for (let i = hot; i < n; i++) {
      const d = (t[i] as number) - high;
      const miss = base + cooling * d + cooling * highRound * (Math.exp(-d / highRound) - 1) - (y[i] as number);
      sse += miss * miss;
    }
  return sse;
}

const asVector = (shape: Shape, smooth: boolean): number[] => {
  const { heatingBelow, heating, coolingAbove, cooling, base, heatingRound, coolingRound } = shape;
  return [heatingBelow, heating, coolingAbove, cooling, base, ...(smooth ? [heatingRound, coolingRound] : [])];
};

/** The first fit: least squares and the price. Its errors are those that are reported. */
export function firstFit(days: Days, options: FitOptions): FittedShape {
  const { t, y } = days;
  const n = t.length;
  const [coldest, hottest] = [t[0] as number, t[n - 1] as number];
  const flat = flatShape(days);
  if (!(hottest > coldest) || n < 2 * options.segmentDays) return { shape: flat, parameters: 1 };
  const sums = daySums(t, y);
  const cost = (x: readonly number[]) => {
    const shape = shapeFrom(x, options.smooth);
    const mean = errorOf(shape, sums) / n;
    return mean + price(shape, sums, Math.sqrt(mean), options);
  };
  const starts = coarse(sums, options);
  const sorted = Float64Array.from(y).sort();
  const slope = 3 * Math.max(...starts.map(({ heating, cooling }) => Math.max(heating, cooling)), 1e-12);
  const box: Box = [
    [coldest, hottest],
    [0, slope],
    [coldest, hottest],
    [0, slope],
    [quantile(sorted, 0.01), quantile(sorted, 0.99)],
    ...(options.smooth ? ([[0, 1], [0, 1]] as const) : []), // biome-ignore format: two of the same
  ];
  let best = { x: asVector(flat, options.smooth), value: cost(asVector(flat, options.smooth)) };
  const rounds = options.smooth ? [[0, 0], [0.4, 0.3]] : [[0, 0]]; // biome-ignore format: starting points
  for (const start of starts)
    for (const [heatingRound, coolingRound] of rounds as [number, number][]) {
      const spread = heatingRound > 0 ? 0.35 * (start.coolingAbove - start.heatingBelow) : 0;
      const from = {
        ...start,
        heatingRound,
        coolingRound,
        heatingBelow: start.heatingBelow - spread,
        coolingAbove: start.coolingAbove + spread,
      };
      const found = minimise(cost, asVector(from, options.smooth), box);
      if (found.value < best.value) best = found;
    }
  const shape = simplify(shapeFrom(best.x, options.smooth), coldest, hottest);
  return { shape, parameters: parameterCount(shape) };
}

/** The second fit: no price, robust weights by segment; it starts from the first and keeps its slopes. */
export function finalFit(days: Days, first: Shape, options: FitOptions): FittedShape {
  const { t, y } = days;
  const n = t.length;
  if (first.heating === 0 && first.cooling === 0 && !options.smooth) return { shape: flatShape(days), parameters: 1 };
  const model = new Float64Array(n);
  const residual = new Float64Array(n);
  const cost = (x: readonly number[]) => {
    const shape = shapeFrom(x, options.smooth);
    predict(shape, t, model);
    for (let i = 0; i < n; i++) residual[i] = (model[i] as number) - (y[i] as number);
    let sse = 0;
    if (!options.smooth) for (let i = 0; i < n; i++) sse += (residual[i] as number) ** 2;
    else
      for (const [from, to] of segments(shape, t)) {
        const part = residual.subarray(from, to);
        const weights = robustWeights(part);
        for (let i = 0; i < part.length; i++) sse += (weights[i] as number) * (part[i] as number) ** 2;
      }
    return sse / n;
  };
  const edge = Math.min(options.segmentDays, n - 1);
  const bends = [t[edge] as number, t[n - edge] as number] as const;
  const bend = bends[0] < bends[1] ? bends : ([bends[1], bends[0]] as const);
  const sorted = Float64Array.from(y).sort();
  const keep = (value: number): readonly [number, number] => [0, 2 * value];
  const roundBox = (value: number): readonly [number, number] => [0, value === 0 ? 1 : Math.min(1, 2 * value)];
  const still = (value: number): readonly [number, number] => [value, value];
  const has = { heating: first.heating > 0, cooling: first.cooling > 0 };
  const box: Box = [
    has.heating ? bend : still(first.heatingBelow),
    keep(first.heating),
    has.cooling ? bend : still(first.coolingAbove),
    keep(first.cooling),
    [quantile(sorted, 0.01), quantile(sorted, 0.99)],
    ...(options.smooth
      ? [has.heating ? roundBox(first.heatingRound) : still(0), has.cooling ? roundBox(first.coolingRound) : still(0)]
      : []),
  ];
  const found = minimise(cost, asVector(first, options.smooth), box, 700);
  const shape = simplify(shapeFrom(found.x, options.smooth), t[0] as number, t[n - 1] as number);
  return { shape, parameters: parameterCount(shape) };
}

const flatShape = ({ t, y }: Days): Shape => ({
  heatingBelow: t[0] as number,
  coolingAbove: t[t.length - 1] as number,
  ...{ heating: 0, cooling: 0, heatingRound: 0, coolingRound: 0 },
  base: y.reduce((sum, value) => sum + value, 0) / y.length,
});

/** Index of the day nearest to a temperature. */
function nearest(t: Float64Array, value: number): number {
  let [low, high] = [0, t.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((t[middle] as number) < value) low = middle;
    else high = middle;
  }
  return Math.abs((t[low] as number) - value) <= Math.abs((t[high] as number) - value) ? low : high;
}

function segments(shape: Shape, t: Float64Array): [number, number][] {
  const n = t.length;
  const { heating, cooling, heatingBelow, coolingAbove } = shape;
  if ((heating === 0 && cooling === 0) || coolingAbove >= (t[n - 1] as number) || heatingBelow <= (t[0] as number)) return [[0, n]];
  const cuts = [0, ...(heating > 0 ? [nearest(t, heatingBelow)] : []), ...(cooling > 0 ? [nearest(t, coolingAbove)] : []), n];
  return cuts
    .slice(1)
    .map((to, i) => [cuts[i] as number, to] as [number, number])
    .filter(([from, to]) => to > from);
}

function price(shape: Shape, sums: DaySums, rmse: number, { segmentDays }: FitOptions): number {
  const { t, n } = sums;
  const [coldest, hottest] = [t[0] as number, t[n - 1] as number];
  const { heatingBelow, coolingAbove } = shape;
  const edge = (bend: number) => Math.min(Math.abs(bend - coldest), Math.abs(bend - hottest));
  const between = (coolingAbove - heatingBelow) / 2;
  const bends = ((edge(heatingBelow) + edge(coolingAbove) + 2 * between) * rmse) / (hottest - coldest);
  const cold = colderThan(t, heatingBelow);
  const hot = n - atMost(t, coolingAbove);
  let [coldTo, hotFrom] = [cold, n - hot];
  if (cold < segmentDays && hot >= segmentDays) coldTo = n - hot;
  else if (cold >= segmentDays && hot < segmentDays) hotFrom = cold;
  const both = coldTo >= segmentDays && n - hotFrom >= segmentDays;
  const ratio = (from: number, to: number) => spreadRatio(sums, from, to);
  const whole = both ? 0 : ratio(0, n);
  const few = (count: number) => (count < segmentDays ? 1e30 : 1);
  const heating = shape.heating * (both ? ratio(0, coldTo) : whole) * few(both ? cold : n - cold - hot);
  const cooling = shape.cooling * (both ? ratio(hotFrom, n) : whole) * few(both ? hot : n - cold - hot);
  const sum = Math.max(1, shape.heatingRound + shape.coolingRound);
  const rounds = ((shape.heatingRound / sum) * heating + (shape.coolingRound / sum) * cooling) / 2;
  return lasso * (bends + heating + cooling + rounds);
}

/** Both bends on a grid, slopes and base by least squares; the best of each kind. */
function coarse(sums: DaySums, options: FitOptions): Shape[] {
  const { t, n } = sums;
  const edge = options.segmentDays;
  const [low, high] = [t[edge - 1] as number, t[n - edge] as number];
  const found: { shape: Shape; value: number }[] = [];
  for (let i = 0; i <= gridSteps; i++)
    for (let j = i; j <= gridSteps; j++) {
      const [b1, b2] = [low + ((high - low) * i) / gridSteps, low + ((high - low) * j) / gridSteps];
      const shape = leastSquares(sums, b1, b2);
      if (!shape) continue;
      const mean = errorOf(shape, sums) / n;
      found.push({ shape, value: mean + price(shape, sums, Math.sqrt(mean), options) });
    }
  found.sort((a, b) => a.value - b.value);
  return found.slice(0, 2).map(({ shape }) => shape);
}

/** Slopes below 0 are left out, one by one. */
function leastSquares(sums: DaySums, b1: number, b2: number): Shape | undefined {
  const { t, n, tMean, yMean, sumT, sumTT, sumY, sumTY } = sums;
  const cold = colderThan(t, b1);
  const warm = atMost(t, b2);
  const [a, b] = [b1 - tMean, b2 - tMean];
  const rest = (of: Float64Array) => (of[n] as number) - (of[warm] as number);
  // Of what a day is colder than the lower bend, and of what it is warmer than the upper: sums, squares, products with the energy (from its mean).
  const [coldT, hotT, hotY] = [sumT[cold] as number, rest(sumT), rest(sumY)];
  const c = a * cold - coldT;
  const h = hotT - b * (n - warm);
  const cc = a * a * cold - 2 * a * coldT + (sumTT[cold] as number);
  const hh = rest(sumTT) - 2 * b * hotT + b * b * (n - warm);
  const r1 = a * (sumY[cold] as number) - (sumTY[cold] as number);
  const r2 = rest(sumTY) - b * hotY;
  const [a11, a22, a12] = [cc - (c * c) / n, hh - (h * h) / n, -(c * h) / n];
  const det = a11 * a22 - a12 * a12;
  for (const [heating, cooling] of [
    [(r1 * a22 - r2 * a12) / det, (a11 * r2 - a12 * r1) / det],
    [r1 / a11, 0],
    [0, r2 / a22],
  ] as const) {
    if (!(heating >= 0 && cooling >= 0)) continue;
    const base = yMean - (heating * c + cooling * h) / n;
    return { heatingBelow: b1, coolingAbove: b2, heating, cooling, heatingRound: 0, coolingRound: 0, base };
  }
  return undefined;
}
