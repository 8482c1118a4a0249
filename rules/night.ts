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
  let day = Number.NaN;
  let minimum = Number.NaN;
  let seen = 0;
  let last = Number.NaN;
  let nextLook = Number.NEGATIVE_INFINITY;
  const finish = (): Night | undefined => {
    if (Number.isNaN(day)) return undefined;
    // Less than half of the night was seen: no number is better than a wrong one.
    const night = { day, minimum: seen * 2 >= (to - from) * 60_000 ? minimum : Number.NaN };
    day = Number.NaN;
    minimum = Number.NaN;
    seen = 0;
    return night;
  };
  return {
    /** The night that ended before this reading, if one did. */
    add(t: number, value: number): Night | undefined {
      const minute = clock.minute(t);
      const today = clock.day(t);
      let over: Night | undefined;
      if (!Number.isNaN(day) && (today !== day || minute >= to)) over = finish();
      if (minute >= from && minute < to) {
        roll.add(t, value);
        if (Number.isNaN(day)) {
          day = today;
          last = t;
          nextLook = t + rollMs;
        } else {
          seen += Math.min(t - last, rollMs);
          last = t;
        }
        if (t >= nextLook) {
          nextLook = t + rollMs / 12;
          const mean = roll.at(t);
          if (!Number.isNaN(mean)) minimum = Number.isNaN(minimum) ? mean : Math.min(minimum, mean);
        }
      }
      return over;
    },
    finish,
  };
}
