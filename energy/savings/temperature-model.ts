/** The daily and the billing model: days of a baseline in, a model out that says what a day at a temperature would have used. */
import { type Fit, fitOf } from '../statistics.ts';
import { type Days, type FirstFit, type FitOptions, finalFit, firstFit, sortDays } from './fit-shape.ts';
import { predict, type Shape } from './piecewise.ts';
import { belongs, candidates, criterion, type Day, type Part, partName } from './splits.ts';

export interface Submodel {
  part: Part;
  shape: Shape;
}

/** Of the weather in the energy. */
export type Signal = 'none' | 'weak' | 'plain';

export interface TemperatureModel {
  submodels: Submodel[];
  fit: Fit;
  signal: Signal;
  /** Energy per day. */
  predict(day: Pick<Day, 'season' | 'weekend' | 't'>): number;
}

export interface ModelOptions {
  kind: 'daily' | 'billing';
  /** Try models by season and day type. */
  splits: boolean;
}

export function fitTemperature(days: readonly Day[], { kind, splits }: ModelOptions): TemperatureModel {
  const options: FitOptions = kind === 'daily' ? { smooth: true, segmentDays: 6 } : { smooth: false, segmentDays: 10 };
  const fitted = new Map<string, { mine: Day[]; days: Days; first: FirstFit; sse: number }>();
  const firstOf = (part: Part) => {
    const name = partName(part);
    let one = fitted.get(name);
    if (!one) {
      const mine = days.filter((day) => belongs(part, day));
      const sorted = sortDays(
        mine.map(({ t }) => t),
        mine.map(({ y }) => y),
      );
      const first = firstFit(sorted, options);
      one = {
        mine,
        days: sorted,
        first,
        sse: first.predicted.reduce((sum, value, i) => sum + (value - (sorted.inTime.y[i] as number)) ** 2, 0),
      };
      fitted.set(name, one);
    }
    return one;
  };
  const n = days.length;
  const rmseOf = (parts: Part[]) => Math.sqrt(parts.reduce((sum, part) => sum + firstOf(part).sse, 0) / n);
  const ways = splits && kind === 'daily' ? candidates(days) : [[{ days: 'all', seasons: ['summer', 'shoulder', 'winter'] } as Part]];
  const undivided = rmseOf(ways[0] as Part[]);
  let best = ways[0] as Part[];
  let lowest = criterion(undivided, undivided, n, 1);
  for (const parts of ways.slice(1)) {
    const value = criterion(rmseOf(parts), undivided, n, parts.length);
    if (value >= lowest) continue;
    best = parts;
    lowest = value;
  }
  const submodels = best.map((part) => ({ part, shape: finalFit(firstOf(part).days, firstOf(part).first.shape, options) }));
  // The errors reported are those of the first fit, as in the reference: the robust one would praise itself for what it ignored. And part after part, which
  // is what their autocorrelation is taken of there.
  const fits = inOrder(best).map(firstOf);
  const fit = fitOf(
    fits.flatMap(({ mine }) => mine.map(({ y }) => y)),
    fits.flatMap(({ first: { predicted } }) => [...predicted]),
    fits.reduce((sum, { first: { parameters } }) => sum + parameters, 0),
  );
  return { submodels, fit, signal: signalOf(submodels, fit), predict: (day) => valueOn(submodels, day) };
}

/** Parts of all days first, by the names that the reference has for seasons; those of weekdays, then of weekends as the year has them. */
function inOrder(parts: readonly Part[]): Part[] {
  const short = { summer: 'su', shoulder: 'sh', winter: 'wi' };
  const name = ({ seasons: ones }: Part) => ones.map((one) => short[one]).join('_');
  const rank = { all: 0, week: 1, weekend: 2 };
  return [...parts].sort((a, b) => rank[a.days] - rank[b.days] || (a.days === 'all' ? (name(a) < name(b) ? -1 : 1) : 0));
}

/** Weather that explains less than a twentieth explains next to nothing: the reference still draws lines through the noise, and we say so. */
const leastExplained = 0.05;

const signalOf = (submodels: readonly Submodel[], { r2 }: Fit): Signal => {
  if (submodels.every(({ shape }) => shape.heating === 0 && shape.cooling === 0)) return 'none';
  return r2 < leastExplained ? 'weak' : 'plain';
};

function valueOn(submodels: readonly Submodel[], day: Pick<Day, 'season' | 'weekend' | 't'>): number {
  const one = submodels.find(({ part }) => belongs(part, day)) as Submodel;
  return predict(one.shape, [day.t])[0] as number;
}
