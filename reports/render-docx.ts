/** Word files: for reports that people go on writing. */
import { AlignmentType, Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun, WidthType } from 'docx';
import { type Block, figuresIn, isFigure, type ReportDocument, shownCell, shownFigure, sourcesHead, sourcesTitle } from './document.ts';

const fonts = { ascii: 'Calibri', eastAsia: 'SimSun', hAnsi: 'Calibri' };

export function reportDocx(report: ReportDocument): Promise<Buffer> {
  const { language } = report;
  const run = (text: string, more: object = {}) => new TextRun({ text, font: fonts, ...more });
  const table = (head: string[], rows: { text: string; right: boolean; red: boolean }[][]) =>
    new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: [
        new TableRow({
          tableHeader: true,
          children: head.map(
            (text) =>
              new TableCell({
                shading: { fill: 'EEF1F4' },
                children: [new Paragraph({ children: [run(text, { bold: true, size: 18 })] })],
              }),
          ),
        }),
        ...rows.map(
          (row) =>
            new TableRow({
              children: row.map(
                ({ text, right, red }) =>
                  new TableCell({
                    children: [
                      new Paragraph({
                        alignment: right ? AlignmentType.RIGHT : AlignmentType.LEFT,
                        children: [run(text, { size: 18, ...(red ? { color: 'B00020', bold: true } : {}) })],
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
          new Paragraph({ heading: block.level === 1 ? HeadingLevel.HEADING_1 : HeadingLevel.HEADING_2, children: [run(block.text)] }),
        ];
      case 'text':
        return [
          new Paragraph({
            spacing: { after: 120, line: 360 },
            children: [run(block.text, block.tone === 'warning' ? { color: 'B00020' } : {})],
          }),
        ];
      case 'fill':
        return [new Paragraph({ spacing: { after: 240 }, children: [run(`【${block.label}】`, { color: '666666' })] })];
      case 'table':
        return [
          new Paragraph({ spacing: { before: 120 }, children: [run(block.title, { bold: true })] }),
          table(
            block.head,
            block.rows.map((row) =>
              row.map((cell) => ({ text: shownCell(cell, language), right: isFigure(cell), red: isFigure(cell) && cell.value === null })),
            ),
          ),
        ];
    }
  };
  const body = report.blocks.flatMap(draw);
  const cell = (text: string) => ({ text, right: false, red: false });
  const sources = figuresIn(report).map(({ label, figure }) =>
    [label, shownFigure(figure, language), figure.formula[language], figure.source, figure.note?.[language] ?? ''].map(cell),
  );
  const appendix =
    sources.length === 0
      ? []
      : [
          new Paragraph({ heading: HeadingLevel.HEADING_1, pageBreakBefore: true, children: [run(sourcesTitle[language])] }),
          table(sourcesHead[language], sources),
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
