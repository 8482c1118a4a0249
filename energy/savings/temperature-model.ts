/** The daily and the billing model: days of a baseline in, a model out that says what a day at a temperature would have used. */
import { type Fit, fitOf, meanOf } from '../statistics.ts';
import { type Days, type FitOptions, finalFit, firstFit, sortDays } from './fit-shape.ts';
import { predict, type Shape } from './piecewise.ts';
import { belongs, candidates, criterion, type Day, type Part, partName, seasons } from './splits.ts';

export interface Submodel {
  part: Part;
  shape: Shape;
}

export interface TemperatureModel {
  submodels: Submodel[];
  fit: Fit;
  /** Energy per day. */
  predict(day: Pick<Day, 'season' | 'weekend' | 't'>): number;
}

export interface ModelOptions {
  kind: 'daily' | 'billing';
  /** Try models by season and day type. */
  splits: boolean;
}

export function fitTemperature(days: readonly Day[], { kind, splits }: ModelOptions): TemperatureModel {
  const options: FitOptions = kind === 'daily' ? { smooth: true, segmentDays: 6 } : { smooth: false, segmentDays: 3 };
  const fitted = new Map<string, { days: Days; shape: Shape; parameters: number; sse: number }>();
  const first = (part: Part) => {
    const name = partName(part);
    let one = fitted.get(name);
    if (!one) {
      const mine = days.filter((day) => belongs(part, day));
      const sorted = sortDays(
        mine.map(({ t }) => t),
        mine.map(({ y }) => y),
      );
      const found = firstFit(sorted, options);
      const model = predict(found.shape, sorted.t);
      one = { days: sorted, ...found, sse: model.reduce((sum, value, i) => sum + (value - (sorted.y[i] as number)) ** 2, 0) };
      fitted.set(name, one);
    }
    return one;
  };
  const n = days.length;
  const rmseOf = (parts: Part[]) => Math.sqrt(parts.reduce((sum, part) => sum + first(part).sse, 0) / n);
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
  const firsts = best.map((part) => ({ part, shape: first(part).shape }));
  const submodels = best.map((part) => ({ part, shape: finalFit(first(part).days, first(part).shape, options).shape }));
  const parameters = best.reduce((sum, part) => sum + first(part).parameters, 0);
  // The errors reported are those of the first fit, as in the reference: the robust one would praise itself for what it ignored.
  const fit = fitOf(
    days.map(({ y }) => y),
    days.map((day) => valueOn(firsts, day)),
    parameters,
  );
  if (fit.r2 < leastExplained) return meanModel(days);
  return { submodels, fit, predict: (day) => valueOn(submodels, day) };
}

/** Weather that explains less than a twentieth explains nothing: lines through noise would only look like a model. */
const leastExplained = 0.05;

function meanModel(days: readonly Day[]): TemperatureModel {
  const base = meanOf(days.map(({ y }) => y));
  const t = days.map((day) => day.t).sort((a, b) => a - b);
  const ends = { heatingBelow: t[0] as number, coolingAbove: t.at(-1) as number };
  const shape: Shape = { ...ends, heating: 0, cooling: 0, heatingRound: 0, coolingRound: 0, base };
  const observed = days.map(({ y }) => y);
  const flat = fitOf(
    observed,
    observed.map(() => base),
    1,
  );
  return { submodels: [{ part: { days: 'all', seasons }, shape }], fit: flat, predict: () => base };
}

function valueOn(submodels: readonly Submodel[], day: Pick<Day, 'season' | 'weekend' | 't'>): number {
  const one = submodels.find(({ part }) => belongs(part, day)) as Submodel;
  return predict(one.shape, [day.t])[0] as number;
}
