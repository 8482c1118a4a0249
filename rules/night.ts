/** The flow of a night: the lowest rolling mean between two hours of a morning. What was last read is held until the next reading. */
import type { LocalClock } from '../shared/zone.ts';
import { openMean } from './window.ts';

export interface Night {
  /** The day that the night belongs to. */
  day: number;
  /** The figure of the night; NaN when it was seen too little. */
  flow: number;
}

export interface NightOptions {
  /** Minutes of the day, the same morning. */
  from: number;
  to: number;
  /** The lowest mean over this time. */
  rollMs: number;
  /** How long a reading stands for what follows it: at least two intervals of the device. */
  holdMs: number;
}

const minuteMs = 60_000;

/** Feeds readings, hands out a night once it is over. */
export function openNights(clock: LocalClock, { from, to, rollMs, holdMs }: NightOptions) {
  const roll = openMean(rollMs, holdMs);
  const own = {
    day: Number.NaN,
    seen: 0,
    lowest: Number.NaN,
    last: Number.NaN,
    value: Number.NaN,
    nextLook: Number.NEGATIVE_INFINITY,
  };
  const finish = (): Night | undefined => {
    if (Number.isNaN(own.day)) return undefined;
    // Less than half of the night was seen: no number is better than a wrong one.
    const enough = own.seen * 2 >= (to - from) * minuteMs;
    const night = { day: own.day, flow: enough ? own.lowest : Number.NaN };
    own.day = Number.NaN;
    own.seen = 0;
    own.lowest = Number.NaN;
    return night;
  };
  return {
    memory: { own, roll: roll.memory },
    /** The night that ended before this reading, if one did. NaN: from here on nothing is known. */
    add(t: number, value: number): Night | undefined {
      const minute = clock.minute(t);
      const today = clock.day(t);
      let over: Night | undefined;
      if (!Number.isNaN(own.day) && today !== own.day) over = finish();
      // What was read before counts for the part of this morning's window that lies between it and now.
      const begin = t - (minute - from) * minuteMs - (t % minuteMs);
      const end = begin + (to - from) * minuteMs;
      const heldFrom = Math.max(own.last, begin);
      const heldTo = Math.min(t, own.last + holdMs, end);
      if (heldTo > heldFrom && !Number.isNaN(own.value)) {
        own.day = today;
        own.seen += heldTo - heldFrom;
      }
      own.last = t;
      own.value = value;
      if (!Number.isNaN(own.day) && minute >= to) over = finish();
      roll.add(t, value);
      if (minute < from || minute >= to) return over;
      if (own.nextLook < begin) own.nextLook = begin + rollMs;
      if (t < own.nextLook) return over;
      own.nextLook = t + rollMs / 12;
      const mean = roll.at(t);
      if (!Number.isNaN(mean)) own.lowest = Number.isNaN(own.lowest) ? mean : Math.min(own.lowest, mean);
      return over;
    },
  };
}
