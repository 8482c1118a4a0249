/** The nightly minimum: the lowest rolling mean between two hours of the night. */
import type { LocalClock } from './local-time.ts';
import { openMean } from './window.ts';

export interface Night {
  /** The day that the night belongs to. */
  day: number;
  /** Lowest rolling mean; NaN when the night was seen too little. */
  minimum: number;
}

/** Feeds readings, hands out a night once it is over. `from` and `to`: minutes of the day, the same morning. */
export function openNights(clock: LocalClock, from: number, to: number, rollMs: number) {
  const roll = openMean(rollMs);
  const own = { day: Number.NaN, minimum: Number.NaN, seen: 0, last: Number.NaN, nextLook: Number.NEGATIVE_INFINITY };
  const finish = (): Night | undefined => {
    if (Number.isNaN(own.day)) return undefined;
    // Less than half of the night was seen: no number is better than a wrong one.
    const night = { day: own.day, minimum: own.seen * 2 >= (to - from) * 60_000 ? own.minimum : Number.NaN };
    own.day = Number.NaN;
    own.minimum = Number.NaN;
    own.seen = 0;
    return night;
  };
  return {
    memory: { own, roll: roll.memory },
    /** The night that ended before this reading, if one did. */
    add(t: number, value: number): Night | undefined {
      const minute = clock.minute(t);
      const today = clock.day(t);
      let over: Night | undefined;
      if (!Number.isNaN(own.day) && (today !== own.day || minute >= to)) over = finish();
      if (minute >= from && minute < to) {
        roll.add(t, value);
        if (Number.isNaN(own.day)) {
          own.day = today;
          own.last = t;
          own.nextLook = t + rollMs;
        } else {
          own.seen += Math.min(t - own.last, rollMs);
          own.last = t;
        }
        if (t >= own.nextLook) {
          own.nextLook = t + rollMs / 12;
          const mean = roll.at(t);
          if (!Number.isNaN(mean)) own.minimum = Number.isNaN(own.minimum) ? mean : Math.min(own.minimum, mean);
        }
      }
      return over;
    },
    finish,
  };
}
