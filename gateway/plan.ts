/**
 * The poll planner: which registers to read in one request. Pure. It gives the fewest requests, and among those the fewest registers.
 * A value is never split over two requests, for its halves could then come from two moments.
 */
import type { Profile, Table } from './device.ts';
import { type Cell, cellKey, isBitTable } from './words.ts';

/** One read request: `count` registers (or coils) from a wire address. */
export interface Span {
  table: Table;
  address: number;
  count: number;
}

export interface PlanLimits {
  /** Registers in one read, at most 125 (Modbus Application Protocol V1.1b3, 6.3). */
  maxRegisters: number;
  /** Fewest registers in one read: some devices give no single ones. */
  minRegisters: number;
  /** Unused registers in a row that a read may span. */
  maxGap: number;
  /** Wire addresses that no read may touch, both ends included. */
  holes: readonly { table: Table; from: number; to: number }[];
  /** Learned by bisection: no read may go from below `address` to it or above. */
  cuts?: readonly { table: Table; address: number }[];
}

/** Coils and discrete inputs in one read: 2000 (6.1). */
const maxCoils = 2000;
/** A gap of unused coils costs an eighth of a byte each, so a bit table may span as many as cost one register gap. */
const bitsOfRegister = 16;

export function limitsOf(profile: Profile): PlanLimits {
  return {
    maxRegisters: profile.max_registers,
    minRegisters: profile.min_registers,
    maxGap: profile.max_gap,
    holes: profile.holes.map(({ table, from, to }) => ({ table, from: from - profile.base, to: to - profile.base })),
  };
}

export const covers = (span: Span, cell: Cell): boolean =>
  cell.table === span.table && cell.address >= span.address && cell.address + cell.count <= span.address + span.count;

/**
 * What must come from one answer: the cells of a value (the number, its scale, its fraction) as one wide cell, where the device gives them in one
 * read; else undefined. A gap between them may be wider than `maxGap`, unless the device takes no gaps at all: two answers are two moments,
 * and 600 with the scale of a moment later is 6,000.
 */
export function together(cells: readonly Cell[], limits: PlanLimits): Cell | undefined {
  const sorted = [...cells].sort((a, b) => a.address - b.address);
  const { table, address } = sorted[0] as Cell;
  if (sorted.some((cell) => cell.table !== table)) return undefined;
  let end = address;
  for (const cell of sorted) {
    if (limits.maxGap === 0 && cell.address > end) return undefined;
    end = Math.max(end, cell.address + cell.count);
  }
  const count = end - address;
  const longest = isBitTable(table) ? maxCoils : limits.maxRegisters;
  if (count > longest || blocked(table, address, address, end, limits)) return undefined;
  return { table, address, count };
}

/** The cells to plan with, so that each value is read in one piece where that can be. */
export function needsOf(values: readonly { cells: readonly Cell[] }[], limits: PlanLimits): Cell[] {
  const needs = values.flatMap(({ cells }) => {
    const whole = cells.length > 1 ? together(cells, limits) : undefined;
    return whole ? [whole] : cells;
  });
  return [...new Map(needs.map((cell) => [cellKey(cell), cell])).values()];
}

/** The requests that cover all cells, by table and address. Cells may overlap. */
export function planReads(cells: readonly Cell[], limits: PlanLimits): Span[] {
  const byTable = new Map<Table, Cell[]>();
  for (const cell of cells) {
    const list = byTable.get(cell.table);
    if (list) list.push(cell);
    else byTable.set(cell.table, [cell]);
  }
  return [...byTable].flatMap(([table, list]) => planTable(table, list, limits)).map((span) => longEnough(span, limits));
}

function planTable(table: Table, cells: Cell[], limits: PlanLimits): Span[] {
  const sorted = [...cells].sort((a, b) => a.address - b.address || b.count - a.count);
  const first = new Array<Span | undefined>(sorted.length);
  // cost[i]: requests and registers for the cells from i on. A later cell that an earlier span happens to cover as well lies inside the
  // cell that made that span so long, so counting it again never costs a request.
  const cost: { requests: number; registers: number; next: number }[] = new Array(sorted.length + 1);
  cost[sorted.length] = { requests: 0, registers: 0, next: sorted.length };
  for (let i = sorted.length - 1; i >= 0; i--) {
    for (const end of reachableEnds(table, sorted, i, limits)) {
      const address = sorted[i]!.address;
      const next = nextUncovered(sorted, i, end);
      const rest = cost[next]!;
      const candidate = { requests: rest.requests + 1, registers: rest.registers + end - address, next };
      const best = cost[i];
      if (best && (candidate.requests > best.requests || (candidate.requests === best.requests && candidate.registers >= best.registers))) {
        continue;
      }
      cost[i] = candidate;
      first[i] = { table, address, count: end - address };
    }
  }
  const spans: Span[] = [];
  for (let i = 0; i < sorted.length; i = cost[i]!.next) spans.push(first[i]!);
  return spans;
}

function nextUncovered(sorted: readonly Cell[], from: number, end: number): number {
  let next = from;
  while (next < sorted.length && sorted[next]!.address + sorted[next]!.count <= end) next++;
  return next;
}

/** Ends that a span from cell `i` may have: ends of cells, as far as limit, gaps, holes and cuts allow. At least the cell's own. */
function reachableEnds(table: Table, sorted: readonly Cell[], i: number, limits: PlanLimits): number[] {
  const start = sorted[i]!.address;
  const ownEnd = start + sorted[i]!.count;
  const bits = isBitTable(table);
  const longest = bits ? maxCoils : limits.maxRegisters;
  const maxGap = bits ? limits.maxGap * bitsOfRegister : limits.maxGap;
  const ends = new Set([ownEnd]);
  // Where used registers end so far; cells that do not fit into this span are used registers all the same.
  let usedTo = ownEnd;
  for (let j = i + 1; j < sorted.length; j++) {
    const { address, count } = sorted[j]!;
    if (address - usedTo > maxGap) break;
    const end = address + count;
    if (end - start <= longest && !blocked(table, start, ownEnd, end, limits)) ends.add(end);
    if (address - start >= longest) break;
    usedTo = Math.max(usedTo, end);
  }
  return [...ends].filter((end) => end >= ownEnd);
}

function blocked(table: Table, start: number, ownEnd: number, end: number, limits: PlanLimits): boolean {
  if (end <= ownEnd) return false;
  if (limits.cuts?.some((cut) => cut.table === table && cut.address > start && cut.address < end)) return true;
  return limits.holes.some((hole) => hole.table === table && hole.from < end && hole.to >= start);
}

/** Registers that nobody needs, so that the read is as long as the device wants it: behind, or before where a hole or the end is behind. */
export function longEnough(span: Span, limits: PlanLimits): Span {
  const missing = limits.minRegisters - span.count;
  if (missing <= 0 || isBitTable(span.table)) return span;
  const { table, address, count } = span;
  const end = address + count;
  const isFree = (from: number, to: number) =>
    from >= 0 && to <= 65_536 && !limits.holes.some((hole) => hole.table === table && hole.from < to && hole.to >= from);
  const before = !isFree(end, end + missing) && isFree(address - missing, address);
  return { table, address: before ? address - missing : address, count: limits.minRegisters };
}
