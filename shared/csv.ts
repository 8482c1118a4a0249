/**
 * Files for spreadsheets, RFC 4180. A text never becomes a formula (OWASP, "CSV injection"): names and comments come from people. The only place that
 * writes such files; also for the browser.
 */
import { withoutNoise } from './rounded.ts';

export type Cell = string | number | null;

function cellOf(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(withoutNoise(value));
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(harmless) || harmless !== value ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cellOf).join(',')}\r\n`;

/** With a byte order mark, so that Excel reads Chinese. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string => `\ufeff${rows.map(csvLine).join('')}`;
