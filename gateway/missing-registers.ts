/**
 * Registers that a device turns out not to have: found by halving the refused read, set aside so that their neighbours keep flowing, and
 * tried again after growing pauses. One refusal proves nothing: a meter that restarts refuses all it has for some seconds. So nothing is
 * set aside while everything is refused (then it is the device), and what was read well before is tried again within seconds.
 */
import type { WiredPoint } from './decode.ts';
import type { Table } from './device.ts';
import type { PlanLimits } from './plan.ts';
import type { Cell } from './words.ts';

/** Longest pause between two tries, and how long cuts are believed. */
export const longestAsideMs = 24 * 3_600_000;
/** First pause of what never was read, and of what was. */
const firstAsideMs = 60_000;
const firstAsideOfWellMs = 2_000;

/** Reads for one bisection in one round; the rest waits for the next round, for the bus belongs to others too. */
export const bisectionReads = 40;
/** Tries of registers set aside in one round, as long as they are refused. */
export const triesInARound = 4;

interface Aside {
  cell: Cell;
  pauseMs: number;
  /** Plant ms. */
  retryAt: number;
}

export interface Learned {
  /** Cells that the device refuses when read alone. */
  aside: Aside[];
  /** Both sides are fine alone, but not in one read: a register in the gap does not exist, or the device gives fewer at once. */
  cuts: { table: Table; address: number }[];
  cutsSince: number;
  /** The device refuses to give fewer registers than these. */
  least: number;
}

export const nothingLearned = (): Learned => ({ aside: [], cuts: [], cutsSince: 0, least: 1 });

const same = (a: Cell, b: Cell) => a.table === b.table && a.address === b.address && a.count === b.count;

export const isAside = (learned: Learned, cell: Cell): boolean => learned.aside.some((one) => same(one.cell, cell));

export function putAside(learned: Learned, cell: Cell, wasWell: boolean, now: number): void {
  const pauseMs = wasWell ? firstAsideOfWellMs : firstAsideMs;
  learned.aside.push({ cell, pauseMs, retryAt: now + pauseMs });
}

/** Still refused: wait twice as long, at most a day; it is found again within about the time that it was missing. */
export function refusedAgain(one: Aside, now: number): void {
  one.pauseMs = Math.min(one.pauseMs * 2, longestAsideMs);
  one.retryAt = now + one.pauseMs;
}

/** Points that can be read, and those that need a cell set aside. */
export function partition(points: readonly WiredPoint[], learned: Learned): { sound: WiredPoint[]; refused: WiredPoint[] } {
  const refused = points.filter(({ cells }) => cells.some((cell) => isAside(learned, cell)));
  return { sound: points.filter((wired) => !refused.includes(wired)), refused };
}

/** Registers set aside are holes for their neighbours' reads too. */
export const withLearned = (limits: PlanLimits, { aside, cuts, least }: Learned): PlanLimits => ({
  ...limits,
  minRegisters: Math.max(limits.minRegisters, least),
  holes: [...limits.holes, ...aside.map(({ cell: { table, address, count } }) => ({ table, from: address, to: address + count - 1 }))],
  cuts,
});

/** What an exception answer means for the registers asked. */
export type Verdict = 'absent' | 'bisect' | 'refused' | 'busy' | 'silent';

/**
 * 1 illegal function: the device has none of this table. 2 illegal address, 3 illegal value (the count, on many): look which. 4 device
 * failure: some say so for a missing register, so look too, but only when it stays. 5 and 6: ask again in a moment. 10 and 11 come from a
 * gateway whose device is silent.
 */
export function judge(exception: number, roundsInARow: number): Verdict {
  if (exception === 1) return 'absent';
  if (exception === 2 || exception === 3) return 'bisect';
  if (exception === 4) return roundsInARow >= 3 ? 'bisect' : 'refused';
  if (exception === 5 || exception === 6) return 'busy';
  if (exception === 10 || exception === 11) return 'silent';
  return 'refused';
}

/** So many rounds a device that was read well may refuse everything before all its registers are asked one by one. */
export const patientRounds = 4;
/** While everything is refused: which of these rounds are worth a closer look. More and more rarely. */
export const isWorthALook = (refusedRounds: number): boolean => (refusedRounds & (refusedRounds - 1)) === 0;
