/** Due times in order: a binary heap. Entries are not removed; whoever pops one checks whether it still counts. */
export interface Timers<T> {
  add(at: number, item: T): void;
  /** The earliest item due at or before `t`; undefined when there is none. */
  pop(t: number): { at: number; item: T } | undefined;
  next(): number;
  readonly size: number;
}

export function openTimers<T>(): Timers<T> {
  const times: number[] = [];
  const items: T[] = [];
  const swap = (i: number, j: number) => {
    const time = times[i] as number;
    times[i] = times[j] as number;
    times[j] = time;
    const item = items[i] as T;
    items[i] = items[j] as T;
    items[j] = item;
  };
  return {
    add(at, item) {
      let i = times.push(at) - 1;
      items.push(item);
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if ((times[parent] as number) <= (times[i] as number)) break;
        swap(i, parent);
        i = parent;
      }
    },
    pop(t) {
      if (times.length === 0 || (times[0] as number) > t) return undefined;
      const first = { at: times[0] as number, item: items[0] as T };
      const time = times.pop() as number;
      const item = items.pop() as T;
      if (times.length > 0) {
        times[0] = time;
        items[0] = item;
        for (let i = 0; ; ) {
          let least = i;
          for (const child of [2 * i + 1, 2 * i + 2]) {
            if (child < times.length && (times[child] as number) < (times[least] as number)) least = child;
          }
          if (least === i) break;
          swap(i, least);
          i = least;
        }
      }
      return first;
    },
    next: () => times[0] ?? Number.POSITIVE_INFINITY,
    get size() {
      return times.length;
    },
  };
}
