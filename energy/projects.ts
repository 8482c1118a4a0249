/** Retrofits of the site: baseline and reporting period from the store, adjustments that were signed, the result with its band, and what it is worth. */
import { createHash } from 'node:crypto';
import type { Store } from '../ingest/store.ts';
import type { Project } from '../shared/energy-site.ts';
import type { Text } from '../shared/text.ts';
import { momentOf, wallOf } from '../shared/zone.ts';
import { consumptionOf, edgesOf } from './consumption-of.ts';
import type { KeptFits } from './kept-fits.ts';
import { program } from './kept-months.ts';
import type { Ledger } from './ledger.ts';
import type { Medium } from './meters.ts';
import { mediumUnits } from './meters.ts';
import { savingsAside } from './savings/fit-thread.ts';
import type { SavingsInput, SavingsResult } from './savings/savings.ts';
import type { Slice } from './savings/series.ts';
import { metersOfMedium, weightsOf } from './site-tree.ts';
import { hourlyTemperature, type ImportedWeather, type Station } from './weather.ts';

export interface ProjectSource {
  ledger: Ledger;
  store: Pick<Store, 'series' | 'seriesMany'>;
  weather: ImportedWeather;
  station: Station | undefined;
  now: number;
  /** From before this start. */
  fits?: KeptFits | undefined;
}

export interface Span {
  from: number;
  /** Exclusive. */
  to: number;
}

export interface Quantities {
  value: number;
  measured: number;
  estimated: number;
  manual: number;
  unknown: number;
  /** Of the quarter hours, 0 to 1. */
  coverage: number;
}

export interface AppliedAdjustment {
  id: string;
  cause: Text;
  method: Text;
  from: number;
  to: number;
  kwhPerDay: number;
  /** What it moves the saving by. */
  kwh: number;
  signed: string | null;
}

export interface ProjectResult {
  project: Project;
  medium: Medium;
  unit: string;
  baseline: Span & Quantities;
  reporting: Span & Quantities;
  /** null: not enough data for a model; `why`. */
  result: SavingsResult | null;
  why: Text | null;
  /** The result as it would be without the adjustments. */
  unadjusted: { saved: number; low: number; high: number } | null;
  adjustments: AppliedAdjustment[];
  /** Yuan a unit. */
  price: number | null;
  priceFrom: 'project' | 'bills' | null;
  yuan: { saved: number; low: number; high: number } | null;
  /** Years until it has paid for itself, at this rate. */
  paybackYears: number | null;
  /** °C of days: of the baseline, and of the reporting period outside of it. */
  temperatures: { low: number; high: number; outsideShare: number } | null;
  slices: { baseline: readonly Slice[]; reporting: readonly Slice[] };
  /** Of data, model and result: another hash, another result. */
  sha256: string;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const fewestPoints = 20;
const known = new Map<string, Promise<SavingsResult>>();
const mostKnown = 50;
/** Another build may come to another result. */
const build = program();

/** `2026-01-01`, or `-12mo`: the first of the month so many months before this one. */
export function momentOfDay(text: string, timezone: string, now: number): number {
  const moving = /^-(\d{1,2})mo$/.exec(text);
  if (!moving) return momentOf(timezone, Date.parse(text));
  const wall = new Date(wallOf(timezone, now));
  return momentOf(timezone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - Number(moving[1]), 1));
}

/** The last day is inside; a month that moves with the calendar is not: the day before it is the last. */
export function spanOf({ from, to }: { from: string; to?: string | undefined }, timezone: string, now: number): Span {
  const today = momentOf(timezone, Math.floor(wallOf(timezone, now) / dayMs) * dayMs);
  const end = to === undefined ? today : to.startsWith('-') ? momentOfDay(to, timezone, now) : momentOf(timezone, Date.parse(to) + dayMs);
  return { from: momentOfDay(from, timezone, now), to: Math.min(end, today) };
}

