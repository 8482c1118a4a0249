/** 后勤年度工作总结: in the order and tone in which county hospitals write it, with every figure from where it was measured. */
import type { Language } from '../../shared/text.ts';
import type { Block } from '../document.ts';
import { defineReport } from '../report.ts';
import { retrofits } from '../retrofits.ts';
import { alarms } from '../year-end/alarms.ts';
import { type Chapter, writerOf } from '../year-end/chapter.ts';
import { energy } from '../year-end/energy.ts';
import { equipment } from '../year-end/equipment.ts';
import { fees } from '../year-end/fees.ts';
import { oxygen } from '../year-end/oxygen.ts';
import { repairs } from '../year-end/repairs.ts';
import { rounds } from '../year-end/rounds.ts';
import { wastewater } from '../year-end/wastewater.ts';

const byHead = { zh: '由后勤负责人填写', en: 'To be written by the head of logistics' };
const toWrite = (title: Chapter['title'], label: Chapter['title']): Chapter => ({
  title,
  build: ({ say }) => [{ kind: 'fill', label: say(label) }],
});

const chapters: readonly Chapter[] = [
  energy,
  repairs,
  alarms,
  oxygen,
  wastewater,
  equipment,
  rounds,
  fees,
  {
    title: { zh: '节能改造', en: 'Retrofits' },
    async build({ facts, language, say, lacks }) {
      const made = await retrofits(facts, language);
      if (made.length === 0) lacks({ zh: '节能改造：站点文件没有项目（projects）', en: 'retrofits: the site file names no projects' });
      const label = { zh: '改造项目的施工、验收情况', en: 'How the retrofits were built and accepted' };
      return [...made, { kind: 'fill', label: say(label) }];
    },
  },
  toWrite({ zh: '存在的不足', en: 'Shortcomings' }, byHead),
  toWrite({ zh: '下年度工作计划', en: 'Plan for next year' }, byHead),
];

const numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'];
const numbered = (at: number, { title }: Chapter, language: Language): string =>
  language === 'zh' ? `${numerals[at]}、${title.zh}` : `${at + 1}. ${title.en}`;

export default defineReport({
  id: 'year-end',
  title: { zh: '后勤年度工作总结', en: 'Year-end logistics report' },
  summary: {
    zh: '能源、维修、应急、氧气、污水、特种设备、记录与收费，与上年比较；不足与计划留待填写',
    en: 'Energy, repairs, emergencies, oxygen, wastewater, special equipment, records and fees against last year; shortcomings and plan are left to write',
  },
  period: 'year',
  async build(facts, period, language) {
    const missing: string[] = [];
    const writer = writerOf(facts, period, language, missing);
    const blocks: Block[] = [];
    for (const [at, chapter] of chapters.entries())
      blocks.push({ kind: 'heading', level: 1, text: numbered(at, chapter, language) }, ...(await chapter.build(writer)));
    return { blocks, missing };
  },
});
