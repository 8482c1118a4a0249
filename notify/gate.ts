/**
 * One notice under way at a time, over all channels, as long as receivers answer quickly: whatever kills the program between a receiver's taking a notice and
 * our record of it, there is one such notice, and so one repetition. A receiver that lets us wait holds nobody up: after a moment the next
 * notice goes out beside it.
 */
import type { Clock } from '../shared/clock.ts';

/** Most receivers answer in less. */
export const staggerMs = 250;
/** A danger to life waits no longer than this for the one before it: a receiver in the house has answered by then, and twenty notices are out in a second. */
export const lifeSafetyStaggerMs = 50;

export interface Gate {
  /** May one more notice go out now? */
  isFree(lifeSafety: boolean): boolean;
  /** One goes out; call what is returned when its end is on record. */
  enter(): () => void;
}

/** @param wake looks for what waits */
export function openGate(wire: Pick<Clock, 'monotonic' | 'after'>, wake: () => void): Gate {
  const underWay = new Set<{ since: number }>();
  return {
    isFree(lifeSafety) {
      const moment = lifeSafety ? lifeSafetyStaggerMs : staggerMs;
      return [...underWay].every(({ since }) => wire.monotonic() - since >= moment);
    },
    enter() {
      const one = { since: wire.monotonic() };
      underWay.add(one);
      const wakings = [lifeSafetyStaggerMs, staggerMs].map((ms) => wire.after(ms, wake));
      return () => {
        if (!underWay.delete(one)) return;
        for (const cancel of wakings) cancel();
        wake();
      };
    },
  };
}
