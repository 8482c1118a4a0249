/** Figures of the yearly reports that have no meter: their names in files and on screens, their units, and which units may stand in a file instead. */
import type { Text } from '../shared/text.ts';

export const figureUnits = {
  t: { label: { zh: '吨', en: 't' }, words: { t: 1, 吨: 1, kg: 0.001, 公斤: 0.001, 千克: 0.001 } },
  kg: { label: { zh: 'kg', en: 'kg' }, words: { kg: 1, 公斤: 1, 千克: 1, t: 1_000, 吨: 1_000 } },
  pieces: { label: { zh: '件', en: 'pieces' }, words: { 件: 1, pieces: 1, pcs: 1, 万件: 10_000 } },
  times: { label: { zh: '次', en: 'times' }, words: { 次: 1, 台次: 1, 台: 1, 例: 1, times: 1 } },
  people: { label: { zh: '人', en: 'people' }, words: { 人: 1, 人次: 1, people: 1, persons: 1, 万人次: 10_000 } },
  'bed-days': { label: { zh: '床日', en: 'bed-days' }, words: { 床日: 1, 'bed-days': 1, 'bed days': 1, 日: 1, 万床日: 10_000 } },
  pct: { label: { zh: '%', en: '%' }, words: { '%': 1, pct: 1 } },
  kWh: { label: { zh: 'kWh', en: 'kWh' }, words: { kwh: 1, 度: 1, 千瓦时: 1, mwh: 1_000, 万度: 10_000, 万kwh: 10_000, 万千瓦时: 10_000 } },
  m3: { label: { zh: 'm³', en: 'm³' }, words: { m3: 1, 'm³': 1, 立方米: 1, 方: 1, 吨: 1, t: 1, 万立方米: 10_000 } },
  GJ: { label: { zh: 'GJ', en: 'GJ' }, words: { gj: 1, 吉焦: 1, mj: 0.001 } },
  L: { label: { zh: '升', en: 'L' }, words: { l: 1, 升: 1, 'm³': 1_000, m3: 1_000 } },
  yuan: { label: { zh: '元', en: 'yuan' }, words: { 元: 1, yuan: 1, cny: 1, rmb: 1, 万元: 10_000 } },
} as const satisfies Record<string, { label: Text; words: Record<string, number> }>;
export type FigureUnit = keyof typeof figureUnits;

export interface FigureName {
  id: string;
  label: Text;
  unit: FigureUnit;
  /** `sum`: a year is the sum of its months; `level`: their mean. */
  over: 'sum' | 'level';
  /** How files head its column, besides its labels and id. */
  aliases: readonly string[];
}

const name = (id: string, zh: string, en: string, unit: FigureUnit, aliases: readonly string[] = [], over: FigureName['over'] = 'sum'): FigureName => ({ id, label: { zh, en }, unit, over, aliases }); // biome-ignore format: a table

export const figureNames: readonly FigureName[] = [
  name('bed-days', '实际占用床日', 'Bed-days', 'bed-days', ['床日', '床日数', '占用床日', '实际占用总床日数', '住院床日']),
  name('outpatients', '门诊人次', 'Outpatient visits', 'people', ['门诊量', '门诊', '门诊诊疗人次', 'visits']),
  name('emergency-visits', '急诊人次', 'Emergency visits', 'people', ['急诊量', '急诊']),
  name('inpatients', '出院人次', 'Discharges', 'people', ['出院人数', '出院病人', '住院人次']),
  name('operations', '手术台次', 'Operations', 'times', ['手术量', '手术例数', '手术']),
  name('occupancy', '床位使用率', 'Bed occupancy', 'pct', ['病床使用率', '入住率'], 'level'),
  name('staff', '职工人数', 'Staff', 'people', ['在职职工', '用能人数', '人数', 'headcount'], 'level'),
  name('waste-medical', '医疗废物', 'Medical waste', 't', ['医废', '医疗垃圾', '医疗废物量']),
  name('waste-domestic', '生活垃圾', 'Domestic waste', 't', ['生活垃圾量']),
  name('waste-recyclable', '可回收物', 'Recyclables', 't', ['可回收垃圾', '输液瓶袋']),
  name('laundry', '洗涤件数', 'Laundry', 'pieces', ['被服洗涤', '洗涤量', '被服洗涤件数']),
  name('meals', '就餐人次', 'Meals', 'people', ['用餐人次']),
  name('drills', '应急演练', 'Drills', 'times', ['演练次数', '演练', '应急演练次数']),
  name('training', '培训', 'Training sessions', 'times', ['培训次数', '培训场次']),
  name('training-people', '培训人次', 'People trained', 'people', ['参训人次', '参加培训人次']),
  name('disinfectant', '消毒剂用量', 'Disinfectant', 'kg', ['污水消毒剂', '投药量']),
  name('diesel', '柴油', 'Diesel', 'L', ['柴油用量']),
  name('petrol', '汽油', 'Petrol', 'L', ['汽油用量']),
  name('fees', '收取费用', 'Fees collected', 'yuan', ['收费', '收费金额', '收缴费用']),
  name('bill-electricity', '电费账单电量', 'Electricity bill, amount', 'kWh', ['购电量', '账单电量', '电量']),
  name('bill-electricity-yuan', '电费', 'Electricity bill, cost', 'yuan', ['电费金额', '电费合计']),
  name('bill-water', '水费账单水量', 'Water bill, amount', 'm3', ['账单水量', '水量', '用水量']),
  name('bill-water-yuan', '水费', 'Water bill, cost', 'yuan', ['水费金额', '水费合计']),
  name('bill-gas', '燃气账单气量', 'Gas bill, amount', 'm3', ['账单气量', '气量', '用气量', '天然气用量']),
  name('bill-gas-yuan', '燃气费', 'Gas bill, cost', 'yuan', ['气费', '天然气费']),
  name('bill-heat', '供热账单热量', 'Heat bill, amount', 'GJ', ['账单热量', '热量', '供热量']),
  name('bill-heat-yuan', '供热费', 'Heat bill, cost', 'yuan', ['热费', '采暖费', '取暖费']),
  name('bill-oxygen', '医用氧气购入量', 'Oxygen bill, amount', 'm3', ['购氧量', '氧气用量']),
  name('bill-oxygen-yuan', '氧气费', 'Oxygen bill, cost', 'yuan', ['医用氧气费']),
]; // biome-ignore format: a table

const plain = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ');
const byWord = new Map(
  figureNames.flatMap((one) => [one.id, one.label.zh, one.label.en, ...one.aliases].map((word) => [plain(word), one] as const)),
);

/** The figure that a file means by this word; undefined when we know none of that name. */
export const figureOf = (word: string): FigureName | undefined => byWord.get(plain(word));

/** How many of `unit` one of `word` is; undefined when they do not fit. */
export function inUnit(unit: FigureUnit, word: string): number | undefined {
  const words = new Map<string, number>(Object.entries(figureUnits[unit].words));
  return words.get(word.trim().toLowerCase()) ?? words.get(word.trim());
}

/** A unit by its word, for figures that we do not know. */
export const unitOf = (word: string): FigureUnit | undefined =>
  (Object.keys(figureUnits) as FigureUnit[]).find((unit) => inUnit(unit, word) === 1);
