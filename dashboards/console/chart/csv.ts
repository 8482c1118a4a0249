/**
 * Files for spreadsheets: with a byte order mark, so that Excel reads Chinese; times in the clocks of the site, ISO 8601 with their offset. A text
 * never becomes a formula (OWASP, "CSV injection").
 */
import { isoInZone } from '../../../shared/zone.ts';

export type Cell = string | number | null;

/** One thing over time; the header names it with its unit. */
export interface CsvColumn {
  header: string;
  points: readonly (readonly [t: number, value: Cell])[];
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(harmless) || harmless !== value ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  `\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;

/** A row per moment at which any of the columns has a value. */
export function csvOverTime(columns: readonly CsvColumn[], timezone: string, timeHeader: string): string {
  const known = columns.map(({ points }) => new Map(points.filter(([, value]) => value !== null)));
  const times = [...new Set(known.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  return csvOf([
    [`${timeHeader} (${timezone})`, ...columns.map(({ header }) => header)],
    ...times.map((t) => [isoInZone(timezone, t), ...known.map((column) => column.get(t) ?? null)]),
  ]);
}

export const withUnit = (label: string, unit: string): string => (unit === '' ? label : `${label} (${unit})`);
