/** Buildings whose retrofit is known: weather with memory, heating and cooling, errors that hang together from day to day. */
import { type SavingsResult, type Slice, savings } from '../../energy/index.ts';
import { random as randomFrom } from '../random.ts';

const dayMs = 86_400_000;

export function retrofit(seed: number): { share: number; truth: number; result: SavingsResult } {
  const random = randomFrom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const share = [0, 0.05, 0.1, 0.2][seed % 4] as number;
  const base = 600 + 2400 * random();
  const heating = random() < 0.7 ? (base / 60) * random() : 0;
  const cooling = random() < 0.8 ? (base / 40) * random() : 0;
  const [coldBelow, hotAbove] = [50 + 8 * random(), 64 + 8 * random()];
  const noise = 0.03 + 0.09 * random();
  const memory = 0.5 * random();
  const start = Date.UTC(2024, 0, 1);
  let weather = 0;
  let error = 0;
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
  const result = savings({ method: 'daily', baseline: slices.slice(0, 366), reporting: slices.slice(366), range, draws: 500 });
  return { share, truth, result };
}

export interface Tally {
  runs: number;
  inside: number;
  none: number;
  falselySaved: number;
}

/** `saved` must be within the band, and must not be claimed where nothing was. */
export function tally(first: number, runs: number): Tally {
  const sum: Tally = { runs, inside: 0, none: 0, falselySaved: 0 };
  for (let seed = first; seed < first + runs; seed++) {
    const { share, truth, result } = retrofit(seed);
    if (result.low <= truth && truth <= result.high) sum.inside++;
    if (share > 0) continue;
    sum.none++;
    if (result.claimed) sum.falselySaved++;
  }
  return sum;
}
