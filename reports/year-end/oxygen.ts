/** Medical oxygen: what flowed, what was bought and filled, how low the tank stood. */
import type { Text } from '../../shared/text.ts';
import { knownSince } from '../used-figure.ts';
import { type Chapter, figure } from './chapter.ts';

const flowFormula: Text = {
  zh: '各液氧罐各小时平均流量 × 60 ÷ 1000 之和（20 °C、101.3 kPa）',
  en: 'of all tanks: sum of the mean flow of each hour × 60 ÷ 1000 (20 °C, 101.3 kPa)',
};

export const oxygen: Chapter = {
  title: { zh: '医用氧气', en: 'Medical oxygen' },
  async build({ facts, period, zh, lacks, years, registers, table }) {
    const both = await Promise.all([facts.oxygen(period), facts.oxygen(period.before)]);
    const [now, before] = both;
    const rows = [];
    if (now.usedM3 === null) lacks({ zh: '用氧量：没有氧气流量读数', en: 'oxygen used: no readings of its flow' });
    if (now.usedM3 !== null || before.usedM3 !== null)
      rows.push(
        years({ zh: '用氧量', en: 'Oxygen used' }, (range, at) =>
          figure(both[at]?.usedM3 ?? null, 'm³', 0, both[at]?.source ?? '', flowFormula, knownSince(both[at]?.from, range.from)),
        ),
      );
    if (now.lowestPct === null) lacks({ zh: '液位最低值：没有液氧罐液位读数', en: 'lowest tank level: no readings' });
    if (now.lowestPct !== null || before.lowestPct !== null)
      rows.push(
        years({ zh: '液氧罐最低液位', en: 'Lowest tank level' }, (range, at) =>
          figure(both[at]?.lowestPct ?? null, '%', 1, both[at]?.levelSource ?? '', { zh: '各小时平均液位的最小值', en: 'least of the means of the hours' }, knownSince(both[at]?.levelFrom, range.from)),
        ),
      ); // biome-ignore format: one
    if (now.fillings === 0) lacks({ zh: '液氧充装：充装记录簿本期没有记录', en: 'oxygen fillings: none stands in the book' });
    if (now.fillings > 0 || before.fillings > 0)
      rows.push(
        years({ zh: '液氧充装', en: 'Fillings' }, (_range, at) =>
          figure(both[at]?.fillings || null, zh ? '次' : '', 0, both[at]?.fillingSource ?? '', { zh: '充装记录簿中的条数', en: 'records of the filling book' }),
        ),
        years({ zh: '充装量', en: 'Filled' }, (_range, at) =>
          figure(both[at]?.filledT ?? null, 't', 2, both[at]?.fillingSource ?? '', { zh: '充装记录簿中充装量之和', en: 'sum of the amounts in the filling book' }),
        ),
      ); // biome-ignore format: two
    return [
      ...(rows.length === 0 ? [] : [table({ zh: '用氧与储备', en: 'Use and stock' }, rows)]),
      ...registers({ zh: '氧气购入', en: 'Oxygen bought' }, ['bill-oxygen', 'bill-oxygen-yuan']),
    ];
  },
};
