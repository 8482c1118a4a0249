/** Word files: for reports that people go on writing. */
import { AlignmentType, Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun, WidthType } from 'docx';
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

/** Between the margins of an A4 page, in twentieths of a point. */
const pageTwips = 9_026;
const fonts = { ascii: 'Calibri', eastAsia: 'SimSun', hAnsi: 'Calibri' };

export function reportDocx(report: ReportDocument): Promise<Buffer> {
  const { language } = report;
  const run = (text: string, more: object = {}) => new TextRun({ text, font: fonts, ...more });
  const widthsOf = (columns: number) => (columns < 2 ? [100] : [40, ...Array<number>(columns - 1).fill(60 / (columns - 1))]);
  /** `size` in half points, `widths` in per cent. */
  const table = (
    head: string[],
    rows: { text: string; right: boolean; red: boolean }[][],
    { size = 18, widths = widthsOf(head.length), right = [] }: { size?: number; widths?: number[]; right?: boolean[] } = {},
  ) =>
    new Table({
      columnWidths: widths.map((part) => Math.round((pageTwips * part) / 100)),
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: [
        new TableRow({
          tableHeader: true,
          cantSplit: true,
          children: head.map(
            (text, at) =>
              new TableCell({
                shading: { fill: 'EEF1F4' },
                children: [
                  new Paragraph({
                    keepNext: true,
                    alignment: right[at] ? AlignmentType.RIGHT : AlignmentType.LEFT,
                    children: [run(text, { bold: true, size })],
                  }),
                ],
              }),
          ),
        }),
        ...rows.map(
          (row) =>
            new TableRow({
              cantSplit: true,
              children: row.map(
                ({ text, right, red }) =>
                  new TableCell({
                    children: [
                      new Paragraph({
                        alignment: right ? AlignmentType.RIGHT : AlignmentType.LEFT,
                        children: [run(text, { size, ...(red ? { color: 'B00020', bold: true } : {}) })],
                      }),
                    ],
                  }),
              ),
            }),
        ),
      ],
    });
  const draw = (block: Block): (Paragraph | Table)[] => {
    switch (block.kind) {
      case 'heading':
        return [
          new Paragraph({
            heading: block.level === 1 ? HeadingLevel.HEADING_1 : HeadingLevel.HEADING_2,
            keepNext: true,
            children: [run(block.text)],
          }),
        ];
      case 'text':
        return [
          new Paragraph({
            spacing: { after: 120, line: 360 },
            children: [run(block.text, block.tone === 'warning' ? { color: 'B00020' } : {})],
          }),
        ];
      case 'fill':
        return [
          new Paragraph({ children: [run(`【${block.label}】`, { color: '666666' })] }),
          // Room to write, as in the printed form.
          ...Array.from({ length: 3 }, () => new Paragraph({ children: [run('')] })),
        ];
      case 'table': {
        const figures = figureColumns(block);
        return [
          new Paragraph({ keepNext: true, spacing: { before: 120 }, children: [run(block.title, { bold: true })] }),
          table(
            block.head,
            block.rows.map((row) =>
              row.map((cell, at) => ({
                text: shownCell(cell, language),
                right: figures[at] === true,
                red: isFigure(cell) && cell.value === null,
              })),
            ),
            { right: figures },
          ),
        ];
      }
    }
  };
  const body = report.blocks.flatMap(draw);
  const sources = sourceLines(report).map((line) => line.map((text) => ({ text, right: false, red: false })));
  const appendix =
    sources.length === 0
      ? []
      : [
          new Paragraph({ heading: HeadingLevel.HEADING_1, pageBreakBefore: true, children: [run(sourcesTitle[language])] }),
          table(sourceLinesHead[language], sources, { size: 14, widths: [32, 24, 28, 16] }),
        ];
  const document = new Document({
    title: report.title,
    creator: 'Plantroom',
    sections: [
      {
        children: [
          new Paragraph({ heading: HeadingLevel.TITLE, alignment: AlignmentType.CENTER, children: [run(report.title)] }),
          new Paragraph({ alignment: AlignmentType.CENTER, children: [run(report.subtitle, { color: '555555' })] }),
          ...body,
          ...appendix,
        ],
      },
    ],
  });
  return Packer.toBuffer(document);
}
