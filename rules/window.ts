/** What judges remember of the past, bounded in memory. */

/** Highest or lowest value of the last `widthMs`: a monotonic queue, O(1) per reading. */
export function openExtreme(which: 'max' | 'min', widthMs: number) {
  const times: number[] = [];
  const values: number[] = [];
  let head = 0;
  const beats = which === 'max' ? (a: number, b: number) => a >= b : (a: number, b: number) => a <= b;
  const drop = (t: number) => {
    while (head < times.length && (times[head] as number) < t - widthMs) head++;
    if (head > 1_024 && head * 2 > times.length) {
      times.splice(0, head);
      values.splice(0, head);
      head = 0;
    }
  };
  return {
    add(t: number, value: number) {
      while (values.length > head && beats(value, values.at(-1) as number)) {
        values.pop();
        times.pop();
      }
      times.push(t);
      values.push(value);
      drop(t);
    },
    /** NaN without a value in the window. */
    at(t: number): number {
      drop(t);
      return values[head] ?? Number.NaN;
    },
  };
}

/** What is usual: the median of one sample per `everyMs` over the last `widthMs`. */
export function openUsual(widthMs: number, everyMs: number) {
  const capacity = Math.ceil(widthMs / everyMs);
  const ring: number[] = [];
  let next = 0;
  let slot = Number.NEGATIVE_INFINITY;
  let cached = Number.NaN;
  return {
    add(t: number, value: number) {
      const now = Math.floor(t / everyMs);
      if (now === slot) return;
      slot = now;
      ring[next] = value;
      next = (next + 1) % capacity;
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
