import { type Block, isFigure, type ReportDocument, shownCell, sourceLines, sourceLinesHead, sourcesTitle } from './document.ts';
import { type Content, pdfOf, tableOf } from './pdf.ts';

/** @param foot what proves it: when it was made, version */
export function reportPdf(report: ReportDocument, foot: string, link?: string): Promise<Buffer> {
  const { language } = report;
  const draw = (block: Block): Content => {
    switch (block.kind) {
      case 'heading':
        return { text: block.text, style: 'h2', fontSize: block.level === 1 ? 12 : 10 };
      case 'text':
        return {
          text: block.text,
          fontSize: 9,
          margin: [0, 2, 0, 4],
          ...(block.tone === 'quiet' ? { style: 'quiet' } : block.tone === 'warning' ? { style: 'finding' } : {}),
        };
      case 'fill':
        return { table: { widths: ['*'], heights: [60], body: [[{ text: block.label, style: 'quiet' }]] }, margin: [0, 4, 0, 6] };
      case 'table':
        return {
          stack: [
            { text: block.title, bold: true, margin: [0, 4, 0, 2] },
            tableOf(
              block.head.map((_, at) => (at === 0 ? '*' : 'auto')),
              [
                block.head.map((text) => ({ text, style: 'head' })),
                ...block.rows.map((row) =>
                  row.map(
                    (cell): Content => ({
                      text: shownCell(cell, language),
                      alignment: isFigure(cell) ? 'right' : 'left',
                      ...(isFigure(cell) && cell.value === null ? { style: 'finding' } : {}),
                    }),
                  ),
                ),
              ],
            ),
          ],
        };
    }
  };
  const content = report.blocks.map(draw);
  const sources = sourceLines(report).map((line) => line.map((text): Content => ({ text, fontSize: 6.5 })));
  const appendix: Content[] =
    sources.length === 0
      ? []
      : [
          { text: sourcesTitle[language], style: 'h2', pageBreak: 'before' },
          tableOf([170, 130, 130, '*'], [sourceLinesHead[language].map((text) => ({ text, style: 'head', fontSize: 7 })), ...sources]),
        ];
  return pdfOf({ title: report.title, subtitle: report.subtitle, language, content: [...content, ...appendix], foot, link });
}
