/** A measurement that no longer moves where noise is expected: a stuck sensor, not a calm plant. */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { defineKind, type Judge } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';

export default defineKind({
  id: 'frozen',
  title: { zh: '数值冻结', en: 'Frozen value' },
  params: z.strictObject({
    for: durationSchema.default(6 * 3_600_000).meta({ description: 'Unchanged for so long, while values keep coming' }),
    within: limitSchema.default(0).meta({ description: 'Changes up to this do not count' }),
    above: limitSchema.optional().meta({ description: 'Only while the value is above this: a stopped pump has a right to rest' }),
  }),
  windowMs: (params) => params.for,
  needsEveryMs: (params) => params.for / 4,
  open({ for: patience, within, above }, { device }) {
    const band = resolveLimit(within, device.attributes);
    const floor = above === undefined ? Number.NEGATIVE_INFINITY : resolveLimit(above, device.attributes);
    if (band === undefined || floor === undefined) return undefined;
    const memory = { since: Number.NaN, last: Number.NEGATIVE_INFINITY, stood: Number.NaN };
    const judge: Judge = {
      memory: memory,
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      anew(_input, t) {
        memory.since = Math.min(memory.since, t);
        memory.last = Math.min(memory.last, t);
      },
      reading(_input, t, value) {
        if (Number.isNaN(value)) return 'unknown';
        judge.value = value;
        // A long silence proves nothing about the sensor: the count starts anew.
        if (!(Math.abs(value - memory.stood) <= band) || t - memory.last > patience / 4 || value <= floor) {
          memory.stood = value;
          memory.since = t;
        }
        memory.last = t;
        return t - memory.since >= patience ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity}长时间停在 {value} {unit} 不变，疑似传感器卡死，自 {since} 起',
    en: '{location}: {quantity} stands at {value} {unit} without any change: the sensor may be stuck, since {since}',
  },
  examples: [
    { say: 'stands', params: { for: '1h' }, readings: [[0, 5], [900, 5], [1800, 5], [2700, 5], [3600, 5]], verdict: 'breach' },
    { say: 'not yet', params: { for: '1h' }, readings: [[0, 5], [900, 5], [1800, 5], [2700, 5]], verdict: 'clear' },
    { say: 'moves', params: { for: '1h' }, readings: [[0, 5], [900, 5], [1800, 5.1], [2700, 5], [3600, 5]], verdict: 'clear' },
    { say: 'noise below the band', params: { for: '1h', within: 0.2 }, readings: [[0, 5], [900, 5.1], [1800, 4.9], [2700, 5], [3600, 5]], verdict: 'breach' },
    { say: 'silence is not standing still', params: { for: '1h' }, readings: [[0, 5], [3600, 5]], verdict: 'clear' },
    { say: 'bad', params: { for: '1h' }, readings: [[0, 5], [900, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
