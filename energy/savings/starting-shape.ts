/** A first guess of both bends, from which the search of `fit-shape.ts` starts: OpenDSM's, step by step, because where a search stops depends on where it starts. */
import { quantile } from '../statistics.ts';
import { firstGuess } from './direct.ts';
import type { Shape } from './piecewise.ts';
import { minimiseFree } from './scalar.ts';
import type { Box } from './subplex.ts';
import { countAtMost, countBelow, pairwiseSum } from './sums.ts';

/** By temperature, rising. */
interface Days {
  t: Float64Array;
  y: Float64Array;
}

const evaluations = 199;
/** Slopes are only looked for to a tenth. */
const slopeTolerance = 0.1;

/** @param price on bends @param edge fewest days that make a slope */
export function startingShape(days: Days, price: number, edge: number): Shape {
  const { t, y } = days;
  const n = t.length;
  const [coldest, hottest] = [t[0] as number, t[n - 1] as number];
  const inner = [t[edge - 1] as number, t[n - edge] as number] as const;
  const bends = inner[0] === inner[1] ? ([coldest, hottest] as const) : ([Math.min(...inner), Math.max(...inner)] as const);
  const fifth = quantile(Float64Array.from(y).sort(), 0.2);
  const shapeAt = ([a, b]: readonly number[]) =>
    guess(days, Math.min(a as number, b as number), Math.max(a as number, b as number), edge, fifth);
  const cost = (x: readonly number[]) => {
    const [a, b] = x as [number, number];
    const { error } = shapeAt(x);
    const end = (bend: number) => Math.min(Math.abs(bend - coldest), Math.abs(bend - hottest));
    const apart = (b - a) / 2;
    const spread = (Math.abs(end(a) + apart) + Math.abs(end(b) + apart)) / (hottest - coldest);
    return error + price * spread * Math.sqrt(error / n);
  };
  const box: Box = [bends, bends];
  return shapeAt(firstGuess(cost, box, evaluations)).shape;
}

/** The mean between the bends, slopes through it beyond them; what is wrong on the whole is told as the base, as OpenDSM tells it. */
function guess({ t, y }: Days, low: number, high: number, edge: number, fifth: number): { shape: Shape; error: number } {
  const n = t.length;
  const cold = countBelow(t, low);
  const warm = countAtMost(t, high);
  const mean = (from: number, to: number) => pairwiseSum(y, from, to) / (to - from);
  let level = fifth;
  if (warm > cold) level = mean(cold, warm);
  else if (n - warm >= edge && cold >= edge && warm + edge - 1 > cold - edge) level = mean(cold - edge, warm + edge - 1);
  const heating = Math.max(0, -slopeOf(t, y, [0, cold], low, level));
  const cooling = Math.max(0, slopeOf(t, y, [warm, n], high, level));
  const missed = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const at = t[i] as number;
    const model = at < low ? -heating * (at - low) + level : at > high ? cooling * (at - high) + level : level;
    missed[i] = model - (y[i] as number);
  }
  const off = pairwiseSum(missed) / n;
  let error = 0;
  for (let i = 0; i < n; i++) error += ((missed[i] as number) - off) ** 2;
  return {
    shape: { ...{ heatingBelow: low, coolingAbove: high, heating, cooling, heatingRound: 0, coolingRound: 0 }, base: level + off },
    error,
  };
}

/** Of the line through (bend, level) that misses the days [from, to) least, as far as a search says that stops early. */
function slopeOf(t: Float64Array, y: Float64Array, [from, to]: readonly [number, number], bend: number, level: number): number {
  if (to <= from) return 0;
  return fittedSlope(to - from, (slope, squares) => {
    for (let i = from; i < to; i++) squares[i - from] = ((y[i] as number) - (slope * ((t[i] as number) - bend) + level)) ** 2;
    return Math.sqrt(pairwiseSum(squares));
  });
}

/** @param missed what a slope misses, given room for `count` terms of a sum */
export function fittedSlope(count: number, missed: (slope: number, room: Float64Array) => number): number {
  const room = new Float64Array(count);
  return minimiseFree((slope) => missed(slope, room), slopeTolerance) ?? 0;
}
