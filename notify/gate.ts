/**
 * One notice under way at a time, over all channels, as long as receivers answer quickly: whatever kills the program between a receiver's taking a notice and
 * our record of it, there is one such notice, and so one repetition. A receiver that lets us wait holds nobody up: after a moment the next
 * notice goes out beside it.
 */
import type { Clock } from '../shared/clock.ts';

/** Most receivers answer in less, also on a machine that has much to do. */
export const staggerMs = 250;
/** A danger to life waits no longer than this in all for those before it, however many they are. */
export const lifeSafetyWaitMs = 500;

export interface Gate {
  /** May one more notice go out now? */
  isFree(): boolean;
  /** One goes out; call what is returned when its end is on record. */
  enter(): () => void;
}

/** @param wake looks for what waits */
export function openGate(wire: Pick<Clock, 'monotonic' | 'after'>, wake: () => void): Gate {
  const underWay = new Set<{ since: number }>();
  return {
    isFree: () => [...underWay].every(({ since }) => wire.monotonic() - since >= staggerMs),
    enter() {
      const one = { since: wire.monotonic() };
      underWay.add(one);
      const cancel = wire.after(staggerMs, wake);
      return () => {
        if (!underWay.delete(one)) return;
        cancel();
        wake();
      };
    },
  };
}
