/** Is there enough to say anything, and does it fit well enough to be called a saving? Limits are settings; these are OpenDSM's and Guideline 14's. */
import type { Text } from '../../shared/text.ts';
import type { Fit } from '../statistics.ts';
import type { Method } from './savings.ts';
import type { Slice } from './series.ts';
import type { Signal } from './temperature-model.ts';

export interface Reason {
  id: string;
  /** Without it the result may not be called a saving. */
  blocks: boolean;
  text: Text;
}

export const limits = {
  fewestDays: 329,
  mostDays: 366,
  coverage: 0.9,
  billing: { fewestDays: 25, mostDays: 70 },
  /** Fit of Guideline 14; it has none for days, 25 % and 7 % are a rule of this house. */
  gates: { billing: { cvrmse: 0.15, nmbe: 0.05 }, daily: { cvrmse: 0.25, nmbe: 0.07 }, hourly: { cvrmse: 0.3, nmbe: 0.1 } },
  /** The model is no model above both. */
  refuse: { cvrmse: 1, pnrmse: 1.6 },
  /** Guideline 14, whole-building path: at most half of the saving, at 68 % confidence. Programmes ask the same at 90 %. */
  fractionalUncertainty: { most: 0.5, confidence: 0.68 },
  extrapolation: 0.1,
} as const;

