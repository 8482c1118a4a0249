/**
 * Leaks by the flow of the night (UKWIR 99/WM/08/21): higher than such a night of the week usually is, by more than nights differ among each other.
 * The zone's own past sizes it: nothing needs to be set. Several meters can make one zone (inlets added, outlets and tank filling subtracted). A
 * known leak stays an alarm until it is repaired; what grows on is not told again, a step on top of it is.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { quantity as quantityOf, quantitySchema } from '../../shared/quantity.ts';
import type { Text } from '../../shared/text.ts';
import { localTime, shown } from '../../shared/wording.ts';
import { localClock, minuteOf } from '../../shared/zone.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { type LeakNight, openLeakDetector } from '../leak.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { openNights } from '../night.ts';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 02:00');
const dayMs = 86_400_000;
const hourMs = 3_600_000;
const zone = z.strictObject({ device: z.string(), quantity: quantitySchema.optional() });
const tankTerm = z.strictObject({
  device: z.string(),
  quantity: quantitySchema.default('level_pct'),
  m3_per_unit: z.number().positive().meta({ description: 'Volume of one unit of the level: a tank of 50 m³ read in % has 0.5' }),
});
/** The level of a tank moves slowly and is read coarsely: its change counts over at least this time. */
const tankMs = 900_000;

const twoWeeks = [1, 1.05, 0.95, 1, 1.02, 0.98, 1, 1, 1.05, 0.95, 1, 1.02, 0.98, 1];

