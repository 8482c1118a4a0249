/** A state that should not be: a trip, a lockout code, a bank that changed over. */
import { z } from 'zod';
import { defineKind } from '../kind.ts';

const codes = z.array(z.number().int()).min(1);

export default defineKind({
  id: 'state',
  title: { zh: '状态异常', en: 'State' },
  params: z
    .strictObject({
      is: codes.optional().meta({ description: 'These states are the breach' }),
      is_not: codes.optional().meta({ description: 'Any state but these is the breach' }),
    })
    .refine((params) => (params.is === undefined) !== (params.is_not === undefined), 'exactly one of is and is_not'),
  open({ is, is_not }) {
    const wanted = is ?? is_not ?? [];
    const judge = {
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: Number.NaN,
      reading(_input: number, _t: number, value: number) {
        judge.value = value;
        if (Number.isNaN(value)) return 'unknown' as const;
        return wanted.includes(value) === (is !== undefined) ? ('breach' as const) : ('clear' as const);
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：{quantity}为“{value}”，自 {since} 起',
    en: '{location}: {quantity} is "{value}", since {since}',
  },
  examples: [
    { say: 'is', params: { is: [1] }, quantity: 'leak_detected', readings: [[0, 1]], verdict: 'breach' },
    { say: 'is another', params: { is: [1] }, quantity: 'leak_detected', readings: [[0, 0]], verdict: 'clear' },
    { say: 'is not: any lockout code but 0', params: { is_not: [0] }, quantity: 'lockout_code', readings: [[0, 17]], verdict: 'breach' },
    { say: 'is not: 0', params: { is_not: [0] }, quantity: 'lockout_code', readings: [[0, 0]], verdict: 'clear' },
    { say: 'bad', params: { is: [1] }, quantity: 'leak_detected', readings: [[0, 1], [5, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
