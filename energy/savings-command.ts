/** `plantroom energy savings`: meter and weather files in, avoided energy with its error out. */
import { Fault } from '../shared/errors.ts';
import { type Method, methods, type SavingsResult, savings } from './savings/savings.ts';
import { daily, hourly, medianStep, type Points, periods, rangeOf, readPoints, type Unit, unitOf } from './savings/series.ts';

export interface SavingsRequest {
  meter: string;
  temperature: string;
  baseline: string | undefined;
  reporting: string | undefined;
  method: string | undefined;
  unit: string | undefined;
  timezone: string;
  confidence: number | undefined;
}

export interface SavingsAnswer {
  result: SavingsResult;
  unit: Unit;
  /** The unit was not said; it follows from the figures. */
  unitGuessed: boolean;
}

/** @throws Fault usage/command, payload/invalid */
export function savingsOfFiles(request: SavingsRequest): SavingsAnswer {
  const method = methods.find((one) => one === (request.method ?? 'daily')) as Method | undefined;
  if (!method) throw new Fault('usage/command', `--method: found "${request.method}"; allowed: ${methods.join(', ')}`);
  if (request.unit !== undefined && request.unit !== 'c' && request.unit !== 'f')
    throw new Fault('usage/command', `--unit: found "${request.unit}"; allowed: c, f`);
  const meter = readPoints(request.meter, request.timezone);
  const said = readPoints(request.temperature, request.timezone);
  const unit = request.unit ?? unitOf(said);
  const weather: Points = unit === 'f' ? said : { ...said, v: said.v.map((value) => value * 1.8 + 32) };
  const range = (text: string | undefined, what: string) => {
    const near = rangeOf(text, what, request.timezone);
    const at = meter.t.findIndex((t) => t >= near.from);
    return rangeOf(text, what, request.timezone, meter.offset[Math.max(0, at)]);
  };
  const [base, report] = [range(request.baseline, '--baseline'), range(request.reporting, '--reporting')];
  if (method === 'hourly' && medianStep(meter.t) > 5_400_000)
    throw new Fault('payload/invalid', `${request.meter}: is not hourly; use --method daily or billing`);
  const cut = method === 'hourly' ? hourly : daily;
  const bills = method === 'billing' && medianStep(meter.t) > 2 * 86_400_000 ? periods(meter, weather, base) : undefined;
  const [baseline, reporting] = [cut(meter, weather, base), cut(meter, weather, report)];
  for (const [slices, what, file] of [[baseline, 'baseline', request.meter], [reporting, 'reporting period', request.meter]] as const) // biome-ignore format: two of them
    if (slices.filter(({ y, temperature }) => Number.isFinite(y) && Number.isFinite(temperature)).length < 10)
      throw new Fault('payload/invalid', `${file}: the ${what} has fewer than ten points with meter data and temperature`);
  return {
    result: savings({ method, baseline, reporting, range: base, bills, confidence: request.confidence }),
    unit,
    unitGuessed: request.unit === undefined,
  };
}

/** The line that other programs read. */
export function savingsLine({ result, unit }: SavingsAnswer) {
  const { method, n, parameters, fit, counterfactual, observed, saved, low, high, confidence, sufficient, claimed, half, used, reasons } =
    result;
  return {
    ...{ method, n, parameters, temperatureUnit: 'f', temperatureRead: unit },
    ...{ cvrmse: fit.cvrmse, nmbe: fit.nmbe, r2: fit.r2, rho: fit.rho },
    ...{ counterfactual, observed, saved, low, high, confidence, uncertainty: { ...half, used } },
    ...{ sufficient, claimed, reasons: reasons.map(({ text }) => text.en) },
  };
}

/** For people: the word "saved" only where it may be used. */
export function savingsText({ result, unit, unitGuessed }: SavingsAnswer): string[] {
  const { fit, counterfactual, observed, saved, low, high, confidence, claimed, reasons, used, half, method } = result;
  const kwh = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
  const word = claimed ? 'saved' : 'difference (not proven to be a saving)';
  return [
    `${method} model, n ${fit.n}, ${fit.p} parameters; temperatures in °${unit.toUpperCase()}${unitGuessed ? ' (by their size; --unit c or f says it)' : ''}`,
    `CV(RMSE) ${(fit.cvrmse * 100).toFixed(1)} %, NMBE ${(fit.nmbe * 100).toFixed(2)} %, R² ${fit.r2.toFixed(3)}, ρ ${fit.rho.toFixed(2)}`,
    `would have used ${kwh(counterfactual)}, used ${kwh(observed)}`,
    `${word}: ${kwh(saved)}, ${(confidence * 100).toFixed(0)} % between ${kwh(low)} and ${kwh(high)}  (±${kwh(half[used])} by ${used}; OpenDSM ${kwh(half.opendsm)}, bootstrap ${kwh(half.bootstrap)}, nmecr ${kwh(half.nmecr)})`,
    ...reasons.map(({ text }) => `- ${text.en}`),
  ];
}
