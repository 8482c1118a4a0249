/** Cuts a whole number into parts by weights, so that the parts add up to it. Pure; no floating point. */

/**
 * Largest remainders: each part is at most one away from its exact share, and the same whatever the order of equal weights was made from. Weights may be
 * negative (a remainder below zero carries its cost with its sign); undefined when they add up to nothing.
 */
export function cut(whole: bigint, weights: readonly bigint[]): bigint[] | undefined {
  const sum = weights.reduce((total, one) => total + one, 0n);
  if (sum === 0n) return undefined;
  const parts = weights.map((weight, at) => {
    const [above, below] = sum < 0n ? [-whole * weight, -sum] : [whole * weight, sum];
    const down = floor(above, below);
    return { at, down, rest: above - down * below };
  });
  let left = whole - parts.reduce((total, { down }) => total + down, 0n);
  const out = parts.map(({ down }) => down);
  for (const { at } of parts.toSorted((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break;
    out[at] = (out[at] as bigint) + 1n;
    left -= 1n;
  }
  return out;
}

function floor(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value % by < 0n ? whole - 1n : whole;
}
