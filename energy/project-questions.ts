/** The ten questions of an auditor, each with what is known and whether it is answered. */

import type { NameOfMeter } from '../shared/meter-names.ts';
import type { Text } from '../shared/text.ts';
import { isoInZone } from '../shared/zone.ts';
import type { ProjectResult, Quantities } from './projects.ts';
import { percent } from './savings/sufficiency.ts';

export interface Question {
  id: string;
  title: Text;
  answers: Text[];
  /** Something is missing or out of limits. */
  open: boolean;
}

const day = (t: number, timezone: string) => isoInZone(timezone, t).slice(0, 10);
const whole = (value: number) => Math.round(value).toLocaleString('en');

export function questionsOf(
  one: ProjectResult,
  { timezone, program, tariffs, nameOf }: { timezone: string; program: string; tariffs: string; nameOf: NameOfMeter },
): Question[] {
  const { project, result, unit, baseline, reporting, adjustments, temperatures } = one;
  const facts = new Map(project.meter_facts.map((fact) => [fact.meter, fact]));
  const noFacts = project.meters.filter((id) => !facts.get(id)?.serial || !facts.get(id)?.accuracy || !facts.get(id)?.calibrated);
  const last = (to: number) => day(to - 1, timezone);
  const unsigned = adjustments.filter(({ signed }) => signed === null);
  const quality = (what: Text, { value, estimated, manual, unknown, coverage }: Quantities): Text => {
    const share = value === 0 ? 0 : (estimated + unknown) / value;
    return {
      zh: `${what.zh}：共 ${whole(value)} ${unit}，其中补算 ${whole(estimated)}、人工 ${whole(manual)}、未知 ${whole(unknown)}（非实测占 ${percent(share)}），数据覆盖 ${percent(coverage)}`,
      en: `${what.en}: ${whole(value)} ${unit}, of these estimated ${whole(estimated)}, by hand ${whole(manual)}, unknown ${whole(unknown)} (${percent(share)} not measured), coverage ${percent(coverage)}`,
    };
  };
  const text = (zh: string, en: string): Text => ({ zh, en });
  const noModel = one.why ?? text('没有模型', 'no model');
  return [
    {
      id: 'boundary',
      title: text('边界和表计：哪些表，编号、精度、CT 变比、校准日期', 'Boundary and meters: which, serial, accuracy, ratio, calibration'),
      answers: [
        text(`IPMVP 方案 ${project.option}，边界为下列表计之和`, `IPMVP option ${project.option}; the boundary is the sum of these meters`),
        ...project.meters.map((id) => {
          const fact = facts.get(id);
          const name = nameOf(id);
          return text(
            `${name.zh}：编号 ${fact?.serial ?? '缺'}，精度 ${fact?.accuracy ?? '缺'}，校准 ${fact?.calibrated ?? '缺'}`,
            `${name.en}: serial ${fact?.serial ?? 'missing'}, accuracy ${fact?.accuracy ?? 'missing'}, calibrated ${fact?.calibrated ?? 'missing'}`,
          );
        }),
      ],
      open: noFacts.length > 0,
    },
    {
      id: 'baseline',
      title: text('基准期：起止日期和理由，原始数据是否保留', 'Baseline: dates and why; is the raw data kept'),
      answers: [
        text(`${day(baseline.from, timezone)} 至 ${last(baseline.to)}`, `${day(baseline.from, timezone)} to ${last(baseline.to)}`),
        project.baseline_reason ?? text('没有写明理由', 'no reason is given'),
        text(
          '15 分钟用量保留在数据库，表计更正有版本、有原因、可撤销',
          'Quarter hours are kept in the store; corrections of counters have versions and reasons and can be taken back',
        ),
      ],
      open: project.baseline_reason === undefined,
    },
    {
      id: 'data',
      title: text('缺失和估算的比例', 'Missing and estimated share'),
      answers: [quality(text('基准期', 'baseline'), baseline), quality(text('报告期', 'reporting period'), reporting)],
      open: baseline.coverage < 0.9 || reporting.coverage < 0.9,
    },
    {
      id: 'model',
      title: text('模型、参数、CV(RMSE)、NMBE、R²、自相关', 'Model, parameters, CV(RMSE), NMBE, R², autocorrelation'),
      answers: result
        ? [
            text(
              `${{ daily: '日', billing: '账期', hourly: '小时' }[result.method]}模型，${result.n} 个点，${result.fit.p} 个参数；CV(RMSE) ${percent(result.fit.cvrmse)}，NMBE ${percent(result.fit.nmbe, 2)}，R² ${result.fit.r2.toFixed(3)}，ρ ${result.fit.rho.toFixed(2)}`,
              `${result.method} model, ${result.n} points, ${result.fit.p} parameters; CV(RMSE) ${percent(result.fit.cvrmse)}, NMBE ${percent(result.fit.nmbe, 2)}, R² ${result.fit.r2.toFixed(3)}, ρ ${result.fit.rho.toFixed(2)}`,
            ),
            ...result.reasons.map((reason) => reason.text),
          ]
        : [noModel],
      open: !result || result.reasons.some(({ blocks }) => blocks),
    },
    {
      id: 'weather',
      title: text('报告期气温是否在基准期范围内', 'Is the weather of the reporting period within that of the baseline'),
      answers: temperatures
        ? [
            text(
              `基准期日均 ${temperatures.low.toFixed(1)}～${temperatures.high.toFixed(1)} ℃；报告期有 ${percent(temperatures.outsideShare)} 的点在此之外（超过 10% 须注意）`,
              `the baseline had ${temperatures.low.toFixed(1)} to ${temperatures.high.toFixed(1)} °C; ${percent(temperatures.outsideShare)} of the reporting period is outside (above 10 % is a warning)`,
            ),
          ]
        : [text('没有气温数据', 'no temperatures')],
      open: !temperatures || temperatures.outsideShare > 0.1,
    },
    {
      id: 'events',
      title: text(
        '非常规事件：日期、原因、大小、方法、签字，调整前后',
        'Non-routine events: date, cause, size, method, signature, with and without',
      ),
      answers: [
        ...(adjustments.length === 0 ? [text('没有登记非常规事件', 'no non-routine event is recorded')] : []),
        ...adjustments.map((event) =>
          text(
            `${day(event.from, timezone)} 至 ${last(event.to)}：${event.cause.zh}，每天 ${event.kwhPerDay} ${unit}，方法：${event.method.zh}，${event.signed === null ? '未签字，不计入' : `签字：${event.signed}`}`,
            `${day(event.from, timezone)} to ${last(event.to)}: ${event.cause.en}, ${event.kwhPerDay} ${unit} a day, by ${event.method.en}, ${event.signed === null ? 'not signed and so not counted' : `signed by ${event.signed}`}`,
          ),
        ),
        ...(result && one.unadjusted
          ? [
              text(
                `调整后差值 ${whole(result.saved)} ${unit}，不调整为 ${whole(one.unadjusted.saved)} ${unit}`,
                `with adjustments ${whole(result.saved)} ${unit}, without ${whole(one.unadjusted.saved)} ${unit}`,
              ),
            ]
          : []),
      ],
      open: unsigned.length > 0,
    },
    {
      id: 'result',
      title: text('结果：用量、金额和单价、90% 区间', 'Result: amount, yuan at which price, 90 % band'),
      answers: result
        ? [
            text(
              `${result.claimed ? '节约' : '差值（不能称为节约）'} ${whole(result.saved)} ${unit}，90% 区间 ${whole(result.low)}～${whole(result.high)}；ASHRAE 公式 ±${whole(result.half.opendsm)}，分块自助法 ±${whole(result.half.bootstrap)}，取较宽者`,
              `${result.claimed ? 'saved' : 'difference (not to be called a saving)'} ${whole(result.saved)} ${unit}, 90 % between ${whole(result.low)} and ${whole(result.high)}; ASHRAE formula ±${whole(result.half.opendsm)}, block bootstrap ±${whole(result.half.bootstrap)}, the wider counts`,
            ),
            one.yuan && one.price !== null
              ? text(
                  `折合 ${whole(one.yuan.saved)} 元（${whole(one.yuan.low)}～${whole(one.yuan.high)}），单价 ${one.price.toFixed(4)} 元/${unit}（${one.priceFrom === 'project' ? '项目约定' : '报告期账单均价'}）`,
                  `${whole(one.yuan.saved)} yuan (${whole(one.yuan.low)} to ${whole(one.yuan.high)}) at ${one.price.toFixed(4)} yuan/${unit} (${one.priceFrom === 'project' ? 'agreed' : 'mean of the bills of the period'})`,
                )
              : text('没有单价，不折算金额', 'no price: no yuan'),
          ]
        : [noModel],
      open: !result?.claimed,
    },
    {
      id: 'recompute',
      title: text('能否独立复算', 'Can it be recomputed'),
      answers: [
        text(
          '工作簿用普通公式从原始数据复算结果，不依赖本程序',
          'The workbook recomputes the result from the data with plain formulas, without this program',
        ),
      ],
      open: !result,
    },
    {
      id: 'versions',
      title: text('程序、系数和电价的版本', 'Versions of program, factors and tariff'),
      answers: [
        text(`程序 ${program}，电价 ${tariffs || '无'}`, `program ${program}, tariff ${tariffs || 'none'}`),
        text(`数据与结果校验 ${one.sha256}`, `hash of data and result ${one.sha256}`),
      ],
      open: false,
    },
    {
      id: 'approval',
      title: text('谁批准，何时；此后是否变化', 'Who approved it, when; has anything changed since'),
      answers: project.approved
        ? [
            text(`${project.approved.by}，${project.approved.on}`, `${project.approved.by}, ${project.approved.on}`),
            project.approved.sha256 === undefined
              ? text('批准时没有记录校验值', 'no hash was recorded with the approval')
              : one.sha256.startsWith(project.approved.sha256)
                ? text('校验值一致，批准后没有变化', 'the hash is the same: nothing changed since')
                : text('校验值不同：批准后数据或参数有变化', 'the hash differs: data or parameters have changed since'),
          ]
        : [text('尚未批准', 'not approved yet')],
      open: !project.approved || (project.approved.sha256 !== undefined && !one.sha256.startsWith(project.approved.sha256)),
    },
  ];
}
