/** The 15-minute demand as it will be at the end of the window: (energy so far + power · time left) / window. Before it costs money. */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { defineKind, type Judge } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';
import { openSmooth } from '../window.ts';

export default defineKind({
  id: 'demand',
  title: { zh: '需量预测', en: 'Forecast demand' },
  params: z.strictObject({
    limit: limitSchema.default('100 % of contract_kw'),
    window: durationSchema.default(900_000).meta({ description: "The utility's demand window, aligned to the hour" }),
    after: durationSchema.default(180_000).meta({ description: 'No forecast in the first part of a window' }),
  }),
  drawn: [{ param: 'limit', side: 'above' }],
  windowMs: ({ window }) => window,
  // Twice after the first part of the window, or nothing is ever forecast.
  needsEveryMs: ({ window, after }) => (window - after) / 2,
  open({ limit, window, after }, { device }) {
    const most = resolveLimit(limit, device.attributes);
    if (most === undefined) return undefined;
    const power = openSmooth(60_000);
    const own = { slot: Number.NaN, areaKwMs: 0, knownMs: 0, lastT: Number.NaN, lastKw: Number.NaN };
    const judge: Judge = {
      memory: { own, power: power.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: most,
      anew(_input, t) {
        if (own.lastT > t) own.lastT = t;
        if (own.slot > Math.floor(t / window)) own.slot = Number.NaN;
      },
      reading(_input, t, value, breached) {
        const now = Math.floor(t / window);
        if (now !== own.slot) {
          own.slot = now;
          own.areaKwMs = 0;
          own.knownMs = 0;
        }
        if (Number.isNaN(value)) {
          own.lastT = Number.NaN;
          return 'unknown';
        }
        const start = own.slot * window;
        if (!Number.isNaN(own.lastT)) {
          const dt = t - Math.max(own.lastT, start);
          own.areaKwMs += own.lastKw * dt;
          own.knownMs += dt;
        }
        own.lastT = t;
        own.lastKw = value;
        const smooth = power.add(t, value);
        const passed = t - start;
        // A window that was half unseen is not forecast.
        if (passed < after || own.knownMs < passed / 2) return breached ? 'breach' : 'clear';
        const mean = own.areaKwMs / own.knownMs;
        judge.value = (mean * passed + smooth * (window - passed)) / window;
        return judge.value > (breached ? most * 0.98 : most) ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：本 15 分钟预计需量 {value} {unit}，将超过 {limit} {unit}，自 {since} 起',
    en: '{location}: this window is heading for a demand of {value} {unit}, above {limit} {unit}, since {since}',
  },
  examples: [
    { say: 'heading above', params: { limit: 1000 }, quantity: 'active_power_kw', readings: [[0, 1100], [120, 1100], [240, 1100]], verdict: 'breach' },
    { say: 'too early to say', params: { limit: 1000 }, quantity: 'active_power_kw', readings: [[0, 1100], [120, 1100]], verdict: 'clear' },
    { say: 'a short peak late in a quiet window', params: { limit: 1000 }, quantity: 'active_power_kw', readings: [[0, 500], [300, 500], [600, 500], [720, 1400]], verdict: 'clear' },
    { say: 'percent of the contract', params: { limit: '90 % of contract_kw' }, attributes: { contract_kw: 1000 }, quantity: 'active_power_kw', readings: [[0, 950], [240, 950]], verdict: 'breach' },
    { say: 'bad', params: { limit: 1000 }, quantity: 'active_power_kw', readings: [[0, 1100], [240, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table
