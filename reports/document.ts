/**
 * A report as data: headings, texts, tables and figures. It is written once and drawn as a page, PDF, workbook or Word file. Every figure knows where it
 * comes from; one that is missing says so and why, and is never made up.
 */
import type { Language, Text } from '../shared/text.ts';

export interface Figure {
  /** null: not known. */
  value: number | null;
  unit: string;
  digits: number;
  /** Where it can be looked up: an address of the API, or a page. */
  source: string;
  /** How it comes about, in words. */
  formula: Text;
  /** Why it is missing or not whole. */
  note?: Text | undefined;
}

export type Cell = string | Figure | null;

export type Block =
  | { kind: 'heading'; level: 1 | 2; text: string }
  | { kind: 'text'; text: string; tone?: 'quiet' | 'warning' }
  /** For people to write: shown as an empty frame with what belongs there. */
  | { kind: 'fill'; label: string }
  | { kind: 'table'; title: string; head: string[]; rows: Cell[][] };

export interface ReportDocument {
  kind: string;
  title: string;
  subtitle: string;
  language: Language;
  blocks: Block[];
  /** What was asked for and is not there. */
  missing: string[];
}

export const isFigure = (cell: Cell): cell is Figure => typeof cell === 'object' && cell !== null;

const missingText: Text = { zh: '缺', en: 'missing' };

/** As it is written for people: digits, thousands apart, the unit behind. */
export function shownFigure({ value, unit, digits }: Figure, language: Language, withUnit = true): string {
  if (value === null) return missingText[language];
  const text = value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return withUnit && unit !== '' ? `${text} ${unit}` : text;
}

export const shownCell = (cell: Cell, language: Language): string =>
  cell === null ? '' : isFigure(cell) ? shownFigure(cell, language) : cell;

/** All figures with their sources, in the order of the report: the list at its end. */
export function figuresIn({ blocks }: ReportDocument): { label: string; figure: Figure }[] {
  return blocks.flatMap((block) =>
    block.kind !== 'table'
      ? []
      : block.rows.flatMap((row) =>
          row.flatMap((cell, at) =>
            isFigure(cell)
              ? [
                  {
                    label: [block.title, typeof row[0] === 'string' ? row[0] : '', block.head[at] ?? ''].filter(Boolean).join(' / '),
                    figure: cell,
                  },
                ]
              : [],
          ),
        ),
  );
}

export const sourcesTitle: Text = { zh: '数据来源与算法', en: 'Sources and formulas' };
export const sourcesHead: Record<Language, string[]> = {
  zh: ['数字', '数值', '算法', '来源', '说明'],
  en: ['Figure', 'Value', 'Formula', 'Source', 'Note'],
};
