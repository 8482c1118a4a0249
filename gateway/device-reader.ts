/** Reads the rounds of one Modbus device: requests, retries, registers that do not exist. Knows nothing of schedules. */

import type { Deps } from '../shared/deps.ts';
import { isFault } from '../shared/errors.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { RawRegister } from '../shared/raw.ts';
import { type WiredPoint, type Wiring, wirePoints } from './decode.ts';
import type { Profile } from './device.ts';
import { bisectionReads, isAside, judge, type Learned, nothingLearned, partition, retryAsideMs, withLearned } from './missing-registers.ts';
import { limitsOf, type Span } from './plan.ts';
import { type Collected, openProgram, type Program, type ProgramCell, type ProgramSpan } from './program.ts';
import { type ReadRound, rawRegisters } from './raw.ts';
import type { Cell } from './words.ts';

/** How the reader reaches its device: one request, with all that the bus knows about timeouts. */
export type Ask = (span: Span) => Promise<Uint8Array>;

/** `answered`: at least one answer, even a refusal. */
export type Round = 'answered' | 'silent' | 'closed';

export type RoundKind = 'fast' | 'full';

export interface DeviceReader {
  /** All quantities that the device can give, whatever is set aside. */
  readonly quantities: readonly QuantityId[];
  readonly hasFast: boolean;
  readonly asideCount: number;
  round(kind: RoundKind, ask: Ask, retries: number): Promise<Round>;
  /** Values of the last round. */
  collect(): Collected;
  /** The cheapest sign of life. */
  probe(ask: Ask): Promise<Round>;
  /** What the last rounds read, as it came; undefined while one is under way. */
  raw(): RawRegister[] | undefined;
}

/** A span that stays silent while its device answers others is tried again after so many times what it cost. */
const troubledRest = 100;

const isFast = ({ point }: WiredPoint) => !point.slow;

type SpanResult = 'ok' | 'refused' | 'silent' | 'closed';

