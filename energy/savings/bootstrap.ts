/**
 * How far off a saving may be, tried instead of computed: the baseline is lived again with its own errors in another order, the model is fitted to it again
 * with its bends held, and what it says of the reporting period is compared, with errors there too.
 *
 * Errors hang together for longer than any block: blocks are cut from what each error brought that was new, and the memory is put back (a post-blackened
 * block bootstrap). And residuals are smaller than the errors, and remember less, because the model followed them: each draw is judged by what it would
 * have said of its own width (bootstrap-t).
 */
import { type Factor, factorise, solve } from './linear.ts';
import { innovations, type Noise, noiseOf } from './noise.ts';

export interface Bootstrap {
  /** Regressors of the baseline and of the reporting period, a row a point. */
  baseline: readonly (readonly number[])[];
  reporting: readonly (readonly number[])[];
  residuals: readonly number[];
  /** Points of a block. */
  block: number;
  /** Most points that an error is remembered for. */
  memory: number;
  draws: number;
  seed: number;
}

/** Rows with the zeros left out. */
interface Sparse {
  at: Int32Array;
  column: Int32Array;
  value: Float64Array;
}

/** Half the width of the interval by its confidence. */
export function bootstrapHalf({ baseline, reporting, residuals, block, memory, draws, seed }: Bootstrap): (confidence: number) => number {
  const n = residuals.length;
  const m = reporting.length;
  const width = baseline[0]?.length ?? 0;
  if (n === 0 || m === 0 || width === 0) return () => 0;
  const factor = factorise(baseline, width);
  const rows = sparse(baseline);
  const total = new Float64Array(width);
  for (const row of reporting) for (let k = 0; k < width; k++) total[k] = (total[k] as number) + (row[k] as number);
  // How much each error of the baseline moves the sum that the model says of the reporting period.
  const leverage = product(rows, solve(factor, total));
  const lost = unexplained(rows, factor, Float64Array.from(residuals));
  const noise = noiseOf(lost, memory);
  const fresh = innovations(lost, noise);
  const scale = Math.sqrt(noise.longRun);
  if (!(scale > 0)) return () => 0;
  const next = randomFrom(seed);
  const past = Math.max(50, 5 * noise.phi.length);
  const errors = new Float64Array(past + Math.max(n, m));
  const live = (length: number) => relive(errors, past + length, fresh, noise, block, next).subarray(past, past + length);
  const misses: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const before = live(n);
    let moved = 0;
    for (let i = 0; i < n; i++) moved += (leverage[i] as number) * (before[i] as number);
    const said = noiseOf(unexplained(rows, factor, before), memory).longRun;
    const after = live(m);
    for (let i = 0; i < m; i++) moved -= after[i] as number;
    misses.push(Math.abs(moved) / Math.sqrt(Math.max(said, noise.longRun * 1e-6)));
  }
  misses.sort((a, b) => a - b);
  return (confidence) => (misses[Math.min(draws - 1, Math.floor(draws * confidence))] as number) * scale;
}

/** Errors with the memory of the noise, from blocks of what was new. */
function relive(
  errors: Float64Array,
  length: number,
  fresh: Float64Array,
  { phi }: Noise,
  block: number,
  next: () => number,
): Float64Array {
  const k = phi.length;
  for (let i = 0; i < length; i += block) {
    const from = Math.floor(next() * fresh.length);
    for (let b = 0; b < block && i + b < length; b++) {
      let value = fresh[(from + b) % fresh.length] as number;
      for (let j = 0; j < k && j < i + b; j++) value += (phi[j] as number) * (errors[i + b - 1 - j] as number);
      errors[i + b] = value;
    }
  }
  return errors;
}

function sparse(rows: readonly (readonly number[])[]): Sparse {
  const at = new Int32Array(rows.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  rows.forEach((row, r) => {
    for (let k = 0; k < row.length; k++)
      if (row[k] !== 0) {
        columns.push(k);
        values.push(row[k] as number);
      }
    at[r + 1] = columns.length;
  });
  return { at, column: Int32Array.from(columns), value: Float64Array.from(values) };
}

function product({ at, column, value }: Sparse, x: Float64Array): Float64Array {
  const out = new Float64Array(at.length - 1);
  for (let r = 0; r < out.length; r++) {
    let sum = 0;
    for (let k = at[r] as number; k < (at[r + 1] as number); k++) sum += (value[k] as number) * (x[column[k] as number] as number);
    out[r] = sum;
  }
  return out;
}

/** What is left of these errors when the model is fitted to them. */
function unexplained(rows: Sparse, factor: Factor, errors: Float64Array): Float64Array {
  const { at, column, value } = rows;
  const right = new Float64Array(factor.width);
  for (let r = 0; r < errors.length; r++)
    for (let k = at[r] as number; k < (at[r + 1] as number); k++) {
      const c = column[k] as number;
      right[c] = (right[c] as number) + (value[k] as number) * (errors[r] as number);
    }
  const told = product(rows, solve(factor, right));
  return told.map((one, r) => (errors[r] as number) - one);
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
