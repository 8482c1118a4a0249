/** Buildings whose retrofit is known: weather with memory, heating and cooling, errors that hang together from day to day as those of real meters do. */
import { type SavingsResult, type Slice, savings } from '../../energy/index.ts';
import { random as randomFrom } from '../random.ts';

const dayMs = 86_400_000;
export const effects = [0, 0.05, 0.1, 0.2] as const;
export type Band = 'opendsm' | 'bootstrap' | 'shown';

export interface Retrofit {
  share: (typeof effects)[number];
  /** Correlation of the errors of neighbouring days. */
  memory: number;
  truth: number;
  result: SavingsResult;
}

/** Errors of neighbouring days correlate by up to 0.7; those of real meters mostly by 0.3 to 0.6. */
export function retrofit(seed: number, draws = 500): Retrofit {
  const random = randomFrom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const share = effects[seed % effects.length] as Retrofit['share'];
  const base = 600 + 2400 * random();
  const heating = random() < 0.7 ? (base / 60) * random() : 0;
  const cooling = random() < 0.8 ? (base / 40) * random() : 0;
  const [coldBelow, hotAbove] = [50 + 8 * random(), 64 + 8 * random()];
  const noise = 0.03 + 0.09 * random();
  const memory = 0.7 * random();
  const start = Date.UTC(2024, 0, 1);
  let weather = 5 * gauss();
  let error = noise * base * gauss();
  let truth = 0;
  const slices = Array.from({ length: 731 }, (_, day): Slice => {
    weather = 0.75 * weather + 5 * gauss();
    const temperature = 57 - 27 * Math.cos((2 * Math.PI * (day - 20)) / 365.25) + weather;
    error = memory * error + Math.sqrt(1 - memory ** 2) * noise * base * gauss();
    const from = start + day * dayMs;
    const due = base + heating * Math.max(0, coldBelow - temperature) + cooling * Math.max(0, temperature - hotAbove);
    const after = day >= 366;
    if (after) truth += due * share;
    return { from, to: from + dayMs, wall: from, temperature, y: due * (after ? 1 - share : 1) + error };
  });
  const range = { from: start, to: start + 366 * dayMs };
  const result = savings({ method: 'daily', baseline: slices.slice(0, 366), reporting: slices.slice(366), range, draws });
  return { share, memory, truth, result };
}

export interface Tally {
  share: number;
  runs: number;
  /** Runs in which the truth was within the band. */
  inside: Record<Band, number>;
  /** Mean half width, as part of what would have been used. */
  width: Record<Band, number>;
  claimed: number;
}

export const halfOf = ({ half, saved, high }: SavingsResult): Record<Band, number> => ({
  opendsm: half.opendsm,
  bootstrap: half.bootstrap,
  shown: high - saved,
});

/** By effect; the last line is all together. */
export function tally(first: number, runs: number, each: (one: Retrofit, seed: number) => void = () => undefined): Tally[] {
  const sums = effects.map((share): Tally => blank(share));
  for (let seed = first; seed < first + runs; seed++) {
    const one = retrofit(seed);
    each(one, seed);
    const sum = sums.find(({ share }) => share === one.share) as Tally;
    const half = halfOf(one.result);
    sum.runs++;
    if (one.result.claimed) sum.claimed++;
    for (const band of ['opendsm', 'bootstrap', 'shown'] as const) {
      if (Math.abs(one.truth - one.result.saved) <= half[band]) sum.inside[band]++;
      sum.width[band] += half[band] / one.result.counterfactual;
    }
  }
  const all = blank(Number.NaN);
  for (const sum of sums) {
    all.runs += sum.runs;
    all.claimed += sum.claimed;
    for (const band of ['opendsm', 'bootstrap', 'shown'] as const) {
      all.inside[band] += sum.inside[band];
      all.width[band] += sum.width[band];
    }
  }
  for (const sum of [...sums, all]) for (const band of ['opendsm', 'bootstrap', 'shown'] as const) sum.width[band] /= Math.max(1, sum.runs);
  return [...sums, all];
}

const blank = (share: number): Tally => ({
  ...{ share, runs: 0, claimed: 0 },
  inside: { opendsm: 0, bootstrap: 0, shown: 0 },
  width: { opendsm: 0, bootstrap: 0, shown: 0 },
});
