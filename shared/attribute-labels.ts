/** What the ratings of a device are called for people; the site file knows them by their keys. */
import type { Attributes } from './site.ts';
import type { Text } from './text.ts';

export const attributeLabels: Record<keyof Attributes, { label: Text; unit: string }> = {
  rating_a: { label: { zh: '额定电流', en: 'rated current' }, unit: 'A' },
  poles: { label: { zh: '极数', en: 'poles' }, unit: '' },
  capacity_kva: { label: { zh: '额定容量', en: 'rated power' }, unit: 'kVA' },
  capacity_kw: { label: { zh: '额定功率', en: 'rated power' }, unit: 'kW' },
  contract_kw: { label: { zh: '合同最大需量', en: 'contract demand' }, unit: 'kW' },
  nominal_kpa: { label: { zh: '额定压力', en: 'nominal pressure' }, unit: 'kPa' },
  nominal_v: { label: { zh: '额定相电压', en: 'nominal phase voltage' }, unit: 'V' },
  setting_ma: { label: { zh: '剩余电流整定值', en: 'residual current setting' }, unit: 'mA' },
  volume_m3: { label: { zh: '系统容积', en: 'content' }, unit: 'm³' },
  contact_m3: { label: { zh: '接触池有效容积', en: 'effective volume of the contact tank' }, unit: 'm³' },
  max_flow_m3h: { label: { zh: '最大流量', en: 'largest flow' }, unit: 'm³/h' },
  beds: { label: { zh: '床位', en: 'beds' }, unit: '' },
  room_min_c: { label: { zh: '室温下限', en: 'lowest room temperature' }, unit: '°C' },
  room_max_c: { label: { zh: '室温上限', en: 'highest room temperature' }, unit: '°C' },
  planned_hours: { label: { zh: '计划运行时间', en: 'planned run time' }, unit: 'h' },
  ct_ratio: { label: { zh: '电流互感器变比', en: 'current transformer ratio' }, unit: '' },
  pt_ratio: { label: { zh: '电压互感器变比', en: 'voltage transformer ratio' }, unit: '' },
  digits: { label: { zh: '表底位数', en: 'digits of the counter' }, unit: '' },
};

export const attributeLabel = (key: string): { label: Text; unit: string } | undefined =>
  Object.hasOwn(attributeLabels, key) ? attributeLabels[key as keyof Attributes] : undefined;
