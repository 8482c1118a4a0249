/** Workbooks: plain tables with a heading, for people who go on calculating. Texts are texts: nothing of them becomes a formula. */

import { withoutNoise } from '../shared/rounded.ts';

export interface Sheet {
  name: string;
  /** Column headings. */
  head: string[];
  rows: (string | number | null | { formula: string; result?: number })[][];
  /** Number format by column, such as `0.00`. */
  formats?: (string | undefined)[];
}

export async function workbookOf(sheets: readonly Sheet[], title: string): Promise<Buffer> {
  // Half a second to load: not before the first workbook.
  const { default: ExcelJS } = await import('exceljs');
  const book = new ExcelJS.Workbook();
  book.creator = 'Plantroom';
  book.title = title;
  for (const { name, head, rows, formats } of sheets) {
    // A sheet's name has 31 characters at the most, and none of these.
    const sheet = book.addWorksheet(name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31), { views: [{ state: 'frozen', ySplit: 1 }] });
    sheet.addRow(head).font = { bold: true };
    for (const row of rows) sheet.addRow(row.map((cell) => (typeof cell === 'number' ? withoutNoise(cell) : cell)));
    head.forEach((text, index) => {
      const column = sheet.getColumn(index + 1);
      const longest = Math.max(width(text), ...rows.slice(0, 200).map((row) => width(String(row[index] ?? ''))));
      column.width = Math.min(60, Math.max(8, longest + 2));
      const format = formats?.[index];
      if (format !== undefined) column.numFmt = format;
    });
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** Chinese signs are twice as wide. */
const width = (text: string) => [...text].reduce((sum, sign) => sum + (sign > '\u2e80' ? 2 : 1), 0);
