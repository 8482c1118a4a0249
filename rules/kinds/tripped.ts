/**
 * A breaker that has tripped: the circuit was overloaded, and now no current flows at all. The overload has ended by that and not by anything good, so
 * this says what became of it.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import type { Text } from '../../shared/text.ts';
import { shown } from '../../shared/wording.ts';
import { defineKind, type Judge } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';

export default defineKind({
  id: 'tripped',
  title: { zh: '过载跳闸', en: 'Tripped' },
  params: z.strictObject({
    strain: limitSchema.default('100 % of rating_a').meta({ description: 'A load above this may trip it …' }),
    dead: limitSchema.default('2 % of rating_a').meta({ description: '… and it has tripped when all phases are below this …' }),
    within: durationSchema.default(120_000).meta({ description: '… no longer than this, and than three polls, after the load was last above' }),
  }),
  inputs(_params, { device, quantity }) {
    const first = quantity ?? 'current_l1_a';
    if (!first.includes('l1')) return [{ device: device.id, quantity: first }];
    return ['l1', 'l2', 'l3'].map((phase) => ({ device: device.id, quantity: first.replace('l1', phase) as QuantityId }));
  },
  windowMs: ({ within }) => within,
  open({ strain, dead, within }, { device }) {
    const high = resolveLimit(strain, device.attributes);
    const low = resolveLimit(dead, device.attributes);
    if (high === undefined || low === undefined) return undefined;
    const patience = Math.max(within, 3 * device.pollMs);
    const amps = [Number.NaN, Number.NaN, Number.NaN];
    const own = { strainedAt: Number.NEGATIVE_INFINITY, strainA: Number.NaN };
    const judge: Judge & { note: Text } = {
      memory: { amps, own },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: high,
      note: { zh: '', en: '' },
      anew(_input, t) {
        own.strainedAt = Math.min(own.strainedAt, t);
      },
      reading(input, t, value, breached) {
        amps[input] = Math.abs(value);
        if (Number.isNaN(value)) return 'unknown';
        if (amps[input] > high) {
          own.strainedAt = t;
          own.strainA = amps[input];
        }
        const known = amps.filter((one) => !Number.isNaN(one));
        judge.value = Math.max(...known);
        if (judge.value >= low) return 'clear';
        judge.note = { zh: `跳闸前 ${shown(own.strainA)} A`, en: `${shown(own.strainA)} A before the trip` };
        return breached || t - own.strainedAt <= patience ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：开关已跳闸，电流降至 {value} A（{note}，额定 {limit} A），自 {since} 起',
    en: '{location}: the breaker has tripped, the current fell to {value} A ({note}, rating {limit} A), since {since}',
  },
  examples: [
    { say: 'overloaded, then nothing', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [0, 0, 0]]], verdict: 'breach' },
    { say: 'stays until a load comes back', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [0, 0, 0]], [7200, [0, 0, 0]]], verdict: 'breach' },
    { say: 'closed again', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [0, 0, 0]], [600, [40, 40, 40]]], verdict: 'clear' },
    { say: 'the load was shed, not the breaker', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [60, 60, 60]]], verdict: 'clear' },
    { say: 'switched off long after', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [60, 60, 60]], [600, [0, 0, 0]]], verdict: 'clear' },
    { say: 'one phase still flows', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [0, 40, 40]]], verdict: 'clear' },
    { say: 'bad', params: { strain: 100, dead: 2 }, quantity: 'current_l1_a', readings: [[0, [130, 90, 90]], [5, [null]]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
