import { figuresIn, isFigure, type ReportDocument, sourcesHead, sourcesTitle } from './document.ts';
import { type Sheet, workbookOf } from './sheet.ts';

/** One sheet a table, figures as numbers, and the sources behind. */
export function reportXlsx(report: ReportDocument): Promise<Buffer> {
  const { language } = report;
  const tables = report.blocks.filter((block) => block.kind === 'table');
  const sheets = tables.map(
    (block, index): Sheet => ({
      name: `${index + 1} ${block.title}`,
      head: block.head.map((text, at) => {
        const units = new Set(block.rows.flatMap((row) => (isFigure(row[at] ?? null) ? [(row[at] as { unit: string }).unit] : [])));
        const [unit] = units;
        return units.size === 1 && unit !== '' ? `${text} (${unit})` : text;
      }),
      rows: block.rows.map((row) => row.map((cell) => (isFigure(cell) ? cell.value : cell))),
    }),
  );
  const sources: Sheet = {
    name: sourcesTitle[language],
    head: sourcesHead[language],
    rows: figuresIn(report).map(({ label, figure }) => [
      label,
      figure.value,
      figure.formula[language],
      figure.source,
      figure.note?.[language] ?? '',
    ]),
  };
  return workbookOf([...sheets, sources], report.title);
}
