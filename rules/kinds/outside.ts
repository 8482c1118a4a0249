/** Outside a band. */
import { defineKind } from '../kind.ts';
import { openOutside, phaseInputs, twoSided } from '../threshold.ts';

export default defineKind({
  id: 'outside',
  title: { zh: '超出范围', en: 'Outside a band' },
  params: twoSided,
  inputs: phaseInputs,
  drawn: [
    { param: 'low', side: 'below' },
    { param: 'high', side: 'above' },
  ],
  open: openOutside,
  message: {
    zh: '{location}：{quantity} {value} {unit}，超出允许范围（限值 {limit} {unit}），自 {since} 起',
    en: '{location}: {quantity} {value} {unit}, outside its band (limit {limit} {unit}), since {since}',
  },
  examples: [
    { say: 'too low', params: { low: 6, high: 9 }, quantity: 'ph', readings: [[0, 5.9]], verdict: 'breach' },
    { say: 'too high', params: { low: 6, high: 9 }, quantity: 'ph', readings: [[0, 9.1]], verdict: 'breach' },
    { say: 'inside', params: { low: 6, high: 9 }, quantity: 'ph', readings: [[0, 7]], verdict: 'clear' },
    { say: 'held by the deadband', params: { low: 6, high: 9, deadband: 0.1 }, quantity: 'ph', readings: [[0, 9.1], [5, 8.95]], verdict: 'breach' },
    { say: 'unknown', params: { low: 6, high: 9 }, quantity: 'ph', readings: [[0, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
