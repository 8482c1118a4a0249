/** The word of the gateway, or its last will: offline. */
import { z } from 'zod';
import { defineKind } from '../kind.ts';

export default defineKind({
  id: 'offline',
  title: { zh: '离线', en: 'Offline' },
  params: z.strictObject({}),
  needsQuantity: false,
  inputs: (_params, place) => [{ device: place.device.id, signal: 'status' }],
  open: () => ({
    wakeAt: Number.POSITIVE_INFINITY,
    value: Number.NaN,
    limit: Number.NaN,
    reading: (_input, _t, value) => (Number.isNaN(value) ? 'unknown' : value === 0 ? 'breach' : 'clear'),
  }),
  message: { zh: '{location}：离线，自 {since} 起', en: '{location}: offline since {since}' },
  examples: [
    { say: 'offline', params: {}, readings: [[0, 1], [5, 0]], verdict: 'breach' },
    { say: 'online again', params: {}, readings: [[0, 0], [5, 1]], verdict: 'clear' },
    { say: 'nothing is known', params: {}, readings: [], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
