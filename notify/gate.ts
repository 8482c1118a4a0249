/**
 * One notice on the wire at a time, over all channels: whatever kills the program between a receiver's taking a notice and our record of that, there is one
 * such notice, and so one repetition. It is on the wire from the moment at which its channel, connected and ready, begins to hand it over, until what came of it
 * is on record; connecting counts for nobody. What endangers lives goes first.
 *
 * A receiver that lets us wait holds nobody up for long: after a while the next goes out beside it, and then a kill may repeat both. That while is
 * counted in short steps, so that time in which our own program stood still is not held against the receiver, whose answer may lie there unread.
 */
import type { Clock } from '../shared/clock.ts';

export const stepMs = 50;
/** How many steps somebody waits for the notice before his. */
const patience = {
  ordinary: 20,
  lifeSafety: 5,
  /** A danger to life that has waited for half a second in all. */
  pressed: 2,
  /** For a notice whose channel fails, or leaves another one unanswered. */
  behindFailing: { ordinary: 5, lifeSafety: 1 },
};
export const lifeSafetyWaitMs = 500;

export interface Passenger {
  channel: string;
  lifeSafety: boolean;
  /** May it wait no longer? */
  pressed(): boolean;
  /** Does its channel fail? */
  failing(): boolean;
  /** It goes on the wire now: written down before. False when nobody wants it any more. */
  begin(): boolean;
}

export interface Passage {
  /** Resolves when it may be handed over, also when asked again; rejects when it is over or not wanted any more. */
  enter(): Promise<void>;
  /** Its end is on record. */
  leave(): void;
}

export interface Gate {
  /** Is nobody on the wire for whom an ordinary notice waits, and does nobody wait? */
  isIdle(): boolean;
  passage(passenger: Passenger): Passage;
  /** The program ends: what is on the wire may come to its end, nothing else gets there. */
  close(): void;
  readonly isClosed: boolean;
}

interface Waiting {
  passenger: Passenger;
  admit(): void;
  refuse(): void;
}

/** @param wake looks for what is due */
export function openGate(wire: Pick<Clock, 'after'>, wake: () => void): Gate {
  const onWire = new Map<Passenger, number>();
  const waiting = new Set<Waiting>();
  let closed = false;

  const isOverdue = (holder: Passenger, steps: number, lifeSafety: boolean, pressed: boolean): boolean => {
    const unanswered = [...onWire].some(([other, n]) => other !== holder && other.channel === holder.channel && n > steps);
    if (unanswered || holder.failing()) return steps >= patience.behindFailing[lifeSafety ? 'lifeSafety' : 'ordinary'];
    return steps >= (pressed ? patience.pressed : lifeSafety ? patience.lifeSafety : patience.ordinary);
  };
  const mayPass = (lifeSafety: boolean, pressed: boolean) =>
    [...onWire].every(([holder, steps]) => isOverdue(holder, steps, lifeSafety, pressed));
  const admitNext = () => {
    for (;;) {
      const first = [...waiting].filter(({ passenger }) => passenger.lifeSafety);
      // An ordinary one passes when no danger to life waits.
      const inTurn = first.length > 0 ? first : [...waiting].slice(0, 1);
      const next = inTurn.find(({ passenger }) => mayPass(passenger.lifeSafety, passenger.lifeSafety && passenger.pressed()));
      if (!next) return;
      waiting.delete(next);
      next.admit();
    }
  };

  return {
    isIdle: () => !closed && waiting.size === 0 && mayPass(false, false),
    get isClosed() {
      return closed;
    },
    close() {
      closed = true;
      for (const one of waiting) one.refuse();
      waiting.clear();
    },
    passage(passenger) {
      let entered: Promise<void> | undefined;
      let cancel = () => {};
      let leaveQueue = () => {};
      let left = false;
      const step = () => {
        // What has been answered while we stood still is read first.
        setImmediate(() => {
          const steps = onWire.get(passenger);
          if (steps === undefined) return;
          onWire.set(passenger, steps + 1);
          if (steps + 1 < patience.ordinary) cancel = wire.after(stepMs, step);
          admitNext();
          if (waiting.size === 0) wake();
        });
      };
      const queue = () =>
        new Promise<void>((resolve, reject) => {
          const one: Waiting = {
            passenger,
            refuse: () => reject(new Error('this notice has ended')),
            admit() {
              if (!passenger.begin()) return reject(new Error('nobody wants this notice any more'));
              onWire.set(passenger, 0);
              cancel = wire.after(stepMs, step);
              resolve();
            },
          };
          leaveQueue = () => {
            waiting.delete(one);
            one.refuse();
          };
          if (left || closed) return leaveQueue();
          waiting.add(one);
          admitNext();
        });
      return {
        enter() {
          entered ??= queue();
          return entered;
        },
        leave() {
          if (left) return;
          left = true;
          leaveQueue();
          cancel();
          onWire.delete(passenger);
          admitNext();
          wake();
        },
      };
    },
  };
}
