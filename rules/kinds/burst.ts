/** A pipe burst: pressure falls fast and make-up water rises far above what this loop usually takes. Both, so that neither alone cries wolf. */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { quantitySchema } from '../../shared/quantity.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { spokenValue } from '../spoken.ts';
import { openExtreme, openUsual } from '../window.ts';

const sampleEveryMs = 600_000;
const usualMs = 7 * 86_400_000;

export default defineKind({
  id: 'burst',
  title: { zh: '爆管', en: 'Burst' },
  params: z.strictObject({
    fall: limitSchema.default(20).meta({ description: 'Pressure falls by this much …' }),
    within: durationSchema.default(300_000).meta({ description: '… within this time' }),
    makeup: quantitySchema.default('makeup_flow_m3h'),
    times: z.number().positive().default(3).meta({ description: 'Make-up above so many times its 7-day median' }),
    at_least: z.number().nonnegative().default(0.3).meta({ description: 'And at least this much, for loops that usually take nothing' }),
    low: limitSchema.optional().meta({ description: 'Goes on until the pressure is above this again' }),
  }),
  inputs: ({ makeup }, { device, quantity }) => [
    { device: device.id, quantity: quantity ?? 'pressure_kpa' },
    { device: device.id, quantity: makeup },
  ],
  windowMs: () => usualMs,
  needsEveryMs: ({ within }) => within / 2,
  open({ fall, within, makeup, times, at_least, low }, place) {
    const drop = resolveLimit(fall, place.device.attributes);
    const floor = low === undefined ? Number.NEGATIVE_INFINITY : resolveLimit(low, place.device.attributes);
    if (drop === undefined || floor === undefined) return undefined;
    const highest = openExtreme('max', within);
    const usual = openUsual(usualMs, sampleEveryMs);
    const now = { pressure: Number.NaN, makeup: Number.NaN };
    const judge: Judge = {
      memory: { now, highest: highest.memory, usual: usual.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      anew: (_input, t) => highest.anew(t),
      reading(input, t, value, breached): Verdict {
        if (input === 0) {
          now.pressure = value;
          judge.value = value;
          if (!Number.isNaN(value)) highest.add(t, value);
        } else {
          now.makeup = value;
          judge.note = spokenValue(makeup, value);
          if (!Number.isNaN(value) && !breached) usual.add(t, value);
        }
        if (Number.isNaN(now.pressure) || Number.isNaN(now.makeup)) return 'unknown';
        const fallen = highest.at(t) - now.pressure;
        const much = now.makeup > Math.max(at_least, times * (usual.median() || 0));
        judge.limit = highest.at(t) - drop;
        if (fallen >= drop && much) return 'breach';
        // The fall ends when the loop is empty or refilled; the burst ends when make-up is usual and pressure is back.
        if (breached && (much || now.pressure < floor)) return 'breach';
        return 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：压力快速下降至 {value} {unit}，同时补水量突增（{note}），疑似爆管，自 {since} 起',
    en: '{location}: pressure fell fast to {value} {unit} while make-up water rose ({note}): probably a burst pipe, since {since}',
  },
  examples: [
    { say: 'falls and takes water', params: {}, quantity: 'pressure_kpa', readings: [[0, [300, 0]], [60, [275, 2]]], verdict: 'breach' },
    { say: 'falls without make-up: a pump stopped', params: {}, quantity: 'pressure_kpa', readings: [[0, [300, 0]], [60, [275, 0]]], verdict: 'clear' },
    { say: 'make-up without a fall: filling', params: {}, quantity: 'pressure_kpa', readings: [[0, [300, 0]], [60, [299, 2]]], verdict: 'clear' },
    { say: 'falls slowly', params: {}, quantity: 'pressure_kpa', readings: [[0, [300, 0]], [301, [290, 2]], [602, [275, 2]]], verdict: 'clear' },
    { say: 'goes on while it takes water', params: {}, quantity: 'pressure_kpa', readings: [[0, [300, 0]], [60, [200, 3]], [900, [200, 3]]], verdict: 'breach' },
    { say: 'a broken sensor', params: {}, quantity: 'pressure_kpa', readings: [[0, [300, 0]], [60, [null, 2]]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
