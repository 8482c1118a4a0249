/** Wastewater, dosing, and what was carried away. */
import type { Text } from '../../shared/text.ts';
import { type Chapter, figure } from './chapter.ts';

const share: Text = {
  zh: '小时均值在限值内的比例（GB 18466-2005 表 2）',
  en: 'share of hourly means within the limits (GB 18466-2005 table 2)',
};

export const wastewater: Chapter = {
  title: { zh: '污水处理与后勤保障', en: 'Wastewater and what was carried away' },
  async build({ facts, period, lacks, years, registers, table }) {
    const both = await Promise.all([facts.wastewater(period), facts.wastewater(period.before)]);
    if (both[0].dischargedM3 === null)
      lacks({ zh: '污水排放量：没有出水流量计读数', en: 'wastewater discharged: no readings of the outflow' });
    if (both[0].chlorineOkPct === null || both[0].phOkPct === null)
      lacks({ zh: '余氯、pH 达标率：没有在线监测读数', en: 'chlorine and pH within limits: no readings of an analyser' });
    return [
      table({ zh: '污水处理', en: 'Wastewater' }, [
        years({ zh: '排放量', en: 'Discharged' }, (_range, at) =>
          figure(both[at]?.dischargedM3 ?? null, 'm³', 0, both[at]?.source ?? '', { zh: '出水累计期末 − 期初', en: 'outflow counter, end − begin' }),
        ),
        years({ zh: '余氯达标', en: 'Chlorine within limits' }, (_range, at) =>
          figure(both[at]?.chlorineOkPct ?? null, '%', 1, both[at]?.chlorineSource ?? '', share),
        ),
        years({ zh: 'pH 达标', en: 'pH within limits' }, (_range, at) =>
          figure(both[at]?.phOkPct ?? null, '%', 1, both[at]?.phSource ?? '', share),
        ),
      ]),
      ...registers({ zh: '投药', en: 'Dosing' }, ['disinfectant']),
      ...registers({ zh: '废弃物、被服与餐饮', en: 'Waste, laundry, meals' }, [
        'waste-medical',
        'waste-domestic',
        'waste-recyclable',
        'laundry',
        'meals',
      ]),
    ]; // biome-ignore format: rows
  },
};