export default defineKind({
  id: 'night-flow',
  title: { zh: '夜间流量', en: 'Night flow' },
  params: z.strictObject({
    from: time.default('02:00'),
    to: time.default('05:00'),
    roll: durationSchema.default(hourMs).meta({ description: 'The lowest mean over this time is the figure of a night' }),
    learn: z.number().int().min(7).max(90).default(14).meta({ description: 'Nights to learn from before the first verdict' }),
    by: limitSchema.default(0).meta({ description: 'Not told of below this; 0: only what nights differ by counts' }),
    times: z.number().min(1).default(1).meta({ description: 'Not told of below this factor of the usual level' }),
    spreads: z
      .number()
      .positive()
      .default(4)
      .meta({ description: 'Sum of the usual differences of nights, beyond two a night, at which it is a leak: less finds more, and more that is none' }),
    for_nights: z.number().int().min(1).default(2).meta({ description: 'So many nights in a row; one is enough when it is far beyond' }),
    accept: z.number().int().min(7).max(366).default(60).meta({ description: 'A level that stays for so many nights is taken as the new usual' }),
    price_per_m3: z.number().nonnegative().optional().meta({ description: 'Yuan per m³, for the text; without it no yuan are told' }),
    add: z.array(zone).default([]).meta({ description: 'Further inlets of the zone' }),
    subtract: z.array(zone).default([]).meta({ description: 'Outlets of the zone, or what fills a tank' }),
    tanks: z.array(tankTerm).default([]).meta({ description: 'Tanks within the zone by their level: what fills them is no use, what empties them is' }),
  }),
  inputs: ({ add, subtract, tanks }, { device, quantity }) => [
    { device: device.id, quantity: quantity ?? 'flow_m3h' },
    ...[...add, ...subtract].map((one) => ({ device: one.device, quantity: one.quantity ?? quantity ?? ('flow_m3h' as const) })),
    ...tanks.map((one) => ({ device: one.device, quantity: one.quantity })),
  ],
  // Each night needs a look between the first whole mean and the end of the window.
  needsEveryMs: ({ from, to, roll }) => (minuteOf(to) - minuteOf(from)) * 60_000 - roll,
  windowMs: ({ learn }) => Math.max(learn, 42) * dayMs,
  open({ from, to, roll, learn, by, times, spreads, for_nights, accept, price_per_m3, add, subtract, tanks }, { device, quantity, plant }) {
    const distance = resolveLimit(by, device.attributes);
    if (distance === undefined) return undefined;
    const clock = localClock(plant.timezone);
    const meters = [device.id, ...[...add, ...subtract].map((one) => one.device)];
    const slowest = Math.max(...meters.map((id) => plant.devices.get(id)?.pollMs ?? 0));
    const watch = openNights(clock, { from: minuteOf(from), to: minuteOf(to), rollMs: roll, holdMs: Math.max(roll, 2.5 * slowest) });
    const least = (level: number) => Math.max(distance, Math.abs(level) * (times - 1));
    const detector = openLeakDetector({ learn, spreads, nights: for_nights, accept, least });
    const unit = quantityOf(quantity ?? 'flow_m3h').unit;
    const inputs = meters.length;
    const latest: number[] = new Array(inputs + tanks.length).fill(Number.NaN);
    /** By tank: time and level from which its change is counted. */
    const levels: number[] = new Array(2 * tanks.length).fill(Number.NaN);
    const tankLevel = (tank: number, t: number, level: number) => {
      const [since, before] = [levels[2 * tank] as number, levels[2 * tank + 1] as number];
      if (t - since < tankMs) return;
      const filled = ((level - before) * (tanks[tank]?.m3_per_unit ?? 0) * hourMs) / (t - since);
      latest[inputs + tank] = unit === 'L/min' ? filled / 0.06 : filled;
      levels[2 * tank] = t;
      levels[2 * tank + 1] = level;
    };
    const sign = Array.from({ length: inputs }, (_, i) => (i > add.length ? -1 : 1));
    /** `pulse`: a further leak has come; the next reading raises an alarm of its own. */
    const own: { current: Verdict; pulse: number; since: number; volume: number } = { current: 'unknown', pulse: 0, since: Number.NaN, volume: 0 };
    const close = (day: number, flow: number, t: number): Verdict => {
      if (Number.isNaN(flow)) return own.current;
      judge.value = flow;
      const night = detector.night((((day + 4) % 7) + 7) % 7, flow);
      own.current = night?.leaking ? 'breach' : 'clear';
      if (!night) return own.current;
      judge.limit = night.limit;
      const dayVolume = (unit === 'L/min' ? night.size * 0.06 : night.size) * 24;
      if (!night.leaking) own.since = Number.NaN;
      else if (Number.isNaN(own.since)) {
        own.since = t - for_nights * dayMs;
        own.volume = dayVolume * for_nights;
      } else own.volume += dayVolume;
      if (night.leaking) judge.note = estimate(night);
      if (night.again) own.pulse = 1;
      return night.again ? 'clear' : own.current;
    };
    /** How much, how much since when, and what that costs. */
    const estimate = ({ size }: LeakNight): Text => {
      const since = localTime(own.since, plant.timezone).slice(0, 10);
      const { volume } = own;
      const yuan = price_per_m3 === undefined ? undefined : Math.round(volume * price_per_m3);
      return {
        zh: `估计漏量约 ${shown(size)} ${unit}，自 ${since} 起约 ${shown(volume)} m³${yuan === undefined ? '' : `，约 ${yuan} 元`}`,
        en: `estimated at about ${shown(size)} ${unit}, some ${shown(volume)} m³ since ${since}${yuan === undefined ? '' : `, about ${yuan} yuan`}`,
      };
    };
    const judge: Judge = {
      memory: { own, latest, levels, watch: watch.memory, detector: detector.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      reading(input, t, value) {
        // A bad value says nothing about the night; the night itself needs half of its time to be seen.
        if (Number.isNaN(value)) {
          latest[input] = value;
          if (input >= inputs) levels[2 * (input - inputs)] = value;
          return 'unknown';
        }
        if (input >= inputs) {
          tankLevel(input - inputs, t, value);
          return own.current;
        }
        latest[input] = value;
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += (sign[i] as number) * (latest[i] as number);
        for (let i = 0; i < tanks.length; i++) sum -= latest[inputs + i] as number;
        // Meters of a zone that are read together make one value, at the last of them.
        if (Number.isNaN(sum) || (inputs > 1 && input !== inputs - 1)) return own.current;
        if (own.pulse > 0) {
          own.pulse = 0;
          watch.add(t, sum);
          return own.current;
        }
        const night = watch.add(t, sum);
        return night ? close(night.day, night.flow, t) : own.current;
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：夜间流量 {value} {unit}，高于同类夜晚的水平（限值 {limit} {unit}），疑似持续泄漏，自 {since} 起；{note}',
    en: '{location}: night flow {value} {unit}, above what such nights usually are (limit {limit} {unit}): probably a steady leak, since {since}; {note}',
  },
  examples: [
    { say: 'two nights with a leak', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1.6, 1.6]), verdict: 'breach' },
    { say: 'one night only', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1.4]), verdict: 'clear' },
    { say: 'one night that is far beyond', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 2.5]), verdict: 'breach' },
    { say: 'repaired', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1.6, 1.6, 1, 1]), verdict: 'clear' },
    { say: 'a weekday that is always higher', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([1, 1, 3, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 1, 3]), verdict: 'clear' },
    { say: 'a leak that nobody repairs is still one', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, ...new Array(30).fill(1.6)]), verdict: 'breach' },
    { say: 'a level that stayed is the new usual', params: { accept: 14 }, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, ...new Array(40).fill(1.6)]), verdict: 'clear' },
    { say: 'and the next leak is seen on top of it', params: { accept: 14 }, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, ...new Array(40).fill(1.6), 2.2, 2.2]), verdict: 'breach' },
    { say: 'a leak of a fifth that grows over weeks', params: {}, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, ...twoWeeks, ...twoWeeks, ...Array.from({ length: 40 }, (_, i) => 1 + i / 200)]), verdict: 'breach' },
    { say: 'too small to be told of', params: { by: 1 }, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1.6, 1.6, 1.6]), verdict: 'clear' },
    { say: 'what fills a tank is no leak', params: { subtract: [{ device: 'tank' }] }, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1.6, 1.6], [...twoWeeks.map(() => 0), 0.6, 0.6]), verdict: 'clear' },
    { say: 'what fills a tank is no leak, by its level', params: { tanks: [{ device: 'tank', m3_per_unit: 0.5 }] }, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1.6, 1.6], undefined, [...twoWeeks.map(() => 0), 1.2, 1.2]), verdict: 'clear' },
    { say: 'what a tank gives is a leak, by its level', params: { tanks: [{ device: 'tank', m3_per_unit: 0.5 }] }, quantity: 'flow_m3h', readings: () => nightsOf([...twoWeeks, 1, 1], undefined, [...twoWeeks.map(() => 0), -1.2, -1.2]), verdict: 'breach' },
    { say: 'bad', params: {}, quantity: 'flow_m3h', readings: [[0, 1], [60, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** Days with this flow at night and more by day, ending after the last night; a second meter beside it, or a tank whose level rises so much an hour. */
function nightsOf(levels: number[], others?: number[], rises?: number[]): [number, number[]][] {
  let level = 50;
  return levels.flatMap((flow, day) =>
    Array.from({ length: (day === levels.length - 1 ? 6 : 24) * 12 }, (_, i): [number, number[]] => {
      level += (rises?.[day] ?? 0) / 12;
      const beside = others ? [others[day] as number] : rises ? [level] : [];
      return [day * 86_400 + i * 300, [i / 12 > 1 && i / 12 < 6 ? flow : flow + 4, ...beside]];
    }),
  );
}
