/** Figures that no meter counts, from the monthly registers: with their source, with what is missing named. */
import { type FigureSeries, figureUnits } from '../energy/index.ts';
import type { Language, Text } from '../shared/text.ts';
import type { Block, Cell, Figure } from './document.ts';
import type { ReportFacts } from './facts.ts';
import { figure, type Period, row } from './report.ts';

const unitText: Partial<Record<FigureSeries['unit'], Text>> = {
  pieces: { zh: '件', en: 'pieces' },
  times: { zh: '次', en: '' },
  people: { zh: '人次', en: 'people' },
  'bed-days': { zh: '床日', en: 'bed-days' },
  pct: { zh: '%', en: '%' },
  m3: { zh: 'm³', en: 'm³' },
  L: { zh: '升', en: 'L' },
  yuan: { zh: '元', en: 'yuan' },
};
const digits: Partial<Record<FigureSeries['unit'], number>> = { t: 2, pct: 1, yuan: 2, GJ: 1 };
/** More months than these are counted and not named. */
const mostNamed = 4;

export function registerFigure(series: FigureSeries, language: Language): Figure {
  const { unit, over, known, total, missing, source } = series;
  const months = missing.length > mostNamed ? { zh: `${missing.length} 个月`, en: `${missing.length} months` } : { zh: missing.join('、'), en: missing.join(', ') }; // biome-ignore format: one
  const note: Text | undefined = known !== null && total === null ? { zh: `缺 ${months.zh}`, en: `without ${months.en}` } : undefined;
  // Who is there, not who came.
  const counted = unit === 'people' && over === 'level' ? figureUnits.people.label : unitText[unit];
  return figure(known, counted?.[language] ?? unit, digits[unit] ?? 0, source, registerFormula, note);
}
const registerFormula: Text = {
  zh: '月度登记之和（使用率、人数为各月平均）',
  en: 'sum of the monthly register (of rates and head counts the mean)',
};

/**
 * This year and the last of each register; those without a figure in both are named as missing, and no row.
 * @param elsewhere registers whose amount the report has from meters and tariffs or from bills: that nobody entered them is no gap
 */
export function registerRows(
  facts: ReportFacts,
  period: Period,
  names: readonly string[],
  language: Language,
  missing: string[],
  elsewhere: readonly string[] = [],
): Cell[][] {
  return names.flatMap((name) => {
    const { running } = period;
    const [now, before] = [facts.register(name, period, running), facts.register(name, period.before, running)];
    if (now.known === null) {
      if (!elsewhere.includes(name))
        missing.push(language === 'zh' ? `${now.label.zh}：没有登记，也没有导入` : `${now.label.en}: not entered and not imported`);
    } else if (now.total === null)
      missing.push(
        language === 'zh' ? `${now.label.zh}：缺 ${now.missing.join('、')}` : `${now.label.en}: without ${now.missing.join(', ')}`,
      );
    if (now.known === null && before.known === null) return [];
    return [row(now.label[language], registerFigure(now, language), registerFigure(before, language))];
  });
}

export function registerTable(title: Text, head: string[], rows: Cell[][], language: Language): Block[] {
  return rows.length === 0 ? [] : [{ kind: 'table', title: title[language], head, rows }];
}
