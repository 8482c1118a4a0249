/** How well a model fits and how sure a saving is: definitions of ASHRAE Guideline 14 as OpenDSM computes them. Pure. */
import jStat from 'jstat';

export interface Fit {
  n: number;
  /** Parameters of the model; change points count. */
  p: number;
  mean: number;
  rmse: number;
  /** √(SSE/(n−p)) over the mean. */
  cvrmse: number;
  /** Σ(y−ŷ)/((n−p)·mean): above 0 the model is low. */
  nmbe: number;
  r2: number;
  r2Adjusted: number;
  /** Autocorrelation of the residuals, lag 1. */
  rho: number;
  /** Size of a sample of independent residuals that would say as much. */
  effective: number;
}

export function fitOf(observed: readonly number[], predicted: readonly number[], p: number): Fit {
  const n = observed.length;
  const mean = meanOf(observed);
  let sse = 0;
  let sst = 0;
  let sum = 0;
  const residuals = observed.map((y, i) => y - (predicted[i] as number));
  residuals.forEach((e, i) => {
    sse += e * e;
    sum += e;
    sst += ((observed[i] as number) - mean) ** 2;
  });
  const free = Math.max(1, n - p);
  const rmse = Math.sqrt(sse / free);
  const r2 = sst > 0 ? 1 - sse / sst : 0;
  const rho = autocorrelation(residuals);
  return {
    ...{ n, p, mean, rmse, r2, rho },
    cvrmse: rmse / mean,
    nmbe: sum / (free * mean),
    r2Adjusted: 1 - ((1 - r2) * (n - 1)) / Math.max(1, n - p - 1),
    effective: effectiveSize(n, rho),
  };
}

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pearson's correlation of the residuals with those before them. */
export function autocorrelation(values: readonly number[]): number {
  const n = values.length - 1;
  if (n < 2) return 0;
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = values[i] as number;
    const y = values[i + 1] as number;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const spread = Math.sqrt((sxx - (sx * sx) / n) * (syy - (sy * sy) / n));
  return spread > 0 ? (sxy - (sx * sy) / n) / spread : 0;
}

/** n' = n(1−ρ)/(1+ρ), at least 1. */
export const effectiveSize = (n: number, rho: number): number => Math.max(1, (n * (1 - rho)) / (1 + rho));

/** Student's t for a two-sided interval. */
export const tTwoSided = (confidence: number, degreesOfFreedom: number): number =>
  jStat.studentt.inv(1 - (1 - confidence) / 2, Math.max(1, degreesOfFreedom));

export type Frequency = 'hourly' | 'daily' | 'billing';

/** Sun & Baltazar 2013: what the formula for independent points misses, by months reported. */
export function frequencyFactor(frequency: Frequency, months: number): number {
  if (frequency === 'hourly') return 1.26;
  if (frequency === 'daily') return -0.00024 * months ** 2 + 0.03535 * months + 1.00286;
  return -0.00022 * months ** 2 + 0.03306 * months + 0.94054;
}

export interface SavingsUncertainty {
  frequency: Frequency;
  /** Σŷ of the reporting period. */
  counterfactual: number;
  /** Points of the reporting period and its calendar months. */
  points: number;
  months: number;
  fit: { n: number; p: number; cvrmse: number; rho: number };
  confidence: number;
}

/** Half the width of the interval of the saving, in units of energy, as OpenDSM has it. */
export function savingsUncertainty({ frequency, counterfactual, points, months, fit, confidence }: SavingsUncertainty): number {
  const effective = effectiveSize(fit.n, fit.rho);
  const t = tTwoSided(confidence, fit.n - fit.p);
  const spread = Math.sqrt((fit.n / effective) * (1 + 2 / effective) * points);
  return Math.abs((counterfactual / points) * fit.cvrmse) * t * spread * frequencyFactor(frequency, months);
}

/** The same as nmecr has it: no correction for autocorrelation below 0.5 or for bills; else n'−p degrees of freedom in error and t. */
export function savingsUncertaintyNmecr(input: SavingsUncertainty): number {
  const { frequency, counterfactual, points, months, fit, confidence } = input;
  if (frequency === 'billing' || fit.rho < 0.5) {
    const t = tTwoSided(confidence, fit.n - fit.p);
    return Math.abs((counterfactual / points) * fit.cvrmse) * t * Math.sqrt((1 + 2 / fit.n) * points) * frequencyFactor(frequency, months);
  }
  const effective = effectiveSize(fit.n, fit.rho);
  const free = Math.max(1, effective - fit.p);
  const cvrmse = fit.cvrmse * Math.sqrt((fit.n - fit.p) / free);
  const t = tTwoSided(confidence, free);
  return (
    Math.abs((counterfactual / points) * cvrmse) *
    t *
    Math.sqrt((1 + 2 / effective) * points * (fit.n / effective)) *
    frequencyFactor(frequency, months)
  );
}

/** Linear interpolation between order statistics, from the nearer one, as NumPy does. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const a = sorted[low] as number;
  const b = sorted[Math.min(sorted.length - 1, low + 1)] as number;
  const part = at - low;
  return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}
