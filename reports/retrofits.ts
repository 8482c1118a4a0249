/** Retrofits as a table of a report. */
import type { Language, Text } from '../shared/text.ts';
import { type Block, type Cell, shownFigure } from './document.ts';
import type { ReportFacts } from './facts.ts';
import { figure } from './report.ts';

/** Each with what it saved and its band, or why it may not be called a saving. */
export async function retrofits(facts: ReportFacts, language: Language): Promise<Block[]> {
  const zh = language === 'zh';
  const projects = await facts.projects();
  if (projects.length === 0) return [];
  return [
    {
      kind: 'table',
      title: zh ? '节能改造（自统计期开始至今）' : 'Retrofits, since their reporting period began',
      head: ['', zh ? '节约量' : 'Saved', zh ? '90 % 区间' : '90 % band', zh ? '折合' : 'Worth', zh ? '结论' : 'Verdict'],
      rows: projects.map(({ result: one }): Cell[] => {
        const { project, result, unit, yuan, why } = one;
        const source = `/api/energy/savings/${project.id}`;
        const formula: Text = {
          zh: '改造前模型在同样天气下的用量 − 实际用量',
          en: 'what the model of the time before says of the same weather − what was used',
        };
        const claimed = result?.claimed === true;
        const capacity = project.purpose === 'capacity';
        const number = (value: number) => shownFigure(figure(value, '', 0, source, formula), language);
        const verdict = claimed
          ? zh ? '可称为节约' : 'a saving'
          : capacity
            ? zh ? '增容项目，不计节约' : 'more capacity, no saving meant'
            : zh ? '数据不能证明节约' : 'the data prove no saving'; // biome-ignore format: short
        if (capacity) return [project.name[language], '–', '', '–', verdict];
        return [
          project.name[language],
          figure(claimed ? (result?.saved ?? null) : null, unit, 0, source, formula, claimed ? undefined : (why ?? { zh: '不称为节约', en: 'not called a saving' })),
          result && claimed ? `${number(result.low)} – ${number(result.high)} ${unit}` : '',
          figure(claimed ? (yuan?.saved ?? null) : null, zh ? '元' : 'yuan', 0, source, { zh: '节约量 × 统计期平均电价', en: 'saved × mean price of the reporting period' }),
          verdict,
        ]; // biome-ignore format: short
      }),
    },
  ];
}
