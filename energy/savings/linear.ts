/** Least squares by Cholesky; regressors that say nothing new get a coefficient of almost nothing. */
export interface Factor {
  lower: Float64Array;
  width: number;
}

const ridge = 1e-9;

export function factorise(rows: readonly (readonly number[])[], width: number): Factor {
  const gram = new Float64Array(width * width);
  for (const row of rows) {
    for (let i = 0; i < width; i++) {
      const a = row[i] as number;
      if (a === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * width + j] = (gram[i * width + j] as number) + a * (row[j] as number);
    }
  }
  let trace = 0;
  for (let i = 0; i < width; i++) trace += gram[i * width + i] as number;
  for (let i = 0; i < width; i++) gram[i * width + i] = (gram[i * width + i] as number) + (ridge * trace) / width;
  for (let j = 0; j < width; j++) {
    for (let i = j; i < width; i++) {
      let sum = gram[i * width + j] as number;
      for (let k = 0; k < j; k++) sum -= (gram[i * width + k] as number) * (gram[j * width + k] as number);
      gram[i * width + j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / (gram[j * width + j] as number);
    }
  }
  return { lower: gram, width };
}

export function solve({ lower, width }: Factor, right: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < width; i++) {
    let sum = x[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * width + k] as number) * (x[k] as number);
    x[i] = sum / (lower[i * width + i] as number);
  }
  for (let i = width - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let k = i + 1; k < width; k++) sum -= (lower[k * width + i] as number) * (x[k] as number);
    x[i] = sum / (lower[i * width + i] as number);
  }
  return x;
}

export function leastSquares(rows: readonly (readonly number[])[], y: readonly number[], width: number): Float64Array {
  const right = new Float64Array(width);
  rows.forEach((row, r) => {
    for (let i = 0; i < width; i++) right[i] = (right[i] as number) + (row[i] as number) * (y[r] as number);
  });
  return solve(factorise(rows, width), right);
}

export const product = (row: readonly number[], x: ArrayLike<number>): number =>
  row.reduce((sum, value, i) => sum + value * (x[i] as number), 0);
