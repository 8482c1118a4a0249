/** What a device refuses: the closer look at a refused read, and the tries of what was set aside. Rules in missing-registers.ts. */
import type { Deps } from '../shared/deps.ts';
import { isFault } from '../shared/errors.ts';
import type { Table } from './device.ts';
import type { Ask } from './device-reader.ts';
import {
  bisectionReads,
  isAside,
  isWorthALook,
  judge,
  type Learned,
  longestAsideMs,
  patientRounds,
  putAside,
  refusedAgain,
  triesInARound,
} from './missing-registers.ts';
import type { Span } from './plan.ts';
import type { Program, ProgramCell, ProgramSpan } from './program.ts';
import { type Cell, isBitTable } from './words.ts';

/** A request that was refused, in the round under way. */
export interface Refused {
  one: ProgramSpan;
  exception: number;
}

export interface Refusals {
  /** After a round: which registers are to blame? `okTables`: of which something was read in it. True when something was learned. */
  look(program: Program, refused: readonly Refused[], okTables: ReadonlySet<Table>, ask: Ask): Promise<boolean>;
  /** Are registers set aside there now? True when something was learned. */
  tryAgain(ask: Ask): Promise<boolean>;
}

/** What a closer look brings. */
interface Findings {
  program: Program;
  ask: Ask;
  readsLeft: number;
  anyOk: boolean;
  blamed: { cell: Cell; wasWell: boolean }[];
  cuts: Learned['cuts'];
}

export interface RefusalsDeps extends Deps {
  device: string;
  /** Of the profile: addresses in the log are as in the manual. */
  base: number;
  /** Was this cell ever read well? */
  isWell(span: ProgramSpan, cell: Cell): boolean;
  /** The read as long as the device wants it. */
  widen(span: Span): Span;
}

export function refusalsOf(learned: Learned, { device, base, isWell, widen, clock, log }: RefusalsDeps): Refusals {
  /** Rounds in a row in which everything was refused. */
  let refusedRounds = 0;

  const shown = (cell: Cell) => ({ device, table: cell.table, address: cell.address + base });

  /** These cells were refused together: halve until the ones to blame stand alone. What the halves give is used at once. */
  const bisect = async (one: ProgramSpan, cells: readonly ProgramCell[], exception: number, found: Findings): Promise<boolean> => {
    const { program, ask } = found;
    if (cells.length === 1) {
      const alone = cells[0] as ProgramCell;
      if (exception === 3 && (await answersToTwo(alone, found))) return true;
      found.blamed.push({ cell: alone.cell, wasWell: isWell(one, alone.cell) });
      return true;
    }
    const half = cells.length >> 1;
    const bad: { part: readonly ProgramCell[]; exception: number }[] = [];
    for (const part of [cells.slice(0, half), cells.slice(half)]) {
      if (found.readsLeft-- <= 0) return false;
      const span = widen(cover(part));
      try {
        program.storePart(part, span, await ask(span));
        found.anyOk = true;
      } catch (error) {
        // Silence proves nothing about registers: leave this half for the next round.
        if (!isFault(error)) throw error;
        if (!isFault(error, 'modbus/exception')) return false;
        const again = Number(error.detail?.exception);
        if (judge(again, 3) === 'silent') return false;
        bad.push({ part, exception: again });
      }
    }
    // Most likely a device that restarts: do not ask it forty times what it refuses as a whole.
    if (!found.anyOk && one.everOk && refusedRounds < patientRounds) return false;
    for (const { part, exception: again } of bad) if (!(await bisect(one, part, again, found))) return false;
    // What came in one piece before is one piece: its parts came because the trouble was over.
    const isNews = !one.everOk || one.exceptionRounds >= 3;
    const { table, address } = (cells[half] as ProgramCell).cell;
    if (bad.length === 0 && isNews) found.cuts.push({ table, address });
    return true;
  };

  /** Some devices call one register an illegal count, and give two. */
  const answersToTwo = async (alone: ProgramCell, found: Findings): Promise<boolean> => {
    const { table, address, count } = alone.cell;
    if (count !== 1 || isBitTable(table) || learned.least > 1 || found.readsLeft-- <= 0) return false;
    const span = { table, address: Math.min(address, 65_534), count: 2 };
    try {
      found.program.storePart([alone], span, await found.ask(span));
    } catch (error) {
      if (!isFault(error)) throw error;
      return false;
    }
    learned.least = 2;
    found.anyOk = true;
    log.info({ device }, 'the device gives no single registers; they are read in pairs');
    return true;
  };

  return {
    async look(program, refused, okTables, ask) {
      const isAlive = okTables.size > 0;
      refusedRounds = isAlive ? 0 : refusedRounds + 1;
      const least = learned.least;
      const found: Findings = { program, ask, readsLeft: bisectionReads, anyOk: isAlive, blamed: [], cuts: [] };
      for (const { one, exception } of refused) {
        const verdict = judge(exception, one.exceptionRounds);
        if (verdict !== 'absent' && verdict !== 'bisect') continue;
        if (!isAlive && !isWorthALook(refusedRounds)) continue;
        if (verdict === 'absent' && !okTables.has(one.span.table)) {
          found.blamed.push(...one.cells.map(({ cell }) => ({ cell, wasWell: isWell(one, cell) })));
        } else {
          const readsLeft = found.readsLeft;
          await bisect(one, one.cells, exception, found);
          // Its parts were read one after the other.
          if (found.readsLeft < readsLeft) program.holdSplit(one.cells);
        }
      }
      // Nothing is learned of a device that refuses everything.
      if (!found.anyOk) return false;
      refusedRounds = 0;
      for (const { cell, wasWell } of found.blamed) {
        if (isAside(learned, cell)) continue;
        putAside(learned, cell, wasWell, clock.now());
        log.warn(shown(cell), 'the device refuses this register; set aside, tried again after growing pauses');
      }
      if (found.cuts.length > 0) learned.cutsSince = clock.now();
      learned.cuts.push(...found.cuts);
      return found.blamed.length + found.cuts.length > 0 || learned.least !== least;
    },

    async tryAgain(ask) {
      const now = clock.now();
      let isNew = false;
      // Cuts are simply forgotten; a wrong one costs one refused read.
      if (learned.cuts.length > 0 && now - learned.cutsSince >= longestAsideMs) {
        learned.cuts = [];
        isNew = true;
      }
      let tries = triesInARound;
      for (const one of learned.aside.filter(({ retryAt }) => retryAt <= now)) {
        if (tries <= 0) break;
        try {
          await ask(widen(one.cell));
          learned.aside = learned.aside.filter((other) => other !== one);
          log.info(shown(one.cell), 'the device has this register now');
          isNew = true;
        } catch (error) {
          if (!isFault(error, 'modbus/exception')) break;
          refusedAgain(one, now);
          tries--;
        }
      }
      return isNew;
    },
  };
}

/** The read that covers these cells and no more. */
function cover(cells: readonly { cell: Cell }[]): Span {
  const from = Math.min(...cells.map(({ cell }) => cell.address));
  const to = Math.max(...cells.map(({ cell }) => cell.address + cell.count));
  return { table: (cells[0] as { cell: Cell }).cell.table, address: from, count: to - from };
}
