/** Days of a month, read from the store or kept from before. */
import type { ConsumptionRow } from '../consumption-of.ts';
import type { KeptMonths } from '../kept-months.ts';
import { type DayTable, type DayTableSource, readDays } from './days.ts';

export const daysName = 'days';

/** As columns: a hundred meters of a month are three thousand rows. */
interface Packed {
  edges: number[];
  meters: [device: string, rows: (number | null)[][]][];
  outdoorC: (number | null)[];
}

export interface MonthDays {
  month: string;
  from: number;
  to: number;
  /** Of the month's consumption; undefined: not counted, not kept. */
  version: number | undefined;
  /** Only whole months are kept. */
  over: boolean;
}

function knownDays(kept: KeptMonths, { month, version, over }: MonthDays): DayTable | undefined {
  const known = over ? (kept.get(month, daysName, version) as Packed | undefined) : undefined;
  return known && unpacked(known);
}

export function keepDays(kept: KeptMonths, { month, version, over }: MonthDays, table: DayTable): void {
  if (over) kept.put(month, daysName, version, packed(table));
}

export async function daysOfMonth(source: DayTableSource, kept: KeptMonths, month: MonthDays): Promise<DayTable> {
  const known = knownDays(kept, month);
  if (known) return known;
  const table = await readDays(source, month.from, month.to);
  keepDays(kept, month, table);
  return table;
}

const packed = ({ edges, meters, outdoorC }: DayTable): Packed => ({
  edges,
  meters: [...meters].map(([device, rows]) => [
    device,
    rows.map(({ value, measured, estimated, manual, unknown, coverage }) => [value, measured, estimated, manual, unknown, coverage]),
  ]),
  outdoorC: Array.from(outdoorC, (value) => (Number.isNaN(value) ? null : value)),
});

const unpacked = ({ edges, meters, outdoorC }: Packed): DayTable => ({
  edges,
  meters: new Map(
    meters.map(([device, rows]) => [
      device,
      rows.map((row, i): ConsumptionRow => {
        const [value, measured, estimated, manual, unknown, coverage] = row as [number | null, number, number, number, number, number];
        return { from: edges[i] as number, to: edges[i + 1] as number, value, measured, estimated, manual, unknown, coverage };
      }),
    ]),
  ),
  outdoorC: Float64Array.from(outdoorC, (value) => value ?? Number.NaN),
});
