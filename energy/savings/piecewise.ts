/**
 * Energy against temperature: a floor, a line that rises towards the cold and one towards the heat, with bends that may be rounded. The shape of OpenDSM
 * (docs/decisions/0033); written anew from its definition.
 */
export interface Shape {
  /** Where heating ends and cooling begins, before rounding. */
  heatingBelow: number;
  coolingAbove: number;
  /** kWh per degree and day, not below 0. */
  heating: number;
  cooling: number;
  /** How much of the stretch between is rounded at each end, 0 to 1. */
  heatingRound: number;
  coolingRound: number;
  base: number;
}

const leastRound = 0.01;
const largest = 700;

/** Where the lines begin and how far they are rounded, in degrees. */
export function bendsOf(shape: Shape): { low: number; high: number; lowRound: number; highRound: number } {
  let [low, high] = [shape.heatingBelow, shape.coolingAbove];
  let [kLow, kHigh] = [shape.heatingRound, shape.coolingRound];
  if (kLow < leastRound && kHigh < leastRound) kLow = kHigh = 0;
  else {
    const sum = Math.max(1, kLow + kHigh);
    const between = high - low;
    kLow = (kLow / sum) * between;
    kHigh = (kHigh / sum) * between;
    low += kLow;
    high -= kHigh;
  }
  return { low, high, lowRound: shape.heating === 0 ? 0 : kLow, highRound: shape.cooling === 0 ? 0 : kHigh };
}

export function predict(shape: Shape, temperatures: ArrayLike<number>, out = new Float64Array(temperatures.length)): Float64Array {
  const { heating, cooling, base } = shape;
  const { low, high, lowRound: kLow, highRound: kHigh } = bendsOf(shape);
  for (let i = 0; i < out.length; i++) {
    const t = temperatures[i] as number;
    let value = base;
    if (t < low) {
      value -= heating * (t - low);
      if (kLow > 0) value += heating * kLow * (Math.exp(Math.max(-largest, (t - low) / kLow)) - 1);
    } else if (t > high) {
      value += cooling * (t - high);
      if (kHigh > 0) value += cooling * kHigh * (Math.exp(Math.max(-largest, (high - t) / kHigh)) - 1);
    }
    out[i] = value;
  }
  return out;
}

/** Without a slope there is no bend, and without a bend inside the data no slope. */
export function simplify(shape: Shape, coldest: number, hottest: number): Shape {
  const one = { ...shape };
  if (one.heatingBelow !== one.coolingAbove) {
    if (one.coolingAbove >= hottest) one.cooling = 0;
    if (one.heatingBelow <= coldest) one.heating = 0;
  }
  if (one.heating === 0) one.heatingRound = 0;
  if (one.cooling === 0) one.coolingRound = 0;
  return one;
}

/** Coefficients that are free: one with every slope its bend, and two more where bends are rounded. */
export function parameterCount({ heating, cooling, heatingRound, coolingRound }: Shape): number {
  const slopes = (heating > 0 ? 1 : 0) + (cooling > 0 ? 1 : 0);
  const rounds = slopes === 2 ? (heatingRound > 0 || coolingRound > 0 ? 2 : 0) : heatingRound + coolingRound > 0 ? 1 : 0;
  return 1 + 2 * slopes + rounds;
}
