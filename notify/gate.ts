/**
 * One notice under way at a time, over all channels, as long as receivers answer quickly: whatever kills the program between a receiver's taking a notice and
 * our record of it, there is one such notice, and so one repetition. A receiver that lets us wait holds nobody up: after a moment the next
 * notice goes out beside it. Moments are counted in short steps, so that time in which our own program stood still is not held against the receiver,
 * whose answer may have come meanwhile.
 */
import type { Clock } from '../shared/clock.ts';

export const stepMs = 50;
/** A quarter of a second: most receivers answer in less, also on a machine that has much to do. */
const steps = 5;
/** For what must not wait any longer. */
const pressedSteps = 1;
/** A danger to life waits a quarter of a second for one before it until it has waited so long in all; then a twentieth. */
export const lifeSafetyWaitMs = 500;

export interface Gate {
  /** May one more notice go out now? */
  isFree(pressed?: boolean): boolean;
  /** One goes out; call what is returned when its end is on record. */
  enter(): () => void;
}

/** @param wake looks for what waits */
export function openGate(wire: Pick<Clock, 'after'>, wake: () => void): Gate {
  const underWay = new Set<{ steps: number }>();
  return {
    isFree: (pressed = false) => [...underWay].every((one) => one.steps >= (pressed ? pressedSteps : steps)),
    enter() {
      const one = { steps: 0 };
      underWay.add(one);
      const step = () => {
        one.steps++;
        if (one.steps < steps) cancel = wire.after(stepMs, step);
        if (one.steps === pressedSteps || one.steps === steps) wake();
      };
      let cancel = wire.after(stepMs, step);
      return () => {
        if (!underWay.delete(one)) return;
        cancel();
        wake();
      };
    },
  };
}
