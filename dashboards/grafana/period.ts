/** A panel with a period of its own says so in its title or at its help; Grafana's words for it are English and cover the title. */
import type { Language, Text } from '../../shared/text.ts';
import { isMonthly, type ReadingsPanel } from '../board/board.ts';
import { lookBack, shapeOf } from './panels.ts';

const units: Record<string, Text> = { m: { zh: '分钟', en: 'minutes' }, d: { zh: '天', en: 'days' }, M: { zh: '个月', en: 'months' } };

/** `14d` as 14 天, 14 days. */
export function spanText(span: string, language: Language): string {
  const [, count, unit] = /^(\d+)([mdM])$/.exec(span) ?? [];
  return `${count}${language === 'zh' ? '' : ' '}${units[unit as string]?.[language]}`;
}

export interface Period {
  /** Behind the title. */
  title: string | undefined;
  /** At the help. */
  help: string | undefined;
}

export function periodOf(panel: ReadingsPanel, language: Language): Period {
  const zh = language === 'zh';
  const back = lookBack(panel);
  if (panel.shift !== undefined) {
    const span = spanText(panel.shift, language);
    return { title: undefined, help: zh ? `所选时段之前 ${span}的数据。` : `The range shown, ${span} earlier.` };
  }
  if (back === undefined) return { title: undefined, help: undefined };
  if (isMonthly(panel)) return { title: undefined, help: zh ? '与所选时段无关：近 13 个月。' : 'Whatever range is shown: 13 months.' };
  const span = spanText(back, language);
  if (shapeOf(panel) === 'once' || panel.kind === 'stat')
    return {
      title: undefined,
      help: zh
        ? `最近 ${span}内的最后一个有效值；更早的视为未知。`
        : `The last good value of the last ${span}; what is older counts as unknown.`,
    };
  return { title: zh ? `近 ${span}` : span, help: undefined };
}

export const titleOf = (panel: ReadingsPanel, language: Language): string => {
  const { title } = periodOf(panel, language);
  if (title === undefined) return panel.title[language];
  return language === 'zh' ? `${panel.title.zh}（${title}）` : `${panel.title.en}, ${title}`;
};
