/** Avoided energy: what the baseline's model says of the reporting period's weather, less what was used, with an error that holds. Pure. */
import { type Fit, type Frequency, fitOf, quantile, savingsUncertainty, savingsUncertaintyNmecr } from '../statistics.ts';
import { bootstrapHalf } from './bootstrap.ts';
import { fitHourly } from './hourly-model.ts';
import { type Curve, drawn, predictCurve } from './piecewise.ts';
import type { Range, Slice } from './series.ts';
import { belongs, type Day, defaultSeasons, partName, type Season } from './splits.ts';
import { dataReasons, fitReasons, limits, type Reason, resultReasons } from './sufficiency.ts';
import { fitTemperature, type Signal } from './temperature-model.ts';

export const methods = ['daily', 'billing', 'hourly'] as const;
export type Method = (typeof methods)[number];

export interface SavingsInput {
  method: Method;
  /** Days, days of bills, or hours; temperatures in °F, as the methods have their bins and bends. */
  baseline: readonly Slice[];
  reporting: readonly Slice[];
  range: Range;
  /** Bills as they were sent, for the limits of Guideline 14. */
  bills?: readonly Slice[] | undefined;
  confidence?: number | undefined;
  /** By month; heating seasons follow the city. */
  seasons?: readonly Season[] | undefined;
  /** Try models by season and day type. */
  splits?: boolean | undefined;
  draws?: number | undefined;
}

export interface SavingsResult {
  method: Method;
  n: number;
  parameters: Record<string, number | string>[];
  fit: Fit;
  counterfactual: number;
  observed: number;
  saved: number;
  /** Half widths by method; the wider of the first two is used. */
  half: { opendsm: number; bootstrap: number; nmecr: number };
  used: 'opendsm' | 'bootstrap';
  low: number;
  high: number;
  confidence: number;
  sufficient: boolean;
  /** May it be called a saving? */
  claimed: boolean;
  reasons: Reason[];
  /** The reporting period, point by point. */
  points: { from: number; to: number; temperature: number; observed: number; predicted: number }[];
}

const frequency: Record<Method, Frequency> = { daily: 'daily', billing: 'billing', hourly: 'hourly' };
/** Points: days, days of bills, hours. */
const memories: Record<Method, { block: number; memory: number }> = {
  daily: { block: 7, memory: 14 },
  billing: { block: 30, memory: 45 },
  hourly: { block: 168, memory: 26 },
};
const seed = 20_260_101;
const defaultDraws = 1000;

interface Built {
  fit: Fit;
  parameters: Record<string, number | string>[];
  signal: Signal;
  predict(slice: Slice): number;
  /** Regressors for the bootstrap: what each coefficient is multiplied with, and what a bend that lies a degree elsewhere would change. */
  row(slice: Slice): number[];
}

export function savings(input: SavingsInput): SavingsResult {
  const { method, range, confidence = 0.9 } = input;
  const good = (slices: readonly Slice[]) => slices.filter(({ y, temperature }) => Number.isFinite(y) && Number.isFinite(temperature));
  const baseline = good(input.baseline);
  const reporting = good(input.reporting);
  const model = method === 'hourly' ? hours(baseline) : days(baseline, method, input);
  const predicted = reporting.map(model.predict);
  const counterfactual = predicted.reduce((sum, value) => sum + value, 0);
  const observed = reporting.reduce((sum, { y }) => sum + y, 0);
  const saved = counterfactual - observed;
  const months = new Set(reporting.map(({ wall }) => new Date(wall).getUTCMonth())).size;
  const uncertain = { frequency: frequency[method], counterfactual, points: reporting.length, months, fit: model.fit, confidence };
  const residuals = baseline.map((slice) => slice.y - model.predict(slice));
  const opendsm = savingsUncertainty(uncertain);
  const resampled = bootstrapHalf({
    baseline: baseline.map(model.row),
    reporting: reporting.map(model.row),
    residuals,
    ...memories[method],
    draws: input.draws ?? defaultDraws,
    seed,
  });
  const bootstrap = resampled(confidence);
  const used = bootstrap > opendsm ? 'bootstrap' : 'opendsm';
  const half = Math.max(opendsm, bootstrap);
  const { confidence: gateConfidence } = limits.fractionalUncertainty;
  const gateHalf = Math.max(savingsUncertainty({ ...uncertain, confidence: gateConfidence }), resampled(gateConfidence));
  const sorted = Float64Array.from(baseline, ({ y }) => y).sort();
  const pnrmse = model.fit.rmse / (quantile(sorted, 0.75) - quantile(sorted, 0.25));
  const data = dataReasons(method, input.bills ?? input.baseline, input.reporting, range, baseline);
  const gateFit = input.bills && method === 'billing' ? billFit(input.bills, baseline, model) : model.fit;
  const reasons = [...data, ...fitReasons(method, gateFit, pnrmse, model.signal), ...resultReasons(saved, half, confidence, gateHalf)];
  return {
    ...{ method, n: model.fit.n, parameters: model.parameters, fit: model.fit, counterfactual, observed, saved },
    half: { opendsm, bootstrap, nmecr: savingsUncertaintyNmecr(uncertain) },
    ...{ used, low: saved - half, high: saved + half, confidence, reasons },
    sufficient: !data.some(({ blocks }) => blocks),
    claimed: !reasons.some(({ blocks }) => blocks),
    points: reporting.map(({ from, to, temperature, y }, i) => ({ from, to, temperature, observed: y, predicted: predicted[i] as number })),
  };
}

