/** What charts and panels show, as files for spreadsheets: times in the clocks of the site, ISO 8601 with their offset. */
import { type Cell, csvOf } from '../../../shared/csv.ts';
import { isoInZone } from '../../../shared/zone.ts';

/** One thing over time; the header names it with its unit. */
export interface CsvColumn {
  header: string;
  points: readonly (readonly [t: number, value: Cell])[];
}

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
