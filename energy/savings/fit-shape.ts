/**
 * Finds the shape of days (temperature, energy) as OpenDSM does: a first guess of the bends, downhill from there, then once more from what was found, with
 * robust weights. The search is the reference's own with its steps and its end: an auditor who runs OpenDSM beside us finds its figures (docs/decisions/0058).
 */
import { quantile } from '../statistics.ts';
import { type Curve, curveOf, parameterCount, predictCurve, type Reach, type Shape, simplify, single } from './piecewise.ts';
import { robustWeights } from './robust.ts';
import { fittedSlope, startingShape } from './starting-shape.ts';
import { type Box, minimise } from './subplex.ts';
import { countAtMost, countBelow, pairwiseSum, spreadOf } from './sums.ts';

export interface Days {
  /** By temperature, rising. */
  t: Float64Array;
  y: Float64Array;
  /** As they came. */
  inTime: { t: Float64Array; y: Float64Array };
  /** Where each by temperature was in time. */
  order: readonly number[];
}

export interface FitOptions {
  /** Bends may be rounded, and the last fit is robust: the daily model. Bills have neither. */
  smooth: boolean;
  /** Fewest days that make a slope. */
  segmentDays: number;
}

export interface FirstFit {
  shape: Shape;
  parameters: number;
  /** What the search ended with says of the days, in time; to put it in order may change it. */
  predicted: Float64Array;
}

/** A small price on slopes and bends, so that none is there without reason. */
const lasso = 0.001;
/** Twice as much again as the first guess is the steepest slope; by logarithms, as the reference reckons it. */
const steepest = (slope: number): number => (slope === 0 ? 0 : slope + 10 ** (Math.log10(slope) + Math.log10(2)));
/** As far to both sides as it is from 0. */
const around = (value: number): Range => {
  const reach = value === 0 ? 10 : 10 ** Math.log10(Math.abs(value));
  return [value - reach, value + reach];
};

export function sortDays(t: readonly number[], y: readonly number[]): Days {
  const order = t.map((_, i) => i).sort((a, b) => (t[a] as number) - (t[b] as number));
  const by = (values: readonly number[]) => Float64Array.from(order, (i) => values[i] as number);
  return { t: by(t), y: by(y), inTime: { t: Float64Array.from(t), y: Float64Array.from(y) }, order };
}

type Range = readonly [low: number, high: number];

const shapeFrom = (x: readonly number[], smooth: boolean): Shape => {
  const [heatingBelow, heating, third, fourth, fifth, sixth, seventh] = x as [number, number, number, number, number, number, number];
  return smooth
    ? { heatingBelow, heating, heatingRound: third, coolingAbove: fourth, cooling: fifth, coolingRound: sixth, base: seventh }
    : { heatingBelow, heating, heatingRound: 0, coolingAbove: third, cooling: fourth, coolingRound: 0, base: fifth };
};

const asVector = ({ heatingBelow, heating, heatingRound, coolingAbove, cooling, coolingRound, base }: Shape, smooth: boolean): number[] =>
  smooth
    ? [heatingBelow, heating, heatingRound, coolingAbove, cooling, coolingRound, base]
    : [heatingBelow, heating, coolingAbove, cooling, base];

const reachOf = (t: Float64Array, days: number): Reach => ({
  ...{ coldest: t[0] as number, hottest: t[t.length - 1] as number },
  ...{ coldEdge: t[Math.min(days, t.length - 1)] as number, hotEdge: t[Math.max(0, t.length - days)] as number },
});

const usual = (y: Float64Array): Range => {
  const sorted = Float64Array.from(y).sort();
  return [quantile(sorted, 0.01), quantile(sorted, 0.99)];
};

/** In order; one without room is given some, a power of ten to each side. */
function roomy([a, b]: Range): Range {
  const room = a === b ? 10 ** (a === 0 ? 1 : Math.floor(Math.log10(Math.abs(a)))) : 0;
  return [Math.min(a, b) - room, Math.max(a, b) + room];
}
const atLeast0 = ([a, b]: Range): Range => [Math.max(0, a), b];

