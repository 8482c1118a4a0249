/** Above a limit. */
import { defineKind } from '../kind.ts';
import { oneSided, openAbove, phaseInputs } from '../threshold.ts';

export default defineKind({
  id: 'above',
  title: { zh: '高于限值', en: 'Above a limit' },
  params: oneSided,
  drawn: [{ param: 'limit', side: 'above' }],
  inputs: phaseInputs,
  open: openAbove,
  message: {
    zh: '{location}：{quantity} {value} {unit}，高于限值 {limit} {unit}，自 {since} 起',
    en: '{location}: {quantity} {value} {unit}, above the limit of {limit} {unit}, since {since}',
  },
  examples: [
    { say: 'beyond the limit', params: { limit: 8 }, readings: [[0, 4], [5, 9]], verdict: 'breach' },
    { say: 'on the limit is not beyond it', params: { limit: 8 }, readings: [[0, 8]], verdict: 'clear' },
    { say: 'inside the deadband a breach goes on', params: { limit: 8, deadband: 1 }, readings: [[0, 9], [5, 7.5]], verdict: 'breach' },
    { say: 'beyond the deadband it ends', params: { limit: 8, deadband: 1 }, readings: [[0, 9], [5, 6.9]], verdict: 'clear' },
    { say: 'inside the deadband nothing begins', params: { limit: 8, deadband: 1 }, readings: [[0, 6], [5, 7.5]], verdict: 'clear' },
    { say: 'a bad value is unknown', params: { limit: 8 }, readings: [[0, 9], [5, null]], verdict: 'unknown' },
    { say: 'nothing came', params: { limit: 8 }, readings: [], verdict: 'unknown' },
    { say: 'percent of an attribute', params: { limit: '95 % of rating_a' }, attributes: { rating_a: 100 }, readings: [[0, 96]], verdict: 'breach' },
    {
      say: 'any phase counts',
      params: { limit: 100, also: ['current_l2_a', 'current_l3_a'] },
      quantity: 'current_l1_a',
      readings: [[0, [50, 101, 60]]],
      verdict: 'breach',
    },
    {
      say: 'the phase that was beyond turns bad: not clear',
      params: { limit: 100, also: ['current_l2_a'] },
      quantity: 'current_l1_a',
      readings: [[0, [50, 101]], [5, [50, null]]],
      verdict: 'unknown',
    },
  ],
}); // biome-ignore format: examples read as a table
