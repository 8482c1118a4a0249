/** What the engine keeps of each rule at its place, of each series and of each device. */
import { type QuantityId, quantity as quantityOf } from '../shared/quantity.ts';
import { newSeriesTime, type SeriesTime } from '../shared/series-time.ts';
import type { Text } from '../shared/text.ts';
import type { Judge } from './kind.ts';
import type { Instance } from './pack.ts';

export interface Watch {
  instance: Instance;
  judge: Judge;
  /** The verdict that stands: unknown leaves it as it is. */
  breached: boolean;
  /** Is the condition handed out as active? */
  active: boolean;
  /** Since when the verdict differs from `active`; NaN when it does not. */
  since: number;
  /** Part of the delay that had passed when the verdict became unknown. */
  passed: number;
  paused: boolean;
  /** When the delay ends; Infinity when none runs. */
  dueAt: number;
  /** Earliest entry in the heap, so that it is not filled with repetitions. */
  heapAt: number;
  value: number;
  limit: number;
  t: number;
  /** The worst value since the breach began; NaN when there is none. */
  worst: number;
  worstAt: number;
  /** 1: more is worse, -1: less is; 0 while that is not known. */
  worstSide: number;
  /** Is what the judge saw last a known value? */
  known: boolean;
  /** The devices whose values it reads; none when it only watches whether anything comes. */
  nodes: Node[];
}

export interface Point extends SeriesTime {
  watches: Watch[];
  inputs: number[];
}

export interface Node {
  points: Map<string, Point>;
  /** The points of a message, in the order in which its quantities come: the next one has them in the same. */
  order: { quantity: string; point: Point | undefined }[];
  message: Point | undefined;
  status: Point | undefined;
  clock: Point | undefined;
  /** Of the messages as a whole. */
  time: SeriesTime;
  /** Arrival less time of the newest message: how far the device's clock, or the way to us, is behind. */
  lagMs: number;
}

export const newPoint = (): Point => ({ ...newSeriesTime(), watches: [], inputs: [] });

export const newNode = (): Node => ({
  points: new Map(),
  order: [],
  message: undefined,
  status: undefined,
  clock: undefined,
  time: newSeriesTime(),
  lagMs: 0,
});

export const newWatch = (instance: Instance, judge: Judge, active: boolean): Watch => ({
  instance,
  judge,
  breached: active,
  active,
  since: Number.NaN,
  passed: 0,
  paused: false,
  dueAt: Number.POSITIVE_INFINITY,
  heapAt: Number.POSITIVE_INFINITY,
  value: Number.NaN,
  limit: judge.limit,
  t: Number.NEGATIVE_INFINITY,
  worst: Number.NaN,
  worstAt: Number.NaN,
  worstSide: 0,
  known: false,
  nodes: [],
});

/** What the value of the judge is of, where that is not always its first input. */
export function shownOf({ judge, instance }: Watch): QuantityId | undefined {
  const input = judge.shows === undefined ? undefined : instance.inputs[judge.shows];
  return input && 'quantity' in input ? input.quantity : undefined;
}

export interface Sight {
  /** null: unknown now. */
  value: number | null;
  /** Plant time of what was judged last. */
  at: number;
  worst: { value: number; at: number } | null;
  note: Text | null;
}

export function sightOf(watch: Watch): Sight | undefined {
  const { known, judge, t, worst, worstAt } = watch;
  if (t === Number.NEGATIVE_INFINITY) return undefined;
  const shows = shownOf(watch);
  return {
    value: known && !Number.isNaN(judge.value) ? judge.value : null,
    at: t,
    worst: Number.isNaN(worst) ? null : { value: worst, at: worstAt },
    note: judge.note ?? (shows ? quantityOf(shows).label : null),
  };
}
