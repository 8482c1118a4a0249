/**
 * A device from which nothing comes; any answer ends it, also one that says that a value is bad. Judged by arrival: what the device's own clock shows
 * matters nothing here. Its gateway's word "offline" does not shorten the wait.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { defineKind, type Judge } from '../kind.ts';

export default defineKind({
  id: 'missing',
  title: { zh: '通讯中断', en: 'Nothing comes' },
  params: z.strictObject({
    after: durationSchema.default(60_000).meta({ description: 'Nothing for so long' }),
    polls: z
      .number()
      .positive()
      .default(3)
      .meta({ description: 'And for so many poll intervals of the device, or for its `expire` over MQTT, whichever is longer' }),
  }),
  needsQuantity: false,
  inputs: (_params, place) => [
    { device: place.device.id, signal: 'message' },
    { device: place.device.id, signal: 'status' },
  ],
  unit: () => 's',
  open({ after, polls }, place) {
    // On a site that runs fast a busy machine is no silent device: at least ten real seconds.
    const { speed } = place.plant;
    const { pollMs, expireMs } = place.device;
    const patience = Math.max(after, expireMs ?? polls * pollMs, speed > 1 ? 10_000 * speed : 0);
    const judge: Judge = {
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: patience / 1_000,
      start(t) {
        judge.wakeAt = t + patience;
      },
      reading(input, t, value, breached) {
        if (input === 0) {
          // A backlog that comes first after a start does not take back the patience that the start gave.
          const due = t + patience;
          if (due > judge.wakeAt || judge.wakeAt === Number.POSITIVE_INFINITY) judge.wakeAt = due;
          return 'clear';
        }
        // Offline since t: counts from then when nothing is known of it yet. Online is no proof: only a value is.
        if (value === 0 && judge.wakeAt === Number.POSITIVE_INFINITY && !breached) judge.wakeAt = t + patience;
        return breached ? 'breach' : 'clear';
      },
      wake(t) {
        if (t < judge.wakeAt) return 'clear';
        judge.wakeAt = Number.POSITIVE_INFINITY;
        return 'breach';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：通讯中断，自 {since} 起无有效数据（时限 {limit} {unit}）',
    en: '{location}: no communication, no valid data since {since} (allowed {limit} {unit})',
  },
  examples: [
    { say: 'within the time', params: { after: '60s' }, readings: [[0, [1]]], at: 59, verdict: 'clear' },
    { say: 'past the time', params: { after: '60s' }, readings: [[0, [1]]], at: 61, verdict: 'breach' },
    { say: 'a message ends it', params: { after: '60s' }, readings: [[0, [1]], [70, [1]]], at: 75, verdict: 'clear' },
    { say: 'the word online does not', params: { after: '60s' }, readings: [[0, [1]], [70, [undefined, 1]]], at: 75, verdict: 'breach' },
    { say: 'nothing ever came, but told offline', params: { after: '60s' }, readings: [[0, [undefined, 0]]], at: 61, verdict: 'breach' },
    { say: 'nothing is known', params: {}, readings: [], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
