/** 科室能源成本: what each department and tenant cost in the month, by medium, and what nobody pays for. */
import type { Cell } from '../document.ts';
import type { MediumCosts } from '../facts.ts';
import { defineReport, figure } from '../report.ts';
import { mediumNames, partName, unitName } from '../tenant-bill.ts';

const given = { zh: '分表用量与分摊之和，按当月各时段均价', en: 'own meters and shares at the prices of the month' };

export default defineReport({
  id: 'department-costs',
  title: { zh: '科室能源成本表', en: 'Department energy costs' },
  summary: {
    zh: '各科室、租户的电、水、气费用，未分摊部分单列',
    en: 'Cost of each department and tenant by medium; what is not allocated stands by itself',
  },
  period: 'month',
  async build(facts, period, language) {
    const zh = language === 'zh';
    const missing: string[] = [];
    const costs = await facts.costs(period);
    const yuan = (value: number | null, source: string) => figure(value, zh ? '元' : 'yuan', 2, source, given);
    /** Without a price there is no yuan, which is not none. */
    const money = ({ medium, priced }: MediumCosts, value: number): Cell =>
      priced ? yuan(value, `/api/energy/allocation?month=${period.id}&medium=${medium}`) : '–';
    const receivers = [...new Set(costs.flatMap((one) => one.receivers.map(({ id }) => id)))];
    const amount = (medium: string, id: string) => costs.find((one) => one.medium === medium)?.receivers.find((one) => one.id === id);
    const total = (id: string) => costs.reduce((sum, one) => sum + Math.round((amount(one.medium, id)?.cost ?? 0) * 100), 0) / 100;
    const rows = receivers
      .map((id): { cost: number; cells: Cell[] } => {
        const name = costs.flatMap((one) => one.receivers).find((one) => one.id === id)?.name[language] ?? id;
        const kwh = amount('electricity', id)?.quantity ?? 0;
        return {
          cost: total(id),
          cells: [
            name,
            figure(kwh, 'kWh', 0, `/api/energy/allocation?month=${period.id}`, given),
            ...costs.map((one) => money(one, amount(one.medium, id)?.cost ?? 0)),
            yuan(total(id), `/api/energy/cost?scope=department&id=${id}`),
          ],
        };
      })
      .filter(({ cost, cells }) => cost !== 0 || (cells[1] as { value: number }).value !== 0)
      .sort((a, b) => b.cost - a.cost);
    const left = (pick: (one: (typeof costs)[number]) => number, what: string): Cell[] => [
      what,
      figure(null, 'kWh', 0, '', given),
      ...costs.map((one) => money(one, pick(one))),
      yuan(costs.reduce((sum, one) => sum + Math.round(pick(one) * 100), 0) / 100, `/api/energy/allocation?month=${period.id}`),
    ];
    const electricity = costs.find(({ medium }) => medium === 'electricity');
    const kwhOf = (value: number | undefined): Cell => figure(value ?? null, 'kWh', 0, `/api/energy/allocation?month=${period.id}`, given);
    const unallocated = left((one) => one.unallocated.cost, zh ? '未分摊' : 'Not allocated');
    unallocated[1] = kwhOf(electricity?.unallocated.quantity);
    const all = left((one) => one.total, zh ? '合计（等于账单）' : 'All (the bill)');
    all[1] = kwhOf(electricity?.quantity);
    for (const one of costs) {
      const name = mediumNames[one.medium]?.[language] ?? one.medium;
      if (one.missing.length > 0)
        missing.push(
          zh
            ? `${name}：没有读数的表 ${one.missing.map((text) => text.zh).join('、')}，其用量计在上级表`
            : `${name}: meters that told nothing: ${one.missing.map((text) => text.en).join(', ')}; their use is in the meter above`,
        );
      for (const { meter, quantity } of one.negative)
        missing.push(
          zh
            ? `${name}：${meter.zh} 的下级表之和比它多 ${Math.abs(quantity).toFixed(2)}，请核对`
            : `${name}: below ${meter.en} ${Math.abs(quantity).toFixed(2)} more was counted than by itself; to be checked`,
        );
      for (const note of one.notes) missing.push(`${name}${zh ? '：' : ': '}${note[language]}`);
    }
    return {
      blocks: [
        {
          kind: 'table',
          title: zh ? '本月账单' : 'The bills of the month',
          head: zh ? ['项目', '数量', '单价', '金额'] : ['Line', 'Quantity', 'Price', 'Amount'],
          rows: costs.flatMap((one) =>
            one.lines.map((line): Cell[] => [
              `${mediumNames[one.medium]?.[language] ?? one.medium} · ${partName(line.part, language)}`,
              line.quantity === null
                ? null
                : figure(line.quantity, unitName(line.unit, language), 2, `/api/energy/cost?medium=${one.medium}`, {
                    zh: '总表 15 分钟用量',
                    en: 'quarter hours of the main meter',
                  }),
              line.price === null || !one.priced
                ? null
                : figure(line.price, '', 4, `/api/energy/cost?medium=${one.medium}`, { zh: '电价文件', en: 'tariff' }),
              one.priced ? yuan(line.cost, `/api/energy/cost?medium=${one.medium}`) : '–',
            ]),
          ),
        },
        {
          kind: 'table',
          title: zh ? '科室和租户' : 'Departments and tenants',
          head: [
            '',
            zh ? '用电量' : 'Electricity used',
            ...costs.map(({ medium }) => `${mediumNames[medium]?.[language] ?? medium}${zh ? '费' : ', cost'}`),
            zh ? '费用合计' : 'Cost of all',
          ],
          rows: [...rows.map(({ cells }) => cells), unallocated, all],
        },
      ],
      missing,
    };
  },
});
