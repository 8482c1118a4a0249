/** Reads the rounds of one Modbus device: requests, retries, registers that do not exist. Knows nothing of schedules. */

import type { Deps } from '../shared/deps.ts';
import { isFault } from '../shared/errors.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { RawRegister } from '../shared/raw.ts';
import { type WiredPoint, type Wiring, wirePoints } from './decode.ts';
import type { Profile, Table } from './device.ts';
import { judge, type Learned, nothingLearned, partition, withLearned } from './missing-registers.ts';
import { limitsOf, longEnough, type Span } from './plan.ts';
import { type Collected, openProgram, type Program, type ProgramSpan } from './program.ts';
import { type ReadRound, rawRegisters } from './raw.ts';
import { type Refused, refusalsOf } from './refusals.ts';
import { settleSplit } from './split-values.ts';
import { cellKey } from './words.ts';

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
  /** What is odd about the last answers, in words for people; undefined when nothing is. */
  readonly oddity: string | undefined;
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

/** A device that says "busy" is asked again after these, ms. */
const busyPausesMs = [100, 200, 400];
/** Rounds in a row in which a busy device's values are left out; after that they are bad. */
const busyRounds = 3;

type SpanResult = 'ok' | 'refused' | 'silent' | 'closed';

export function deviceReader(profile: Profile, device: Wiring & { id: string }, { clock, log }: Deps): DeviceReader {
  const all = wirePoints(profile, device).filter(({ quantity: id, point }) => id !== undefined && point.text === undefined);
  // Only what is set aside later needs the points again; keeping them for each of hundreds of devices costs more than making them anew.
  const quantities = [...new Set(all.map(({ quantity: id }) => id as QuantityId))];
  const hasFast = all.some(isFast);
  const limits = limitsOf(profile);
  const learned: Learned = nothingLearned();
  /** Cells that were read well by programs that are no more. */
  const well = new Set<string>();
  let programs = build(all);
  let last: ReadRound = { program: programs.full, refused: [], t: null };
  let lastFull = last;
  let underWay = false;
  let oddity: string | undefined;

  function build(points: readonly WiredPoint[]) {
    const { sound, refused } = partition(points, learned);
    const own = withLearned(limits, learned);
    const known = JSON.stringify([learned.aside.map(({ cell }) => cell), learned.cuts, learned.least]);
    const full = openProgram(profile, device, sound, own, `full ${known}`);
    return {
      full,
      fast: points.every(isFast) ? full : openProgram(profile, device, sound.filter(isFast), own, `fast ${known}`),
      refused: refused.map(({ quantity: id }) => id as QuantityId),
    };
  }
  const rebuild = () => {
    for (const { spans } of [programs.full, programs.fast])
      for (const one of spans) if (one.everOk) for (const { cell } of one.cells) well.add(cellKey(cell));
    programs = build(wirePoints(profile, device).filter(({ quantity: id, point }) => id !== undefined && point.text === undefined));
  };

  const widen = (span: Span) => longEnough(span, withLearned(limits, learned));
  const refusals = refusalsOf(learned, {
    device: device.id,
    base: profile.base,
    widen,
    isWell: (one, cell) => one.everOk || well.has(cellKey(cell)),
    clock,
    log,
  });

  const readSpan = async (program: Program, one: ProgramSpan, ask: Ask, retries: number, refused: Refused[]): Promise<SpanResult> => {
    let busyTries = 0;
    for (let attempt = 0; ; ) {
      try {
        program.store(one, await ask(one.span));
        one.silentRounds = 0;
        one.exceptionRounds = 0;
        one.everOk = true;
        one.missed = false;
        oddity = undefined;
        return 'ok';
      } catch (error) {
        if (!isFault(error)) throw error;
        if (error.code === 'modbus/exception') {
          const exception = Number(error.detail?.exception);
          const verdict = judge(exception, one.exceptionRounds + 1);
          if (verdict === 'silent') return 'silent';
          const pauseMs = verdict === 'busy' && one.exceptionRounds === 0 ? busyPausesMs[busyTries++] : undefined;
          if (pauseMs !== undefined) {
            await clock.sleep(pauseMs);
            continue;
          }
          one.exceptionRounds++;
          program.mark(one.cells, verdict === 'busy' && one.exceptionRounds <= busyRounds ? 'pending' : 'exception');
          refused.push({ one, exception });
          return 'refused';
        }
        oddity = error.code === 'transport/mismatch' ? error.message : undefined;
        // Some slaves close the connection after each answer: the question that met the closing is asked once more.
        const isClosed = error.code === 'transport/closed';
        if (attempt++ >= (isClosed ? Math.max(1, retries) : retries)) return isClosed ? 'closed' : 'silent';
      }
    }
  };

  const signOfLife = async (ask: Ask): Promise<Round> => {
    const known = programs.full.spans.flatMap(({ cells }) => cells.map(({ cell }) => cell));
    const cells = known.length > 0 ? known : learned.aside.map(({ cell }) => cell);
    try {
      if (cells.length > 0) await ask(widen(cells.reduce((best, one) => (one.count < best.count ? one : best))));
      return 'answered';
    } catch (error) {
      if (isFault(error, 'transport/closed')) return 'closed';
      if (isFault(error, 'modbus/exception')) return judge(Number(error.detail?.exception), 1) === 'silent' ? 'silent' : 'answered';
      if (!isFault(error)) throw error;
      return 'silent';
    }
  };

  /** What was missed when the connection closed comes first; spans in trouble come last, so that they cannot starve sound ones. */
  const inOrder = (spans: readonly ProgramSpan[]): readonly ProgramSpan[] => {
    if (!spans.some((one) => one.missed || one.silentRounds > 0)) return spans;
    return [...spans].sort((a, b) => a.silentRounds - b.silentRounds || Number(b.missed) - Number(a.missed));
  };

  const readAll = async (program: Program, ask: Ask, retries: number): Promise<Round> => {
    if (program.spans.length === 0) return signOfLife(ask);
    let answered = false;
    const refused: Refused[] = [];
    const okTables: Table[] = [];
    const order = inOrder(program.spans);
    for (let index = 0; index < order.length; index++) {
      const one = order[index] as ProgramSpan;
      const startedAt = clock.monotonic();
      if (answered && one.restUntil > startedAt) continue;
      const result = await readSpan(program, one, ask, retries, refused);
      if (result === 'closed') {
        for (const left of order.slice(index)) left.missed = true;
        return answered ? 'answered' : 'closed';
      }
      if (result !== 'silent') {
        answered = true;
        if (result === 'ok' && !okTables.includes(one.span.table)) okTables.push(one.span.table);
        continue;
      }
      if (!answered) return 'silent';
      if (++one.silentRounds < 3) break;
      one.restUntil = clock.monotonic() + troubledRest * (clock.monotonic() - startedAt);
    }
    if (program.split.length > 0 && okTables.length > 0) await settleSplit(program, order, ask);
    let isNew = refused.length > 0 && (await refusals.look(program, refused, new Set(okTables), ask));
    if (learned.aside.length + learned.cuts.length > 0) isNew = (await refusals.tryAgain(ask)) || isNew;
    if (isNew) rebuild();
    return 'answered';
  };

  return {
    quantities,
    hasFast,
    get asideCount() {
      return learned.aside.length;
    },
    get oddity() {
      return oddity;
    },
    async round(kind, ask, retries) {
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
