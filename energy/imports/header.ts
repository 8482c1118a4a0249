/** The head of a table: which column is what. Titles above it are passed over; a unit may stand behind a name in brackets. */
import { plainText } from './cells.ts';
import type { ImportMistakes } from './mistake.ts';
import { columnName, type Sheet, type SheetRow } from './sheet.ts';

export interface Column {
  index: number;
  /** A, B, ... */
  letter: string;
  /** What the column is, when it is known. */
  id: string | undefined;
  /** As it stands there, without the unit. */
  name: string;
  unit: string | undefined;
}
export interface Table {
  columns: Column[];
  rows: SheetRow[];
}

const titleRows = 6;

/** "用电量（kWh）" is 用电量 in kWh; "水费/元" is 水费 in 元. */
export function nameAndUnit(text: string): { name: string; unit: string | undefined } {
  const match = /^(.*?)\s*(?:[([【]\s*([^)\]】]{1,12})\s*[)\]】]|\/\s*([^/\s]{1,6}))\s*$/.exec(text);
  return match?.[1] ? { name: match[1].trim(), unit: (match[2] ?? match[3])?.trim() } : { name: text, unit: undefined };
}

/** @param known what a head cell means; undefined for a strange one. @param needed ids without which it is no head */
export function tableOf(
  sheet: Sheet,
  mistakes: ImportMistakes,
  known: (name: string) => string | undefined,
  needed: readonly (readonly string[])[],
): Table | undefined {
  const filled = sheet.rows.filter(({ cells }) => cells.some((cell) => cell !== null));
  let best: { at: number; columns: Column[]; score: number } | undefined;
  filled.slice(0, titleRows).forEach(({ cells }, at) => {
    const columns = cells.map((cell, index): Column => {
      const text = typeof cell === 'string' ? plainText(cell) : '';
      const whole = known(text);
      const parts = nameAndUnit(text);
      const id = whole ?? known(parts.name);
      return {
        index,
        letter: columnName(index),
        id,
        name: whole === undefined ? parts.name : text,
        unit: whole === undefined ? parts.unit : undefined,
      };
    });
    const score = columns.filter(({ id }) => id !== undefined).length;
    if (score > (best?.score ?? 0)) best = { at, columns, score };
  });
  const ids = new Set(best?.columns.flatMap(({ id }) => id ?? []));
  const missing = needed.filter((choice) => !choice.some((id) => ids.has(id)));
  if (!best || missing.length > 0) {
    const head = (filled[best?.at ?? 0]?.cells ?? [])
      .map((cell) => plainText(cell))
      .filter(Boolean)
      .join(', ');
    const want = (missing.length > 0 ? missing : needed).map((choice) => choice.join('|')).join(', ');
    mistakes.add(filled[best?.at ?? 0]?.row ?? null, null, head, `表头缺少：${want}`, `the head lacks: ${want}`);
    return undefined;
  }
  const columns = best.columns;
  for (const column of columns) {
    if (column.id === undefined) continue;
    const same = columns.find((other) => other.id === column.id);
    if (same && same.index < column.index)
      mistakes.add(
        filled[best.at]?.row ?? null,
        column.letter,
        column.name,
        `与 ${same.letter} 列重复`,
        `is the same as column ${same.letter}`,
      );
  }
  return { columns, rows: filled.slice(best.at + 1) };
}