export function deviceReader(profile: Profile, device: Wiring & { id: string }, { clock, log }: Deps): DeviceReader {
  const all = wirePoints(profile, device).filter(({ quantity: id, point }) => id !== undefined && point.text === undefined);
  // Only what is set aside later needs the points again; keeping them for each of hundreds of devices costs more than making them anew.
  const quantities = [...new Set(all.map(({ quantity: id }) => id as QuantityId))];
  const hasFast = all.some(isFast);
  const limits = limitsOf(profile);
  const learned: Learned = nothingLearned();
  let programs = build(all);
  let last: ReadRound = { program: programs.full, refused: [], t: null };
  let lastFull = last;
  let underWay = false;

  function build(points: readonly WiredPoint[]) {
    const { sound, refused } = partition(points, learned);
    const own = withLearned(limits, learned);
    const known = JSON.stringify([learned.aside, learned.cuts]);
    const full = openProgram(profile, device, sound, own, `full ${known}`);
    return {
      full,
      fast: points.every(isFast) ? full : openProgram(profile, device, sound.filter(isFast), own, `fast ${known}`),
      refused: refused.map(({ quantity: id }) => id as QuantityId),
    };
  }
  const rebuild = () => {
    programs = build(wirePoints(profile, device).filter(({ quantity: id, point }) => id !== undefined && point.text === undefined));
  };

  const readSpan = async (program: Program, one: ProgramSpan, ask: Ask, retries: number): Promise<SpanResult> => {
    for (let attempt = 0; ; attempt++) {
      try {
        program.store(one, await ask(one.span));
        one.silentRounds = 0;
        one.exceptionRounds = 0;
        return 'ok';
      } catch (error) {
        if (isFault(error, 'modbus/exception')) return refusal(program, one, Number(error.detail?.exception), ask);
        if (isFault(error, 'transport/closed')) return 'closed';
        if (!isFault(error)) throw error;
        if (attempt >= retries) return 'silent';
      }
    }
  };

  const refusal = async (program: Program, one: ProgramSpan, exception: number, ask: Ask): Promise<SpanResult> => {
    const verdict = judge(exception, ++one.exceptionRounds);
    if (verdict === 'silent') return 'silent';
    program.mark(one.cells, 'exception');
    if (verdict === 'busy') return 'refused';
    const budget = { left: bisectionReads };
    if (verdict === 'absent') setAside(one.cells);
    else await bisect(program, one.cells, ask, budget);
    learned.since = clock.now();
    rebuild();
    return 'refused';
  };

  /** These cells were refused together: halve until the ones to blame stand alone. What the halves give is used at once. */
  const bisect = async (program: Program, cells: readonly ProgramCell[], ask: Ask, budget: { left: number }): Promise<boolean> => {
    if (cells.length === 1) {
      setAside(cells);
      return true;
    }
    const half = cells.length >> 1;
    let allGood = true;
    for (const part of [cells.slice(0, half), cells.slice(half)]) {
      if (budget.left-- <= 0) return false;
      const span = cover(part);
      try {
        program.storePart(part, span, await ask(span));
      } catch (error) {
        if (!isFault(error)) throw error;
        allGood = false;
        // Silence proves nothing about registers: leave this half for the next round.
        if (!isFault(error, 'modbus/exception')) return false;
        if (judge(Number(error.detail?.exception), 3) === 'silent') return false;
        if (!(await bisect(program, part, ask, budget))) return false;
      }
    }
    const { table, address } = (cells[half] as ProgramCell).cell;
    if (allGood) learned.cuts.push({ table, address });
    return true;
  };

  const setAside = (cells: readonly ProgramCell[]) => {
    for (const { cell } of cells) {
      if (isAside(learned, cell)) continue;
      learned.aside.push(cell);
      log.warn(
        { device: device.id, table: cell.table, address: cell.address + profile.base },
        'the device refuses this register; set aside, tried daily',
      );
    }
  };

  /** Once a day: is what was refused there now? Cuts are simply forgotten; a wrong one costs one refused read. */
  const tryAside = async (ask: Ask) => {
    learned.since = clock.now();
    learned.cuts = [];
    const refused = learned.aside;
    for (const cell of refused) {
      try {
        await ask(cell);
        learned.aside = learned.aside.filter((one) => one !== cell);
        log.info({ device: device.id, table: cell.table, address: cell.address + profile.base }, 'the device has this register now');
      } catch (error) {
        if (!isFault(error, 'modbus/exception')) break;
      }
    }
    rebuild();
  };

  const signOfLife = async (ask: Ask): Promise<Round> => {
    const known = programs.full.spans.flatMap(({ cells }) => cells.map(({ cell }) => cell));
    const cells = known.length > 0 ? known : learned.aside;
    try {
      if (cells.length > 0) await ask(cells.reduce((best, one) => (one.count < best.count ? one : best)));
      return 'answered';
    } catch (error) {
      if (isFault(error, 'transport/closed')) return 'closed';
      if (isFault(error, 'modbus/exception')) return judge(Number(error.detail?.exception), 1) === 'silent' ? 'silent' : 'answered';
      if (!isFault(error)) throw error;
      return 'silent';
    }
  };

  const readAll = async (program: Program, ask: Ask, retries: number): Promise<Round> => {
    if (program.spans.length === 0) return signOfLife(ask);
    let answered = false;
    // Spans in trouble come last, so that they cannot starve sound ones.
    const inTrouble = program.spans.some((one) => one.silentRounds > 0);
    const order = inTrouble ? [...program.spans].sort((a, b) => a.silentRounds - b.silentRounds) : program.spans;
    for (const one of order) {
      const startedAt = clock.monotonic();
      if (answered && one.restUntil > startedAt) continue;
      const result = await readSpan(program, one, ask, retries);
      if (result === 'closed') return answered ? 'answered' : 'closed';
      if (result !== 'silent') {
        answered = true;
        continue;
      }
      if (!answered) return 'silent';
      if (++one.silentRounds < 3) break;
      one.restUntil = clock.monotonic() + troubledRest * (clock.monotonic() - startedAt);
    }
    return 'answered';
  };

  return {
    quantities,
    hasFast,
    get asideCount() {
      return learned.aside.length;
    },
    async round(kind, ask, retries) {
      if (
        kind === 'full' &&
        learned.since > 0 &&
        learned.aside.length + learned.cuts.length > 0 &&
        clock.now() - learned.since >= retryAsideMs
      ) {
        await tryAside(ask);
      }
      const program = programs[kind];
      const round: ReadRound = { program, refused: kind === 'full' ? programs.refused : [], t: null };
      last = round;
      if (kind === 'full') lastFull = round;
      program.reset();
      underWay = true;
      try {
        return await readAll(program, ask, retries);
      } finally {
        round.t = clock.now();
        underWay = false;
      }
    },
    collect() {
      const collected = last.program.collect();
      for (const id of last.refused) collected.bad[id] = 'exception';
      return collected;
    },
    probe: signOfLife,
    raw: () => (underWay ? undefined : rawRegisters(profile, device, last === lastFull ? [last] : [last, lastFull])),
  };
}

/** The read that covers these cells and no more. */
function cover(cells: readonly { cell: Cell }[]): Span {
  const from = Math.min(...cells.map(({ cell }) => cell.address));
  const to = Math.max(...cells.map(({ cell }) => cell.address + cell.count));
  return { table: (cells[0] as { cell: Cell }).cell.table, address: from, count: to - from };
}
