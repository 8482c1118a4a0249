/** Electricity, water, heat, gas and what they cost; who used it; for each bed-day. */
import type { FigureSeries } from '../../energy/index.ts';
import type { Text } from '../../shared/text.ts';
import type { Cell } from '../document.ts';
import type { Range, Used } from '../facts.ts';
import { registerTable } from '../register-rows.ts';
import { usedFigure, useLabels } from '../used-figure.ts';
import { type Chapter, figure, row, type Writer } from './chapter.ts';

const costFormula: Text = { zh: '各月账单之和；不足一月按当月均价', en: 'bills of the months; of a part of a month at its mean price' };
const billed = ['electricity', 'water', 'gas', 'heat'] as const;
const meterFormula: Text = { zh: '科室表计期末 − 期初', en: 'meter of the department, end − begin' };

export const energy: Chapter = {
  title: { zh: '能源消耗', en: 'Energy and water' },
  async build(writer) {
    const { facts, period, zh, lacks, registers, table, language } = writer;
    const [used, usedBefore] = await Promise.all([facts.used(period), facts.used(period.before)]);
    const departments = (await facts.departments(period)).filter((one) => one.kwh !== null).toSorted((a, b) => (b.kwh ?? 0) - (a.kwh ?? 0));
    if (departments.length === 0)
      lacks({ zh: '科室用电：没有科室分表读数', en: 'electricity by department: no department meters with readings' });
    return [
      table(
        { zh: '能源与水', en: 'Energy and water' },
        used.flatMap((one) => mediumRows(writer, one, usedBefore)),
      ),
      ...(departments.length === 0
        ? []
        : [
            table(
              { zh: '科室用电（分表计量）', en: 'Electricity by department (own meters)' },
              departments.map((one): Cell[] => [
                one.name[language],
                figure(one.kwh, 'kWh', 0, one.source, meterFormula),
                one.beds
                  ? figure((one.kwh ?? 0) / one.beds, zh ? 'kWh/床' : 'kWh/bed', 0, one.source, {
                      zh: `科室用电 ÷ ${one.beds} 张床位`,
                      en: `electricity ÷ ${one.beds} beds`,
                    })
                  : '–',
              ]),
              ['', zh ? '用电' : 'Electricity', zh ? '每床' : 'Per bed'],
            ),
          ]),
      ...registers(
        { zh: '能源账单', en: 'Bills' },
        billed.map((medium) => `bill-${medium}-yuan`),
        used.flatMap(({ medium, yuan }) => (yuan === null ? [] : `bill-${medium}-yuan`)),
      ),
      ...registers({ zh: '服务量', en: 'What was done with it' }, ['bed-days', 'outpatients', 'inpatients', 'operations', 'occupancy']),
      ...registerTable({ zh: '单位床日能耗', en: 'Per bed-day' }, writer.head, await perBedDay(writer, used, usedBefore), language),
    ];
  },
};

function mediumRows({ period, zh, say, lacks }: Writer, one: Used, before: readonly Used[]): Cell[][] {
  const other = before.find((last) => last.medium === one.medium);
  const label = useLabels[one.medium];
  const rows = [row(say(label), usedFigure(one, period, one.unit), usedFigure(other, period.before, one.unit))];
  if (one.yuan !== null || (other?.yuan ?? null) !== null) {
    const yuan = (use: Used | undefined) =>
      figure(use?.yuan ?? null, zh ? '元' : 'yuan', 2, use?.costSource ?? use?.source ?? '', costFormula);
    rows.push(row(`${say(label)}${zh ? '费用' : ', cost'}`, yuan(one), yuan(other)));
  }
  if (one.value === null) lacks({ zh: `${label.zh}：期间没有两次读数`, en: `${label.en}: no two readings in the period` });
  else if (one.yuan === null && one.medium !== 'heat')
    lacks({
      zh: `${label.zh}费用：站点文件没有价格（tariffs）`,
      en: `cost of ${label.en.toLowerCase()}: the site file has no price (tariffs)`,
    });
  return rows;
}

/** kWh and m³ for each bed-day, where the amount and every month of bed-days are known; of a year that is running, for the months that have bed-days. */
async function perBedDay({ facts, period, zh, say }: Writer, used: Used[], usedBefore: Used[]): Promise<Cell[][]> {
  const span = (range: Range): Range => ({ from: range.from, to: facts.monthBegin(Math.min(range.to, facts.now)) });
  const [whole, wholeBefore] = period.running
    ? await Promise.all([facts.used(span(period)), facts.used(span(period.before))])
    : [used, usedBefore];
  const [now, last] = [facts.register('bed-days', period, period.running), facts.register('bed-days', period.before, period.running)];
  return whole.flatMap((one) => {
    const other = wholeBefore.find((use) => use.medium === one.medium);
    const each = (use: Used | undefined, days: FigureSeries) => {
      const value = use?.value ?? null;
      return figure(
        value === null || !days.total ? null : value / days.total,
        `${one.unit}/${zh ? '床日' : 'bed-day'}`,
        2,
        use?.source ?? '',
        {
          zh: '用量 ÷ 实际占用床日（缺月份时不计算）',
          en: 'amount ÷ bed-days (not worked out while a month is missing)',
        },
      );
    };
    const [a, b] = [each(one, now), each(other, last)];
    return a.value === null && b.value === null ? [] : [row(say(useLabels[one.medium]), a, b)];
  });
}
