/**
 * How far off a saving may be, tried instead of computed: the baseline is lived again with its own errors in another order (in blocks, because errors hang
 * together), the model is fitted to it again with its bends held, and what it says of the reporting period is compared, with errors there too.
 */
import { type Factor, factorise, solve } from './linear.ts';

export interface Bootstrap {
  /** Regressors of the baseline and of the reporting period, a row a point. */
  baseline: readonly (readonly number[])[];
  reporting: readonly (readonly number[])[];
  residuals: readonly number[];
  parameters: number;
  /** Points of a block. */
  block: number;
  draws: number;
  seed: number;
  confidence: number;
}

/** Half the width of the interval. */
export function bootstrapHalf({ baseline, reporting, residuals, parameters, block, draws, seed, confidence }: Bootstrap): number {
  const n = residuals.length;
  const width = baseline[0]?.length ?? 0;
  const gram: Factor = factorise(baseline, width);
  const total = new Float64Array(width);
  for (const row of reporting) for (let k = 0; k < width; k++) total[k] = (total[k] as number) + (row[k] as number);
  const weights = solve(gram, total);
  // How much each error of the baseline moves the sum that the model says of the reporting period.
  const leverage = baseline.map((row) => row.reduce((sum, value, k) => sum + value * (weights[k] as number), 0));
  const grow = Math.sqrt(n / Math.max(1, n - parameters));
  const next = randomFrom(seed);
  const errors: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    let moved = 0;
    for (let i = 0; i < n; i += block) {
      const from = Math.floor(next() * n);
      for (let k = 0; k < block && i + k < n; k++) moved += (leverage[i + k] as number) * (residuals[(from + k) % n] as number);
    }
    for (let i = 0; i < reporting.length; i += block) {
      const from = Math.floor(next() * n);
      for (let k = 0; k < block && i + k < reporting.length; k++) moved -= residuals[(from + k) % n] as number;
    }
    errors.push(moved * grow);
  }
  errors.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return ((errors[Math.floor(draws * (1 - tail))] as number) - (errors[Math.floor(draws * tail)] as number)) / 2;
}

function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}
