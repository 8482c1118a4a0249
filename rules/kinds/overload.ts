/**
 * Thermal overload with memory: τ·dθ/dt = (I/In)² − θ, the first-order image of a breaker, cable or transformer (IEC 60898-1: no trip at
 * 1.13 In, trip at 1.45 In within the hour). Warns when the part is nearly as hot as where it may trip, or when the load that flows now will
 * bring it there soon. A motor start is hot for seconds only and does neither.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import type { Text } from '../../shared/text.ts';
import { defineKind, type Judge } from '../kind.ts';
import { limitSchema, resolveLimit } from '../limit.ts';

export default defineKind({
  id: 'overload',
  title: { zh: '热过载', en: 'Thermal overload' },
  params: z.strictObject({
    rating: limitSchema.default('rating_a').meta({ description: 'Rated current In' }),
    tau: durationSchema.default(150_000).meta({ description: 'Thermal time constant: about 150 s for small breakers, 10 min for large ones' }),
    trips_at: z.number().positive().default(1.13).meta({ description: 'Lowest current, in In, at which it may trip at all' }),
    at_state: z.number().positive().default(0.87).meta({ description: 'Warn at this part of the thermal state of a trip …' }),
    ahead: durationSchema.default(900_000).meta({ description: '… or when the load now would trip it within this time' }),
    held: durationSchema.default(20_000).meta({ description: 'And the load has been there for so long: starting currents pass' }),
  }),
  drawn: [{ param: 'rating', side: 'above' }],
  inputs(_params, { device, quantity }) {
    const first = quantity ?? 'current_l1_a';
    if (!first.includes('l1')) return [{ device: device.id, quantity: first }];
    return ['l1', 'l2', 'l3'].map((phase) => ({ device: device.id, quantity: first.replace('l1', phase) as QuantityId }));
  },
  windowMs: ({ tau }) => 5 * tau,
  needsEveryMs: ({ tau }) => tau,
  open({ rating, tau, trips_at, at_state, ahead, held }, { device }) {
    const ratedA = resolveLimit(rating, device.attributes);
    if (ratedA === undefined) return undefined;
    const trip = trips_at ** 2;
    const phases = [newPhase(), newPhase(), newPhase()];
    const judge: Judge = {
      memory: { phases },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: ratedA,
      anew(input, t) {
        const phase = phases[input] as ReturnType<typeof newPhase>;
        if (phase.t > t) phase.t = t;
        if (phase.above > t) phase.above = t;
      },
      reading(input, t, value, breached) {
        const phase = phases[input] as ReturnType<typeof newPhase>;
        if (Number.isNaN(value)) {
          phase.known = false;
          return 'unknown';
        }
        const ratio = Math.abs(value) / ratedA;
        const square = ratio * ratio;
        // What was last read held until now; after a silence the part is taken to have gone on as before.
        if (!Number.isNaN(phase.t)) phase.theta = phase.square + (phase.theta - phase.square) * Math.exp(-(t - phase.t) / tau);
        else phase.theta = Math.min(square, trip * 0.8);
        // Since when the load is one that keeps it hot or makes it hotter: starting currents never come to `held`.
        if (square >= trip * at_state) phase.above = Number.isNaN(phase.above) ? t : phase.above;
        else if (square < trip * at_state * 0.93) phase.above = Number.NaN;
        phase.square = square;
        phase.t = t;
        phase.known = true;
        phase.value = Math.abs(value);
        let hot = false;
        let worst = 0;
        let soonestMs = Number.POSITIVE_INFINITY;
        for (const one of phases) {
          if (!one.known) continue;
          const near = one.theta >= trip * at_state;
          // Time until it is as hot as at a trip, if this load goes on.
          const leftMs = one.square <= trip ? Number.POSITIVE_INFINITY : tau * Math.log(Math.max(1, (one.square - one.theta) / (one.square - trip)));
          soonestMs = Math.min(soonestMs, leftMs);
          if (breached && one.theta >= trip * at_state * 0.9) hot = true;
          if (!Number.isNaN(one.above) && t - one.above >= held) {
            if (near || leftMs <= ahead) hot = true;
          }
          if (one.value > worst) worst = one.value;
        }
        judge.value = worst;
        judge.note = hot ? untilTrip(soonestMs) : { zh: '', en: '' };
        return hot ? 'breach' : 'clear';
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：电流 {value} A，额定 {limit} A，开关和电缆持续升温，{note}，自 {since} 起',
    en: '{location}: {value} A on a rating of {limit} A, breaker and cable are heating up, {note}, since {since}',
  },
  examples: [
    { say: 'a load that will trip it', params: { rating: 100 }, quantity: 'current_l1_a', readings: [[0, [80]], [5, [130]], [15, [130]], [26, [130]]], verdict: 'breach' },
    { say: 'a motor starts', params: { rating: 100 }, quantity: 'current_l1_a', readings: [[0, [40]], [5, [400]], [8, [400]], [10, [60]], [15, [60]]], verdict: 'clear' },
    { say: 'full but not over', params: { rating: 100 }, quantity: 'current_l1_a', readings: [[0, [100]], [600, [100]], [1200, [100]]], verdict: 'clear' },
    { say: 'a load that never trips it', params: { rating: 100 }, quantity: 'current_l1_a', readings: [[0, [105]], [3600, [105]]], verdict: 'clear' },
    { say: 'cooled down', params: { rating: 100 }, quantity: 'current_l1_a', readings: [[0, [140]], [30, [140]], [60, [50]], [600, [50]]], verdict: 'clear' },
    { say: 'bad', params: { rating: 100 }, quantity: 'current_l1_a', readings: [[0, [140]], [30, [null]]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** What the people at the breaker ask first: how long they have. */
function untilTrip(leftMs: number): Text {
  if (leftMs === Number.POSITIVE_INFINITY) return { zh: '按当前负荷不会跳闸', en: 'at the present load it will not trip' };
  const minutes = Math.round(leftMs / 60_000);
  if (minutes < 1) return { zh: '按当前负荷随时可能跳闸', en: 'at the present load it may trip any moment' };
  return { zh: `按当前负荷约 ${minutes} 分钟后跳闸`, en: `about ${minutes} minute${minutes === 1 ? '' : 's'} to trip at the present load` };
}

function newPhase() {
  return { t: Number.NaN, square: 0, theta: 0, above: Number.NaN, known: false, value: 0 };
}
