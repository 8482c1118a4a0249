/**
 * Messages a minute. Life safety only counts here and is never held back; a quarter is kept free for it, so that the receiver's own limit does
 * not stand in its way.
 */
export interface Budget {
  /** Ordinary messages that may go now. */
  left(wireNow: number): number;
  take(wireNow: number): void;
}

const minuteMs = 60_000;

export function openBudget(perMinute: number, before: readonly number[] = []): Budget {
  const taken = [...before];
  const ordinary = Math.max(1, perMinute - Math.ceil(perMinute / 4));
  return {
    left(wireNow) {
      while (taken.length > 0 && (taken[0] as number) <= wireNow - minuteMs) taken.shift();
      return Math.max(0, ordinary - taken.length);
    },
    take: (wireNow) => void taken.push(wireNow),
  };
}
