/** What the next readings say. Where too few have come yet the answer is 'wait', so that a stream decides as a file does. */
import { intervalMs, type RegisterReadings } from './types.ts';

/** A false reading is gone after so many readings or so long, whichever is later. */
const glitchReadings = 3;
const glitchMs = intervalMs;

export interface Ahead {
  readings: RegisterReadings;
  /** No more will come. */
  final: boolean;
  valid(value: number): boolean;
  /** Can so much have passed in so many ms? */
  possible(delta: number, ms: number): boolean;
  /** A fall up to this is the display, not the meter. */
  jitter: number;
}

/** The first reading after `i`, while a glitch can last, that fits. */
export function findAhead({ readings: { t, v, length }, final, valid }: Ahead, i: number, fits: (j: number) => boolean) {
  const start = t[i] as number;
  let seen = 0;
  for (let j = i + 1; j < length; j++) {
    if (!valid(v[j] as number)) continue;
    if (seen >= glitchReadings && (t[j] as number) - start > glitchMs) return undefined;
    seen++;
    if (fits(j)) return j;
  }
  return final ? undefined : 'wait';
}

/** The first reading after `i` that goes on from (ta, a) as if those between had not been. */
export const comesBack = (ahead: Ahead, i: number, ta: number, a: number): number | undefined | 'wait' =>
  findAhead(ahead, i, (j) => {
    const rise = (ahead.readings.v[j] as number) - a;
    return rise >= -ahead.jitter && ahead.possible(rise, (ahead.readings.t[j] as number) - ta);
  });

/** Does the next reading go on from reading `i`? At the end of everything: yes. */
export function goesOn({ readings: { t, v, length }, final, valid, possible, jitter }: Ahead, i: number): boolean | 'wait' {
  let j = i + 1;
  while (j < length && !valid(v[j] as number)) j++;
  if (j >= length) return final ? true : 'wait';
  const rise = (v[j] as number) - (v[i] as number);
  return rise >= -jitter && possible(rise, (t[j] as number) - (t[i] as number));
}

/** One false reading upwards, small enough to be believed: without it the next one fits, with it nothing does. */
export function isSpike(ahead: Ahead, i: number, ta: number, a: number): boolean | 'wait' {
  const { readings, final, valid, possible, jitter } = ahead;
  const { t, v } = readings;
  const b = v[i] as number;
  const tb = t[i] as number;
  let j = i + 1;
  while (j < readings.length && !valid(v[j] as number)) j++;
  if (j >= readings.length) return final ? false : 'wait';
  const c = v[j] as number;
  const tc = t[j] as number;
  if (c >= b - jitter || c < a || !possible(c - a, tc - ta) || possible(c, tc - tb)) return false;
  const back = comesBack(ahead, j, tb, b);
  return back === 'wait' ? 'wait' : back === undefined;
}

/** Do the next readings go on at a rate like this one, or above the bound? Then it is a load and no error. */
export function isSustained({ t, v, length }: RegisterReadings, i: number, rate: number, boundRate: number): boolean {
  let seen = 0;
  for (let j = i + 1; j < length && seen < glitchReadings; j++) {
    const step = ((v[j] as number) - (v[j - 1] as number)) / ((t[j] as number) - (t[j - 1] as number));
    if (Number.isNaN(step)) continue;
    seen++;
    if (Math.sign(step) !== Math.sign(rate) || Math.abs(step) <= Math.min(boundRate, Math.abs(rate) / 10)) return false;
  }
  return seen >= 2;
}
