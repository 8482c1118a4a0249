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
export function shownFigure({ value, unit, digits, formula }: Figure, language: Language, withUnit = true): string {
  if (value === null) return missingText[language];
  const text = value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    // No "-0.0"; a change says which way.
    signDisplay: formula === changeFormula ? 'exceptZero' : 'negative',
  });
  return withUnit && unit !== '' ? `${text} ${unit}` : text;
}

export const shownCell = (cell: Cell, language: Language): string =>
  cell === null ? '' : isFigure(cell) ? shownFigure(cell, language) : cell;

/** Columns of figures: their heads stand where the figures do. */
export const figureColumns = ({ head, rows }: Extract<Block, { kind: 'table' }>): boolean[] =>
  head.map((_, at) => rows.some((row) => isFigure(row[at] ?? null)));

/** All figures with their sources, in the order of the report: the list at its end. */
export const figuresIn = (report: ReportDocument): { label: string; figure: Figure }[] =>
  placesIn(report).map(({ table, row, column, figure }) => ({ label: [table, row, column].filter(Boolean).join(' / '), figure }));

function placesIn({ blocks }: ReportDocument): { table: string; row: string; column: string; figure: Figure }[] {
  return blocks.flatMap((block) =>
    block.kind !== 'table'
      ? []
      : block.rows.flatMap((row) =>
          row.flatMap((cell, at) =>
            isFigure(cell)
              ? [{ table: block.title, row: typeof row[0] === 'string' ? row[0] : '', column: block.head[at] ?? '', figure: cell }]
              : [],
          ),
        ),
  );
}

export const sourcesTitle: Text = { zh: '数据来源与算法', en: 'Sources and formulas' };
/** Of the printed list. */
export const sourceLinesHead: Record<Language, string[]> = {
  zh: ['数字', '算法', '来源', '说明'],
  en: ['Figures', 'Formula', 'Source', 'Note'],
};
export const sourcesHead: Record<Language, string[]> = {
  zh: ['数字', '数值', '算法', '来源', '说明'],
  en: ['Figure', 'Value', 'Formula', 'Source', 'Note'],
};

/** Of the two columns beside it: a source of its own would only repeat theirs. */
export const changeFormula: Text = {
  zh: '（本期 − 上年同期）÷ 上年同期',
  en: '(this period − the same of last year) ÷ the same of last year',
};

/** More rows than these are not named one by one when all of the table are meant. */
const mostNamedRows = 4;
const allRows: Text = { zh: '各行', en: 'all rows' };
/** Of many the first, and how many: the page and the workbook have each of them. */
const mostListed = 10;
const firstListed = 3;
function shortened(rows: readonly string[], language: Language): string {
  const and = language === 'zh' ? '、' : ', ';
  if (rows.length <= mostListed) return rows.join(and);
  const first = rows.slice(0, firstListed).join(and);
  return language === 'zh' ? `${first}等 ${rows.length} 行` : `${first} and others, ${rows.length} rows`;
}

/** Times stand in the subtitle, and nobody types them from paper. */
function printedSource(source: string): string {
  const [path = '', query = ''] = source.split('?');
  const kept = query.split('&').filter((part) => part !== '' && !/^(from|to|every|aggregate)=/.test(part));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}

/**
 * The list as it is printed: figures of one formula and one kind of source in one line, without their values, which stand in the tables, and without times. The
 * page and the workbook have each figure with its whole address.
 */
export function sourceLines(report: ReportDocument): string[][] {
  const { language } = report;
  const and = language === 'zh' ? '、' : ', ';
  const groups = new Map<string, { table: string; figure: Figure; rows: Set<string>; columns: Set<string>; sources: Set<string> }>();
  const rowsOf = Map.groupBy(placesIn(report), ({ table }) => table);
  const isWhole = (table: string, rows: ReadonlySet<string>) =>
    rows.size > mostNamedRows && new Set(rowsOf.get(table)?.map(({ row }) => row)).size === rows.size;
  for (const { table, row, column, figure } of placesIn(report)) {
    const change = figure.formula === changeFormula;
    const source = change ? '' : printedSource(figure.source);
    const kind = source.replace(/\b(id|device|name)=[^&]+/g, '$1=…');
    const key = JSON.stringify([table, figure.formula.en, kind, change ? '' : (figure.note?.en ?? '')]);
    const group = groups.get(key) ?? { table, figure, rows: new Set(), columns: new Set(), sources: new Set() };
    groups.set(key, group);
    group.rows.add(row);
    group.columns.add(column);
    group.sources.add(source);
  }
  return [...groups.values()].map(({ table, figure, rows, columns, sources }) => {
    const change = figure.formula === changeFormula;
    const named = change ? '' : isWhole(table, rows) ? allRows[language] : shortened([...rows].filter(Boolean), language);
    const [first = ''] = sources;
    return [
      `${table}${language === 'zh' ? '：' : ': '}${named} (${[...columns].join(and)})`,
      figure.formula[language],
      sources.size > 1 ? first.replace(/\b(id|device|name)=[^&]+/g, '$1=…') : first,
      change ? '' : (figure.note?.[language] ?? ''),
    ];
  });
}