/** The first fit: least squares and the price. Its errors are those that are reported. */
export function firstFit({ t, y, inTime }: Days, { smooth, segmentDays }: FitOptions): FirstFit {
  const n = t.length;
  const reach = reachOf(t, segmentDays);
  if (!(reach.hottest > reach.coldest) || n < 2 * segmentDays) {
    const shape = flatShape(y, reach);
    return { shape, parameters: 1, predicted: new Float64Array(n).fill(shape.base) };
  }
  const model = new Float64Array(n);
  const price = priceOf(t, y, segmentDays);
  const cost = (x: readonly number[]) => {
    const shape = shapeFrom(x, smooth);
    predictCurve(curveOf(shape), inTime.t, model);
    for (let i = 0; i < n; i++) {
      const miss = (model[i] as number) - (inTime.y[i] as number);
      model[i] = miss * miss;
    }
    const mean = pairwiseSum(model) / n;
    return mean + price(shape, Math.sqrt(mean));
  };
  const start = startingShape({ t, y }, lasso, segmentDays);
  const bend: Range = [reach.coldest, reach.hottest];
  const slope = atLeast0(roomy([0, steepest(Math.max(start.heating, start.cooling))]));
  const round: readonly Range[] = smooth ? [[0, 1]] : [];
  const box: Box = [bend, slope, ...round, bend, slope, ...round, roomy(usual(y))];
  const found = shapeFrom(minimise(cost, asVector(start, smooth), box).x, smooth);
  const shape = simplify(found, reach);
  return { shape, parameters: parameterCount(shape), predicted: predictCurve(curveOf(found), inTime.t) };
}

/** The second fit: no price, robust weights by segment; it starts from the first, whose kind of shape it keeps, with slopes up to twice as steep. */
export function finalFit(days: Days, first: Shape, { smooth: robust, segmentDays }: FitOptions): Shape {
  const { t, y, order } = days;
  const n = t.length;
  const reach = reachOf(t, segmentDays);
  if (!(reach.hottest > reach.coldest) || n < 2 * segmentDays) return flatShape(y, reach);
  const terms = new Float64Array(n);
  const base = roomy(usual(y));
  const bend = roomy([reach.coldEdge, reach.hotEdge]);
  const twice = (value: number): Range => atLeast0(around(value));
  const model = new Float64Array(n);
  const lost = (curve: Curve, parts: () => [number, number][]) =>
    weighted(predictCurve(curve, t, model), y, robust ? parts() : [], order, terms);
  const count = (first.heating > 0 ? 1 : 0) + (first.cooling > 0 ? 1 : 0);
  if (count === 0) {
    const level = (x: readonly number[]) => ({ ...first, base: x[0] as number });
    const found = minimise((x) => lost(flatCurve(level(x)), () => [[0, n]]), [first.base], [base]);
    return level(found.x);
  }
  if (count === 2) {
    const smooth = first.heatingRound !== 0 || first.coolingRound !== 0;
    const round = (value: number): readonly Range[] => (smooth ? [twice(value)] : []);
    const box: Box = [
      bend,
      twice(first.heating),
      ...round(first.heatingRound),
      bend,
      twice(first.cooling),
      ...round(first.coolingRound),
      base,
    ];
    const cost = (x: readonly number[]) => {
      const shape = shapeFrom(x, smooth);
      return lost(curveOf(shape), () => segments(shape, t));
    };
    return simplify(shapeFrom(minimise(cost, asVector(first, smooth), box).x, smooth), reach);
  }
  return finalSingle(days, first, reach, { base, bend, twice, robust, segmentDays, lost });
}

interface SingleOptions {
  base: Range;
  bend: Range;
  twice: (value: number) => Range;
  robust: boolean;
  segmentDays: number;
  lost: (curve: Curve, parts: () => [number, number][]) => number;
}

