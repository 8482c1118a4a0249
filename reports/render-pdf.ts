import { type Block, isFigure, type ReportDocument, shownCell, sourceLines, sourceLinesHead, sourcesTitle } from './document.ts';
import { type Content, pdfOf, tableOf } from './pdf.ts';

/** Tables of so many rows stand on one page, with their title. */
const shortRows = 14;

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
        // As one: a row of fixed height that is cut by the end of a page grows over all of the next.
        return {
          unbreakable: true,
          stack: [{ table: { widths: ['*'], heights: [60], body: [[{ text: block.label, style: 'quiet' }]] }, margin: [0, 4, 0, 6] }],
        };
      case 'table':
        return {
          unbreakable: block.rows.length <= shortRows,
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
  // A heading stays with the frame below it.
  const content = report.blocks.flatMap((block, i): Content[] => {
    const [before, next] = [report.blocks[i - 1], report.blocks[i + 1]];
    if (block.kind === 'heading' && next?.kind === 'fill') return [{ unbreakable: true, stack: [draw(block), draw(next)] }];
    return block.kind === 'fill' && before?.kind === 'heading' ? [] : [draw(block)];
  });
  const sources = sourceLines(report).map((line) => line.map((text): Content => ({ text, fontSize: 6.5 })));
  const appendix: Content[] =
    sources.length === 0
      ? []
      : [
          { text: sourcesTitle[language], style: 'h2', pageBreak: 'before' },
          tableOf([190, 130, 140, '*'], [sourceLinesHead[language].map((text) => ({ text, style: 'head', fontSize: 7 })), ...sources]),
        ];
  return pdfOf({ title: report.title, subtitle: report.subtitle, language, content: [...content, ...appendix], foot, link });
}
