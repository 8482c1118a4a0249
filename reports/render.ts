/** A report in the form that was asked for. */
import type { ReportDocument } from './document.ts';
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
export async function render(report: ReportDocument, format: FormatId, foot: string, link?: string): Promise<Rendered> {
  if (format === 'html') return { type: 'text/html; charset=utf-8', content: Buffer.from(reportHtml(report)) };
  if (format === 'pdf') return { type: 'application/pdf', content: await reportPdf(report, foot, link) };
  if (format === 'xlsx') return { type: `${office}.spreadsheetml.sheet`, content: await reportXlsx(report) };
  if (format === 'docx') {
    const { reportDocx } = await import('./render-docx.ts');
    return { type: `${office}.wordprocessingml.document`, content: await reportDocx(report) };
  }
  return { type: 'application/json', content: Buffer.from(JSON.stringify(report)) };
}
