import { describe, expect, it } from 'vitest';
import { autocorrelation, effectiveSize, fitOf, frequencyFactor, savingsUncertainty, tTwoSided } from './statistics.ts';

const golden = (frequency: 'daily' | 'billing' | 'hourly', n: number, p: number, rho: number, cvrmse: number) =>
  savingsUncertainty({ frequency, counterfactual: 4_000_000, points: n, months: 12, fit: { n, p, cvrmse, rho }, confidence: 0.9 });

describe('statistics of savings', () => {
  it('has the golden vectors of the aggregate uncertainty to the kWh', () => {
    expect(tTwoSided(0.9, 360)).toBeCloseTo(1.6491, 4);
    expect(effectiveSize(365, 0.6)).toBeCloseTo(91.25, 9);
    expect(frequencyFactor('daily', 12)).toBeCloseTo(1.3925, 4);
    expect(Math.round(golden('daily', 365, 5, 0.6, 0.08))).toBe(77_765);
    expect(tTwoSided(0.9, 9)).toBeCloseTo(1.8331, 4);
    expect(frequencyFactor('billing', 12)).toBeCloseTo(1.3056, 4);
    // The vector was worked out with t = 1.8331; with all its digits it is 167,597.3.
    expect(Math.abs(golden('billing', 12, 3, 0.1, 0.05) - 167_596)).toBeLessThan(2);
    expect(effectiveSize(8760, 0.95)).toBeCloseTo(224.6, 1);
    expect(Math.abs(golden('hourly', 8760, 40, 0.95, 0.15) - 83_348)).toBeLessThan(2);
  });

  it('computes fit by its definitions', () => {
    const fit = fitOf([10, 12, 14, 16, 18], [11, 11, 14, 17, 17], 2);
    expect(fit.cvrmse).toBeCloseTo(Math.sqrt(4 / 3) / 14, 12);
    expect(fit.nmbe).toBeCloseTo(0, 12);
    expect(fitOf([10, 12], [9, 12], 1).nmbe).toBeCloseTo(1 / 11, 12);
    expect(fit.r2).toBeCloseTo(1 - 4 / 40, 12);
  });

  it('correlates residuals with those before them', () => {
    expect(autocorrelation([1, 2, 3, 4, 5])).toBeCloseTo(1, 12);
    expect(autocorrelation([1, -1, 1, -1, 1])).toBeCloseTo(-1, 12);
    expect(autocorrelation([3, 3, 3])).toBe(0);
  });
});
