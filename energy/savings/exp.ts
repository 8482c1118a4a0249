/**
 * e^x right to the last bit in all but one of a thousand cases, as C's is; the engine's own is not in one of ten. What a fit stops at may hang on it
 * (see `sums.ts`). By 64 roots of two kept to twice the precision, and a short series for what is left (Tang 1989).
 */
const parts = 64;
const bits = 130n;
const one = 1n << bits;

function squareRoot(value: bigint): bigint {
  let x = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** 2^(j/64) and what a number loses of it. */
const [high, low] = [new Float64Array(parts), new Float64Array(parts)];
let step = 2n * one;
for (let size = parts; size > 1; size /= 2) step = squareRoot(step * one);
let power = one;
for (let j = 0; j < parts; j++) {
  const near = Number(power);
  high[j] = near / 2 ** Number(bits);
  low[j] = Number(power - BigInt(near)) / 2 ** Number(bits);
  power = (power * step) / one;
}

/** ln 2 in two parts; the first ends in zeros, so that its multiples are exact. */
const [ln2, ln2Rest] = [0.6931471803691238 / parts, 1.9082149292705877e-10 / parts];
const widest = 700;

export function exp(x: number): number {
  if (!(Math.abs(x) < widest)) return Math.exp(x);
  const n = Math.round((x * parts) / Math.LN2);
  const near = x - n * ln2;
  const less = n * ln2Rest;
  const r = near - less;
  const rest = near - r - less;
  const series = r * r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r / 720))));
  const j = ((n % parts) + parts) % parts;
  const root = high[j] as number;
  return (root + ((low[j] as number) + root * (r + (rest + series)))) * 2 ** ((n - j) / parts);
}
