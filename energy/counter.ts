/**
 * Readings of a counter to consumption per quarter of an hour, with the quality of each part. Pure. What is measured, estimated, read by hand and
 * unknown together is always what the register says over its segments; nothing is dropped in silence (docs/decisions/0032).
 */
import { Machine } from './counter/machine.ts';
import { inOrder } from './counter/order.ts';
import { machineFrom, stateOf } from './counter/state.ts';
import type { CounterOptions, Interval, RegisterReadings, Segment, Suspect } from './counter/types.ts';

export type {
  CounterOptions,
  Decision,
  Interval,
  Multiplier,
  Quality,
  RegisterReadings,
  Segment,
  Suspect,
  Swap,
  Verdict,
} from './counter/types.ts';
export { intervalMs, qualities, qualityRank } from './counter/types.ts';

export interface Consumption {
  intervals: Interval[];
  suspects: Suspect[];
  segments: Segment[];
  /** Σ (last − first) · multiplier over the segments; the intervals add up to it. */
  total: number;
  /** Readings with an impossible time. */
  timeless: number;
}

/** All of a counter's readings at once, in any order. */
export function consumption(readings: RegisterReadings, options: CounterOptions = {}): Consumption {
  const machine = new Machine(options);
  const ordered = inOrder(readings);
  machine.run(ordered, 0, true);
  machine.finish();
  return {
    intervals: [...machine.book.all()],
    suspects: machine.suspects,
    segments: machine.segments,
    total: totalOf(machine.segments),
    timeless: ordered.timeless,
  };
}

/** As `consumption`, for those who work through thousands of meters: the intervals as columns. */
export function consumptionColumns(readings: RegisterReadings, options: CounterOptions = {}) {
  const machine = new Machine(options);
  machine.run(inOrder(readings), 0, true);
  machine.finish();
  return { ...machine.book.columns(), suspects: machine.suspects, segments: machine.segments };
}

export const totalOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { first, last, multiplier }) => sum + (last - first) * multiplier, 0);

/** A counter that is being read. Readings come in order of time; a late one means a stream that goes on from before it. */
export class CounterStream {
  readonly #machine: Machine;
  #t: number[] = [];
  #v: number[] = [];
  #manual: number[] = [];

  constructor(options: CounterOptions = {}, machine: Machine = new Machine(options)) {
    this.#machine = machine;
  }

  /** Goes on from what `save` gave, with corrections that may differ in what comes after it. Undefined when the bytes cannot be read. */
  static from(saved: Uint8Array, options: CounterOptions): CounterStream | undefined {
    const machine = machineFrom(saved, options);
    return machine && new CounterStream(options, machine);
  }

  /** Everything that was decided, as bytes; what still waits is not in it and must be pushed again: what came after `at`. */
  save(): Uint8Array {
    return stateOf(this.#machine);
  }

  push(t: number, v: number, manual = false): void {
    this.#t.push(t);
    this.#v.push(v);
    this.#manual.push(manual ? 1 : 0);
  }

  /** Decides what can be decided; `final` decides the rest with what is there. Returns the intervals that changed. */
  settle(final = false): Interval[] {
    const done = this.#machine.run({ t: this.#t, v: this.#v, manual: this.#manual, length: this.#t.length }, 0, final);
    for (const array of [this.#t, this.#v, this.#manual]) array.splice(0, done);
    if (final) this.#machine.finish();
    return this.#machine.book.takeChanged();
  }

  /** Where the last reading that counts is; what lies behind it may still be waiting. */
  get at(): { t: number; v: number } | undefined {
    return this.#machine.at;
  }

  /** Time of the first reading that waits for what follows it. */
  get waitsFrom(): number | undefined {
    return this.#t[0];
  }

  get suspects(): readonly Suspect[] {
    return this.#machine.suspects;
  }

  get segments(): readonly Segment[] {
    return this.#machine.segments;
  }

  /** Those since the last call. */
  takeSuspects(): Suspect[] {
    return this.#machine.suspects.splice(0);
  }

  /** Lets go of intervals before `t`, and of segments that are over. */
  forget(t: number): void {
    this.#machine.book.forget(t);
    this.#machine.segments.splice(0, this.#machine.segments.length - 1);
  }
}
