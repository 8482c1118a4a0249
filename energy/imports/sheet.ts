/** A file as rows of cells: CSV (comma, semicolon, tab) or the first sheet of a workbook. Formulas are not worked out: what they say is not what they were when somebody checked them. */
import { inflateRawSync } from 'node:zlib';
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
/** A workbook is a zip: what it may unpack to. */
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
  const lines = countOf(content, '\n');
  if (lines > 2 * mostRows) return tooManyRows(lines, mistakes);
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
  let found: ReturnType<typeof unpacked>;
  try {
    found = unpacked(content);
  } catch {
    damaged();
    return undefined;
  }
  if (found === undefined) {
    mistakes.add(null, null, '', '工作簿展开后太大', 'the workbook is too large when unpacked');
    return undefined;
  }
  if (found.rows > mostRows) return tooManyRows(found.rows, mistakes);
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
  return sheet.rows.length <= mostRows ? sheet : tooManyRows(sheet.rows.length, mistakes);
}

function tooManyRows(rows: number, mistakes: ImportMistakes): undefined {
  mistakes.add(null, null, rows, `最多 ${mostRows} 行，请分成几个文件`, `at most ${mostRows} rows; split the file`);
  return undefined;
}

/** What the entries of a zip really unpack to, bytes, and the most rows of a sheet among them; undefined when it is more than may be, whatever the zip says. */
function unpacked(zip: Buffer): { rows: number } | undefined {
  let [size, rows] = [0, 0];
  for (const { name, method, packed } of entriesOf(zip)) {
    const left = mostUnpacked - size;
    if (left <= 0) return undefined;
    if (method !== 0 && method !== 8) continue;
    let content = packed;
    try {
      if (method === 8) content = inflateRawSync(packed, { maxOutputLength: left });
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
      throw error;
    }
    size += content.length;
    if (name.startsWith('xl/worksheets/')) rows = Math.max(rows, countOf(content, '<row'));
  }
  return { rows };
}

function countOf(content: Buffer, word: string): number {
  let count = 0;
  for (let at = content.indexOf(word); at >= 0; at = content.indexOf(word, at + word.length)) count++;
  return count;
}

/** The entries as the central directory lists them. */
function* entriesOf(zip: Buffer): Generator<{ name: string; method: number; packed: Buffer }> {
  const [directoryMark, endMark] = ['PK\u0001\u0002', 'PK\u0005\u0006'];
  const end = zip.lastIndexOf(endMark, undefined, 'latin1');
  if (end < 0) throw new Error('no end of the zip');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.toString('latin1', at, at + 4) !== directoryMark) throw new Error('no entry of the zip');
    const [nameLength, more, comment] = [28, 30, 32].map((place) => zip.readUInt16LE(at + place)) as [number, number, number];
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    yield {
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      method: zip.readUInt16LE(at + 10),
      packed: zip.subarray(begin, begin + zip.readUInt32LE(at + 20)),
    };
    at += 46 + nameLength + more + comment;
  }
}

/** 0 is A. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}
