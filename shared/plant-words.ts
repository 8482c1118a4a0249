/** Names of what the registers of the plant speak of; without the schema library, also for the browser. */
import type { Text } from './text.ts';

export const assetKinds = ['boiler', 'pressure-vessel', 'pressure-pipe', 'gas-cylinder', 'lift', 'safety-valve', 'pressure-gauge', 'cabinet', 'pump', 'tank', 'door', 'other'] as const; // biome-ignore format: a list
export type AssetKind = (typeof assetKinds)[number];
export const assetKindLabels: Record<AssetKind | 'building' | 'device', Text> = {
  boiler: { zh: '锅炉', en: 'Boiler' },
  'pressure-vessel': { zh: '压力容器', en: 'Pressure vessel' },
  'pressure-pipe': { zh: '压力管道', en: 'Pressure pipe' },
  'gas-cylinder': { zh: '气瓶', en: 'Gas cylinder' },
  lift: { zh: '电梯', en: 'Lift' },
  'safety-valve': { zh: '安全阀', en: 'Safety valve' },
  'pressure-gauge': { zh: '压力表', en: 'Pressure gauge' },
  cabinet: { zh: '柜、箱', en: 'Cabinet' },
  pump: { zh: '水泵', en: 'Pump' },
  tank: { zh: '水箱、罐', en: 'Tank' },
  door: { zh: '门', en: 'Door' },
  other: { zh: '其他', en: 'Other' },
  building: { zh: '楼栋', en: 'Building' },
  device: { zh: '在线设备', en: 'Read device' },
};
export const assetStates = ['in-use', 'stopped', 'scrapped'] as const;
export const assetStateLabels: Record<(typeof assetStates)[number], Text> = {
  'in-use': { zh: '在用', en: 'In use' },
  stopped: { zh: '停用', en: 'Stopped' },
  scrapped: { zh: '报废', en: 'Scrapped' },
};
export const stages = ['ok', 'notice', 'soon', 'urgent', 'overdue'] as const;
/** Where a due date stands; `ok` is farther away than the first notice. */
export type DeadlineStage = (typeof stages)[number];
export const confidences = ['read', 'second-hand', 'unchecked', 'proposal'] as const;
export const confidenceLabels: Record<(typeof confidences)[number], Text> = {
  read: { zh: '原文已核', en: 'read at the source' },
  'second-hand': { zh: '转引', en: 'second-hand' },
  unchecked: { zh: '未核对原文', en: 'not checked at the source' },
  proposal: { zh: '建议', en: 'proposal' },
};
export const movementKinds = ['receive', 'issue', 'return', 'count'] as const;
export const movementLabels: Record<(typeof movementKinds)[number], Text> = {
  receive: { zh: '入库', en: 'Received' },
  issue: { zh: '工单领用', en: 'Issued to a ticket' },
  return: { zh: '退回', en: 'Returned' },
  count: { zh: '盘点', en: 'Stock-take' },
};
export const applianceKinds = ['heater', 'kettle', 'water-heater', 'microwave', 'air-conditioner', 'other'] as const;
export const applianceLabels: Record<(typeof applianceKinds)[number], Text> = {
  heater: { zh: '电暖器', en: 'Heater' },
  kettle: { zh: '电水壶', en: 'Kettle' },
  'water-heater': { zh: '热水器', en: 'Water heater' },
  microwave: { zh: '微波炉', en: 'Microwave' },
  'air-conditioner': { zh: '空调', en: 'Air conditioner' },
  other: { zh: '其他', en: 'Other' },
};
export const appliancePhases = ['unknown', 'l1', 'l2', 'l3', 'three'] as const;
export const phaseLabels: Record<(typeof appliancePhases)[number], Text> = {
  unknown: { zh: '不明', en: 'Not known' },
  l1: { zh: 'A 相', en: 'L1' },
  l2: { zh: 'B 相', en: 'L2' },
  l3: { zh: 'C 相', en: 'L3' },
  three: { zh: '三相', en: 'Three phases' },
};
export const verdictLabels: Record<'ok' | 'may' | 'over' | 'unknown', Text> = {
  ok: { zh: '容量够', en: 'Within the rating' },
  may: { zh: '集中在一相时超限', en: 'Too much if on one phase' },
  over: { zh: '超过开关额定', en: 'Above the rating' },
  unknown: { zh: '开关额定未登记', en: 'Rating not known' },
};
export const roundStateLabels: Record<'due' | 'done' | 'late' | 'missed', Text> = {
  due: { zh: '待巡', en: 'Due' },
  done: { zh: '已完成', en: 'Done' },
  late: { zh: '漏检后补做', en: 'Done late' },
  missed: { zh: '漏检', en: 'Missed' },
};
