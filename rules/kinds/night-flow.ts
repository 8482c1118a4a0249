/**
 * Leaks by the minimum night flow (UKWIR 99/WM/08/21: rolling hour, at night): higher than such a night of the week usually is, by more than
 * nights differ among each other. Several meters can make one zone (inlets added, outlets and tank filling subtracted). What is usual follows
 * the season slowly; a repair, and a level that stays, are taken over, so that the next leak is seen too (the ticket of the first stays open).
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { quantitySchema } from '../../shared/quantity.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { localClock, minuteOf } from '../local-time.ts';
import { openNights } from '../night.ts';
import { medianAndSpread } from '../window.ts';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 02:00');
const dayMs = 86_400_000;
/** How much of a night's difference the level follows: the season passes, a leak that grows within weeks does not. */
const followPart = 0.02;
const zone = z.strictObject({ device: z.string(), quantity: quantitySchema.optional() });

const twoWeeks = [1, 1.05, 0.95, 1, 1.02, 0.98, 1, 1, 1.05, 0.95, 1, 1.02, 0.98, 1];

export default defineKind({
  id: 'night-flow',
  title: { zh: '夜间最小流量', en: 'Minimum night flow' },
  params: z.strictObject({
    from: time.default('02:00'),
    to: time.default('05:00'),
    roll: durationSchema.default(3_600_000).meta({ description: 'The lowest mean over this time is the minimum' }),
    learn: z.number().int().min(2).max(90).default(14).meta({ description: 'Nights to learn from before the first verdict' }),
    by: limitSchema.default(0.3).meta({ description: 'Above what is usual by at least this …' }),
    times: z.number().min(1).default(1).meta({ description: '… and at least this factor …' }),
    spreads: z.number().nonnegative().default(4).meta({ description: '… and by so many times the usual difference of nights' }),
    for_nights: z.number().int().min(1).default(2).meta({ description: 'So many nights in a row; one is enough when it is three times beyond' }),
    accept: z.number().int().min(3).max(90).default(7).meta({ description: 'A level that stays for so many nights is taken as the new usual' }),
    add: z.array(zone).default([]).meta({ description: 'Further inlets of the zone' }),
    subtract: z.array(zone).default([]).meta({ description: 'Outlets of the zone, or what fills a tank' }),
  }),
  inputs: ({ add, subtract }, { device, quantity }) => [
    { device: device.id, quantity: quantity ?? 'flow_m3h' },
    ...[...add, ...subtract].map((one) => ({ device: one.device, quantity: one.quantity ?? quantity ?? ('flow_m3h' as const) })),
  ],
  windowMs: ({ learn }) => learn * dayMs,
  open({ from, to, roll, learn, by, times, spreads, for_nights, accept, add, subtract }, { device, plant }) {
    const distance = resolveLimit(by, device.attributes);
    if (distance === undefined) return undefined;
    const clock = localClock(plant.timezone);
    const watch = openNights(clock, minuteOf(from), minuteOf(to), roll);
    const inputs = 1 + add.length + subtract.length;
    const latest: number[] = new Array(inputs).fill(Number.NaN);
    const sign = Array.from({ length: inputs }, (_, i) => (i > add.length ? -1 : 1));
    /** First nights, until there are enough: weekday and minimum in turn. */
    const first: number[] = [];
    /** By weekday: how far such nights were from the level. */
    const usual: number[][] = [[], [], [], [], [], [], []];
    /** How far the last nights were from what was expected. */
    const missed: number[] = [];
    /** The same for nights that are beyond, up or down. */
    const beyond: number[] = [];
    /** And which these were: weekday and distance from the level in turn. */
    const strange: number[] = [];
    const own: { level: number; high: number; low: number; current: Verdict; last: number } = {
      level: Number.NaN,
      high: 0,
      low: 0,
      current: 'unknown',
      last: Number.NEGATIVE_INFINITY,
    };
    const shift = () => {
      own.level += medianAndSpread(beyond.slice(-for_nights - 1))[0];
      own.high = 0;
      own.low = 0;
      beyond.length = 0;
      strange.length = 0;
    };
    const learnNight = (weekday: number, distanceFromLevel: number) => {
      const list = usual[weekday] as number[];
      list.push(distanceFromLevel);
      if (list.length > 4) list.shift();
    };
    const begin = () => {
      const minima = first.filter((_, i) => i % 2 === 1);
      own.level = minima.reduce((sum, one) => sum + one, 0) / minima.length;
      for (let i = 0; i < first.length; i += 2) usual[first[i] as number]?.push((first[i + 1] as number) - own.level);
      for (let i = 0; i < first.length; i += 2) {
        const [median] = medianAndSpread(usual[first[i] as number] as number[]);
        missed.push((first[i + 1] as number) - own.level - median);
      }
      first.length = 0;
    };
    const close = (day: number, minimum: number): Verdict => {
      if (Number.isNaN(minimum)) return own.current;
      const weekday = (((day + 4) % 7) + 7) % 7;
      judge.value = minimum;
      if (Number.isNaN(own.level)) {
        first.push(weekday, minimum);
        if (first.length >= 2 * learn) begin();
        return 'clear';
      }
      const known = usual[weekday] as number[];
      const expected = own.level + (known.length > 0 ? medianAndSpread(known)[0] : 0);
      const [, spread] = medianAndSpread(missed);
      const most = Math.max(distance, expected * (times - 1), spreads * spread);
      const miss = minimum - expected;
      judge.limit = expected + most;
      own.high = miss > most ? own.high + 1 : 0;
      own.low = miss < -most ? own.low + 1 : 0;
      // A jump on top of a leak that is known: what was before becomes usual, so that the jump raises an alarm of its own.
      if (own.current === 'breach' && beyond.length >= for_nights && miss - medianAndSpread(beyond.slice(-3))[0] > 1.5 * most) {
        shift();
        own.high = 1;
        own.current = 'clear';
        beyond.push(minimum - own.level - (known.length > 0 ? medianAndSpread(known)[0] : 0));
        return own.current;
      }
      if (own.high > 0 || own.low > 0) {
        beyond.push(miss);
        strange.push(weekday, minimum - own.level);
      } else {
        // One or two strange nights may be how these nights of the week have become; a longer run was a leak or a repair.
        for (let i = 0; i < strange.length && strange.length <= 4; i += 2) learnNight(strange[i] as number, strange[i + 1] as number);
        beyond.length = 0;
        strange.length = 0;
        learnNight(weekday, minimum - own.level);
        missed.push(miss);
        if (missed.length > 42) missed.shift();
        own.level += miss * followPart;
      }
      if (own.low >= for_nights) shift();
      if (own.high >= for_nights || (own.high > 0 && (miss > 3 * most || own.current === 'breach'))) own.current = 'breach';
      else own.current = 'clear';
      if (own.high >= accept) {
        shift();
        own.current = 'clear';
      }
      return own.current;
    };
    const judge: Judge = {
      memory: { own, latest, first, usual, missed, beyond, strange, watch: watch.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      reading(input, t, value) {
        // A bad value says nothing about the night; the night itself needs half of its time to be seen.
        latest[input] = value;
        if (Number.isNaN(value)) return 'unknown';
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += (sign[i] as number) * (latest[i] as number);
        // Meters of a zone that are read together make one value, at the last of them.
        if (Number.isNaN(sum) || (inputs > 1 && input !== inputs - 1)) return own.current;
        const night = watch.add(t, sum);
        return night ? close(night.day, night.minimum) : own.current;
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：夜间最小流量 {value} {unit}，高于近期夜间水平（限值 {limit} {unit}），疑似存在持续泄漏，自 {since} 起',
    en: '{location}: minimum night flow {value} {unit}, above the level of past nights (limit {limit} {unit}): probably a steady leak, since {since}',
  },
  examples: [
    { say: 'two nights with a leak', params: {}, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, 1.6, 1.6]), verdict: 'breach' },
    { say: 'one night only', params: {}, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, 1.6]), verdict: 'clear' },
    { say: 'one night that is far beyond', params: {}, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, 2.5]), verdict: 'breach' },
    { say: 'repaired', params: {}, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, 1.6, 1.6, 1]), verdict: 'clear' },
    { say: 'a weekday that is always higher', params: {}, quantity: 'flow_m3h', readings: nightsOf([1, 1, 3, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 1, 3]), verdict: 'clear' },
    { say: 'a level that stayed is the new usual', params: {}, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, ...new Array(9).fill(1.6)]), verdict: 'clear' },
    { say: 'and the next leak is seen on top of it', params: {}, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, ...new Array(9).fill(1.6), 2.2, 2.2]), verdict: 'breach' },
    { say: 'what fills a tank is no leak', params: { subtract: [{ device: 'tank' }] }, quantity: 'flow_m3h', readings: nightsOf([...twoWeeks, 1.6, 1.6], [...twoWeeks.map(() => 0), 0.6, 0.6]), verdict: 'clear' },
    { say: 'bad', params: {}, quantity: 'flow_m3h', readings: [[0, 1], [60, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** Days with this flow at night and more by day, ending after the last night; a second meter beside it when there is one. */
function nightsOf(levels: number[], others?: number[]): [number, number[]][] {
  return levels.flatMap((level, day) =>
    Array.from({ length: (day === levels.length - 1 ? 6 : 24) * 12 }, (_, i): [number, number[]] => [
      day * 86_400 + i * 300,
      [i / 12 > 1 && i / 12 < 6 ? level : level + 4, ...(others ? [others[day] as number] : [])],
    ]),
  );
}
