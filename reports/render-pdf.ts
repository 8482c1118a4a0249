import {
  type Block,
  figureColumns,
  isFigure,
  type ReportDocument,
  shownCell,
  sourceLines,
  sourceLinesHead,
  sourcesTitle,
} from './document.ts';
import { type Content, pdfOf, roomyLayout, tableOf } from './pdf.ts';

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
      case 'table': {
        const right = figureColumns(block);
        return {
          unbreakable: block.rows.length <= shortRows,
          stack: [
            { text: block.title, bold: true, margin: [0, 4, 0, 2], ...(block.rows.length > shortRows ? { headlineLevel: 2 } : {}) },
            tableOf(
              block.head.map((_, at) => (at === 0 ? '*' : 'auto')),
              [
                block.head.map((text, at) => ({ text, style: 'head', alignment: right[at] ? 'right' : 'left' })),
                ...block.rows.map((row) =>
                  row.map(
                    (cell, at): Content => ({
                      text: shownCell(cell, language),
                      alignment: right[at] ? 'right' : 'left',
                      // "kWh/bed-day" is not to be broken at its hyphen.
                      noWrap: isFigure(cell),
                      ...(isFigure(cell) && cell.value === null ? { style: 'finding' } : {}),
                    }),
                  ),
                ),
              ],
              1,
              roomyLayout,
            ),
          ],
        };
      }
    }
  };
  const content: Content[] = [];
  for (let i = 0; i < report.blocks.length; i++) {
    // Headings stay with what is below them; before a table that goes over pages see `headlineLevel` in pdf-draw.ts.
    const held: Block[] = [];
    while (report.blocks[i]?.kind === 'heading') held.push(report.blocks[i++] as Block);
    const next = report.blocks[i];
    if (!next || (next.kind === 'table' && next.rows.length > shortRows))
      content.push(...held.map((block) => ({ ...(draw(block) as object), headlineLevel: 2 }) as Content), ...(next ? [draw(next)] : []));
    else content.push(held.length === 0 ? draw(next) : { unbreakable: true, stack: [...held, next].map(draw) });
  }
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
