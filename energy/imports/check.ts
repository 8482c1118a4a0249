/** Rows of a file against what is known already: counters must not fall, and what is there already is no news. */
import type { Corrections } from '../corrections.ts';
import type { Registers } from '../registers.ts';
import { dayOf, type ImportedWeather } from '../weather.ts';
import type { FigureRow, ImportRows, ReadingRow } from './kinds.ts';
import type { ImportMistakes } from './mistake.ts';

const dayMs = 86_400_000;

export interface KnownMeter {
  device: string;
  quantity: string;
  digits: number | undefined;
}
export interface CheckContext {
  mistakes: ImportMistakes;
  meters: readonly KnownMeter[];
  registers: Pick<Registers, 'get'>;
  corrections: Pick<Corrections, 'of'>;
  weather: Pick<ImportedWeather, 'rows'>;
  /** What the wire told, the last of each day: [begin of the day, reading]. */
  wire(meter: KnownMeter, from: number, to: number): Promise<(readonly [t: number, v: number])[]>;
  timezone: string;
}

/** `same`: known already, taking it changes nothing. `replaces`: `was` gives way to it, and comes back when the import is taken back. */
export interface RowState {
  row: number;
  state: 'new' | 'same' | 'replaces';
  was?: number;
}

export async function statesOf(found: ImportRows, context: CheckContext): Promise<RowState[]> {
  if (found.kind === 'readings') return readingStates(found.rows, context);
  if (found.kind === 'weather') {
    return found.rows.map(({ row, step, t, c }) => {
      const known = context.weather.rows(step, t, t + 1)[0]?.c;
      return known === undefined ? { row, state: 'new' } : known === c ? { row, state: 'same' } : { row, state: 'replaces', was: known };
    });
  }
  return found.rows.map((one) => figureState(one, context));
}

function figureState({ row, name, month, department, value, unit }: FigureRow, { registers, mistakes }: CheckContext): RowState {
  const known = registers.get(name, month, department);
  if (!known) return { row, state: 'new' };
  if (known.unit !== unit) mistakes.add(row, null, unit, `以前的单位是 ${known.unit}`, `was kept in ${known.unit} before`);
  return known.value === value ? { row, state: 'same' } : { row, state: 'replaces', was: known.value };
}

interface Point {
  t: number;
  /** Not before it; the wire's is of some moment of its day. */
  until: number;
  v: number;
  row?: number;
}

async function readingStates(rows: readonly ReadingRow[], context: CheckContext): Promise<RowState[]> {
  const states = new Map<number, RowState>();
  for (const device of new Set(rows.map((one) => one.device))) {
    const own = rows.filter((one) => one.device === device).sort((a, b) => a.t - b.t);
    const meter = context.meters.find((one) => one.device === device);
    if (!meter) continue;
    const known = context.corrections.of(device, meter.quantity);
    const byHand = new Map(known.readings.map(({ t, v }) => [t, v]));
    for (const { row, t, value } of own) {
      const was = byHand.get(t);
      if (was !== undefined && was !== value)
        context.mistakes.add(
          row,
          null,
          value,
          `这一时间已有读数 ${was}；请先撤回它`,
          `there is a reading of ${was} at this time; take that back first`,
        );
      states.set(row, { row, state: was === undefined ? 'new' : 'same' });
    }
    const wire = await context.wire(meter, (own[0]?.t ?? 0) - 40 * dayMs, (own.at(-1)?.t ?? 0) + 2 * dayMs);
    const points = [
      ...own.map(({ t, value, row }): Point => ({ t, until: t, v: value, row })),
      ...known.readings.filter(({ t }) => !own.some((one) => one.t === t)).map(({ t, v }): Point => ({ t, until: t, v })),
      ...wire.map(([t, v]): Point => ({ t, until: t + dayMs, v })),
    ];
    falls(points, meter, known.swaps, context);
  }
  return rows.map(({ row }) => states.get(row) ?? { row, state: 'new' });
}

/** Each row of the file against what stands before and after it. */
function falls(points: Point[], { digits }: KnownMeter, swaps: readonly { t: number }[], { mistakes, timezone }: CheckContext): void {
  const ends = [...points].sort((a, b) => a.until - b.until);
  const begins = [...points].sort((a, b) => a.t - b.t);
  const explained = (from: number, to: number, a: number, b: number) =>
    swaps.some(({ t }) => t >= from - dayMs && t <= to + dayMs) ||
    (digits !== undefined && a > 0.9 * 10 ** digits && b < 0.1 * 10 ** digits);
  for (const one of points) {
    if (one.row === undefined) continue;
    if (digits !== undefined && one.v >= 10 ** digits)
      mistakes.add(one.row, null, one.v, `超过表计 ${digits} 位的量程`, `is more than the ${digits} digits of the meter show`);
    const before = ends.findLast((other) => other.until < one.t);
    if (before && one.v < before.v && !explained(before.t, one.t, before.v, one.v))
      mistakes.add(one.row, null, one.v, `读数变小：${dayOf(timezone, before.t)} 已是 ${before.v}${before.row ? `（第 ${before.row} 行）` : ''}；换过表请先登记换表`, `falls: ${dayOf(timezone, before.t)} showed ${before.v} already${before.row ? ` (row ${before.row})` : ''}; record the exchange of the meter first`); // biome-ignore format: one
    const after = begins.find((other) => other.t > one.until && other.row === undefined);
    if (after && after.v < one.v && !explained(one.t, after.until, one.v, after.v))
      mistakes.add(
        one.row,
        null,
        one.v,
        `比之后 ${dayOf(timezone, after.t)} 的 ${after.v} 还大`,
        `is more than ${after.v} of ${dayOf(timezone, after.t)} after it`,
      );
  }
}
