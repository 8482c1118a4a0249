/** 公共机构能源资源消费统计: the figures of the yearly form of the national office, as far as they are measured; the rest is named as missing. */
import { factorOn, readFactors } from '../../energy/index.ts';
import type { Text } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import type { Block, Cell } from '../document.ts';
import type { Used } from '../facts.ts';
import { registerRows, registerTable } from '../register-rows.ts';
import { defineReport, figure } from '../report.ts';
import { usedFigure } from '../used-figure.ts';

/** Kept by month by hand: registers. */
const registered = ['petrol', 'diesel', 'staff'];
const asked: { medium: Used['medium']; label: Text }[] = [
  { medium: 'electricity', label: { zh: '电', en: 'Electricity' } },
  { medium: 'water', label: { zh: '水', en: 'Water' } },
  { medium: 'gas', label: { zh: '天然气', en: 'Natural gas' } },
  { medium: 'heat', label: { zh: '热力', en: 'Heat' } },
];
/** Asked on the form and measured by no meter of a hospital: written by hand. */
const byHand: Text[] = [
  { zh: '煤炭', en: 'coal' },
  { zh: '建筑面积、供热面积', en: 'building area, heated area' },
  { zh: '车辆数（其中新能源）', en: 'vehicles (of these new-energy)' },
];

export default defineReport({
  id: 'energy-statistics',
  title: { zh: '公共机构能源资源消费统计（基础数据）', en: 'Public-institution energy statistics (base data)' },
  summary: { zh: '按统计制度的年报口径列出用量、费用和标准煤', en: 'Amount, cost and standard coal in the order of the yearly form' },
  period: 'year',
  async build(facts, period, language) {
    const zh = language === 'zh';
    const used = await facts.used(period);
    const { standard_coal: coal } = readFactors();
    const day = (t: number) => localTime(t, facts.timezone).slice(0, 10);
    const [today, lastDay] = [day(facts.now), day(period.to - 1)];
    const missing: string[] = [];
    const rows = asked.map(({ medium, label }): Cell[] => {
      const one = used.find((use) => use.medium === medium);
      if ((one?.value ?? null) === null) missing.push(zh ? `${label.zh}：没有总表读数` : `${label.en}: no readings of a main meter`);
      const factor = factorOn(coal, medium, period.running ? today : lastDay);
      const value = one?.value ?? null;
      return [
        label[language],
        usedFigure(one, period, one?.unit ?? ''),
        figure(one?.yuan ?? null, zh ? '元' : 'yuan', 2, one?.costSource ?? one?.source ?? '', { zh: '用量 × 价格', en: 'amount × price' }),
        figure(value === null || factor === undefined ? null : value * factor.value, 'kgce', 0, one?.source ?? '', {
          zh: `用量 × ${factor?.value ?? '–'}（${factor?.source.zh ?? '没有系数'}，使用前核对）`,
          en: `amount × ${factor?.value ?? '–'} (${factor?.source.en ?? 'no factor'}; to be checked)`,
        }),
      ];
    });
    const blocks: Block[] = [
      {
        kind: 'text',
        text: zh
          ? '依据公共机构节能条例和国管局统计调查制度。下列数字由计量得到；没有计量的项目须由填表人填写，不作估计。'
          : 'By the energy-saving ordinance for public institutions and its statistical system. These figures are measured; what no meter knows is filled in by hand and is not estimated.',
      },
      {
        kind: 'table',
        title: zh ? '能源资源消费' : 'Energy and water',
        head: ['', zh ? '消费量' : 'Amount', zh ? '费用' : 'Cost', zh ? '折标准煤' : 'Standard coal'],
        rows,
      },
      ...registerTable(
        { zh: '其他填报项', en: 'Further figures of the form' },
        ['', zh ? '本年' : 'This year', zh ? '上年' : 'Last year', zh ? '增减' : 'Change'],
        registerRows(facts, period, registered, language, missing),
        language,
      ),
      { kind: 'fill', label: zh ? '单位负责人、统计负责人、填表人（签名、盖章）' : 'Head, statistician, filled in by (signature, stamp)' },
    ];
    for (const text of byHand) missing.push(zh ? `${text.zh}：由填表人填写` : `${text.en}: to be filled in by hand`);
    return { blocks, missing };
  },
});
