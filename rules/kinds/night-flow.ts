/**
 * Leaks by the minimum night flow (UKWIR 99/WM/08/21: rolling hour, at night): higher than in the nights before by more than these nights
 * differ among each other. For oxygen, make-up water and cold water alike.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { localClock, minuteOf } from '../local-time.ts';
import { openNights } from '../night.ts';
import { medianAndSpread } from '../window.ts';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 02:00');
const dayMs = 86_400_000;

export default defineKind({
  id: 'night-flow',
  title: { zh: '夜间最小流量', en: 'Minimum night flow' },
  params: z.strictObject({
    from: time.default('02:00'),
    to: time.default('05:00'),
    roll: durationSchema.default(3_600_000).meta({ description: 'The lowest mean over this time is the minimum' }),
    nights: z.number().int().min(3).max(90).default(28).meta({ description: 'Compared with the median of so many nights' }),
    learn: z.number().int().min(1).default(3).meta({ description: 'Nights needed before the first verdict' }),
    by: limitSchema.default(0.3).meta({ description: 'Above the median by at least this …' }),
    times: z.number().min(1).default(1).meta({ description: '… and at least this factor …' }),
    spreads: z.number().nonnegative().default(4).meta({ description: '… and by so many times the usual difference of nights' }),
    for_nights: z.number().int().min(1).default(2).meta({ description: 'So many nights in a row' }),
  }),
  windowMs: ({ nights }) => nights * dayMs,
  open({ from, to, roll, nights, learn, by, times, spreads, for_nights }, { device, plant }) {
    const distance = resolveLimit(by, device.attributes);
    if (distance === undefined) return undefined;
    const clock = localClock(plant.timezone);
    const watch = openNights(clock, minuteOf(from), minuteOf(to), roll);
    const past: number[] = [];
    const own: { high: number; current: Verdict } = { high: 0, current: 'unknown' };
    const close = (minimum: number): Verdict => {
      if (Number.isNaN(minimum)) return own.current;
      const [median, spread] = medianAndSpread(past);
      judge.value = minimum;
      if (past.length >= learn) {
        judge.limit = Math.max(median + distance, median * times, median + spreads * spread);
        own.high = minimum > judge.limit ? own.high + 1 : 0;
      }
      // A night that is high is not usual, unless it goes on for so long that it must be (a new consumer, acknowledged long ago).
      if (own.high === 0 || own.high > nights) {
        past.push(minimum);
        if (past.length > nights) past.shift();
        if (own.high > nights) own.high = 0;
      }
      own.current = own.high >= for_nights ? 'breach' : own.high > 0 && own.current === 'breach' ? 'breach' : 'clear';
      return own.current;
    };
    const judge: Judge = {
      memory: { own, past, watch: watch.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      reading(_input, t, value) {
        // A bad value says nothing about the night; the night itself needs half of its time to be seen.
        if (Number.isNaN(value)) return 'unknown';
        const night = watch.add(t, value);
        return night ? close(night.minimum) : own.current;
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：夜间最小流量 {value} {unit}，高于近期夜间水平（限值 {limit} {unit}），疑似存在持续泄漏，自 {since} 起',
    en: '{location}: minimum night flow {value} {unit}, above the level of past nights (limit {limit} {unit}): probably a steady leak, since {since}',
  },
  examples: [
    { say: 'two nights with a leak', params: {}, quantity: 'flow_m3h', readings: nightsOf([1, 1.05, 0.95, 1, 1.6, 1.6]), verdict: 'breach' },
    { say: 'one night only', params: {}, quantity: 'flow_m3h', readings: nightsOf([1, 1.05, 0.95, 1, 1.6]), verdict: 'clear' },
    { say: 'repaired', params: {}, quantity: 'flow_m3h', readings: nightsOf([1, 1.05, 0.95, 1, 1.6, 1.6, 1]), verdict: 'clear' },
    { say: 'nights that always differ', params: {}, quantity: 'flow_m3h', readings: nightsOf([1, 2, 0.6, 1.7, 0.8, 1.9, 1.9]), verdict: 'clear' },
    { say: 'bad', params: {}, quantity: 'flow_m3h', readings: [[0, 1], [60, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** Days with this flow at night and more by day, ending after the last night. */
function nightsOf(levels: number[]): [number, number][] {
  return levels.flatMap((level, day) =>
    Array.from({ length: (day === levels.length - 1 ? 6 : 24) * 12 }, (_, i): [number, number] => [
      day * 86_400 + i * 300,
      i / 12 > 1 && i / 12 < 6 ? level : level + 4,
    ]),
  );
}
