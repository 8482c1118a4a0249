/** What the parent meter counts and its children do not: loss, theft, a meter that stands, or one that nobody entered. Judged by whole days. */
import { z } from 'zod';
import { quantitySchema } from '../../shared/quantity.ts';
import { localClock } from '../../shared/zone.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';

export default defineKind({
  id: 'balance',
  title: { zh: '总分表平衡', en: 'Balance of parent and children' },
  params: z.strictObject({
    gap_pct: z.number().positive().default(8).meta({ description: 'Percent of the parent' }),
    gap: z.number().nonnegative().default(1).meta({ description: 'And at least this much a day' }),
    days: z.number().int().min(1).default(3).meta({ description: 'So many days in a row' }),
    counter: quantitySchema.optional().meta({ description: "The counter of the children, when it is not the parent's" }),
  }),
  inputs: ({ counter }, { device, quantity, plant }) => [
    { device: device.id, quantity: quantity ?? 'volume_m3' },
    ...plant.children(device.id).map((child) => ({ device: child.id, quantity: counter ?? quantity ?? ('volume_m3' as const) })),
  ],
  windowMs: ({ days }) => (days + 1) * 86_400_000,
  open({ gap_pct, gap, days }, { device, plant }) {
    const count = 1 + plant.children(device.id).length;
    if (count === 1 && plant.devices.size > 1) return undefined;
    const clock = localClock(plant.timezone);
    const first: number[] = Array(count).fill(Number.NaN);
    const last: number[] = Array(count).fill(Number.NaN);
    const own: { day: number; bad: number; current: Verdict } = { day: Number.NaN, bad: 0, current: 'unknown' };
    const close = (): Verdict => {
      const used = last.map((value, i) => value - (first[i] as number));
      // A meter that was not heard or ran backwards (replaced, reset) makes the day unusable, not wrong.
      if (used.some((value) => Number.isNaN(value) || value < 0)) return own.current;
      const parent = used[0] as number;
      const missing = used.reduce((rest, value, i) => (i === 0 ? rest : rest - value), parent);
      judge.value = missing;
      judge.limit = Math.max(gap, (gap_pct / 100) * parent);
      own.bad = Math.abs(missing) > judge.limit ? own.bad + 1 : 0;
      own.current = own.bad >= days ? 'breach' : 'clear';
      return own.current;
    };
    const judge: Judge = {
      memory: { own, first, last },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      reading(input, t, value) {
        if (Number.isNaN(value)) return 'unknown';
        const today = clock.day(t);
        let verdict = own.current;
        if (today !== own.day) {
          if (!Number.isNaN(own.day)) verdict = close();
          own.day = today;
          // A day begins where the last one ended, so that nothing falls between them.
          for (let i = 0; i < count; i++) first[i] = last[i] as number;
        }
        if (Number.isNaN(first[input])) first[input] = value;
        last[input] = value;
        return verdict;
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：总表与分表日差 {value} {unit}，超过 {limit} {unit}，已连续多日，自 {since} 起',
    en: '{location}: {value} {unit} a day that no sub-meter counts, above {limit} {unit}, for days in a row, since {since}',
  },
  examples: [
    { say: 'nothing below it accounts for the water, three days', params: {}, quantity: 'volume_m3', readings: counting(20, 4), verdict: 'breach' },
    { say: 'two days', params: {}, quantity: 'volume_m3', readings: counting(20, 3), verdict: 'clear' },
    { say: 'too little to matter', params: {}, quantity: 'volume_m3', readings: counting(0.5, 5), verdict: 'clear' },
    { say: 'bad', params: {}, quantity: 'volume_m3', readings: [[0, 5], [60, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** A counter that counts so much a day, ending early on the last one. */
function counting(perDay: number, days: number): [number, number][] {
  return Array.from({ length: (days - 1) * 24 + 2 }, (_, hour) => [hour * 3_600, 1_000 + (hour * perDay) / 24]);
}
