/**
 * Duties of the day: a value that may leave its range only for so long a day, or a plant that must have run so many hours by a time of day.
 * Counts anew at midnight of the site.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import type { Text } from '../../shared/text.ts';
import { shown } from '../../shared/wording.ts';
import { localClock, minuteOf } from '../../shared/zone.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 20:00');

export default defineKind({
  id: 'compliance',
  title: { zh: '合规时长', en: 'Duties of the day' },
  params: z
    .strictObject({
      low: limitSchema.optional(),
      high: limitSchema.optional(),
      at_most: durationSchema.optional().meta({ description: 'Outside low and high for at most so long a day' }),
      hours: limitSchema.optional().meta({ description: 'Must have been on (a state above 0) for so many hours …' }),
      by: time.optional().meta({ description: '… by this time of day' }),
    })
    .refine(
      ({ low, high, at_most, hours, by }) =>
        hours === undefined
          ? at_most !== undefined && (low !== undefined || high !== undefined)
          : by !== undefined && low === undefined && high === undefined && at_most === undefined,
      'either at_most with low or high, or hours with by',
    ),
  drawn: [
    { param: 'low', side: 'below' },
    { param: 'high', side: 'above' },
  ],
  // Hours or minutes of the day, whatever the quantity.
  unit: ({ hours }) => (hours === undefined ? 'min' : 'h'),
  windowMs: () => 86_400_000,
  open({ low, high, at_most, hours, by }, { device, plant }) {
    const { attributes } = device;
    const bottom = low === undefined ? Number.NEGATIVE_INFINITY : resolveLimit(low, attributes);
    const top = high === undefined ? Number.POSITIVE_INFINITY : resolveLimit(high, attributes);
    const wanted = hours === undefined ? undefined : resolveLimit(hours, attributes);
    if (bottom === undefined || top === undefined || (hours !== undefined && wanted === undefined)) return undefined;
    const clock = localClock(plant.timezone);
    const duty = wanted !== undefined;
    const dueMinute = by === undefined ? 0 : minuteOf(by);
    /** `counted`: time outside, or time on, today. */
    const own = { counted: 0, known: 0, day: Number.NaN, lastT: Number.NaN, counts: false };
    // A value is taken to hold until the next one, but not through a long silence.
    const longestHold = Math.max(15 * 60_000, 2 * device.pollMs, device.expireMs ?? 0);
    const advance = (t: number) => {
      const today = clock.day(t);
      const midnight = clock.next(t, 0) - 86_400_000;
      if (today !== own.day) {
        own.counted = 0;
        own.known = 0;
        if (!Number.isNaN(own.lastT)) own.lastT = Math.max(own.lastT, midnight);
        own.day = today;
      }
      if (Number.isNaN(own.lastT)) return;
      const held = Math.min(t - own.lastT, longestHold);
      own.known += held;
      if (own.counts) own.counted += held;
    };
    const verdict = (t: number): Verdict => {
      if (!duty) {
        judge.value = own.counted / 60_000;
        return own.counted > (at_most as number) ? 'breach' : 'clear';
      }
      judge.value = own.counted / 3_600_000;
      if (clock.minute(t) < dueMinute) return 'clear';
      if (judge.value >= (wanted as number)) return 'clear';
      // What was not seen may have been done: it is missing only when even that would not be enough.
      const unseen = clock.minute(t) * 60_000 + (t % 60_000) - own.known;
      return own.counted + Math.max(0, unseen) < (wanted as number) * 3_600_000 ? 'breach' : 'unknown';
    };
    const judge: Judge = {
      memory: own,
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: duty ? (wanted as number) : (at_most as number) / 60_000,
      note: duty ? atLeast(wanted as number, by as string) : atMost((at_most as number) / 60_000),
      anew(_input, t) {
        if (own.lastT > t) own.lastT = t;
      },
      reading(_input, t, value) {
        advance(t);
        if (Number.isNaN(value)) {
          own.lastT = Number.NaN;
          return 'unknown';
        }
        own.lastT = t;
        own.counts = duty ? value > 0 : value < bottom || value > top;
        if (duty) judge.wakeAt = clock.next(t, dueMinute);
        return verdict(t);
      },
      wake(t) {
        advance(t);
        if (!Number.isNaN(own.lastT)) own.lastT = t;
        judge.wakeAt = clock.next(t, dueMinute);
        return verdict(t);
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity}今日累计 {value} {unit}，{note}，自 {since} 起',
    en: '{location}: {quantity} has come to {value} {unit} today, {note}, since {since}',
  },
  examples: [
    { say: 'ran too little by 20:00', params: { hours: 'planned_hours - 1', by: '20:00' }, attributes: { planned_hours: 8 }, quantity: 'plant_running', readings: shift(6), at: 20 * 3_600, verdict: 'breach' },
    { say: 'first seen at 13:03: it may have run before', params: { hours: 7, by: '20:00' }, quantity: 'plant_running', readings: Array.from({ length: 83 }, (_, i): [number, number] => [46_980 + i * 300, 1]), at: 20 * 3_600, verdict: 'unknown' },
    { say: 'seen from 15:00 on and standing: what was not seen may have been enough', params: { hours: 7, by: '20:00' }, quantity: 'plant_running', readings: Array.from({ length: 60 }, (_, i): [number, number] => [54_000 + i * 300, 0]), at: 20 * 3_600, verdict: 'unknown' },
    { say: 'not seen for the first 3 hours only: even they would not be enough', params: { hours: 10, by: '20:00' }, quantity: 'plant_running', readings: shift(6).slice(36), at: 20 * 3_600, verdict: 'breach' },
    { say: 'ran enough', params: { hours: 7, by: '20:00' }, quantity: 'plant_running', readings: shift(8), at: 20 * 3_600, verdict: 'clear' },
    { say: 'before 20:00 nothing is due', params: { hours: 7, by: '20:00' }, quantity: 'plant_running', readings: shift(6), at: 19.9 * 3_600, verdict: 'clear' },
    { say: 'midnight starts a new day', params: { hours: 7, by: '20:00' }, quantity: 'plant_running', readings: [...shift(6), [86_460, 0]], verdict: 'clear' },
    { say: 'outside for too long today', params: { low: 2, high: 8, at_most: '30m' }, quantity: 'residual_chlorine_mgl', readings: [[0, 1], [600, 1], [1200, 1], [1860, 1]], verdict: 'breach' },
    { say: 'outside, but not for long', params: { low: 2, high: 8, at_most: '30m' }, quantity: 'residual_chlorine_mgl', readings: [[0, 1], [600, 1], [1200, 5], [7200, 5]], verdict: 'clear' },
    { say: 'bad', params: { low: 2, high: 8, at_most: '30m' }, quantity: 'residual_chlorine_mgl', readings: [[0, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** A plant that runs from 8 o'clock for so many hours, read every 5 minutes until 19:55. */
function shift(hours: number): [number, number][] {
  return Array.from({ length: 240 }, (_, i) => [i * 300, i >= 96 && i < 96 + hours * 12 ? 1 : 0]);
}

const atLeast = (hours: number, by: string): Text => ({
  zh: `${by} 前应不少于 ${shown(hours)} h`,
  en: `at least ${shown(hours)} h are due by ${by}`,
});
const atMost = (minutes: number): Text => ({
  zh: `超限时间每日最多 ${shown(minutes)} min`,
  en: `at most ${shown(minutes)} min a day may be outside the range`,
});
