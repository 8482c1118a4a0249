/** Money found: what could be paid less, in yuan a year with an error and the formula by which anybody can follow it. Pure. */
import type { Text } from '../shared/text.ts';
import type { BillLine } from './bill.ts';
import { adjustment, type Standard } from './power-factor.ts';
import { meanOf, quantile } from './statistics.ts';

export const proposalKinds = ['demand', 'power-factor', 'valley-shift', 'night-load', 'leak', 'standby'] as const;
export type ProposalKind = (typeof proposalKinds)[number];

export interface Proposal {
  kind: ProposalKind;
  /** Meter, department or site. */
  where: string | null;
  title: Text;
  /** A year. */
  yuan: number;
  /** Half the width of the 90 % band, or of what was assumed. */
  error: number;
  formula: Text;
  inputs: { label: Text; value: number; unit: string }[];
}

export interface DemandMonth {
  month: string;
  /** Highest mean of a quarter hour, kW. */
  demandKw: number;
  kwh: number;
}

export interface BasicTerms {
  /** Yuan per kW and month of demand, and per kVA and month of capacity; undefined where it cannot be chosen. */
  demandPrice: number;
  capacityPrice: number | undefined;
  capacityKva: number;
  contractKw: number | undefined;
  /** From so many kWh per kVA in the month the demand price is reduced. */
  busy?: { kwh_per_kva: number; share: number } | undefined;
  now: 'capacity' | 'demand' | 'contract';
}

