/** Alarms, outages and what the generator did. */
import type { Text } from '../../shared/text.ts';
import type { Outages, Range } from '../facts.ts';
import { type Chapter, figure } from './chapter.ts';

const dayMs = 86_400_000;
const notWhole: Text = { zh: '并非全年有监测', en: 'not watched the whole year' };
const alarmFormulas: Record<'total' | 'lifeSafety', Text> = {
  total: { zh: '期间发出的告警次数（屏蔽、检修中的不计）', en: 'alarms announced in the period (shelved and suppressed ones not)' },
  lifeSafety: { zh: '其中生命安全类告警次数', en: 'of these, alarms of life safety' },
};
const outageRows: [label: Text, of: 'count' | 'minutes' | 'generatorHours' | 'generatorKwh', unit: Text, digits: number, formula: Text][] = [
  [{ zh: '停电次数', en: 'Outages' }, 'count', { zh: '次', en: '' }, 0, { zh: '切换开关失去市电的次数', en: 'times the mains were lost at the transfer switch' }],
  [{ zh: '停电时间', en: 'Without mains' }, 'minutes', { zh: '分钟', en: 'min' }, 0, { zh: '各次停电时间之和', en: 'sum of all outages' }],
  [{ zh: '发电机运行', en: 'Generator run' }, 'generatorHours', { zh: 'h', en: 'h' }, 1, { zh: '机组小时计期末 − 期初（含试机）', en: 'hour meter, end − begin (trials too)' }],
  [{ zh: '发电量', en: 'Generated' }, 'generatorKwh', { zh: 'kWh', en: 'kWh' }, 0, { zh: '机组电量期末 − 期初', en: 'energy meter of the set, end − begin' }],
]; // biome-ignore format: a table

export const alarms: Chapter = {
  title: { zh: '告警与应急供电', en: 'Alarms and backup power' },
  async build({ facts, period, zh, say, lacks, years, table }) {
    const raised = [facts.alarms(period), facts.alarms(period.before)] as const;
    const alarmFigure = (of: 'total' | 'lifeSafety') => (range: Range, at: 0 | 1) => {
      const found = raised[at];
      const source = `/api/alarm-kpis?from=${range.from}&to=${Math.min(range.to, facts.now)}`;
      const value = found.watched === 'none' ? null : found[of];
      return figure(value, zh ? '次' : '', 0, source, alarmFormulas[of], found.watched === 'part' ? notWhole : undefined);
    };
    if (raised[0].watched === 'none') lacks({ zh: '告警：期间规则尚未投入运行', en: 'alarms: the rules did not run yet' });
    const out = await Promise.all([facts.outages(period), facts.outages(period.before)]);
    const partly = ({ watchedFrom }: Outages, range: Range) =>
      watchedFrom !== null && watchedFrom > range.from + dayMs ? notWhole : undefined;
    if (out[0].count === null) lacks({ zh: '停电次数：没有监测市电的切换开关', en: 'outages: no transfer switch watches the mains' });
    return [
      table({ zh: '告警、停电与发电机', en: 'Alarms, outages, generator' }, [
        years({ zh: '告警总数', en: 'All alarms' }, alarmFigure('total')),
        years({ zh: '其中生命安全', en: 'Of life safety' }, alarmFigure('lifeSafety')),
        ...outageRows.map(([label, of, unit, digits, formula]) =>
          years(label, (range, at) =>
            figure(out[at]?.[of] ?? null, say(unit), digits, out[at]?.source ?? '', formula, partly(out[at] as Outages, range)),
          ),
        ),
      ]),
    ];
  },
};
