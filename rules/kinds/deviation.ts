/**
 * Different from what is usual here at this hour: compares a short mean with the highest (or lowest) such mean of the same weekday and hour
 * in past weeks, of the same hour in past days while weeks are missing, and of the last hours while even days are. Learns from quiet times, and from
 * what was not quiet but has ended by itself at the same hour of several days: a shift that begins, a feeder that is switched off in the evening.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { localClock } from '../../shared/zone.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { openExtreme, openMean } from '../window.ts';

const hourMs = 3_600_000;
/** Habits may begin or end so much earlier or later. */
const habitMarginMin = 15;
/** What has not been seen for so many days is no habit any more. */
const habitDays = 14;

export default defineKind({
  id: 'deviation',
  title: { zh: '偏离历史规律', en: 'Deviates from its history' },
  params: z.strictObject({
    direction: z.enum(['above', 'below']).default('above'),
    times: z.number().positive().default(1.5).meta({ description: 'Beyond the usual by this factor …' }),
    by: limitSchema.default(0).meta({ description: '… and by at least this much' }),
    mean: durationSchema.default(300_000).meta({ description: 'Means over this time are compared' }),
    weeks: z.number().int().min(1).max(26).default(6).meta({ description: 'Weeks that are remembered' }),
    habit: z
      .number()
      .int()
      .min(2)
      .default(3)
      .meta({ description: 'A breach that ends by itself and comes at the same hour of so many days within two weeks is usual from then on' }),
    settle: durationSchema.default(600_000).meta({ description: 'Time to learn before the first verdict' }),
  }),
  windowMs: ({ weeks }) => weeks * 7 * 24 * hourMs,
  needsEveryMs: () => hourMs,
  open({ direction, times, by, mean, weeks, habit, settle }, { device, plant }) {
    const distance = resolveLimit(by, device.attributes);
    if (distance === undefined) return undefined;
    const clock = localClock(plant.timezone);
    const above = direction === 'above';
    const beyond = (a: number, b: number) => (above ? Math.max(a, b) : Math.min(a, b));
    const short = openMean(mean);
    // The last hours, but not the last minutes: a fault must not become the usual while it is being judged.
    const recent = openExtreme(above ? 'max' : 'min', 2 * hourMs);
    const waiting: [t: number, mean: number][] = [];
    /** By hour of the week. */
    const slots: Record<number, number[]> = {};
    /** Hours of the breach that goes on, and by hour of the day those of breaches that have ended: day and farthest mean in turn. */
    const unrest: [slot: number, mean: number][] = [];
    const habits: Record<number, [day: number, mean: number][]> = {};
    const own: { slot: number; ofHour: number; oddOfHour: number; lastT: number; nextMean: number; first: number; current: Verdict } = {
      slot: Number.NaN,
      ofHour: Number.NaN,
      oddOfHour: Number.NaN,
      lastT: Number.NaN,
      nextMean: Number.NEGATIVE_INFINITY,
      first: Number.NaN,
      current: 'unknown',
    };

    const closeHour = () => {
      const at = own.slot * hourMs;
      if (!Number.isNaN(own.ofHour)) {
        const name = clock.weekday(at) * 24 + clock.hour(at);
        slots[name] = [...(slots[name] ?? []), own.ofHour].slice(-weeks);
      }
      if (!Number.isNaN(own.oddOfHour)) unrest.push([own.slot, own.oddOfHour]);
      own.ofHour = Number.NaN;
      own.oddOfHour = Number.NaN;
    };
    /** A breach has ended by itself: what it was like is remembered. */
    const settleUnrest = () => {
      if (!Number.isNaN(own.oddOfHour)) unrest.push([own.slot, own.oddOfHour]);
      own.oddOfHour = Number.NaN;
      for (const [slot, was] of unrest.splice(0)) {
        const [hour, day] = [clock.hour(slot * hourMs), clock.day(slot * hourMs)];
        habits[hour] = [...(habits[hour] ?? []).filter(([seen]) => seen > day - habitDays), [day, was]];
      }
    };
    /** What breaches of this hour were like, once they are a habit; NaN before. */
    const habitAt = (t: number): number => {
      const [minute, day] = [clock.minute(t), clock.day(t)];
      let usual = Number.NaN;
      for (const margin of [-habitMarginMin, 0, habitMarginMin]) {
        const known = (habits[Math.floor((minute + margin + 1_440) / 60) % 24] ?? []).filter(([seen]) => seen > day - habitDays);
        if (new Set(known.map(([seen]) => seen)).size < habit) continue;
        for (const [, was] of known) usual = Number.isNaN(usual) ? was : beyond(usual, was);
      }
      return usual;
    };
    const usualAt = (t: number): number => {
      const [learned, habitual] = [learnedAt(t), habitAt(t)];
      return Number.isNaN(habitual) ? learned : Number.isNaN(learned) ? habitual : beyond(learned, habitual);
    };
    const learnedAt = (t: number): number => {
      const hour = clock.hour(t);
      const week = slots[clock.weekday(t) * 24 + hour];
      if (week && week.length >= 2) return week.reduce(beyond);
      const days: number[] = [];
      for (let day = 0; day < 7; day++) days.push(...(slots[day * 24 + hour] ?? []));
      const short = recent.at(t);
      if (days.length === 0) return short;
      return days.length >= 3 || Number.isNaN(short) ? days.reduce(beyond) : beyond(days.reduce(beyond), short);
    };
    const judge: Judge = {
      memory: { own, slots, unrest, habits, waiting, short: short.memory, recent: recent.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      anew(_input, t) {
        short.anew(t);
        recent.anew(t);
        while (waiting.length > 0 && (waiting.at(-1) as [number, number])[0] > t) waiting.pop();
        own.nextMean = Math.min(own.nextMean, t);
        own.first = Math.min(own.first, t);
        own.slot = Number.NaN;
        own.ofHour = Number.NaN;
        own.oddOfHour = Number.NaN;
        own.lastT = Math.min(own.lastT, t);
      },
      reading(_input, t, value, breached) {
        if (Number.isNaN(value)) return 'unknown';
        if (Number.isNaN(own.first)) own.first = t;
        // What was last read counts until the next reading, through two poll intervals or as long as the device really takes.
        const gap = device.expireMs === undefined ? device.pollMs : Math.min(device.expireMs, t - own.lastT || 0);
        own.lastT = t;
        short.add(t, value);
        // A new mean every tenth of its length is enough, and keeps the cost of a reading small.
        if (t < own.nextMean) return own.current;
        own.nextMean = t + mean / 10;
        const now = short.at(t, Math.max(mean, 2 * gap));
        if (Number.isNaN(now)) {
          own.current = breached ? 'breach' : 'clear';
          return own.current;
        }
        const hour = Math.floor(t / hourMs);
        if (hour !== own.slot) {
          if (!Number.isNaN(own.slot)) closeHour();
          own.slot = hour;
        }
        const usual = usualAt(t);
        const limit = above ? Math.max(usual * times, usual + distance) : Math.min(usual / times, usual - distance);
        judge.value = now;
        judge.limit = limit;
        const out = !Number.isNaN(limit) && t - own.first >= settle && (above ? now > limit : now < limit);
        const back = breached && !Number.isNaN(limit) && (above ? now > (usual + limit) / 2 : now < (usual + limit) / 2);
        own.current = out || back ? 'breach' : 'clear';
        if (own.current === 'breach') own.oddOfHour = Number.isNaN(own.oddOfHour) ? now : beyond(own.oddOfHour, now);
        else {
          if (breached) settleUnrest();
          own.ofHour = Number.isNaN(own.ofHour) ? now : beyond(own.ofHour, now);
          waiting.push([t, now]);
        }
        while (waiting.length > 0 && (waiting[0] as [number, number])[0] <= t - Math.max(settle, mean)) {
          const [at, was] = waiting.shift() as [number, number];
          recent.add(at, was);
        }
        return own.current;
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity} {value} {unit}，明显偏离同时段规律（参考限值 {limit} {unit}），自 {since} 起',
    en: '{location}: {quantity} {value} {unit}, far from what is usual at this hour (limit {limit} {unit}), since {since}',
  },
  examples: [
    { say: 'a step above the last hours', params: { times: 1.5, by: 2 }, quantity: 'flow_m3h', readings: [...steady(0, 3_600, 3), ...steady(3_600, 4_500, 9)], verdict: 'breach' },
    { say: 'a step that is small', params: { times: 1.5, by: 2 }, quantity: 'flow_m3h', readings: [...steady(0, 3_600, 3), ...steady(3_600, 4_500, 4.5)], verdict: 'clear' },
    { say: 'the same step, back again', params: { times: 1.5, by: 2 }, quantity: 'flow_m3h', readings: [...steady(0, 3_600, 3), ...steady(3_600, 4_500, 9), ...steady(4_500, 6_000, 3)], verdict: 'clear' },
    { say: 'usual for this hour on the days before', params: { times: 1.5, by: 2 }, quantity: 'flow_m3h', readings: days(4), verdict: 'clear' },
    { say: 'read every 10 minutes', params: { times: 1.5, by: 2 }, quantity: 'flow_m3h', pollMs: 600_000, readings: [...steady(0, 7_200, 3, 600), ...steady(7_200, 9_600, 9, 600)], verdict: 'breach' },
    { say: 'nothing learned yet', params: {}, quantity: 'flow_m3h', readings: [[0, 3], [60, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

function steady(from: number, to: number, value: number, every = 60): [number, number][] {
  return Array.from({ length: (to - from) / every }, (_, i) => [from + i * every, value]);
}
/** Days with a peak of 9 from 7 to 9 and 2 else, ending within a peak. */
function days(count: number): [number, number][] {
  const out: [number, number][] = [];
  for (let s = 0; s < count * 86_400 + 8 * 3_600; s += 120) {
    const hour = (s / 3_600) % 24;
    // A soft flank on the first morning, as plants have it.
    out.push([s, hour >= 7 && hour < 9 ? (s < 86_400 ? Math.min(9, 2 + (hour - 7) * 3.5) : 9) : 2]);
  }
  return out;
}
