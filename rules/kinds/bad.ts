/** A value that the device gives as bad: a broken loop, a sensor that reports a fault. Raises its own alarm, since it can raise no other. */
import { z } from 'zod';
import { quantity as quantityOf, quantitySchema } from '../../shared/quantity.ts';
import { joinTexts, type Text } from '../../shared/text.ts';
import { defineKind, type Judge } from '../kind.ts';
import { phaseInputs } from '../threshold.ts';

export default defineKind({
  id: 'bad',
  title: { zh: '测点失效', en: 'Bad value' },
  params: z.strictObject({
    also: z.array(quantitySchema).default([]).meta({ description: 'Further quantities of the device; any bad one counts' }),
  }),
  needsQuantity: false,
  showsValue: false,
  inputs: phaseInputs,
  open(params, place) {
    const latest: boolean[] = [];
    const labels = phaseInputs(params, place).map((input) => ('quantity' in input ? quantityOf(input.quantity).label : { zh: '', en: '' }));
    if (labels.length === 0) return undefined;
    const judge: Judge & { note: Text } = {
      note: { zh: '', en: '' },
      memory: { latest },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      // A device that does not answer is another trouble, with a rule of its own.
      silent: () => 'unknown',
      reading(input, _t, value) {
        latest[input] = Number.isNaN(value);
        if (!latest.includes(true)) return 'clear';
        judge.note = joinTexts(labels.filter((_, i) => latest[i]));
        return 'breach';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{note}测点失效（断线或传感器故障），该处状态未知，自 {since} 起',
    en: '{location}: {note} gives no valid value (broken wire or sensor): this place is not watched, since {since}',
  },
  examples: [
    { say: 'a broken loop', params: {}, quantity: 'pressure_kpa', readings: [[0, 400], [5, null]], verdict: 'breach' },
    { say: 'good', params: {}, quantity: 'pressure_kpa', readings: [[0, null], [5, 400]], verdict: 'clear' },
    { say: 'one of several', params: { also: ['level_pct'] }, quantity: 'pressure_kpa', readings: [[0, [400, null]]], verdict: 'breach' },
    { say: 'nothing is known', params: {}, quantity: 'pressure_kpa', readings: [], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
