/** Phases that differ: (largest − mean) / mean, in percent. Formula of domain practice for currents; voltages likewise. */
import { z } from 'zod';
import type { QuantityId } from '../../shared/quantity.ts';
import { defineKind, type Judge } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';

export default defineKind({
  id: 'unbalance',
  title: { zh: '三相不平衡', en: 'Unbalance' },
  params: z.strictObject({
    limit: z.number().positive().meta({ description: 'Percent' }),
    deadband: z.number().nonnegative().default(1).meta({ description: 'Percent' }),
    at_least: limitSchema.default(0).meta({ description: 'Judged only while the mean is above this; light loads are never even' }),
  }),
  unit: () => '%',
  inputs(_params, { device, quantity }) {
    const first = quantity ?? 'current_l1_a';
    return ['l1', 'l2', 'l3'].map((phase) => ({ device: device.id, quantity: first.replace('l1', phase) as QuantityId }));
  },
  open({ limit, deadband, at_least }, { device, quantity }) {
    const floor = resolveLimit(at_least, device.attributes);
    if (floor === undefined || quantity?.includes('l1') === false) return undefined;
    const latest = [Number.NaN, Number.NaN, Number.NaN];
    const judge: Judge = {
      memory: { latest },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit,
      reading(input, _t, value, breached) {
        latest[input] = value;
        const [a, b, c] = latest as [number, number, number];
        const mean = (a + b + c) / 3;
        if (Number.isNaN(mean)) return 'unknown';
        // The phases of one poll come one after the other: the third completes the picture.
        if (input !== 2) return breached ? 'breach' : 'clear';
        if (mean <= floor || mean <= 0) return 'clear';
        judge.value = ((Math.max(a, b, c) - mean) / mean) * 100;
        return judge.value > (breached ? limit - deadband : limit) ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：三相不平衡度 {value} %，高于 {limit} %，自 {since} 起',
    en: '{location}: unbalance of the phases {value} %, above {limit} %, since {since}',
  },
  examples: [
    { say: 'uneven', params: { limit: 15 }, quantity: 'current_l1_a', readings: [[0, [100, 70, 70]]], verdict: 'breach' },
    { say: 'even', params: { limit: 15 }, quantity: 'current_l1_a', readings: [[0, [100, 95, 98]]], verdict: 'clear' },
    { say: 'a light load', params: { limit: 15, at_least: '30 % of rating_a' }, attributes: { rating_a: 250 }, quantity: 'current_l1_a', readings: [[0, [40, 10, 10]]], verdict: 'clear' },
    { say: 'one phase unknown', params: { limit: 15 }, quantity: 'current_l1_a', readings: [[0, [100, null, 70]]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
