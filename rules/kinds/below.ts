/** Below a limit. */
import { defineKind } from '../kind.ts';
import { oneSided, openBelow, phaseInputs } from '../threshold.ts';

export default defineKind({
  id: 'below',
  title: { zh: '低于限值', en: 'Below a limit' },
  params: oneSided,
  inputs: phaseInputs,
  drawn: [{ param: 'limit', side: 'below' }],
  open: openBelow,
  message: {
    zh: '{location}：{quantity} {value} {unit}，低于限值 {limit} {unit}，自 {since} 起',
    en: '{location}: {quantity} {value} {unit}, below the limit of {limit} {unit}, since {since}',
  },
  examples: [
    { say: 'below 80 % of nominal', params: { limit: '80 % of nominal_kpa' }, attributes: { nominal_kpa: 400 }, readings: [[0, 319]], verdict: 'breach' },
    { say: 'on the limit', params: { limit: '80 % of nominal_kpa' }, attributes: { nominal_kpa: 400 }, readings: [[0, 320]], verdict: 'clear' },
    { say: 'held by the deadband', params: { limit: 320, deadband: 8 }, readings: [[0, 300], [1, 327]], verdict: 'breach' },
    { say: 'back beyond the deadband', params: { limit: 320, deadband: 8 }, readings: [[0, 300], [1, 329]], verdict: 'clear' },
    { say: 'a broken sensor is unknown, never low', params: { limit: 320 }, readings: [[0, 400], [1, null]], verdict: 'unknown' },
    { say: 'attribute with a distance', params: { limit: 'room_min_c - 2' }, attributes: { room_min_c: 18 }, readings: [[0, 15.9]], verdict: 'breach' },
  ],
}); // biome-ignore format: examples read as a table
