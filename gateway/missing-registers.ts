/**
 * Registers that a device turns out not to have: found once by halving the refused read, set aside so that their neighbours keep flowing,
 * tried again once a day (firmware gets updated, options get fitted).
 */
import type { WiredPoint } from './decode.ts';
import type { Table } from './device.ts';
import type { PlanLimits } from './plan.ts';
import type { Cell } from './words.ts';

export const retryAsideMs = 24 * 3_600_000;

/** Reads for one bisection in one round; the rest waits for the next round, for the bus belongs to others too. */
export const bisectionReads = 40;

export interface Learned {
  /** Cells that the device refuses when read alone. */
  aside: Cell[];
  /** Both sides are fine alone, but not in one read: a register in the gap does not exist, or the device gives fewer at once. */
  cuts: { table: Table; address: number }[];
  /** When something was learned last, plant ms. */
  since: number;
}

export const nothingLearned = (): Learned => ({ aside: [], cuts: [], since: 0 });

const same = (a: Cell, b: Cell) => a.table === b.table && a.address === b.address && a.count === b.count;

export const isAside = (learned: Learned, cell: Cell): boolean => learned.aside.some((one) => same(one, cell));

/** Points that can be read, and those that need a cell set aside. */
export function partition(points: readonly WiredPoint[], learned: Learned): { sound: WiredPoint[]; refused: WiredPoint[] } {
  const refused = points.filter(({ cells }) => cells.some((cell) => isAside(learned, cell)));
  return { sound: points.filter((wired) => !refused.includes(wired)), refused };
}

/** Registers set aside are holes for their neighbours' reads too. */
export const withLearned = (limits: PlanLimits, { aside, cuts }: Learned): PlanLimits => ({
  ...limits,
  holes: [...limits.holes, ...aside.map(({ table, address, count }) => ({ table, from: address, to: address + count - 1 }))],
  cuts,
});

/** What an exception answer means for the registers asked. */
export type Verdict = 'absent' | 'bisect' | 'busy' | 'silent';

/**
 * 1 illegal function: the device has none of this table. 2 illegal address, 3 illegal value (the count, on many): look which. 4 device
 * failure: some say so for a missing register, so look too, but only when it stays. 10 and 11 come from a gateway whose device is silent.
 */
export function judge(exception: number, roundsInARow: number): Verdict {
  if (exception === 1) return 'absent';
  if (exception === 2 || exception === 3) return 'bisect';
  if (exception === 4) return roundsInARow >= 3 ? 'bisect' : 'busy';
  if (exception === 10 || exception === 11) return 'silent';
  return 'busy';
}
