/** Electricity, water, heat, gas and what they cost; who used it; for each bed-day. */

import { monthSpan } from '../../shared/month-span.ts';
import type { Text } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import { momentOf } from '../../shared/zone.ts';
import type { Block, Cell } from '../document.ts';
import type { Used } from '../facts.ts';
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
        until(facts, period.running, used, { zh: '能源与水', en: 'Energy and water' }),
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
      ...(await perBedDay(writer)),
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

/** Of a year that is running: up to which day its amounts are. */
function until({ timezone }: Writer['facts'], running: boolean, used: readonly Used[], title: Text): Text {
  const ends = used.flatMap(({ to }) => to ?? []);
  if (!running || ends.length === 0) return title;
  const day = localTime(Math.min(...ends) - 1, timezone).slice(0, 10);
  return { zh: `${title.zh}（截至 ${day}）`, en: `${title.en}, to ${day}` };
}

/**
 * kWh and m³ for each bed-day: amount and bed-days of the same months, which the title names. Of a year that is running, the months from its begin on that have
 * bed-days; of one that is over all, else nothing.
 */
async function perBedDay({ facts, period, zh, say, head, language }: Writer): Promise<Block[]> {
  const series = [facts.register('bed-days', period, period.running), facts.register('bed-days', period.before, period.running)] as const;
  const known = series.map(({ months }) => {
    const gap = months.findIndex(({ figure: one }) => one === null);
    return gap < 0 ? months : period.running ? months.slice(0, gap) : [];
  });
  const both = known.filter(({ length }) => length > 0).map(({ length }) => length);
  const length = both.length === 0 ? 0 : Math.min(...both);
  if (length === 0) return [];
  const [now, last] = await Promise.all(
    known.map(async (all) => {
      const months = all.slice(0, length);
      const [first, end] = [months[0]?.month, months.at(-1)?.month];
      if (first === undefined || end === undefined) return undefined;
      const begin = (month: string, later: number) =>
        momentOf(facts.timezone, Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + later, 1));
      return {
        names: months.map(({ month }) => month),
        days: months.reduce((sum, { figure: one }) => sum + (one?.value ?? 0), 0),
        used: await facts.used({ from: begin(first, 0), to: begin(end, 1) }),
      };
    }),
  );
  const rows = (now ?? last)?.used.flatMap(({ medium }) => {
    const each = (one: typeof now) => {
      const use = one?.used.find((other) => other.medium === medium);
      const value = use?.value ?? null;
      return figure(
        value === null || !one?.days ? null : value / one.days,
        `${use?.unit ?? ''}/${zh ? '床日' : 'bed-day'}`,
        2,
        use?.source ?? '',
        {
          zh: '用量 ÷ 实际占用床日，同样的月份（缺月份时不计算）',
          en: 'amount ÷ bed-days of the same months (not worked out while a month is missing)',
        },
      );
    };
    const [a, b] = [each(now), each(last)];
    return a.value === null && b.value === null ? [] : [row(say(useLabels[medium]), a, b)];
  });
  const span = monthSpan((now ?? last)?.names ?? [], language);
  const title = { zh: `单位床日能耗（${span}）`, en: `Per bed-day, ${span}` };
  return registerTable(title, head, rows ?? [], language);
}
