/** Changes too fast: by so much within so long. */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { defineKind, type Judge } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { openExtreme } from '../window.ts';

export default defineKind({
  id: 'rate',
  title: { zh: '变化过快', en: 'Changes too fast' },
  params: z
    .strictObject({
      fall: limitSchema.optional().meta({ description: 'Falls by this much …' }),
      rise: limitSchema.optional().meta({ description: 'or rises by this much …' }),
      within: durationSchema.meta({ description: '… within this time' }),
      until: limitSchema
        .optional()
        .meta({ description: 'A fall goes on until the value is above this again (a rise: below); a leak does not end where nothing is left to fall' }),
    })
    .refine(({ fall, rise }) => fall !== undefined || rise !== undefined, 'fall, rise or both'),
  windowMs: ({ within }) => within,
  needsEveryMs: ({ within }) => within / 2,
  open({ fall, rise, within, until }, { device }) {
    const down = fall === undefined ? Number.POSITIVE_INFINITY : resolveLimit(fall, device.attributes);
    const up = rise === undefined ? Number.POSITIVE_INFINITY : resolveLimit(rise, device.attributes);
    const back = until === undefined ? Number.NaN : resolveLimit(until, device.attributes);
    if (down === undefined || up === undefined || back === undefined) return undefined;
    const highest = openExtreme('max', within);
    const lowest = openExtreme('min', within);
    /** Which way it went when the breach began. */
    const own = { fell: false };
    const judge: Judge = {
      memory: { own, highest: highest.memory, lowest: lowest.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      anew(_input, t) {
        highest.anew(t);
        lowest.anew(t);
      },
      reading(_input, t, value, breached) {
        judge.value = value;
        if (Number.isNaN(value)) return 'unknown';
        highest.add(t, value);
        lowest.add(t, value);
        const fallen = highest.at(t) - value;
        const risen = value - lowest.at(t);
        const falls = fallen / down >= risen / up;
        judge.limit = falls ? highest.at(t) - down : lowest.at(t) + up;
        // Half the rate ends it: a deadband that needs no setting.
        const part = breached ? 0.5 : 1;
        if (fallen >= down * part || risen >= up * part) {
          if (!breached) own.fell = falls;
          return 'breach';
        }
        return breached && (own.fell ? value < back : value > back) ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity}变化过快，已到 {value} {unit}，自 {since} 起',
    en: '{location}: {quantity} is changing too fast, came to {value} {unit}, since {since}',
  },
  examples: [
    { say: 'falls fast', params: { fall: 10, within: '60s' }, readings: [[0, 400], [30, 395], [59, 389]], verdict: 'breach' },
    { say: 'falls as far, but slowly', params: { fall: 10, within: '60s' }, readings: [[0, 400], [61, 395], [122, 389]], verdict: 'clear' },
    { say: 'a rise is no fall', params: { fall: 10, within: '60s' }, readings: [[0, 400], [30, 420]], verdict: 'clear' },
    { say: 'rises fast', params: { rise: 10, within: '60s' }, readings: [[0, 40], [30, 52]], verdict: 'breach' },
    { say: 'steady again', params: { fall: 10, within: '60s' }, readings: [[0, 400], [30, 385], [100, 385]], verdict: 'clear' },
    { say: 'at the bottom nothing falls any more, but it has not come back', params: { fall: 10, within: '60s', until: 390 }, readings: [[0, 400], [30, 90], [600, 90]], verdict: 'breach' },
    { say: 'back again', params: { fall: 10, within: '60s', until: 390 }, readings: [[0, 400], [30, 90], [600, 90], [700, 395], [800, 395]], verdict: 'clear' },
    { say: 'bad', params: { fall: 10, within: '60s' }, readings: [[0, 400], [30, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