/** Guideline 14 judges bills, not the days that they were spread over. */
function billFit(bills: readonly Slice[], baseline: readonly Slice[], model: Built): Fit {
  const whole = bills.filter(({ y }) => Number.isFinite(y));
  const told = whole.map(({ from, to }) =>
    baseline.filter((day) => day.from >= from - 1 && day.to <= to + 1).reduce((sum, day) => sum + model.predict(day), 0),
  );
  return fitOf(
    whole.map(({ y }) => y),
    told,
    model.fit.p,
  );
}

function days(baseline: readonly Slice[], method: 'daily' | 'billing', { seasons = defaultSeasons, splits = true }: SavingsInput): Built {
  const asDay = (slice: Slice): Day => {
    const date = new Date(slice.wall);
    const weekday = date.getUTCDay();
    return { season: seasons[date.getUTCMonth()] as Season, weekend: weekday === 0 || weekday === 6, t: slice.temperature, y: slice.y };
  };
  const model = fitTemperature(baseline.map(asDay), { kind: method, splits });
  const { submodels } = model;
  return {
    fit: model.fit,
    parameters: submodels.map(({ part, shape }) => ({ part: partName(part), ...shape })),
    signal: model.signal,
    predict: (slice) => model.predict(asDay(slice)),
    row(slice) {
      const day = asDay(slice);
      const at = submodels.findIndex(({ part }) => belongs(part, day));
      const row = new Array<number>(submodels.length * 5).fill(0);
      const { shape } = submodels[at] as (typeof submodels)[number];
      row[at * 5] = 1;
      const curve = { ...drawn(shape), base: 0 };
      const [heats, cools] = [{ ...curve, lowSlope: 1, highSlope: 0 }, { ...curve, lowSlope: 0, highSlope: 1 }] as const; // biome-ignore format: two of a kind
      if (shape.heating > 0) {
        row[at * 5 + 1] = part(heats, day.t);
        row[at * 5 + 2] = (part({ ...heats, low: heats.low + bendStep }, day.t) - (row[at * 5 + 1] as number)) / bendStep;
      }
      if (shape.cooling > 0) {
        row[at * 5 + 3] = part(cools, day.t);
        row[at * 5 + 4] = (part({ ...cools, high: cools.high - bendStep }, day.t) - (row[at * 5 + 3] as number)) / bendStep;
      }
      return row;
    },
  };
}

/** °F: small against any bend. */
const bendStep = 0.01;
const part = (curve: Curve, t: number): number => predictCurve(curve, [t])[0] as number;

function hours(baseline: readonly Slice[]): Built {
  const asHour = ({ wall, temperature, y }: Slice) => {
    const date = new Date(wall);
    return { week: ((date.getUTCDay() + 6) % 7) * 24 + date.getUTCHours(), t: temperature, y };
  };
  const model = fitHourly(baseline.map(asHour));
  return {
    fit: model.fit,
    parameters: [{ part: 'time of week and temperature', parameters: model.fit.p, hoursInUse: model.used.filter(Boolean).length }],
    signal: 'plain',
    predict: (slice) => model.predict(asHour(slice)),
    row: (slice) => model.row(asHour(slice)),
  };
}
