/** Finds the shape that fits days (temperature, energy) best: first a coarse search over both bends, then downhill; then once more with robust weights. */
import { quantile } from '../statistics.ts';
import { type Box, minimise } from './nelder-mead.ts';
import { parameterCount, predict, type Shape, simplify } from './piecewise.ts';
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
  const [b1, s1, b2, s2, base, k1 = 0, k2 = 0] = x as [number, number, number, number, number, number?, number?];
  const kept = { base };
  return b1 <= b2
    ? {
        ...kept,
        heatingBelow: b1,
        heating: s1,
        heatingRound: smooth ? k1 : 0,
        coolingAbove: b2,
        cooling: s2,
        coolingRound: smooth ? k2 : 0,
      }
    : {
        ...kept,
        heatingBelow: b2,
        heating: s2,
        heatingRound: smooth ? k2 : 0,
        coolingAbove: b1,
        cooling: s1,
        coolingRound: smooth ? k1 : 0,
      };
};

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
  const model = new Float64Array(n);
  const cost = (x: readonly number[]) => {
    const shape = shapeFrom(x, options.smooth);
    predict(shape, t, model);
    let sse = 0;
    for (let i = 0; i < n; i++) sse += ((model[i] as number) - (y[i] as number)) ** 2;
    return sse / n + price(shape, days, Math.sqrt(sse / n), options);
  };
  const starts = coarse(days, options);
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

function spreadOf(values: Float64Array): number {
  const n = values.length;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}

function price(shape: Shape, { t, y }: Days, rmse: number, { segmentDays }: FitOptions): number {
  const n = t.length;
  const [coldest, hottest] = [t[0] as number, t[n - 1] as number];
  const { heatingBelow, coolingAbove } = shape;
  const edge = (bend: number) => Math.min(Math.abs(bend - coldest), Math.abs(bend - hottest));
  const between = (coolingAbove - heatingBelow) / 2;
  const bends = ((edge(heatingBelow) + edge(coolingAbove) + 2 * between) * rmse) / (hottest - coldest);
  let cold = 0;
  while (cold < n && (t[cold] as number) < heatingBelow) cold++;
  let hot = 0;
  while (hot < n && (t[n - 1 - hot] as number) > coolingAbove) hot++;
  let [coldTo, hotFrom] = [cold, n - hot];
  if (cold < segmentDays && hot >= segmentDays) coldTo = n - hot;
  else if (cold >= segmentDays && hot < segmentDays) hotFrom = cold;
  const both = coldTo >= segmentDays && n - hotFrom >= segmentDays;
  const ratio = (from: number, to: number) => spreadOf(t.subarray(from, to)) / (spreadOf(y.subarray(from, to)) || 1e-12);
  const whole = both ? 0 : ratio(0, n);
  const few = (count: number) => (count < segmentDays ? 1e30 : 1);
  const heating = shape.heating * (both ? ratio(0, coldTo) : whole) * few(both ? cold : n - cold - hot);
  const cooling = shape.cooling * (both ? ratio(hotFrom, n) : whole) * few(both ? hot : n - cold - hot);
  const sum = Math.max(1, shape.heatingRound + shape.coolingRound);
  const rounds = ((shape.heatingRound / sum) * heating + (shape.coolingRound / sum) * cooling) / 2;
  return lasso * (bends + heating + cooling + rounds);
}

/** Both bends on a grid, slopes and base by least squares; the best of each kind. */
function coarse(days: Days, options: FitOptions): Shape[] {
  const { t, y } = days;
  const n = t.length;
  const edge = options.segmentDays;
  const [low, high] = [t[edge - 1] as number, t[n - edge] as number];
  const model = new Float64Array(n);
  const found: { shape: Shape; value: number }[] = [];
  for (let i = 0; i <= gridSteps; i++)
    for (let j = i; j <= gridSteps; j++) {
      const [b1, b2] = [low + ((high - low) * i) / gridSteps, low + ((high - low) * j) / gridSteps];
      const shape = leastSquares(days, b1, b2);
      if (!shape) continue;
      predict(shape, t, model);
      let sse = 0;
      for (let k = 0; k < n; k++) sse += ((model[k] as number) - (y[k] as number)) ** 2;
      found.push({ shape, value: sse / n + price(shape, days, Math.sqrt(sse / n), options) });
    }
  found.sort((a, b) => a.value - b.value);
  return found.slice(0, 2).map(({ shape }) => shape);
}

/** Slopes below 0 are left out, one by one. */
function leastSquares({ t, y }: Days, b1: number, b2: number): Shape | undefined {
  const n = t.length;
  for (const [useCold, useHot] of [
    [true, true],
    [true, false],
    [false, true],
  ] as const) {
    // biome-ignore format: three kinds
    let [c, h, cc, hh, cy, hy, sy] = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const cold = useCold ? Math.max(0, b1 - (t[i] as number)) : 0;
      const hot = useHot ? Math.max(0, (t[i] as number) - b2) : 0;
      const value = y[i] as number;
      c += cold;
      h += hot;
      cc += cold * cold;
      hh += hot * hot;
      cy += cold * value;
      hy += hot * value;
      sy += value;
    }
    const [a11, a22, a12] = [cc - (c * c) / n, hh - (h * h) / n, -(c * h) / n];
    const [r1, r2] = [cy - (c * sy) / n, hy - (h * sy) / n];
    const det = a11 * a22 - a12 * a12;
    const heating = useCold && useHot ? (r1 * a22 - r2 * a12) / det : useCold ? r1 / a11 : 0;
    const cooling = useCold && useHot ? (a11 * r2 - a12 * r1) / det : useHot ? r2 / a22 : 0;
    if (!(heating >= 0 && cooling >= 0)) continue;
    const base = (sy - heating * c - cooling * h) / n;
    return { heatingBelow: b1, coolingAbove: b2, heating, cooling, heatingRound: 0, coolingRound: 0, base };
  }
  return undefined;
}
