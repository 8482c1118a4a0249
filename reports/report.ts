/** The contract of a report: one file in `kinds/`, which makes a document of facts. */
import type { Language, Text } from '../shared/text.ts';
import { localTime } from '../shared/wording.ts';
import { momentOf, yearBefore } from '../shared/zone.ts';
import type { Block, Cell, Figure, ReportDocument } from './document.ts';
import { changeFormula } from './document.ts';
import type { Range, ReportFacts } from './facts.ts';

export interface ReportKind {
  id: string;
  title: Text;
  /** What the reader learns. */
  summary: Text;
  /** `year`: 2026; `month`: 2026-10. */
  period: 'year' | 'month';
  build(facts: ReportFacts, period: Period, language: Language): Promise<{ blocks: Block[]; missing: string[] }>;
}

export interface Period extends Range {
  /** As it was asked for. */
  id: string;
  label: Text;
  /** The same time a year before; of a period that is not over, as much as has passed of it. */
  before: Range;
  /** Whole years and months that are not over yet. */
  running: boolean;
}

export const defineReport = (kind: ReportKind): ReportKind => kind;

/** @param yearEnd last day of the reporting year as MM-DD. Undefined: not a period that the report takes */
export function periodOf(text: string, kind: ReportKind['period'], timezone: string, now: number, yearEnd = '12-31'): Period | undefined {
  const match = /^(\d{4})(?:-(\d\d))?$/.exec(text);
  if (!match || (kind === 'month') !== (match[2] !== undefined)) return undefined;
  const year = Number(match[1]);
  const yearEarlier = (from: number, to: number): Range => ({
    from: yearBefore(timezone, from),
    to: yearBefore(timezone, Math.min(to, Math.max(from, now))),
  });
  const at = (y: number, month: number, day = 1) => momentOf(timezone, Date.UTC(y, month, day));
  if (kind === 'month') {
    const month = Number(match[2]) - 1;
    if (month < 0 || month > 11) return undefined;
    const [from, to] = [at(year, month), at(year, month + 1)];
    return {
      id: text,
      from,
      to,
      label: { zh: `${year} 年 ${month + 1} 月`, en: text },
      before: yearEarlier(from, to),
      running: now < to,
    };
  }
  const [endMonth, endDay] = yearEnd.split('-').map(Number) as [number, number];
  const end = (y: number) => at(y, endMonth - 1, endDay + 1);
  const [from, to] = [end(year - 1), end(year)];
  return {
    id: text,
    from,
    to,
    label: { zh: `${year} 年度`, en: `Year ${year}` },
    before: yearEarlier(from, to),
    running: now < to,
  };
}

export async function makeReport(kind: ReportKind, facts: ReportFacts, period: Period, language: Language): Promise<ReportDocument> {
  const { blocks, missing } = await kind.build(facts, period, language);
  const day = (t: number) => localTime(t, facts.timezone).slice(0, 10);
  const until = period.running
    ? { zh: `（截至 ${day(facts.now)}，期间未结束）`, en: ` (up to ${day(facts.now)}; not over yet)` }
    : { zh: '', en: '' };
  return {
    kind: kind.id,
    title: `${facts.hospital[language]}${language === 'zh' ? '' : ': '}${kind.title[language]}`,
    subtitle: `${period.label[language]}  ${day(period.from)} – ${day(period.to - 1)}${until[language]}`,
    language,
    blocks: [
      ...blocks,
      ...(missing.length === 0
        ? []
        : ([
            { kind: 'heading', level: 1, text: language === 'zh' ? '缺少的数据' : 'What is missing' },
            ...missing.map((text) => ({ kind: 'text' as const, text: `· ${text}`, tone: 'warning' as const })),
          ] satisfies Block[])),
    ],
    missing,
  };
}

export const figure = (value: number | null, unit: string, digits: number, source: string, formula: Text, note?: Text): Figure => ({
  value: value === null || !Number.isFinite(value) ? null : value,
  unit,
  digits,
  source,
  formula,
  ...(note ? { note } : {}),
});

/** In per cent against the time before; null where either is missing. */
export function change(now: Figure, before: Figure): Figure {
  const known = now.value !== null && before.value !== null && before.value !== 0;
  const whole = !now.note && !before.note;
  return figure(
    known && whole ? (100 * ((now.value as number) - (before.value as number))) / (before.value as number) : null,
    '%',
    1,
    now.source,
    changeFormula,
    known && !whole ? { zh: '其中一期数据不全，不比较', en: 'one of the two is not whole: not compared' } : undefined,
  );
}

/** Against nothing there is no per cent, and nothing is missing either. */
export const row = (label: string, now: Figure, before: Figure): Cell[] => [
  label,
  now,
  before,
  now.value !== null && before.value === 0 ? '–' : change(now, before),
];
