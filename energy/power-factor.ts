/** Power factor adjustment of (83)水电财字215号: three tables, percent of energy and basic charge; below 0 is a reward. */
import { divideHalfUp } from './money.ts';

export const standards = ['0.90', '0.85', '0.80'] as const;
export type Standard = (typeof standards)[number];

/** Rewards by hundredth above the standard, in hundredths of a percent; the last one stands for everything above. */
const rewards: Record<Standard, readonly number[]> = {
  '0.90': [15, 30, 45, 60, 75],
  '0.85': [10, 20, 30, 40, 50, 65, 80, 95, 110],
  '0.80': [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 115, 130],
};

/** kWh / √(kWh² + kvarh²) in hundredths, halves up; what is drawn and what is sent back both count. */
export function powerFactorHundredths(kwh: number, kvarh: number): number {
  const size = Math.hypot(kwh, kvarh);
  return size > 0 ? Number(divideHalfUp(BigInt(Math.round((kwh / size) * 1e6)), 10_000n)) : 100;
}

/** Hundredths of a percent. */
export function adjustment(standard: Standard, hundredths: number): number {
  const at = Math.round(Number(standard) * 100);
  const table = rewards[standard];
  if (hundredths >= at) return hundredths === at ? 0 : -(table[Math.min(table.length, hundredths - at) - 1] as number);
  const below = at - hundredths;
  // Half a percent for each of the first twenty, one for each of the next five, two for each beyond.
  if (below <= 20) return 50 * below;
  if (below <= 25) return 1000 + 100 * (below - 20);
  return 1500 + 200 * (below - 25);
}
