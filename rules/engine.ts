/**
 * From readings to conditions: judges every rule at every place in time order and holds its on- and off-delay.
 * Pure in that it knows no clock, broker or database: readings and time are handed in, conditions are handed out. Live operation and replay
 * of history run this same code; both see the same transitions, since a delay ends at its own time (`since + delay`), not when it is noticed.
 */
import type { Text } from '../shared/text.ts';
import { decode, encode } from './engine-memory.ts';
import type { Judge, Verdict } from './kind.ts';
import type { Instance } from './pack.ts';
import { openTimers } from './timers.ts';

export interface Condition {
  instance: Instance;
  active: boolean;
  /** Plant time when the condition stood past its delay. */
  at: number;
  /** Value and limit that the judge saw; null for none. */
  value: number | null;
  limit: number | null;
  /** The worst since the breach began, for a rule whose value can be more or less bad. */
  worst?: { value: number; at: number } | undefined;
  /** Further words of the judge. */
  note?: Text | undefined;
}

export interface Engine {
  /** All values of one device at one time; a bad one is NaN. Older ones than seen are left out, point by point. False: that was all of them. */
  reading(device: string, t: number, values: Readonly<Record<string, number>>, bad?: Readonly<Record<string, unknown>>): boolean;
  /** One value. */
  point(device: string, quantity: string, t: number, value: number): void;
  /** Where the values of one series go, for replay of millions: looked up once. Undefined when no rule reads the series. */
  port(device: string, quantity: string): ((t: number, value: number) => void) | undefined;
  status(device: string, t: number, online: boolean): void;
  /** Time has come to `t` without readings: ends delays and waits that are due. */
  tick(t: number): void;
  /** Judging begins, or begins again after the engine saw nothing (broker away): nobody is blamed for the silence. */
  start(t: number): void;
  /** Everything that must come back after a restart, as text. */
  save(): string;
  /** Brings back what `save` gave; places that are new or have other parameters begin afresh. False when the text is of no use. */
  load(saved: string): boolean;
  /** Takes what the desk holds active for true where the engine thinks otherwise (what `save` had not seen any more). */
  adopt(active: ReadonlySet<string>): void;
  /** What the judge of this alarm sees now; undefined for a place that is not watched. `since`: the worst since the breach began. */
  sight(id: string): Sight | undefined;
  /** When `tick` has something to do; Infinity when nothing is due. */
  next(): number;
  /** Readings left out because a newer one was seen. */
  readonly late: number;
  readonly judged: number;
}

export interface Sight {
  /** null: unknown now. */
  value: number | null;
  /** Plant time of what was judged last. */
  at: number;
  worst: { value: number; at: number } | null;
  note: Text | null;
}

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
  /** Is what the judge saw last a known value? */
  known: boolean;
}

export interface Point {
  t: number;
  watches: Watch[];
  inputs: number[];
}

export interface Node {
  points: Map<string, Point>;
  message: Point | undefined;
  status: Point | undefined;
}

const never = Number.POSITIVE_INFINITY;
const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/**
 * @param active ids of instances whose alarm is active already (after a restart): they are not raised again, and clear only on a good value
 * @param emit hands out a condition; called in time order per instance
 */