/** With one slope: its steepness is first estimated anew around the bend. A bend among the outermost days without rounding is set to the very end, as OpenDSM does. */
function finalSingle(
  { t, inTime }: Days,
  first: Shape,
  reach: Reach,
  { base, bend, twice, robust, segmentDays, lost }: SingleOptions,
): Shape {
  const heats = first.heating > 0;
  const slope = heats ? first.heating : first.cooling;
  const round = heats ? first.heatingRound : first.coolingRound;
  const from = first.heatingBelow;
  // Of heating it is below 0: the first step of the search goes the same way.
  const sign = heats ? -1 : 1;
  const beyond = heats ? countAtMost(t, from) : t.length - countBelow(t, from);
  const steep = beyond < segmentDays ? sign * slope : steepness(inTime, sign, beyond, { bend: from, level: first.base, robust });
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b));
  const atEnd =
    round === 0 && (heats ? from >= reach.hotEdge || near(from, reach.hotEdge) : from <= reach.coldEdge || near(from, reach.coldEdge));
  const end = heats ? reach.hottest : reach.coldest;
  const shapeAt = (x: readonly number[]): Shape => {
    const [at, steepHere, roundHere, level] = (round === 0 ? [x[0], x[1], 0, x[2]] : x) as [number, number, number, number];
    return single({ ...first, base: level, heating: heats ? -steepHere : 0, cooling: heats ? 0 : steepHere }, at, roundHere);
  };
  const rounding: readonly Range[] = round === 0 ? [] : [twice(round)];
  const start = [atEnd ? end : from, steep, ...(round === 0 ? [] : [round]), atEnd ? first.base - from * end : first.base];
  const box: Box = [atEnd ? [end, end] : bend, around(sign * slope), ...rounding, base];
  const cost = (x: readonly number[]) => {
    const shape = shapeAt(x);
    return lost(singleCurve(shape), () => segments(shape, t));
  };
  const found = shapeAt(minimise(cost, start, box).x);
  if (found.heating === 0 && found.cooling === 0) return { ...found, heatingBelow: reach.coldest, coolingAbove: reach.hottest };
  const left = found.heatingRound + found.coolingRound;
  return left > 0 ? found : single(found, Math.min(Math.max(found.heatingBelow, reach.coldEdge), reach.hotEdge), 0);
}

const singleCurve = (shape: Shape): Curve => ({
  ...{ low: shape.heatingBelow, high: shape.coolingAbove, lowSlope: shape.heating, highSlope: shape.cooling },
  ...{ lowRound: shape.heatingRound, highRound: shape.coolingRound, base: shape.base },
});

const flatCurve = (shape: Shape): Curve => singleCurve({ ...shape, heating: 0, cooling: 0 });

/** Of the line through (bend, level) over the `count` days at or beyond the bend: by what is least for errors that are squared when small and simple when large; for bills squared. */
function steepness(
  { t, y }: Days['inTime'],
  sign: 1 | -1,
  count: number,
  { bend, level, robust }: { bend: number; level: number; robust: boolean },
): number {
  return fittedSlope(count, (slope, terms) => {
    let k = 0;
    for (let i = 0; i < t.length; i++) {
      const beyond = (t[i] as number) - bend;
      if (beyond * sign < 0) continue;
      const miss = Math.abs((y[i] as number) - (slope * beyond + level));
      terms[k++] = robust ? miss + Math.log1p(Math.exp(-2 * miss)) - Math.LN2 : miss * miss;
    }
    const sum = pairwiseSum(terms);
    return robust ? sum : Math.sqrt(sum);
  });
}

/** Mean of the squares, each part with weights of its own; summed as the days came. `model` and `terms` are written over. */
function weighted(
  model: Float64Array,
  y: Float64Array,
  parts: readonly (readonly [number, number])[],
  order: readonly number[],
  terms: Float64Array,
): number {
  const n = y.length;
  for (let i = 0; i < n; i++) {
    const miss = (model[i] as number) - (y[i] as number);
    model[i] = miss;
    terms[order[i] as number] = miss * miss;
  }
  for (const [from, to] of parts) {
    const weights = robustWeights(model.subarray(from, to));
    for (let i = from; i < to; i++) {
      const at = order[i] as number;
      terms[at] = (weights[i - from] as number) * (terms[at] as number);
    }
  }
  return pairwiseSum(terms) / n;
}

