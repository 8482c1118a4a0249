/** A file as rows of cells: CSV (comma, semicolon, tab) or the first sheet of a workbook. Formulas are not worked out: what they say is not what they were when somebody checked them. */
import { parse } from 'csv-parse/sync';
import { decodeText } from './decode.ts';
import type { ImportMistakes } from './mistake.ts';

export type Cell = string | number | Date | null;
export interface SheetRow {
  /** As a spreadsheet counts. */
  row: number;
  cells: Cell[];
}
export interface Sheet {
  rows: SheetRow[];
  /** For people: what it was read as. */
  format: string;
}

export const mostRows = 20_000;
const mostColumns = 200;
/** A workbook is a zip: what it says it unpacks to. */
const mostUnpacked = 150 * 1024 * 1024;

/** Undefined when it is no table; why is among the mistakes. */
export async function readSheet(name: string, content: Buffer, mistakes: ImportMistakes): Promise<Sheet | undefined> {
  if (content.length === 0) {
    mistakes.add(null, null, name, '文件是空的', 'the file is empty');
    return undefined;
  }
  if (content[0] === 0x50 && content[1] === 0x4b) return readWorkbook(content, mistakes);
  if (content[0] === 0xd0 && content[1] === 0xcf) {
    mistakes.add(null, null, name, '是旧版 .xls 文件；请另存为 .xlsx 或 CSV', 'is an old .xls file; save it as .xlsx or CSV');
    return undefined;
  }
  const decoded = decodeText(content, mistakes);
  if (!decoded) return undefined;
  const { text, encoding } = decoded;
  if (text.includes('\u0000')) {
    mistakes.add(null, null, name, '不是表格文件（CSV 或 XLSX）', 'is no table (CSV or XLSX)');
    return undefined;
  }
  const first = text.split(/\r?\n/, 5).find((line) => line.trim() !== '') ?? '';
  const delimiter = [',', '\t', ';'].reduce((best, one) => (first.split(one).length > first.split(best).length ? one : best), ',');
  try {
    const records = parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: false, trim: true }) as unknown as { record: string[]; info: { lines: number } }[]; // biome-ignore format: one
    const rows = records.map(
      ({ record, info }): SheetRow => ({ row: info.lines, cells: record.map((cell) => (cell === '' ? null : cell)) }),
    );
    return limited({ rows: checkFormulas(rows, mistakes), format: `CSV, ${encoding.toUpperCase()}` }, mistakes);
  } catch (error) {
    const { lines } = error as { lines?: number };
    mistakes.add(lines ?? null, null, '', '引号没有成对，这一行读不出来', 'a quote is not closed, this row cannot be read');
    return undefined;
  }
}

/** A number with a sign is none. */
const formula = /^[=@]|^[+-](?!\s*[\d.])/;

function checkFormulas(rows: SheetRow[], mistakes: ImportMistakes): SheetRow[] {
  for (const { row, cells } of rows)
    cells.forEach((cell, index) => {
      if (typeof cell === 'string' && formula.test(cell) && cell.length > 1) tellFormula(mistakes, row, columnName(index), cell);
    });
  return rows;
}

const tellFormula = (mistakes: ImportMistakes, row: number, column: string, found: string) =>
  mistakes.add(row, column, found, '是公式；请改为数值（选择性粘贴 → 数值）', 'is a formula; put its value there (paste special, values)');

async function readWorkbook(content: Buffer, mistakes: ImportMistakes): Promise<Sheet | undefined> {
  const damaged = () => void mistakes.add(null, null, '', '工作簿损坏或有密码，打不开', 'the workbook is damaged or has a password');
  if (unpackedSize(content) > mostUnpacked) {
    mistakes.add(null, null, '', '工作簿展开后太大', 'the workbook is too large when unpacked');
    return undefined;
  }
  // Only who imports a workbook needs what reads them.
  const { default: ExcelJS } = await import('exceljs');
  const workbook = new ExcelJS.Workbook();
  try {
    await workbook.xlsx.load(content as unknown as ArrayBuffer);
  } catch {
    damaged();
    return undefined;
  }
  const filled = workbook.worksheets.filter((sheet) => sheet.actualRowCount > 0);
  const [sheet] = filled;
  if (!sheet) {
    mistakes.add(null, null, '', '工作簿里没有数据', 'the workbook holds no data');
    return undefined;
  }
  const rows: SheetRow[] = [];
  sheet.eachRow({ includeEmpty: false }, (line, number) => {
    const cells: Cell[] = [];
    line.eachCell({ includeEmpty: true }, (cell, column) => {
      if (column > mostColumns) return;
      const { type, value } = cell;
      const types = ExcelJS.ValueType;
      if (type === types.Formula) {
        tellFormula(mistakes, number, columnName(column - 1), `=${cell.formula ?? ''}`);
        cells[column - 1] = null;
      } else if (type === types.Error) {
        mistakes.add(number, columnName(column - 1), cell.text, '单元格有错误值', 'the cell holds an error');
        cells[column - 1] = null;
      } else if (value === null || value === undefined || (type === types.Merge && cell.master !== cell)) cells[column - 1] = null;
      else if (value instanceof Date || typeof value === 'number') cells[column - 1] = value;
      else cells[column - 1] = cell.text.trim() === '' ? null : cell.text.trim();
    });
    rows.push({ row: number, cells: Array.from(cells, (cell) => cell ?? null) });
  });
  return limited({ rows, format: `XLSX, ${sheet.name}${filled.length > 1 ? ` (1/${filled.length})` : ''}` }, mistakes);
}

function limited(sheet: Sheet, mistakes: ImportMistakes): Sheet | undefined {
  if (sheet.rows.length <= mostRows) return sheet;
  mistakes.add(null, null, sheet.rows.length, `最多 ${mostRows} 行，请分成几个文件`, `at most ${mostRows} rows; split the file`);
  return undefined;
}

/** Sum of what the entries of the zip say of themselves. */
function unpackedSize(zip: Buffer): number {
  let size = 0;
  for (
    let at = zip.indexOf('PK\u0001\u0002', 0, 'latin1');
    at >= 0 && at + 46 <= zip.length;
    at = zip.indexOf('PK\u0001\u0002', at + 46, 'latin1')
  )
    size += zip.readUInt32LE(at + 24);
  return size;
}

/** 0 is A. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}
