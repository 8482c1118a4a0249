/** A report in the form that was asked for. */
import { decimals, roundTo } from '../shared/rounded.ts';
import { type Figure, isFigure, type ReportDocument } from './document.ts';
import { reportHtml } from './render-html.ts';
import { reportPdf } from './render-pdf.ts';
import { reportXlsx } from './render-xlsx.ts';

export const formats = ['html', 'pdf', 'xlsx', 'docx', 'json'] as const;
export type FormatId = (typeof formats)[number];
export interface Rendered {
  type: string;
  content: Buffer;
}

const office = 'application/vnd.openxmlformats-officedocument';

/** @param foot on every page of a PDF */
export async function render(asMade: ReportDocument, format: FormatId, foot: string, link?: string): Promise<Rendered> {
  const report = rounded(asMade);
  if (format === 'html') return { type: 'text/html; charset=utf-8', content: Buffer.from(reportHtml(report)) };
  if (format === 'pdf') return { type: 'application/pdf', content: await reportPdf(report, foot, link) };
  if (format === 'xlsx') return { type: `${office}.spreadsheetml.sheet`, content: await reportXlsx(report) };
  if (format === 'docx') {
    const { reportDocx } = await import('./render-docx.ts');
    return { type: `${office}.wordprocessingml.document`, content: await reportDocx(report) };
  }
  return { type: 'application/json', content: Buffer.from(JSON.stringify(report)) };
}

/** Figures at the precision of their unit; never less than the report shows. */
export const rounded = (report: ReportDocument): ReportDocument => ({
  ...report,
  blocks: report.blocks.map((block) =>
    block.kind === 'table'
      ? { ...block, rows: block.rows.map((row) => row.map((cell) => (isFigure(cell) ? atPrecision(cell) : cell))) }
      : block,
  ),
});

function atPrecision(figure: Figure): Figure {
  const { value, unit, digits } = figure;
  const money = unit === '元' || unit === 'yuan' || unit === 'CNY';
  const places = money ? decimals.yuan : /[/]/.test(unit) ? decimals.price : decimals.used;
  return value === null ? figure : { ...figure, value: roundTo(value, Math.max(digits, places)) };
}
