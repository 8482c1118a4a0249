/** 月度能耗报告: what the month used, against the same month of last year, and who used it. */
import type { Block, Cell } from '../document.ts';
import { defineReport, figure, row } from '../report.ts';
import { usedFigure, useLabels } from '../used-figure.ts';

export default defineReport({
  id: 'energy-month',
  title: { zh: '月度能耗报告', en: 'Monthly energy report' },
  summary: {
    zh: '本月用量与去年同月比较，按科室和租户',
    en: 'What the month used, against the same month of last year, by department and tenant',
  },
  period: 'month',
  async build(facts, period, language) {
    const zh = language === 'zh';
    const blocks: Block[] = [];
    const missing: string[] = [];
    const [used, before] = await Promise.all([facts.used(period), facts.used(period.before)]);
    const rows: Cell[][] = used.map((one) => {
      if (one.value === null)
        missing.push(zh ? `${useLabels[one.medium].zh}：本月没有两次读数` : `${useLabels[one.medium].en}: no two readings in the month`);
      const other = before.find((last) => last.medium === one.medium);
      return row(useLabels[one.medium][language], usedFigure(one, period, one.unit), usedFigure(other, period.before, one.unit));
    });
    blocks.push({
      kind: 'table',
      title: zh ? '本月用量' : 'The month',
      head: ['', zh ? '本月' : 'This month', zh ? '去年同月' : 'Last year', zh ? '增减' : 'Change'],
      rows,
    });
    for (const [title, list] of [
      [{ zh: '科室用电（分表计量）', en: 'Electricity by department (own meters)' }, await facts.departments(period)],
      [{ zh: '租户用电', en: 'Electricity of tenants' }, await facts.tenants(period)],
    ] as const) {
      const known = list.filter((one) => one.kwh !== null).toSorted((a, b) => (b.kwh ?? 0) - (a.kwh ?? 0));
      const absent = list.length - known.length;
      if (absent > 0) missing.push(zh ? `${title.zh}：${absent} 个没有读数` : `${title.en}: ${absent} without readings`);
      if (known.length === 0) continue;
      blocks.push({
        kind: 'table',
        title: title[language],
        head: ['', zh ? '用电' : 'Electricity'],
        rows: known.map((one) => [
          one.name[language],
          figure(one.kwh, 'kWh', 1, one.source, { zh: '表计期末 − 期初', en: 'meter, end − begin' }),
        ]),
      });
    }
    return { blocks, missing };
  },
});
