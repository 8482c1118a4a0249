/** 节能改造报告: each retrofit with its band, the ten questions, and why something may not be called a saving. */
import type { Block, Cell } from '../document.ts';
import { defineReport, figure } from '../report.ts';

export default defineReport({
  id: 'savings',
  title: { zh: '节能改造核证报告', en: 'Savings of retrofits' },
  summary: {
    zh: '按 IPMVP 核算各改造项目，含误差区间和审核十问',
    en: 'Each retrofit by IPMVP with its band and the ten questions of an auditor',
  },
  period: 'year',
  async build(facts, _period, language) {
    const zh = language === 'zh';
    const projects = await facts.projects();
    const missing: string[] = [];
    if (projects.length === 0) missing.push(zh ? '站点文件没有项目（projects）' : 'the site file has no projects');
    const blocks: Block[] = [];
    const overview: Cell[][] = [];
    for (const { result: one, questions, counterfactualUnit: unit } of projects) {
      const { project, result, yuan } = one;
      const source = `/api/energy/savings/${project.id}`;
      const formula = {
        zh: '基准期模型 × 报告期气温 − 实际用量',
        en: "the baseline's model in the weather of the reporting period less what was used",
      };
      const claimed = result?.claimed === true;
      const capacity = project.purpose === 'capacity';
      if (capacity)
        overview.push([project.name[language], zh ? '增容项目，不计节约' : 'more capacity, no saving meant', '–', '–', '–', '–']);
      else
        overview.push([
          project.name[language],
          claimed ? (zh ? '节约' : 'saved') : zh ? '差值（不能称为节约）' : 'difference (no saving proven)',
          figure(result?.saved ?? null, unit, 0, source, formula),
          figure(result?.low ?? null, unit, 0, source, { zh: '90% 区间下限', en: 'lower end of the 90 % band' }),
          figure(result?.high ?? null, unit, 0, source, { zh: '90% 区间上限', en: 'upper end of the 90 % band' }),
          figure(yuan?.saved ?? null, zh ? '元' : 'yuan', 0, source, { zh: '× 单价', en: '× price' }),
        ]);
      if (!result && one.why) missing.push(`${project.name[language]}${zh ? '：' : ': '}${one.why[language]}`);
      blocks.push({ kind: 'heading', level: 1, text: project.name[language] });
      if (project.measure) blocks.push({ kind: 'text', text: project.measure[language] });
      if (result && !claimed && !capacity)
        blocks.push({
          kind: 'text',
          tone: 'warning',
          text: `${zh ? '不能称为节约：' : 'Not to be called a saving: '}${result.reasons
            .filter((reason) => reason.blocks)
            .map((reason) => reason.text[language])
            .join(zh ? '；' : '; ')}`,
        });
      for (const [i, question] of questions.entries()) {
        blocks.push({ kind: 'heading', level: 2, text: `${i + 1}. ${question.title[language]}` });
        for (const answer of question.answers)
          blocks.push({ kind: 'text', text: answer[language], ...(question.open ? { tone: 'warning' as const } : {}) });
      }
    }
    return {
      blocks: [
        {
          kind: 'table',
          title: zh ? '各项目（自统计期开始至今）' : 'Retrofits, since their reporting period began',
          head: zh ? ['项目', '结论', '差值', '下限', '上限', '折合'] : ['Retrofit', 'Verdict', 'Difference', 'Low', 'High', 'Worth'],
          rows: overview,
        },
        ...blocks,
      ],
      missing,
    };
  },
});
