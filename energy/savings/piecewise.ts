/**
 * Energy against temperature: a floor, a line that rises towards the cold and one towards the heat, with bends that may be rounded. The shape of OpenDSM
 * (docs/decisions/0033); written anew from its definition.
 */
import { exp } from './exp.ts';

export interface Shape {
  /** Where heating ends and cooling begins, before rounding. With one slope, or none, they are one. */
  heatingBelow: number;
  coolingAbove: number;
  /** kWh per degree and day, not below 0. */
  heating: number;
  cooling: number;
  /** With both slopes how much of the stretch between is rounded at each end, 0 to 1. With one slope the length of the rounding in degrees, its bend where the line begins. */
  heatingRound: number;
  coolingRound: number;
  base: number;
}

/** The shape as it is drawn: where the lines begin and how far they are rounded, all in degrees. */
export interface Curve {
  low: number;
  high: number;
  lowSlope: number;
  highSlope: number;
  lowRound: number;
  highRound: number;
  base: number;
}

const leastRound = 0.01;
/** Beyond these exponents OpenDSM cuts. */
const [leastExponent, largestExponent] = [-331.173, 331.8657];

/** Bends moved inwards by their rounding, a share of the stretch between them. */
function moved({ heatingBelow, heatingRound, coolingAbove, coolingRound }: Shape) {
  if (heatingRound < leastRound && coolingRound < leastRound) return { low: heatingBelow, high: coolingAbove, lowRound: 0, highRound: 0 };
  const sum = heatingRound + coolingRound;
  const between = coolingAbove - heatingBelow;
  const lowRound = (sum > 1 ? heatingRound / sum : heatingRound) * between;
  const highRound = (sum > 1 ? coolingRound / sum : coolingRound) * between;
  return { low: heatingBelow + lowRound, high: coolingAbove - highRound, lowRound, highRound };
}

/** A search may have the bends the wrong way round; then the roundings are below 0, as OpenDSM has them. */
export function curveOf(shape: Shape): Curve {
  const { low, high, lowRound, highRound } = moved(shape);
  const { heating, cooling, base } = shape;
  return high < low
    ? { low: high, high: low, lowSlope: cooling, highSlope: heating, lowRound: highRound, highRound: lowRound, base }
    : { low, high, lowSlope: heating, highSlope: cooling, lowRound, highRound, base };
}

/** Of a shape that a fit has found, by whose number of slopes its roundings are shares or degrees. */
export function drawn(shape: Shape): Curve {
  const { heatingBelow, heating, heatingRound, coolingAbove, cooling, coolingRound, base } = shape;
  if (heating > 0 && cooling > 0) return curveOf(shape);
  return {
    low: heatingBelow,
    high: coolingAbove,
    lowSlope: heating,
    highSlope: cooling,
    lowRound: heatingRound,
    highRound: coolingRound,
    base,
  };
}

/** What a line says `beyond` degrees from its bend. In the order in which the reference reckons it, to the last bit. */
function lineAt(beyond: number, slope: number, round: number, base: number): number {
  const line = slope * beyond + base;
  if (round === 0 || slope === 0) return line;
  const exponent = Math.min(largestExponent, Math.max(leastExponent, (1 / round) * -beyond));
  return Math.abs(slope * round) * (exp(exponent) - 1) + line;
}

export function predictCurve(
  { low, high, lowSlope, highSlope, lowRound, highRound, base }: Curve,
  temperatures: ArrayLike<number>,
  out = new Float64Array(temperatures.length),
): Float64Array {
  for (let i = 0; i < out.length; i++) {
    const t = temperatures[i] as number;
    out[i] = t < low ? lineAt(low - t, lowSlope, lowRound, base) : t > high ? lineAt(t - high, highSlope, highRound, base) : base;
  }
  return out;
}

export const predict = (shape: Shape, temperatures: ArrayLike<number>): Float64Array => predictCurve(drawn(shape), temperatures);

/** Outermost days of a part, and those that leave just enough days beyond them for a slope. */
export interface Reach {
  coldest: number;
  hottest: number;
  coldEdge: number;
  hotEdge: number;
}

/** A shape as the search left it, in order: bends the right way round, without a slope no bend, without a bend inside the data no slope. Roundings in: shares. */
export function simplify(found: Shape, { coldest, hottest, coldEdge, hotEdge }: Reach): Shape {
  const swap = found.coolingAbove < found.heatingBelow;
  const one: Shape = swap
    ? {
        ...{ heatingBelow: found.coolingAbove, heating: found.cooling, heatingRound: found.coolingRound, base: found.base },
        ...{ coolingAbove: found.heatingBelow, cooling: found.heating, coolingRound: found.heatingRound },
      }
    : { ...found };
  if (one.heatingBelow !== one.coolingAbove) {
    if (one.coolingAbove >= hottest) one.cooling = 0;
    else if (one.heatingBelow <= coldest) one.heating = 0;
  }
  if (one.heating === 0) one.heatingRound = 0;
  if (one.cooling === 0) one.coolingRound = 0;
  if (one.heating > 0 && one.cooling > 0) return one;
  if (one.heating === 0 && one.cooling === 0) return { ...one, heatingBelow: coldest, coolingAbove: hottest };
  const { low, high, lowRound, highRound } = moved(one);
  let [bend, round] = one.heating > 0 ? [low, lowRound] : [high, highRound];
  // A bend among the outermost days is not rounded.
  if (one.heating > 0) {
    if (one.heatingBelow >= hotEdge) [bend, round] = [one.heatingBelow, 0];
    else if (one.coolingAbove <= coldEdge && one.heatingRound > 0 && round === 0) bend = one.coolingAbove;
  } else if (one.coolingAbove <= coldEdge) [bend, round] = [one.coolingAbove, 0];
  else if (one.heatingBelow >= hotEdge && one.coolingRound > 0 && round === 0) bend = one.heatingBelow;
  if (round === 0) bend = one.heating > 0 ? Math.min(bend, hotEdge) : Math.max(bend, coldEdge);
  return single(one, bend, round);
}

/** With the one slope that there is; `round` in degrees. */
export const single = ({ heating, cooling, base }: Shape, bend: number, round: number): Shape => ({
  ...{ heatingBelow: bend, coolingAbove: bend, heating, cooling, base },
  ...{ heatingRound: heating > 0 ? round : 0, coolingRound: cooling > 0 ? round : 0 },
});

/** Coefficients that are free: one with every slope its bend, and two more where bends are rounded. */
export function parameterCount({ heating, cooling, heatingRound, coolingRound }: Shape): number {
  const slopes = (heating > 0 ? 1 : 0) + (cooling > 0 ? 1 : 0);
  const rounds = heatingRound !== 0 || coolingRound !== 0 ? slopes : 0;
  return 1 + 2 * slopes + rounds;
}
