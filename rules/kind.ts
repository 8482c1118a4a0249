/**
 * The contract of a rule kind: one file in `kinds/`, default export made with `defineKind`, with examples that a test runs.
 * A kind only says what it sees: breach, clear or unknown. Holding times, latching, suppression and everything about people are solved
 * once, in the engine and the desk. Unknown is never clear: it neither raises nor clears an alarm.
 */
import type { z } from 'zod';
import type { DrawnParam } from '../shared/limit.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { Text } from '../shared/text.ts';
import type { Place } from './plant.ts';

export type Verdict = 'breach' | 'clear' | 'unknown';

/**
 * A series that a judge reads. `message`: the device has answered (value 1), whether or not what it said is good. `status`: its gateway says online 1
 * or offline 0. `clock`: seconds that its time is behind ours, negative when it is ahead. The three come at the time of arrival.
 */
export type Input = { device: string; quantity: QuantityId } | { device: string; signal: 'message' | 'status' | 'clock' };

/** Judges one rule at one place. Keeps what it needs of the past; the engine calls it in time order. */
export interface Judge {
  /**
   * A new reading of one input. `value` is NaN for a bad one. `breached`: the verdict that stands, so that a deadband can hold it.
   * Times never go back within an input (but see `anew`); between inputs they may by a little.
   */
  reading(input: number, t: number, value: number, breached: boolean): Verdict;
  /** Nothing comes of this input: no answer, or the device is offline. By default the same as a bad value. */
  silent?(input: number): Verdict;
  /** Time has come to `wakeAt` without a reading. */
  wake?(t: number, breached: boolean): Verdict;
  /** Judging begins (start of the engine, or sight regained after the broker was away). */
  start?(t: number): void;
  /** The clock of this input was set back to `t`: what it remembers of later times never was. Left out where times do not matter. */
  anew?(input: number, t: number): void;
  /** When the verdict may change without a reading; Infinity when it cannot. */
  wakeAt: number;
  /** What the alarm shows: the value judged (NaN: none) and the limit (NaN: none). */
  value: number;
  limit: number;
  /** All that it keeps of the past: plain objects, arrays and numbers, changed in place. Saved and brought back over a restart. */
  memory?: object;
  /** The input whose value it is, where that is not always the first: of three phases the worst. */
  shows?: number;
  /** Extra words for the message: what else was judged, which meters do not add up. */
  note?: Text;
}

/** Weeks of them are given as a function, so that a running plant does not hold them. */
export type ExampleReadings = [seconds: number, values: number | null | (number | null | undefined)[]][];

export interface Example {
  say: string;
  /** As written in YAML. */
  params: Record<string, unknown>;
  quantity?: QuantityId;
  attributes?: Record<string, number>;
  /** How often the device is read; default 5 s. */
  pollMs?: number;
  /** Seconds from the start, then the value of each input (null: bad; absent: none came). One number: the first input. */
  readings: ExampleReadings | (() => ExampleReadings);
  /** Seconds when the verdict is asked; default: at the last reading. */
  at?: number;
  verdict: Verdict;
}

export interface KindDefinition<S extends z.ZodType> {
  /** The file's name. */
  id: string;
  title: Text;
  params: S;
  /** What it reads; the first is what the alarm shows. Default: the rule's quantity, at the device. */
  inputs?(params: z.output<S>, place: Place): Input[];
  /** Undefined: the rule cannot apply here, since the device lacks an attribute that a limit names. */
  open(params: z.output<S>, place: Place): Judge | undefined;
  /** History that the judge must see again after a restart, ms. */
  windowMs?(params: z.output<S>): number;
  /** Does it need `quantity` in the rule? Default true. */
  needsQuantity?: boolean;
  /** Parameters that are limits in the unit of the quantity: console and boards draw these and no others. */
  drawn?: readonly DrawnParam[];
  /** Unit of the value and limit that the alarm shows, where it is not that of the quantity. */
  unit?(params: z.output<S>): string | undefined;
  /** It needs a reading at least so often, ms, to judge at all. */
  needsEveryMs?(params: z.output<S>): number;
  /** Does the alarm show the value of the first input where the rule names no quantity? Default true. */
  showsValue?: boolean;
  /** Fallback for rules without their own; places as in rule.message, and {note}. */
  message: Text;
  examples: Example[];
}

/** A kind whose parameters are not known here; what the engine and the check work with. */
export interface RuleKind {
  id: string;
  title: Text;
  params: z.ZodType;
  inputs(params: unknown, place: Place): Input[];
  open(params: unknown, place: Place): Judge | undefined;
  windowMs(params: unknown): number;
  needsQuantity: boolean;
  drawn: readonly DrawnParam[];
  /** undefined: that of the quantity. */
  unit(params: unknown): string | undefined;
  showsValue: boolean;
  /** Infinity: as often as there is one. */
  needsEveryMs(params: unknown): number;
  message: Text;
  examples: Example[];
}

export function defineKind<S extends z.ZodType>(kind: KindDefinition<S>): RuleKind {
  const own = (params: unknown) => params as z.output<S>;
  const main = (place: Place): Input[] => (place.quantity === null ? [] : [{ device: place.device.id, quantity: place.quantity }]);
  return {
    id: kind.id,
    title: kind.title,
    params: kind.params,
    inputs: (params, place) => (kind.inputs ? kind.inputs(own(params), place) : main(place)),
    open: (params, place) => kind.open(own(params), place),
    windowMs: (params) => kind.windowMs?.(own(params)) ?? 0,
    needsQuantity: kind.needsQuantity ?? true,
    drawn: kind.drawn ?? [],
    unit: (params) => kind.unit?.(own(params)),
    showsValue: kind.showsValue ?? true,
    needsEveryMs: (params) => kind.needsEveryMs?.(own(params)) ?? Number.POSITIVE_INFINITY,
    message: kind.message,
    examples: kind.examples,
  };
}
