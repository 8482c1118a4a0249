/**
 * From readings to conditions: judges every rule at every place in time order and holds its on- and off-delay.
 * Pure in that it knows no clock, broker or database: readings and time are handed in, conditions are handed out. Live operation and replay
 * of history run this same code; both see the same transitions, since a delay ends at its own time (`since + delay`), not when it is noticed.
 *
 * Values are judged by the time that they carry, in the time of their device: one whose clock is 90 s behind has its delays end 90 s later by ours.
 * Silence is judged by arrival. What a clock that was set does to either is docs/decisions/0021.
 */
import type { QuantityId } from '../shared/quantity.ts';
import { takeTime } from '../shared/series-time.ts';
import type { Text } from '../shared/text.ts';
import { decode, encode } from './engine-memory.ts';
import { type Node, newNode, newPoint, newWatch, type Point, type Sight, shownOf, sightOf, type Watch } from './engine-state.ts';
import type { Verdict } from './kind.ts';
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
  /** What the value is of, where that is not always the same. */
  quantity?: QuantityId | undefined;
  /** Further words of the judge. */
  note?: Text | undefined;
}

export interface Engine {
  /**
   * All values of one device at one time; a bad one is NaN. Older ones than seen are left out, point by point. False: that was all of them.
   * `arrivedAt`: plant time of arrival; left out in replays, where what is read arrives at its own time.
   */
  readings(
    device: string,
    t: number,
    values: Readonly<Record<string, number>>,
    bad?: Readonly<Record<string, unknown>>,
    arrivedAt?: number,
  ): boolean;
  /** One reading. */
  reading(device: string, quantity: string, t: number, value: number): void;
  /** Where the values of one series go, for replay of millions: looked up once. Undefined when no rule reads the series. */
  port(device: string, quantity: string): ((t: number, value: number) => void) | undefined;
  /** `t`: plant time, by our clock. */
  status(device: string, t: number, online: boolean): void;
  /** What a gateway says of its own time: how far it is behind our clock. */
  clock(gateway: string, t: number, arrivedAt: number): void;
  /** Our own clock was set by so much and shows `t`: silence counts anew, and what waits waits for as long as it should have. */
  jumped(ms: number, t: number): void;
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

const never = Number.POSITIVE_INFINITY;
const isSilence = (reason: unknown) => reason === 'comm' || reason === 'stale';
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
      node = newNode();
      nodes.set(device, node);
    }
    return node;
  };
  const speed = instances[0]?.place.plant.speed ?? 1;
  for (const instance of instances) {
    const judge = instance.open();
    const watch = newWatch(instance, judge, active.has(instance.id));
    watches.push(watch);
    watchOf.set(instance.id, watch);
    instance.inputs.forEach((input, index) => {
      const node = nodeOf(input.device);
      let point: Point;
      if ('quantity' in input) {
        point = node.points.get(input.quantity) ?? newPoint();
        node.points.set(input.quantity, point);
        if (!watch.nodes.includes(node)) watch.nodes.push(node);
      } else {
        node[input.signal] ??= newPoint();
        point = node[input.signal] as Point;
      }
      point.watches.push(watch);
      point.inputs.push(index);
    });
  }

  /** Plant time less the time in which this watch lives. */
  const lagOf = ({ nodes: read }: Watch): number => {
    let least = read.length === 0 ? 0 : never;
    for (const { lagMs } of read) if (lagMs < least) least = lagMs;
    return least;
  };
  const arm = (watch: Watch) => {
    const due = Math.min(watch.dueAt, watch.judge.wakeAt);
    if (due === never) return;
    const at = due + lagOf(watch);
    if (at >= watch.heapAt) return;
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
      quantity: shownOf(watch),
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
      // Which way is worse is known when the breach begins: a limit that follows the value (a rate, a burst) may cross it later.
      if (began) [watch.worst, watch.worstSide] = [Number.NaN, 0];
      if (!watch.worstSide && !Number.isNaN(limit)) watch.worstSide = (Number.isNaN(watch.value) ? value : watch.value) < limit ? -1 : 1;
      if (watch.worstSide && !((value - watch.worst) * watch.worstSide <= 0)) [watch.worst, watch.worstAt] = [value, t];
    } else if (watch.active) watch.value = watch.judge.value;
    if (watch.breached === watch.active) {
      watch.since = Number.NaN;
      watch.passed = 0;
      watch.paused = false;
      watch.dueAt = never;
      return;
    }
    if (watch.dueAt !== never) {
      // The reading of that instant has its say first: a delay as long as the poll interval needs two readings, not one.
      if (watch.dueAt <= t) handOut(watch, watch.dueAt);
      return;
    }
    const delay = watch.breached ? watch.instance.onDelayMs : watch.instance.offDelayMs;
    if (delay === 0) return handOut(watch, t);
    watch.since = watch.paused ? t - watch.passed : t;
    watch.paused = false;
    watch.dueAt = watch.since + delay;
    if (watch.dueAt <= t) handOut(watch, t);
  };

  /** What was due for this watch up to `t`, in order; `before`: and not what is due at `t` itself. */
  const catchUp = (watch: Watch, t: number, before = false) => {
    const isDue = (at: number) => (before ? at < t : at <= t);
    for (;;) {
      const { wakeAt } = watch.judge;
      if (isDue(watch.dueAt) && watch.dueAt <= wakeAt) handOut(watch, watch.dueAt);
      else if (isDue(wakeAt) && watch.judge.wake) {
        take(watch, watch.judge.wake(wakeAt, watch.breached), wakeAt);
        if (watch.judge.wakeAt <= wakeAt) watch.judge.wakeAt = never;
      } else return;
    }
  };

  const pause = (watch: Watch) => take(watch, 'unknown', Math.max(watch.t, watch.since));
  /** One value for one of the watches of a point, at the time in which the watch lives. */
  const judgeOne = (point: Point, i: number, t: number, now: number, value: number, silent: boolean) => {
    const watch = point.watches[i] as Watch;
    if (watch.dueAt < now || watch.judge.wakeAt < now) catchUp(watch, now, true);
    judged++;
    const { judge } = watch;
    const input = point.inputs[i] as number;
    take(watch, silent && judge.silent ? judge.silent(input) : judge.reading(input, t, value, watch.breached), now);
    arm(watch);
  };
  /** False for a reading that is older than what was judged. */
  const feed = (point: Point, t: number, value: number, silent = false, arrivedAt?: number): boolean => {
    const order = takeTime(point, t, arrivedAt, speed);
    if (order === 'late') {
      late++;
      return false;
    }
    // A repetition (the gateway sends again what is not committed) tells nothing new.
    if (order === 'same' && point.watches.length > 0 && !Number.isNaN(value)) return true;
    for (let i = 0; i < point.watches.length; i++) {
      const watch = point.watches[i] as Watch;
      if (order === 'anew') {
        pause(watch);
        watch.judge.anew?.(point.inputs[i] as number, t);
        watch.t = t;
      } else if (t > watch.t) watch.t = t;
      judgeOne(point, i, t, watch.t, value, silent);
    }
    return true;
  };
  /** As `points.get`, which at thousands a second would be much of the work. */
  const pointAt = ({ order, points }: Node, i: number, quantity: string): Point | undefined => {
    const known = order[i];
    if (known?.quantity === quantity) return known.point;
    const point = points.get(quantity);
    order[i] = { quantity, point };
    return point;
  };
  /** What is judged by arrival: time is ours. */
  const signal = (point: Point | undefined, t: number, value: number) => {
    if (!point) return;
    point.t = t;
    for (let i = 0; i < point.watches.length; i++) {
      const watch = point.watches[i] as Watch;
      if (t > watch.t) watch.t = t;
      judgeOne(point, i, t, watch.t, value, false);
    }
  };
  /** A message as a whole: is the device there, and what time has it? What is old or sent again is no sign of life. */
  const hear = (node: Node, t: number, answered: boolean, arrivedAt?: number) => {
    const order = takeTime(node.time, t, arrivedAt, speed);
    if (order !== 'next' && order !== 'anew') return;
    if (arrivedAt !== undefined) {
      node.lagMs = arrivedAt - t;
      signal(node.clock, arrivedAt, node.lagMs / 1_000);
    }
    if (answered) signal(node.message, arrivedAt ?? t, 1);
  };

  return {
    readings(device, t, values, bad, arrivedAt) {
      const node = nodes.get(device);
      if (!node) return true;
      let answered = false;
      let [told, news] = [false, false];
      for (const _ in values) {
        answered = true;
        break;
      }
      // A device that says what is wrong with a value has answered.
      if (bad && !answered) for (const quantity in bad) if (!isSilence(bad[quantity])) answered = true;
      hear(node, t, answered, arrivedAt);
      let i = 0;
      for (const quantity in values) {
        const point = pointAt(node, i++, quantity);
        if (!point) continue;
        told = true;
        if (feed(point, t, values[quantity] as number, false, arrivedAt)) news = true;
      }
      if (bad) {
        for (const quantity in bad) {
          const point = node.points.get(quantity);
          if (!point) continue;
          told = true;
          if (feed(point, t, Number.NaN, isSilence(bad[quantity]), arrivedAt)) news = true;
        }
      }
      return news || !told;
    },
    reading(device, quantity, t, value) {
      const node = nodes.get(device);
      if (!node) return;
      const point = node.points.get(quantity);
      if (point) feed(point, t, value);
      if (!Number.isNaN(value)) hear(node, t, true);
    },
    port(device, quantity) {
      const node = nodes.get(device);
      const point = node?.points.get(quantity);
      if (!node?.message) return point && ((t, value) => void feed(point, t, value));
      return (t, value) => {
        if (point) feed(point, t, value);
        if (!Number.isNaN(value)) hear(node, t, true);
      };
    },
    status(device, t, online) {
      const node = nodes.get(device);
      if (!node) return;
      if (!online) {
        // The time of a series stays: what the device says next is news, whatever its clock shows.
        for (const point of node.points.values()) {
          const now = t - node.lagMs;
          for (let i = 0; i < point.watches.length; i++) {
            judgeOne(point, i, now, Math.max((point.watches[i] as Watch).t, now), Number.NaN, true);
          }
        }
      }
      signal(node.status, Math.max(t, (node.status?.t ?? t) + 1), online ? 1 : 0);
    },
    clock(gateway, t, arrivedAt) {
      signal(nodes.get(gateway)?.clock, arrivedAt, (arrivedAt - t) / 1_000);
    },
    jumped(ms, t) {
      for (const node of nodes.values()) {
        for (const point of [node.status, node.message, node.clock]) if (point && point.t > t) point.t = t;
        node.lagMs += ms;
      }
      for (const watch of watches) {
        if (watch.nodes.length > 0) pause(watch);
        else {
          watch.t = Math.min(watch.t, t);
          watch.since += ms;
          watch.dueAt += ms;
        }
        watch.heapAt = never;
        watch.judge.start?.(t);
        arm(watch);
      }
    },
    tick(t) {
      for (let due = timers.pop(t); due; due = timers.pop(t)) {
        const watch = due.item;
        if (due.at < watch.heapAt) continue;
        watch.heapAt = never;
        catchUp(watch, t - lagOf(watch));
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
      return watch && sightOf(watch);
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
