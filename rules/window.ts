/** What judges remember of the past, bounded in memory. */

/** Highest or lowest value of the last `widthMs`: a monotonic queue, O(1) per reading. */
export function openExtreme(which: 'max' | 'min', widthMs: number) {
  const memory = { times: [] as number[], values: [] as number[], head: 0 };
  const { times, values } = memory;
  const beats = which === 'max' ? (a: number, b: number) => a >= b : (a: number, b: number) => a <= b;
  const drop = (t: number) => {
    while (memory.head < times.length && (times[memory.head] as number) < t - widthMs) memory.head++;
    if (memory.head > 1_024 && memory.head * 2 > times.length) {
      times.splice(0, memory.head);
      values.splice(0, memory.head);
      memory.head = 0;
    }
  };
  return {
    memory,
    add(t: number, value: number) {
      while (values.length > memory.head && beats(value, values.at(-1) as number)) {
        values.pop();
        times.pop();
      }
      times.push(t);
      values.push(value);
      drop(t);
    },
    /** The clock was set back to `t`: what is later never was. */
    anew(t: number) {
      while (times.length > memory.head && (times.at(-1) as number) > t) {
        times.pop();
        values.pop();
      }
    },
    /** NaN without a value in the window. */
    at(t: number): number {
      drop(t);
      return values[memory.head] ?? Number.NaN;
    },
  };
}

/** What is usual: the median of one sample per `everyMs` over the last `widthMs`. */
export function openUsual(widthMs: number, everyMs: number) {
  const capacity = Math.ceil(widthMs / everyMs);
  const memory = { ring: [] as number[], next: 0, slot: Number.NEGATIVE_INFINITY };
  const { ring } = memory;
  let cached = Number.NaN;
  return {
    memory,
    add(t: number, value: number) {
      const now = Math.floor(t / everyMs);
      if (now === memory.slot) return;
      memory.slot = now;
      ring[memory.next] = value;
      memory.next = (memory.next + 1) % capacity;
      cached = Number.NaN;
    },
    /** NaN without samples. */
    median(): number {
      if (ring.length === 0) return Number.NaN;
      if (Number.isNaN(cached)) {
        const sorted = ring.toSorted((a, b) => a - b);
        cached = sorted[Math.floor((sorted.length - 1) / 2)] as number;
      }
      return cached;
    },
    get size() {
      return ring.length;
    },
  };
}

/** Mean of the last `widthMs`, held between readings: what was last read counts until the next reading, at most `holdMs`. */
export function openMean(widthMs: number, holdMs = widthMs) {
  const memory = { times: [] as number[], values: [] as number[], head: 0 };
  const { times, values } = memory;
  return {
    memory,
    add(t: number, value: number) {
      times.push(t);
      values.push(value);
      // One older than the window stays: it says what was held at the window's beginning.
      while (memory.head + 1 < times.length && (times[memory.head + 1] as number) <= t - widthMs) memory.head++;
      if (memory.head > 1_024 && memory.head * 2 > times.length) {
        times.splice(0, memory.head);
        values.splice(0, memory.head);
        memory.head = 0;
      }
    },
    /** The clock was set back to `t`: what is later never was. */
    anew(t: number) {
      while (times.length > memory.head && (times.at(-1) as number) > t) {
        times.pop();
        values.pop();
      }
    },
    /** NaN when less than half of the window is known. */
    at(t: number, hold = holdMs): number {
      let area = 0;
      let known = 0;
      for (let i = memory.head; i < times.length; i++) {
        const from = Math.max(times[i] as number, t - widthMs);
        const to = Math.min(times[i + 1] ?? t, (times[i] as number) + hold, t);
        if (to <= from) continue;
        area += (values[i] as number) * (to - from);
        known += to - from;
      }
      return known * 2 >= widthMs ? area / known : Number.NaN;
    },
  };
}

/** A running mean that costs nothing: exponential, by time and not by count. NaN before the first value. */
export function openSmooth(tauMs: number) {
  const memory = { last: Number.NaN, at: Number.NEGATIVE_INFINITY };
  return {
    memory,
    add(t: number, value: number): number {
      const { last, at } = memory;
      memory.last = Number.isNaN(last) ? value : last + (value - last) * (1 - Math.exp(-Math.max(0, t - at) / tauMs));
      memory.at = t;
      return memory.last;
    },
    get value() {
      return memory.last;
    },
  };
}

/** Middle of a list, and how far its members usually are from it (scaled to a standard deviation). NaN when empty. */
export function medianAndSpread(values: readonly number[]): [median: number, spread: number] {
  if (values.length === 0) return [Number.NaN, Number.NaN];
  const middle = (list: readonly number[]) => {
    const sorted = list.toSorted((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
  };
  const median = middle(values);
  return [median, 1.4826 * middle(values.map((value) => Math.abs(value - median)))];
}