const flatShape = (y: Float64Array, { coldest, hottest }: Reach): Shape => ({
  ...{ heatingBelow: coldest, coolingAbove: hottest },
  ...{ heating: 0, cooling: 0, heatingRound: 0, coolingRound: 0 },
  base: y.reduce((sum, value) => sum + value, 0) / y.length,
});

/** Index of the day nearest to a temperature, the first of equals. */
function nearest(t: Float64Array, value: number): number {
  const above = Math.min(countBelow(t, value), t.length - 1);
  const below = Math.max(0, above - 1);
  const one = Math.abs((t[below] as number) - value) <= Math.abs((t[above] as number) - value) ? below : above;
  return countBelow(t, t[one] as number);
}

/** Where the bends part the days. */
function segments({ heating, cooling, heatingBelow, coolingAbove }: Shape, t: Float64Array): [number, number][] {
  const n = t.length;
  const [low, high] = [Math.min(heatingBelow, coolingAbove), Math.max(heatingBelow, coolingAbove)];
  if ((heating === 0 && cooling === 0) || high >= (t[n - 1] as number) || low <= (t[0] as number)) return [[0, n]];
  const cuts = [0, ...(heating > 0 ? [nearest(t, low)] : []), ...(cooling > 0 ? [nearest(t, high)] : []), n];
  return cuts
    .slice(1)
    .map((to, i) => [cuts[i] as number, to] as [number, number])
    .filter(([from, to]) => to > from);
}

/** Of what a shape costs beside its error: bends away from the ends of the data, slopes, and a slope with too few days beyond its bend all but forbidden. */
function priceOf(t: Float64Array, y: Float64Array, segmentDays: number): (shape: Shape, rmse: number) => number {
  const n = t.length;
  const [coldest, hottest] = [t[0] as number, t[n - 1] as number];
  const known = new Map<number, number>();
  /** Spread of the temperatures over that of the energies, of the days [from, to). */
  const ratio = (from: number, to: number): number => {
    const key = from * (n + 1) + to;
    const found = known.get(key) ?? spreadOf(t, from, to) / (spreadOf(y, from, to) || 1e-12);
    known.set(key, found);
    return found;
  };
  const end = (bend: number) => Math.min(Math.abs(bend - coldest), Math.abs(bend - hottest));
  const few = (count: number) => (count < segmentDays ? 1e30 : 1);
  return ({ heatingBelow, coolingAbove, heating, cooling, heatingRound, coolingRound }, rmse) => {
    const apart = (coolingAbove - heatingBelow) / 2;
    const degree = rmse / (hottest - coldest);
    const cold = countBelow(t, heatingBelow);
    const warm = countAtMost(t, coolingAbove);
    const hot = n - warm;
    const floor = Math.max(0, warm - cold);
    // The days between go to a slope that has too few days while the other has enough.
    const coldTo = cold < segmentDays && hot >= segmentDays ? cold + floor : cold;
    const hotFrom = cold >= segmentDays && hot < segmentDays ? warm - floor : warm;
    const both = coldTo >= segmentDays && n - hotFrom >= segmentDays;
    const steepHeating = heating * (both ? ratio(0, coldTo) : ratio(0, n)) * few(both ? cold : floor);
    const steepCooling = cooling * (both ? ratio(hotFrom, n) : ratio(0, n)) * few(both ? hot : floor);
    const shares = Math.max(1, heatingRound + coolingRound);
    const [bendCold, bendHot] = [Math.abs((end(heatingBelow) + apart) * degree), Math.abs((end(coolingAbove) + apart) * degree)];
    const [roundCold, roundHot] = [(heatingRound / shares) * (steepHeating / 2), (coolingRound / shares) * (steepCooling / 2)];
    return lasso * (bendCold + steepHeating + roundCold + bendHot + steepCooling + roundHot);
  };
}