const dayMs = 86_400_000;
/** A share in words; what rounds to nothing has no sign. */
export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits).replace(/^-(?=[0.]*$)/, '')} %`;

export function dataReasons(
  method: Method,
  baseline: readonly Slice[],
  reporting: readonly Slice[],
  range: { from: number; to: number },
  weatherDays: readonly Slice[] = baseline,
): Reason[] {
  const reasons: Reason[] = [];
  const days = Math.round((range.to - range.from) / dayMs);
  const add = (id: string, blocks: boolean, zh: string, en: string) => reasons.push({ id, blocks, text: { zh, en } });
  if (days < limits.fewestDays || days > limits.mostDays)
    add(
      'baseline-length',
      true,
      `基准期为 ${days} 天，应为 ${limits.fewestDays}～${limits.mostDays} 天`,
      `the baseline has ${days} days; it needs ${limits.fewestDays} to ${limits.mostDays}`,
    );
  const covered = (slices: readonly Slice[], value: (slice: Slice) => number) =>
    slices.reduce((sum, slice) => sum + (Number.isNaN(value(slice)) ? 0 : slice.to - slice.from), 0) / (range.to - range.from);
  const observed = covered(baseline, ({ y }) => y);
  const weather = covered(baseline, ({ temperature }) => temperature);
  if (observed < limits.coverage)
    add(
      'baseline-coverage',
      true,
      `基准期电量数据仅覆盖 ${percent(observed)}，应不低于 ${percent(limits.coverage, 0)}`,
      `only ${percent(observed)} of the baseline has meter data; it needs ${percent(limits.coverage, 0)}`,
    );
  if (weather < limits.coverage)
    add(
      'temperature-coverage',
      true,
      `基准期气温数据仅覆盖 ${percent(weather)}，应不低于 ${percent(limits.coverage, 0)}`,
      `only ${percent(weather)} of the baseline has temperatures; it needs ${percent(limits.coverage, 0)}`,
    );
  const values = baseline.map(({ y }) => y).filter((y) => !Number.isNaN(y));
  if (values.some((y) => y < 0)) add('negative', false, '基准期内有负值', 'the baseline has negative values');
  if (values.length > 30 && new Set(values).size < values.length * 0.05)
    add('unique', true, '基准期数值大量重复，疑似补录或冻结读数', 'most values of the baseline repeat; they look filled in or frozen');
  if (method === 'billing') {
    const odd = baseline.filter(
      ({ from, to }) => to - from < limits.billing.fewestDays * dayMs - dayMs / 2 || to - from > limits.billing.mostDays * dayMs,
    );
    if (odd.length > 0)
      add(
        'billing-period',
        true,
        `${odd.length} 个账期不在 ${limits.billing.fewestDays}～${limits.billing.mostDays} 天之内`,
        `${odd.length} bills are not ${limits.billing.fewestDays} to ${limits.billing.mostDays} days long`,
      );
  }
  const known = weatherDays.map(({ temperature }) => temperature).filter((t) => !Number.isNaN(t));
  const [low, high] = known.reduce(([a, b], t) => [Math.min(a, t), Math.max(b, t)], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  const outside = reporting.filter(({ temperature }) => temperature < low || temperature > high).length / Math.max(1, reporting.length);
  if (outside > limits.extrapolation)
    add(
      'extrapolation',
      false,
      `报告期有 ${percent(outside)} 的气温超出基准期范围`,
      `${percent(outside)} of the reporting period is colder or hotter than the whole baseline`,
    );
  return reasons;
}

export function fitReasons(method: Method, fit: Pick<Fit, 'cvrmse' | 'nmbe'>, pnrmse: number, signal: Signal): Reason[] {
  const reasons: Reason[] = [];
  const gate = limits.gates[method];
  const add = (id: string, blocks: boolean, zh: string, en: string) => reasons.push({ id, blocks, text: { zh, en } });
  if (signal === 'none') add('no-weather-signal', false, '用量与气温无关，采用均值模型', 'no weather signal: mean model');
  if (signal === 'weak')
    add(
      'no-weather-signal',
      false,
      '用量与气温基本无关：气温变化只能解释用量变化的不到 5 %',
      'no weather signal: the weather explains less than 5 % of what varies',
    );
  if (fit.cvrmse > limits.refuse.cvrmse && pnrmse > limits.refuse.pnrmse)
    add('poor-fit', true, '模型与数据严重不符，不予采用', 'the model does not describe the meter at all');
  if (!(fit.cvrmse <= gate.cvrmse))
    add(
      'cvrmse',
      true,
      `CV(RMSE) ${percent(fit.cvrmse)} 超过限值 ${percent(gate.cvrmse, 0)}（ASHRAE 14）`,
      `CV(RMSE) ${percent(fit.cvrmse)} is above ${percent(gate.cvrmse, 0)} (ASHRAE 14)`,
    );
  if (!(Math.abs(fit.nmbe) <= gate.nmbe))
    add(
      'nmbe',
      true,
      `NMBE ${percent(fit.nmbe)} 超过限值 ±${percent(gate.nmbe, 0)}（ASHRAE 14）`,
      `NMBE ${percent(fit.nmbe)} is beyond ±${percent(gate.nmbe, 0)} (ASHRAE 14)`,
    );
  return reasons;
}

/** @param gateHalf half of the interval at the confidence of Guideline 14's limit */
export function resultReasons(saved: number, half: number, confidence: number, gateHalf: number): Reason[] {
  const reasons: Reason[] = [];
  if (!(saved - half > 0))
    reasons.push({
      id: 'within-error',
      blocks: true,
      text: {
        zh: `差值小于 ${percent(confidence, 0)} 置信度下的误差，不能证明有节约`,
        en: `the difference is within its ${percent(confidence, 0)} error: nothing is proven`,
      },
    });
  else if (gateHalf / saved > limits.fractionalUncertainty.most)
    reasons.push({
      id: 'fractional-uncertainty-gate',
      blocks: true,
      text: {
        zh: `节约量的相对误差在 ${percent(limits.fractionalUncertainty.confidence, 0)} 置信度下为 ${percent(gateHalf / saved, 0)}，超过限值 50 %（ASHRAE 14）`,
        en: `the error is ${percent(gateHalf / saved, 0)} of the saving at ${percent(limits.fractionalUncertainty.confidence, 0)} confidence, above 50 % (ASHRAE 14)`,
      },
    });
  else if (half / saved > limits.fractionalUncertainty.most)
    reasons.push({
      id: 'fractional-uncertainty',
      blocks: false,
      text: {
        zh: `节约量的相对误差为 ${percent(half / saved, 0)}，多数项目要求不超过 50 %`,
        en: `the error is ${percent(half / saved, 0)} of the saving; programmes ask for at most 50 %`,
      },
    });
  return reasons;
}