const round = (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits;
/** Two-sided 90 % of the mean of so few months is wider than the normal law says. */
const half90 = (values: readonly number[]) => {
  if (values.length < 2) return Math.abs(values[0] ?? 0);
  const mean = meanOf(values);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return (1.8 * deviation) / Math.sqrt(values.length);
};

/** What the basic charge of a month costs: by contract what is above 105 % counts double, and less than 40 % of the transformers cannot be agreed. */
export function basicCharge(
  terms: BasicTerms,
  kind: BasicTerms['now'],
  { demandKw, kwh }: DemandMonth,
  contractKw = terms.contractKw ?? 0,
): number {
  if (kind === 'capacity') return (terms.capacityPrice ?? Number.POSITIVE_INFINITY) * terms.capacityKva;
  const busy = terms.busy && kwh / terms.capacityKva >= terms.busy.kwh_per_kva ? terms.busy.share : 1;
  const price = terms.demandPrice * busy;
  if (kind === 'demand') return price * demandKw;
  const contract = Math.max(contractKw, 0.4 * terms.capacityKva);
  return price * (contract + 2 * Math.max(0, demandKw - 1.05 * contract));
}

/** The cheapest of a contract demand (the best one), the real demand, and the capacity of the transformers. */
export function bestDemand(months: readonly DemandMonth[], terms: BasicTerms): Proposal | undefined {
  if (months.length < 3) return undefined;
  const yearly = (kind: BasicTerms['now'], contract?: number) =>
    (months.reduce((sum, month) => sum + basicCharge(terms, kind, month, contract), 0) * 12) / months.length;
  const now = yearly(terms.now);
  const highest = Math.max(...months.map(({ demandKw }) => demandKw));
  // The cost by contract is made of straight pieces: its least is at a demand of a month over 1.05, or at the least that can be agreed.
  const contracts = [0.4 * terms.capacityKva, ...months.map(({ demandKw }) => Math.ceil(demandKw / 1.05))].filter(
    (kw) => kw >= 0.4 * terms.capacityKva - 1e-9,
  );
  const best = contracts.map((kw) => ({ kind: 'contract' as const, kw, cost: yearly('contract', kw) })).sort((a, b) => a.cost - b.cost)[0];
  const ways: { kind: BasicTerms['now']; kw: number | undefined; cost: number }[] = [
    ...(best ? [best] : []),
    { kind: 'demand', kw: undefined, cost: yearly('demand') },
    ...(terms.capacityPrice === undefined ? [] : [{ kind: 'capacity' as const, kw: undefined, cost: yearly('capacity') }]),
  ];
  const [cheapest] = ways.sort((a, b) => a.cost - b.cost);
  if (!cheapest || !(now - cheapest.cost > 1)) return undefined;
  const monthly = months.map((month) => basicCharge(terms, terms.now, month) - basicCharge(terms, cheapest.kind, month, cheapest.kw));
  const zh = { contract: `合同最大需量 ${round(cheapest.kw ?? 0)} kW`, demand: '按实际最大需量计费', capacity: '按变压器容量计费' }[
    cheapest.kind
  ];
  const en = {
    contract: `a contract demand of ${round(cheapest.kw ?? 0)} kW`,
    demand: 'the real demand',
    capacity: 'the capacity of the transformers',
  }[cheapest.kind];
  return {
    ...{ kind: 'demand', where: null, yuan: round(now - cheapest.cost), error: round(12 * half90(monthly)) },
    title: { zh: `基本电费改为${zh}`, en: `Pay the basic charge by ${en}` },
    formula: {
      zh: '现行方式与最省方式按各月最大需量逐月计算，相减后折合一年；超过合同 105% 的部分加倍，合同不低于变压器容量的 40%',
      en: 'each month by the present and by the cheapest way, their difference for a year; above 105 % of the contract counts double, at least 40 % of the transformers must be agreed',
    },
    inputs: [
      { label: { zh: '统计月数', en: 'Months' }, value: months.length, unit: '' },
      { label: { zh: '最高需量', en: 'Highest demand' }, value: round(highest, 1), unit: 'kW' },
      { label: { zh: '现行基本电费（年）', en: 'Basic charge now, a year' }, value: round(now), unit: 'yuan' },
      { label: { zh: '最省方式（年）', en: 'Cheapest way, a year' }, value: round(cheapest.cost), unit: 'yuan' },
    ],
  };
}

export interface PowerFactorMonth {
  month: string;
  powerFactor: number;
  /** Energy and basic charge on which it acts. */
  base: number;
  amount: number;
}

/** What better compensation would bring: from what was paid to the best line of the table. */
export function betterPowerFactor(months: readonly PowerFactorMonth[], standard: Standard): Proposal | undefined {
  if (months.length < 1) return undefined;
  const best = adjustment(standard, 100);
  const gains = months.map(({ base, amount }) => amount - (base * best) / 10_000);
  const yuan = meanOf(gains) * 12;
  if (!(yuan > 1)) return undefined;
  const worst = months.reduce((a, b) => (a.powerFactor < b.powerFactor ? a : b));
  return {
    ...{ kind: 'power-factor', where: null, yuan: round(yuan), error: round(12 * half90(gains)) },
    title: {
      zh: months.some(({ amount }) => amount > 0) ? '功率因数罚款：增加无功补偿' : '功率因数奖励可再提高',
      en: months.some(({ amount }) => amount > 0) ? 'Power factor penalty: more compensation' : 'Power factor: the full reward',
    },
    formula: {
      zh: `各月力调电费 − 参与调整的电费 × ${round(best / 100, 2)}%（${standard} 标准的最高奖励），平均后 × 12`,
      en: `what was adjusted in each month less ${round(best / 100, 2)} % of what it acts on (the full reward at ${standard}), mean × 12`,
    },
    inputs: [
      { label: { zh: '最低功率因数', en: 'Lowest power factor' }, value: worst.powerFactor, unit: '' },
      {
        label: { zh: '已付力调电费', en: 'Adjusted so far' },
        value: round(
          months.reduce((sum, { amount }) => sum + amount, 0),
          2,
        ),
        unit: 'yuan',
      },
    ],
  };
}

export interface Shiftable {
  meter: string;
  name: Text;
  /** In sharp and peak hours, a year. */
  kwh: number;
  /** Mean of what these hours and what valley hours cost. */
  dear: number;
  cheap: number;
}

/** Loads that may run at other hours: laundry, sterile supply, pumps, charging. */
export function valleyShift(loads: readonly Shiftable[], share = 0.3): Proposal[] {
  return loads.flatMap((load): Proposal[] => {
    const yuan = load.kwh * share * (load.dear - load.cheap);
    if (!(yuan > 1)) return [];
    return [
      {
        ...{ kind: 'valley-shift', where: load.meter, yuan: round(yuan), error: round(yuan / 2) },
        title: { zh: `${load.name.zh}：错峰到谷段运行`, en: `${load.name.en}: run in valley hours` },
        formula: {
          zh: `尖峰段用电 × ${round(share * 100)}%（假定可移，误差为 ±一半）×（尖峰均价 − 谷价）`,
          en: `use in sharp and peak hours × ${round(share * 100)} % (assumed to be movable, ± half of it) × (their mean price − the valley price)`,
        },
        inputs: [
          { label: { zh: '尖峰段用电（年）', en: 'Use in sharp and peak hours, a year' }, value: round(load.kwh), unit: 'kWh' },
          { label: { zh: '尖峰均价', en: 'Mean price of these hours' }, value: round(load.dear, 4), unit: 'yuan/kWh' },
          { label: { zh: '谷价', en: 'Valley price' }, value: round(load.cheap, 4), unit: 'yuan/kWh' },
        ],
      },
    ];
  });
}

export interface NightLoad {
  meter: string;
  name: Text;
  /** kWh of each night from midnight to five. */
  nights: readonly number[];
  price: number;
}

/** A night that was quiet shows what is enough: the usual night less the quietest tenth, every night of the year. */
export function nightBaseLoad(loads: readonly NightLoad[]): Proposal[] {
  return loads.flatMap((load): Proposal[] => {
    if (load.nights.length < 20) return [];
    const sorted = Float64Array.from(load.nights).sort();
    const [quiet, usual] = [quantile(sorted, 0.1), quantile(sorted, 0.5)];
    const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349;
    const yuan = (usual - quiet) * 365 * load.price;
    // What swings with the weather is no waste: only where the quiet nights are far below the usual ones.
    if (!(yuan > 1) || !(usual > 1.15 * quiet)) return [];
    return [
      {
        ...{
          kind: 'night-load',
          where: load.meter,
          yuan: round(yuan),
          error: round((1.645 * 1.5 * spread * 365 * load.price) / Math.sqrt(load.nights.length) + 0.25 * yuan),
        },
        title: { zh: `${load.name.zh}：降低夜间基荷`, en: `${load.name.en}: less at night` },
        formula: {
          zh: '（0–5 时用电中位数 − 最低十分位）× 365 × 夜间电价；误差含中位数误差和季节影响 25%',
          en: '(median of the use from 0 to 5 − its lowest tenth) × 365 × night price; the error holds that of the median and 25 % for the seasons',
        },
        inputs: [
          { label: { zh: '夜间用电中位数', en: 'Median night' }, value: round(usual, 1), unit: 'kWh' },
          { label: { zh: '最低十分位', en: 'Lowest tenth' }, value: round(quiet, 1), unit: 'kWh' },
          { label: { zh: '夜间电价', en: 'Night price' }, value: round(load.price, 4), unit: 'yuan/kWh' },
        ],
      },
    ];
  });
}

export interface NightFlow {
  meter: string;
  name: Text;
  /** Least hour of each night, m³/h, the last two weeks. */
  nights: readonly number[];
  /** What people need at night, m³/h. */
  allowance: number;
  price: number;
}

/** Water that never stops: what every night's quietest hour still takes, less what people need. */
export function leaks(flows: readonly NightFlow[]): Proposal[] {
  return flows.flatMap((flow): Proposal[] => {
    if (flow.nights.length < 7) return [];
    const sorted = Float64Array.from(flow.nights).sort();
    const least = quantile(sorted, 0.1);
    const lost = least - flow.allowance;
    const yuan = lost * 24 * 365 * flow.price;
    if (!(yuan > 100)) return [];
    const spread = (quantile(sorted, 0.9) - least) / 2 + flow.allowance / 2;
    return [
      {
        ...{ kind: 'leak', where: flow.meter, yuan: round(yuan), error: round(spread * 24 * 365 * flow.price) },
        title: { zh: `${flow.name.zh}：夜间持续流量，疑似漏水`, en: `${flow.name.en}: water runs all night, a leak?` },
        formula: {
          zh: '（近两周每夜最小小时流量的最低十分位 − 夜间允许流量）× 24 × 365 × 水价',
          en: '(lowest tenth of the least hour of each night in two weeks − what is needed at night) × 24 × 365 × price',
        },
        inputs: [
          { label: { zh: '夜间最小流量', en: 'Least night flow' }, value: round(least, 3), unit: 'm³/h' },
          { label: { zh: '允许流量', en: 'Needed at night' }, value: round(flow.allowance, 3), unit: 'm³/h' },
          { label: { zh: '水价', en: 'Price' }, value: round(flow.price, 2), unit: 'yuan/m³' },
        ],
      },
    ];
  });
}

export interface ClosedHours {
  department: string;
  name: Text;
  /** kWh of hours in which it is closed, a year, and how many hours they are. */
  kwh: number;
  hours: number;
  price: number;
}

/** Departments without beds are closed at night and on Sundays; a part of what they use then can be switched off. */
export function standby(rows: readonly ClosedHours[], share = 0.4): Proposal[] {
  return rows.flatMap((row): Proposal[] => {
    const yuan = row.kwh * share * row.price;
    if (!(yuan > 100)) return [];
    return [
      {
        ...{ kind: 'standby', where: row.department, yuan: round(yuan), error: round(yuan / 2) },
        title: { zh: `${row.name.zh}：下班后待机用电`, en: `${row.name.en}: stand-by while it is closed` },
        formula: {
          zh: `关门时段（20–6 时和周日）用电 × ${round(share * 100)}%（假定可关，误差为 ±一半）× 电价`,
          en: `use while closed (20 to 6 and Sundays) × ${round(share * 100)} % (assumed to be avoidable, ± half of it) × price`,
        },
        inputs: [
          { label: { zh: '关门时段用电（年）', en: 'Use while closed, a year' }, value: round(row.kwh), unit: 'kWh' },
          { label: { zh: '平均功率', en: 'Mean power' }, value: round(row.kwh / Math.max(1, row.hours), 2), unit: 'kW' },
          { label: { zh: '电价', en: 'Price' }, value: round(row.price, 4), unit: 'yuan/kWh' },
        ],
      },
    ];
  });
}

/** What stands on a bill as basic charge. */
export const basicLines = (lines: readonly BillLine[]) =>
  lines.filter(({ id }) => ['capacity', 'demand', 'contract', 'over-contract'].includes(id));