export async function projectResult(source: ProjectSource, project: Project): Promise<ProjectResult> {
  const { ledger, now } = source;
  const { timezone } = ledger.site.site;
  const first = ledger.meters.find(({ device }) => project.meters.includes(device));
  const medium = first?.medium ?? 'electricity';
  const [baseSpan, reportSpan] = [spanOf(project.baseline, timezone, now), spanOf(project.reporting, timezone, now)];
  const [base, report] = await Promise.all([slicesOf(source, project, medium, baseSpan), slicesOf(source, project, medium, reportSpan)]);
  const adjustments = project.adjustments.map((one): AppliedAdjustment => {
    const span = spanOf(one, timezone, now);
    const days = (within: Span) => Math.max(0, Math.round((Math.min(span.to, within.to) - Math.max(span.from, within.from)) / dayMs));
    const signed = one.signed ?? null;
    const kwh = one.kwh_per_day * days(reportSpan);
    return {
      id: one.id,
      cause: one.cause,
      method: one.method,
      ...span,
      kwhPerDay: one.kwh_per_day,
      kwh: signed === null ? 0 : kwh,
      signed,
    };
  });
  const signed = adjustments.filter((one) => one.signed !== null);
  const adjusted = (slices: readonly Slice[]) =>
    slices.map((slice) => ({
      ...slice,
      y: signed.reduce((y, one) => {
        const share = Math.max(0, Math.min(slice.to, one.to) - Math.max(slice.from, one.from)) / dayMs;
        return y - share * one.kwhPerDay;
      }, slice.y),
    }));
  const input = (with_: boolean) => ({
    method: project.method,
    baseline: with_ ? adjusted(base.slices) : base.slices,
    reporting: with_ ? adjusted(report.slices) : report.slices,
    range: baseSpan,
  });
  const enough = [base, report].every(({ slices }) => slices.filter(good).length >= fewestPoints);
  const result = enough ? await fitted(input(true), source.fits) : null;
  const plain = result && signed.length > 0 ? await fitted(input(false), source.fits) : result;
  const { price, priceFrom } = await priceOf(ledger, project, medium, reportSpan);
  const worth = (kwh: number) => (price === null ? 0 : Math.round(kwh * price * 100) / 100);
  const yuan = result && price !== null ? { saved: worth(result.saved), low: worth(result.low), high: worth(result.high) } : null;
  const perYear = yuan && reportSpan.to > reportSpan.from ? (yuan.saved * 365 * dayMs) / (reportSpan.to - reportSpan.from) : 0;
  return {
    ...{ project, medium, unit: mediumUnits[medium], adjustments, price, priceFrom, yuan, result },
    baseline: { ...baseSpan, ...base.quantities },
    reporting: { ...reportSpan, ...report.quantities },
    why: enough ? null : shortOf(base.slices, report.slices),
    unadjusted: plain && { saved: plain.saved, low: plain.low, high: plain.high },
    paybackYears: project.invested_yuan !== undefined && result?.claimed && perYear > 0 ? project.invested_yuan / perYear : null,
    temperatures: temperaturesOf(base.slices, report.slices),
    slices: { baseline: input(true).baseline, reporting: input(true).reporting },
    sha256: createHash('sha256')
      .update(
        JSON.stringify([
          project.id,
          project.method,
          project.meters,
          base.slices,
          report.slices,
          signed,
          price === null ? null : steady(price),
          result?.parameters,
          result?.saved,
        ]),
      )
      .digest('hex'),
  };
}

/** Sums in another order differ in their last bits: that is no other result, and a fit must not make one of it. */
const steady = (value: number) => Number(value.toPrecision(9));

const good = ({ y, temperature }: Slice) => Number.isFinite(y) && Number.isFinite(temperature);

function shortOf(base: readonly Slice[], report: readonly Slice[]): Text {
  const count = (slices: readonly Slice[]) => slices.filter(good).length;
  return {
    zh: `数据不足：基准期有 ${count(base)} 个、报告期有 ${count(report)} 个同时具备电量和气温的点，各至少 ${fewestPoints} 个`,
    en: `not enough data: ${count(base)} points of the baseline and ${count(report)} of the reporting period have both meter and weather; each needs ${fewestPoints}`,
  };
}

/** The fit with its thousand draws takes a second; the same data give the same. */
function fitted(input: SavingsInput, fits?: KeptFits): Promise<SavingsResult> {
  const key = createHash('sha256')
    .update(JSON.stringify([build, input]))
    .digest('hex');
  const before = known.get(key);
  if (before) return before;
  const kept = fits?.get(key);
  const result = kept ? Promise.resolve(kept) : savingsAside(input);
  if (!kept)
    result.then(
      (one) => fits?.put(key, one),
      () => undefined,
    );
  known.set(key, result);
  result.catch(() => known.delete(key));
  for (const old of known.keys()) {
    if (known.size <= mostKnown) break;
    known.delete(old);
  }
  return result;
}