export function openEngine(
  instances: readonly Instance[],
  emit: (condition: Condition) => void,
  active: ReadonlySet<string> = new Set(),
): Engine {
  const nodes = new Map<string, Node>();
  const watches: Watch[] = [];
  const watchOf = new Map<string, Watch>();
  const timers = openTimers<Watch>();
  let late = 0;
  let judged = 0;

  const nodeOf = (device: string): Node => {
    let node = nodes.get(device);
    if (!node) {
      node = { points: new Map(), message: undefined, status: undefined };
      nodes.set(device, node);
    }
    return node;
  };
  const fresh = (): Point => ({ t: Number.NEGATIVE_INFINITY, watches: [], inputs: [] });
  for (const instance of instances) {
    const judge = instance.open();
    const was = active.has(instance.id);
    const watch: Watch = {
      instance,
      judge,
      breached: was,
      active: was,
      since: Number.NaN,
      passed: 0,
      paused: false,
      dueAt: never,
      heapAt: never,
      value: Number.NaN,
      limit: judge.limit,
      t: Number.NEGATIVE_INFINITY,
      worst: Number.NaN,
      worstAt: Number.NaN,
      known: false,
    };
    watches.push(watch);
    watchOf.set(instance.id, watch);
    instance.inputs.forEach((input, index) => {
      const node = nodeOf(input.device);
      let point: Point;
      if ('quantity' in input) {
        point = node.points.get(input.quantity) ?? fresh();
        node.points.set(input.quantity, point);
      } else {
        node[input.signal] ??= fresh();
        point = node[input.signal] as Point;
      }
      point.watches.push(watch);
      point.inputs.push(index);
    });
  }

  const arm = (watch: Watch) => {
    const at = Math.min(watch.dueAt, watch.judge.wakeAt);
    if (at >= watch.heapAt || at === never) return;
    watch.heapAt = at;
    timers.add(at, watch);
  };

  const handOut = (watch: Watch, at: number) => {
    watch.active = watch.breached;
    watch.since = Number.NaN;
    watch.passed = 0;
    watch.dueAt = never;
    emit({
      instance: watch.instance,
      active: watch.active,
      at,
      value: orNull(watch.value),
      limit: orNull(watch.limit),
      worst: watch.active && !Number.isNaN(watch.worst) ? { value: watch.worst, at: watch.worstAt } : undefined,
      note: watch.judge.note,
    });
  };

  const take = (watch: Watch, verdict: Verdict, t: number) => {
    watch.known = verdict !== 'unknown';
    if (verdict === 'unknown') {
      // Neither raises nor clears: a running delay stands still until the value is known again.
      if (watch.dueAt !== never) {
        watch.passed = t - watch.since;
        watch.paused = true;
        watch.dueAt = never;
      }
      return;
    }
    const began = verdict === 'breach' && !watch.breached;
    watch.breached = verdict === 'breach';
    if (watch.breached) {
      const { value, limit } = watch.judge;
      // Inside the deadband the breach goes on, but what people read is a value beyond the limit.
      if (began || !(value - limit < 0 !== watch.value - limit < 0)) watch.value = value;
      watch.limit = limit;
      if (began) watch.worst = Number.NaN;
      const [was, side] = [watch.worst, watch.value - limit < 0 ? -1 : 1];
      if (!Number.isNaN(limit) && (Number.isNaN(was) || (value - was) * side > 0)) [watch.worst, watch.worstAt] = [value, t];
    } else if (watch.active) watch.value = watch.judge.value;
    if (watch.breached === watch.active) {
      watch.since = Number.NaN;
      watch.passed = 0;
      watch.paused = false;
      watch.dueAt = never;
      return;
    }
    if (watch.dueAt !== never) return;
    const delay = watch.breached ? watch.instance.onDelayMs : watch.instance.offDelayMs;
    if (delay === 0) return handOut(watch, t);
    watch.since = watch.paused ? t - watch.passed : t;
    watch.paused = false;
    watch.dueAt = watch.since + delay;
    if (watch.dueAt <= t) handOut(watch, t);
  };

  /** What was due for this watch up to `t`, in order. */
  const catchUp = (watch: Watch, t: number) => {
    for (;;) {
      const { wakeAt } = watch.judge;
      if (watch.dueAt <= t && watch.dueAt <= wakeAt) handOut(watch, watch.dueAt);
      else if (wakeAt <= t && watch.judge.wake) {
        take(watch, watch.judge.wake(wakeAt, watch.breached), wakeAt);
        if (watch.judge.wakeAt <= wakeAt) watch.judge.wakeAt = never;
      } else return;
    }
  };

  /** False for a reading that is older than what was judged. */
  const feed = (point: Point, t: number, value: number, silent = false): boolean => {
    if (t < point.t) {
      late++;
      return false;
    }
    // A repetition (the gateway sends again what is not committed) tells nothing new.
    if (t === point.t && point.watches.length > 0 && !Number.isNaN(value)) return true;
    point.t = t;
    for (let i = 0; i < point.watches.length; i++) {
      const watch = point.watches[i] as Watch;
      if (t > watch.t) watch.t = t;
      const now = watch.t;
      if (watch.dueAt <= now || watch.judge.wakeAt <= now) catchUp(watch, now);
      judged++;
      const { judge } = watch;
      const input = point.inputs[i] as number;
      take(watch, silent && judge.silent ? judge.silent(input) : judge.reading(input, t, value, watch.breached), now);
      if (watch.dueAt < watch.heapAt || watch.judge.wakeAt < watch.heapAt) arm(watch);
    }
    return true;
  };

  return {
    reading(device, t, values, bad) {
      const node = nodes.get(device);
      if (!node) return true;
      let good = false;
      let [told, news] = [false, false];
      for (const quantity in values) {
        good = true;
        const point = node.points.get(quantity);
        if (!point) continue;
        told = true;
        if (feed(point, t, values[quantity] as number)) news = true;
      }
      if (bad) {
        for (const quantity in bad) {
          const point = node.points.get(quantity);
          const reason = bad[quantity];
          if (!point) continue;
          told = true;
          if (feed(point, t, Number.NaN, reason === 'comm' || reason === 'stale')) news = true;
        }
      }
      if (good && node.message) feed(node.message, t, 1);
      return news || !told;
    },
    point(device, quantity, t, value) {
      const node = nodes.get(device);
      if (!node) return;
      const point = node.points.get(quantity);
      if (point) feed(point, t, value);
      if (node.message && !Number.isNaN(value)) feed(node.message, t, 1);
    },
    port(device, quantity) {
      const node = nodes.get(device);
      const point = node?.points.get(quantity);
      const message = node?.message;
      if (!message) return point && ((t, value) => void feed(point, t, value));
      return (t, value) => {
        if (point) feed(point, t, value);
        if (!Number.isNaN(value)) feed(message, t, 1);
      };
    },
    status(device, t, online) {
      const node = nodes.get(device);
      if (!node) return;
      if (!online) for (const point of node.points.values()) feed(point, Math.max(t, point.t), Number.NaN, true);
      if (node.status) feed(node.status, Math.max(t, node.status.t + 1), online ? 1 : 0);
    },
    tick(t) {
      for (let due = timers.pop(t); due; due = timers.pop(t)) {
        const watch = due.item;
        if (due.at < watch.heapAt) continue;
        watch.heapAt = never;
        catchUp(watch, t);
        arm(watch);
      }
    },
    save: () => encode(watches, nodes),
    load: (saved) => {
      const loaded = decode(saved, watches, nodes);
      if (loaded) for (const watch of watches) arm(watch);
      return loaded;
    },
    adopt(active) {
      for (const watch of watches) {
        const is = active.has(watch.instance.id);
        if (watch.active === is) continue;
        watch.active = is;
        watch.breached = is;
        watch.since = Number.NaN;
        watch.dueAt = never;
      }
    },
    start(t) {
      for (const watch of watches) {
        watch.judge.start?.(t);
        arm(watch);
      }
    },
    sight(id) {
      const watch = watchOf.get(id);
      if (!watch || watch.t === Number.NEGATIVE_INFINITY) return undefined;
      const { known, judge, t, worst, worstAt } = watch;
      return {
        value: known ? orNull(judge.value) : null,
        at: t,
        worst: Number.isNaN(worst) ? null : { value: worst, at: worstAt },
        note: judge.note ?? null,
      };
    },
    next: () => timers.next(),
    get late() {
      return late;
    },
    get judged() {
      return judged;
    },
  };
}
