/** Money found, each kind against a sum done by hand. */
import { describe, expect, it } from 'vitest';
import { type BasicTerms, basicCharge, bestDemand, betterPowerFactor, leaks, nightBaseLoad, standby, valleyShift } from './proposals.ts';

const name = { zh: '表', en: 'meter' };
const terms: BasicTerms = { demandPrice: 40, capacityPrice: 25, capacityKva: 1000, contractKw: 900, now: 'contract' };
const months = (demands: number[]) =>
  demands.map((demandKw, i) => ({ month: `2026-${String(i + 1).padStart(2, '0')}`, demandKw, kwh: 200_000 }));

describe('the basic charge', () => {
  it('counts double what is above 105 % of the contract, and at least 40 % of the transformers', () => {
    expect(basicCharge(terms, 'contract', { month: 'm', demandKw: 1000, kwh: 0 })).toBe(40 * (900 + 2 * 55));
    expect(basicCharge({ ...terms, contractKw: 100 }, 'contract', { month: 'm', demandKw: 300, kwh: 0 })).toBe(40 * 400);
    expect(basicCharge({ ...terms, busy: { kwh_per_kva: 260, share: 0.9 } }, 'demand', { month: 'm', demandKw: 500, kwh: 260_000 })).toBe(
      36 * 500,
    );
  });

  it('is least at the best contract', () => {
    const twelve = months([500, 500, 500, 500, 500, 700, 800, 800, 600, 500, 500, 500]);
    const found = bestDemand(twelve, { ...terms, capacityPrice: undefined });
    // No contract beats paying what is drawn: the real demand is never dearer than the contract that covers it.
    const real = 40 * 6900;
    expect(found?.yuan).toBe(12 * 40 * 900 - real);
    for (let kw = 400; kw < 1000; kw++)
      expect(twelve.reduce((sum, month) => sum + basicCharge(terms, 'contract', month, kw), 0)).toBeGreaterThanOrEqual(real);
    expect(bestDemand(twelve, { ...terms, now: 'demand', capacityPrice: undefined })).toBeUndefined();
    expect(bestDemand(months([950, 950, 950]), { ...terms, now: 'demand' })?.title.en).toContain('capacity');
  });
});

describe('other money', () => {
  it('power factor: from the penalty to the full reward', () => {
    const found = betterPowerFactor([{ month: 'm', powerFactor: 0.8, base: 100_000, amount: 2_500 }], '0.85');
    expect(found?.yuan).toBe((2_500 + 1_100) * 12);
    expect(betterPowerFactor([{ month: 'm', powerFactor: 0.98, base: 100_000, amount: -1_100 }], '0.85')).toBeUndefined();
  });

  it('valley shift: three tenths of the dear hours at the difference of the prices', () => {
    expect(valleyShift([{ meter: 'a', name, kwh: 10_000, dear: 1.1, cheap: 0.2 }])).toMatchObject([{ yuan: 2_700, error: 1_350 }]);
    expect(valleyShift([{ meter: 'a', name, kwh: 10_000, dear: 0.2, cheap: 0.2 }])).toEqual([]);
  });

  it('night load: usual less quiet nights', () => {
    const nights = Array.from({ length: 50 }, (_, i) => (i < 10 ? 50 : 100));
    const [found] = nightBaseLoad([{ meter: 'a', name, nights, price: 0.5 }]);
    expect(found?.yuan).toBe(Math.round(50 * 365 * 0.5));
    expect(nightBaseLoad([{ meter: 'a', name, nights: nights.fill(100), price: 0.5 }])).toEqual([]);
  });

  it('a leak: what no night is without', () => {
    const nights = Array.from({ length: 14 }, () => 1);
    expect(leaks([{ meter: 'w', name, nights, allowance: 0.1, price: 4 }])).toMatchObject([
      { yuan: Math.round(0.9 * 24 * 365 * 4), where: 'w' },
    ]);
    expect(leaks([{ meter: 'w', name, nights: [0, 0, 0, ...nights.slice(3)], allowance: 0.1, price: 4 }])).toEqual([]);
  });

  it('stand-by of what is closed', () => {
    expect(standby([{ department: 'd', name, kwh: 20_000, hours: 5_000, price: 0.7 }])).toMatchObject([{ yuan: 5_600, error: 2_800 }]);
  });
});
