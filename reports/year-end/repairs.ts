/** Repairs: how many by trade and per head, how long they took, which missed their time. */
import { tradeLabels } from '../../shared/system.ts';
import type { Language, Text } from '../../shared/text.ts';
import type { Cell, Figure } from '../document.ts';
import { shownFigure } from '../document.ts';
import type { Range } from '../facts.ts';
import { change } from '../report.ts';
import { type Chapter, figure } from './chapter.ts';

const openedFormula: Text = { zh: '期间报修的工单数', en: 'tickets opened in the period' };

export const repairs: Chapter = {
  title: { zh: '维修服务', en: 'Repairs' },
  build({ facts, period, zh, say, language, years, table }) {
    const both = [facts.tickets(period), facts.tickets(period.before)] as const;
    const source = ({ from, to }: Range) => `/api/tickets/statistics?from=${from}&to=${Math.min(to, facts.now)}&by=trade`;
    const count = (value: number, range: Range, formula: Text) => figure(value, zh ? '件' : '', 0, source(range), formula);
    const opened = (range: Range, at: 0 | 1) => count(both[at].total.opened, range, openedFormula);
    const keys = [...new Set(both.flatMap(({ rows }) => rows.map(({ key }) => key)))];
    const nameOf = (key: string | null): Text =>
      key === null ? { zh: '未分类', en: 'none' } : tradeLabels[key as keyof typeof tradeLabels];
    const tradeRows = keys.map((key): Cell[] =>
      years(nameOf(key), (range, at) => count(both[at].rows.find((one) => one.key === key)?.opened ?? 0, range, openedFormula)),
    );
    const [now, before] = [opened(period, 0), opened(period.before, 1)];
    return [
      { kind: 'text', text: sentence(now, change(now, before), both[0].total.firstTimeFixPct, language) },
      table({ zh: '报修与维修', en: 'Repairs' }, [
        years({ zh: '报修总数', en: 'All tickets' }, opened),
        ...tradeRows,
        years({ zh: '人均', en: 'Per head' }, (range, at) =>
          figure(facts.staff === 0 ? null : both[at].total.opened / facts.staff, zh ? '件/人' : 'per head', 1, source(range), {
            zh: `报修数 ÷ 后勤人员 ${facts.staff} 人`,
            en: `tickets ÷ ${facts.staff} people of the site file`,
          }),
        ),
        years({ zh: '已签收', en: 'Signed off' }, (range, at) =>
          count(both[at].total.closed, range, { zh: '已签收或关闭', en: 'signed off or closed' }),
        ),
        years({ zh: '未结', en: 'Open' }, (range, at) =>
          count(both[at].total.open, range, { zh: '尚未签收、未作废', en: 'neither signed off nor cancelled' }),
        ),
        years({ zh: '已作废', en: 'Cancelled' }, (range, at) =>
          count(both[at].total.cancelled, range, { zh: '重复或误报，已作废', en: 'reported twice or by mistake, done away with' }),
        ),
        years({ zh: '超时工单', en: 'Overdue' }, (range, at) =>
          count(both[at].total.overdue, range, {
            zh: '未在时限内修复（暂停不计），含后来修复的',
            en: 'not repaired within what was promised (pauses not counted), repaired since or not',
          }),
        ),
        years({ zh: '其中至今未修复', en: 'Of these not repaired yet' }, (range, at) =>
          count(both[at].total.overdueOpen, range, { zh: '超时且尚未修复', en: 'overdue and not repaired to this day' }),
        ),
        years({ zh: '修复时间', en: 'Time to repair' }, (range, at) =>
          figure(both[at].total.restore.medianMin, zh ? '分钟' : 'min', 0, source(range), {
            zh: '从报修到修复，中位数',
            en: 'from opening to repair, median',
          }),
        ),
        years({ zh: '维修费用', en: 'Cost' }, (range, at) =>
          figure(both[at].total.costYuan, zh ? '元' : 'yuan', 2, source(range), {
            zh: '工单上登记的材料和费用',
            en: 'parts and cost booked on tickets',
          }),
        ),
      ]),
      ...(facts.staff === 0
        ? [{ kind: 'text' as const, tone: 'warning' as const, text: say({ zh: '站点文件没有列出后勤人员，人均无法计算', en: 'The site file names nobody: nothing per head' }) }]
        : []),
    ]; // biome-ignore format: one
  },
};

function sentence(repaired: Figure, against: Figure, firstTime: number | null, language: Language): string {
  const zh = language === 'zh';
  const more = (against.value ?? 0) >= 0;
  const part = Math.abs(against.value ?? 0).toFixed(1);
  const compared =
    against.value === null
      ? zh ? '上年无可比数据' : 'nothing of last year to compare with'
      : zh ? `比上年${more ? '增加' : '减少'} ${part} %` : `${part} % ${more ? 'more' : 'fewer'} than last year`; // biome-ignore format: short
  const first =
    firstTime === null
      ? ''
      : zh ? `，一次修复率 ${firstTime.toFixed(1)} %` : `; ${firstTime.toFixed(1)} % were right the first time`; // biome-ignore format: short
  const shown = shownFigure(repaired, language);
  return zh ? `全年受理报修 ${shown}，${compared}${first}。` : `${shown} tickets in the year, ${compared}${first}.`;
}
