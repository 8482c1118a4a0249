/** What floating point leaves behind (4.500000000000001) does not go out: every unit has its own precision. */

/** Places after the point of what leaves: yuan to the cent, prices to a millionth, consumption finer than any register shows it. */
export const decimals = { yuan: 2, price: 6, used: 4 } as const;

/** Twelve figures that count, and three places at least: what is calculated without a unit of its own, from a millionth to a million kWh. */
export function withoutNoise(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value;
  return roundTo(value, Math.min(20, Math.max(3, 11 - Math.floor(Math.log10(Math.abs(value))))));
}

/** Halves go up, away from nothing; what has no room for so many places is left alone, as are NaN and infinity. */
export function roundTo(value: number, places: number): number {
  const factor = 10 ** places;
  const scaled = Math.abs(value) * factor;
  if (!(scaled < 2 ** 52)) return value;
  const rounded = Math.round(scaled + scaled * Number.EPSILON) / factor;
  return value < 0 ? 0 - rounded : rounded;
}
