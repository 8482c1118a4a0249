/** A value that the device gives as bad: a broken loop, a sensor that reports a fault. Raises its own alarm, since it can raise no other. */
import { z } from 'zod';
import { quantitySchema } from '../../shared/quantity.ts';
import { defineKind, type Judge } from '../kind.ts';
import { phaseInputs } from '../threshold.ts';

export default defineKind({
  id: 'bad',
  title: { zh: '测点失效', en: 'Bad value' },
  params: z.strictObject({
    also: z.array(quantitySchema).default([]).meta({ description: 'Further quantities of the device; any bad one counts' }),
  }),
  inputs: phaseInputs,
  open(params, place) {
    const latest: boolean[] = [];
    const count = phaseInputs(params, place).length;
    const judge: Judge = {
      memory: { latest },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      // A device that does not answer is another trouble, with a rule of its own.
      silent: () => 'unknown',
      reading(input, _t, value) {
        latest[input] = Number.isNaN(value);
        for (let i = 0; i < count; i++) if (latest[i]) return 'breach';
        return 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity}测点失效（断线或传感器故障），该处状态未知，自 {since} 起',
    en: '{location}: {quantity} gives no valid value (broken wire or sensor): this place is not watched, since {since}',
  },
  examples: [
    { say: 'a broken loop', params: {}, readings: [[0, 400], [5, null]], verdict: 'breach' },
    { say: 'good', params: {}, readings: [[0, null], [5, 400]], verdict: 'clear' },
    { say: 'nothing is known', params: {}, readings: [], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
