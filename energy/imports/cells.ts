/** Cells to numbers, months and moments; everything else is a mistake that says what is allowed. */
import { momentOf, wallOf } from '../../shared/zone.ts';
import { timeOf } from '../readings-file.ts';
import type { ImportMistakes } from './mistake.ts';
import type { Cell } from './sheet.ts';

export interface CellContext {
  mistakes: ImportMistakes;
  timezone: string;
  now: number;
}
type Place = { row: number; column: string };

const earliest = '2000-01';
/** Full-width digits and letters as the plain ones. */
export const plainText = (cell: Cell): string =>
  String(cell ?? '')
    .normalize('NFKC')
    .trim();

export function numberIn({ mistakes }: CellContext, { row, column }: Place, cell: Cell): number | undefined {
  if (typeof cell === 'number') {
    if (Number.isFinite(cell)) return cell;
    mistakes.add(row, column, cell, '数值太大或不是数', 'is too large, or no number');
    return undefined;
  }
  const text = plainText(cell);
  if (text === '' || cell === null) {
    mistakes.add(row, column, '', '空白；没有数据的行请删除，0 请写 0', 'is blank; remove a row without data, write 0 for nought');
    return undefined;
  }
  if (cell instanceof Date) {
    mistakes.add(row, column, cell, '是日期，不是数', 'is a date and no number');
    return undefined;
  }
  const grouped = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(grouped)) {
    const [number, unit] = [/^[+-]?[\d.,]+/.exec(text)?.[0], text.replace(/^[+-]?[\d.,\s]+/, '')];
    if (number && unit && /^[\p{L}%³²°/]+$/u.test(unit))
      mistakes.add(row, column, text, `数值里带单位“${unit}”；单位请写在表头，如“用电量(kWh)”`, `has the unit "${unit}" in the cell; write units in the header, such as "use (kWh)"`); // biome-ignore format: one
    else mistakes.add(row, column, text, '不是数', 'is no number');
    return undefined;
  }
  const value = Number(grouped);
  if (!Number.isFinite(value) || Math.abs(value) > 1e15) {
    mistakes.add(row, column, text, '数值太大', 'is too large');
    return undefined;
  }
  return value;
}

/** `2026-07`, `2026/7`, `2026年7月`, `202607`, a date on the first of a month; or year and month in two cells. */
export function monthIn({ mistakes, timezone, now }: CellContext, { row, column }: Place, cell: Cell, year?: Cell): string | undefined {
  const wrong = (zh: string, en: string) => {
    mistakes.add(row, column, cell, zh, en);
    return undefined;
  };
  if (cell === null) return wrong('没有月份', 'has no month');
  let found: [year: number, month: number, day: number] | undefined;
  if (cell instanceof Date) found = [cell.getUTCFullYear(), cell.getUTCMonth() + 1, cell.getUTCDate()];
  else {
    const text = plainText(cell);
    const only = /^(\d{1,2})\s*月?$/.exec(text);
    const match = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:\s*[-/.]?\s*(\d{1,2})\s*日?)?$/.exec(text) ?? /^(\d{4})(\d{2})()$/.exec(text);
    if (year !== undefined && year !== null && only) found = [Number(/\d{4}/.exec(plainText(year))?.[0]), Number(only[1]), 1];
    else if (match) found = [Number(match[1]), Number(match[2]), match[3] ? Number(match[3]) : 1];
  }
  if (!found) return wrong('不是月份；请写 2026-07', 'is no month; write 2026-07');
  const [y, m, d] = found;
  if (!(m >= 1 && m <= 12) || !Number.isInteger(y)) return wrong('没有这个月', 'there is no such month');
  if (d !== 1) return wrong('是某一天而不是月份；请写 2026-07', 'is a day and no month; write 2026-07');
  const month = `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}`;
  if (month < earliest) return wrong('早于 2000 年', 'is before 2000');
  if (month > new Date(wallOf(timezone, now)).toISOString().slice(0, 7)) return wrong('还没有到这个月', 'lies in the future');
  return month;
}

/** A moment by the clocks of the site; `dayOnly` says that no time of day stood there. */
export function momentIn(
  { mistakes, timezone, now }: CellContext,
  { row, column }: Place,
  cell: Cell,
): { t: number; dayOnly: boolean } | undefined {
  const wrong = (zh: string, en: string) => {
    mistakes.add(row, column, cell, zh, en);
    return undefined;
  };
  if (cell === null) return wrong('没有日期', 'has no date');
  let t: number;
  let dayOnly: boolean;
  if (cell instanceof Date) {
    // A workbook's date is what the wall clock showed, to the second.
    const wall = Math.round(cell.getTime() / 1_000) * 1_000;
    t = momentOf(timezone, wall);
    dayOnly = wall % 86_400_000 === 0;
  } else {
    const text = plainText(cell)
      .replace(/^(\d{4})年(\d{1,2})月(\d{1,2})日/, '$1-$2-$3')
      .replace(/^(\d{4})\.(\d{1,2})\.(\d{1,2})/, '$1-$2-$3');
    if (typeof cell === 'number' || /^\d+(\.\d+)?$/.test(text))
      return wrong('是数字，不是日期；请写 2026-01-15 08:00', 'is a number and no date; write 2026-01-15 08:00');
    t = timeOf(text, timezone);
    dayOnly = !/\d:\d/.test(text);
    if (Number.isNaN(t)) {
      const shape = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}/.test(text);
      return shape
        ? wrong('没有这一天或这个时刻', 'there is no such day or time')
        : wrong('不是日期；请写 2026-01-15 08:00', 'is no date; write 2026-01-15 08:00');
    }
  }
  if (t < Date.UTC(2000, 0, 1)) return wrong('早于 2000 年', 'is before 2000');
  if (t > now) return wrong('还没有到这个时间', 'lies in the future');
  return { t, dayOnly };
}