/** °F, as the models have their bins. */
const fahrenheit = (c: number) => c * 1.8 + 32;

async function slicesOf({ ledger, store, weather, station }: ProjectSource, project: Project, medium: Medium, span: Span) {
  const { timezone } = ledger.site.site;
  const none: Quantities = { value: 0, measured: 0, estimated: 0, manual: 0, unknown: 0, coverage: 0 };
  if (!(span.from < span.to)) return { slices: [] as Slice[], quantities: none };
  const all = metersOfMedium(ledger.site, ledger.meters, medium);
  const weights = new Map<string, number>();
  for (const id of project.meters)
    for (const [device, weight] of weightsOf(all, id)) weights.set(device, (weights.get(device) ?? 0) + weight);
  const meters = ledger.meters.filter(({ device }) => weights.has(device));
  const edges = edgesOf(project.method === 'hourly' ? '1h' : '1d', timezone, span.from, span.to).filter((t) => t <= span.to);
  const own: Station | undefined =
    project.temperature === undefined || station?.device === project.temperature
      ? station
      : { device: project.temperature, measurement: 'environment', quantity: 'outdoor_temp_c' };
  const [rows, outdoor] = await Promise.all([
    consumptionOf(store, meters, edges, weights),
    hourlyTemperature({ store, imported: weather, station: own, from: span.from, to: span.to }),
  ]);
  const slices = rows.map((row): Slice => {
    const hours = outdoor.filled.subarray(Math.floor((row.from - outdoor.begin) / hourMs), Math.ceil((row.to - outdoor.begin) / hourMs));
    const temperatures = [...hours].filter((value) => !Number.isNaN(value));
    const mean = temperatures.reduce((sum, value) => sum + value, 0) / temperatures.length;
    return {
      ...{ from: row.from, to: row.to, wall: wallOf(timezone, row.from) },
      // A slice with holes is scaled up while most of it is there; else it is missing.
      y: row.value === null || row.coverage < 0.5 ? Number.NaN : steady(row.value / row.coverage),
      temperature: temperatures.length * 2 > hours.length ? steady(fahrenheit(mean)) : Number.NaN,
    };
  });
  const quantities = rows.reduce(
    (sum, row): Quantities => ({
      value: sum.value + (row.value ?? 0),
      measured: sum.measured + row.measured,
      estimated: sum.estimated + row.estimated,
      manual: sum.manual + row.manual,
      unknown: sum.unknown + row.unknown,
      coverage: sum.coverage + row.coverage / rows.length,
    }),
    none,
  );
  return { slices, quantities };
}

async function priceOf(ledger: Ledger, project: Project, medium: Medium, span: Span): Promise<Pick<ProjectResult, 'price' | 'priceFrom'>> {
  if (project.price !== undefined) return { price: project.price, priceFrom: 'project' };
  if (!(span.from < span.to)) return { price: null, priceFrom: null };
  let [cost, quantity] = [0, 0];
  for (const id of project.meters)
    for (const row of await ledger.cost({ scope: 'meter', id, medium, ...span })) {
      cost += row.total;
      quantity += row.quantity ?? 0;
    }
  return quantity > 0 && cost > 0 ? { price: cost / quantity, priceFrom: 'bills' } : { price: null, priceFrom: null };
}

function temperaturesOf(base: readonly Slice[], report: readonly Slice[]): ProjectResult['temperatures'] {
  const celsius = ({ temperature }: Slice) => (temperature - 32) / 1.8;
  const inBase = base.map(celsius).filter(Number.isFinite);
  const inReport = report.map(celsius).filter(Number.isFinite);
  if (inBase.length === 0 || inReport.length === 0) return null;
  const [low, high] = [inBase.reduce((a, b) => Math.min(a, b)), inBase.reduce((a, b) => Math.max(a, b))];
  return { low, high, outsideShare: inReport.filter((t) => t < low || t > high).length / inReport.length };
}
