/** One number against a limit with a deadband: what `above`, `below` and `outside` share. */
import { z } from 'zod';
import { quantitySchema } from '../shared/quantity.ts';
import type { Input, Judge, Verdict } from './kind.ts';
import { limitSchema, resolveLimit } from './limit.ts';
import type { Place } from './plant.ts';

const also = z
  .array(quantitySchema)
  .default([])
  .meta({ description: 'Further quantities of the device, such as the other two phases; the worst one counts' });
const deadband = limitSchema
  .default(0)
  .meta({ description: 'A breach ends only when the value is back by this much; a number or a percentage of an attribute' });
export const oneSided = z.strictObject({ limit: limitSchema, deadband, also });
export const twoSided = z.strictObject({ low: limitSchema, high: limitSchema, deadband, also });

export function phaseInputs(params: { also: z.output<typeof also> }, place: Place): Input[] {
  const device = place.device.id;
  const known = (quantity: (typeof params.also)[number]) => place.device.quantities?.has(quantity) ?? true;
  const main = place.quantity === null ? [] : [{ device, quantity: place.quantity }];
  return [...main, ...params.also.filter(known).map((quantity) => ({ device, quantity }))];
}

/**
 * Breach when any input is beyond `low` or `high`; ends when all are inside by the deadband. While one input is unknown the others can
 * raise, but what was raised is not cleared: the unknown one may still be beyond.
 */
export function openThreshold(inputs: number, low: number, high: number, deadband: number): Judge {
  const latest: number[] = new Array(inputs).fill(Number.NaN);
  const judge: Judge = {
    memory: { latest },
    wakeAt: Number.POSITIVE_INFINITY,
    value: Number.NaN,
    limit: Number.isFinite(high) ? high : low,
    reading(input, _t, value, breached): Verdict {
      latest[input] = value;
      const top = breached ? high - deadband : high;
      const bottom = breached ? low + deadband : low;
      let unknown = 0;
      let worst = Number.NaN;
      let worstBy = Number.NEGATIVE_INFINITY;
      let shows = 0;
      for (let i = 0; i < inputs; i++) {
        const at = latest[i] as number;
        if (Number.isNaN(at)) {
          unknown++;
          continue;
        }
        const by = Math.max(at - top, bottom - at);
        if (by > worstBy) {
          worstBy = by;
          worst = at;
          shows = i;
        }
      }
      judge.value = worst;
      if (inputs > 1) judge.shows = shows;
      if (unknown === inputs) return 'unknown';
      // Not breached: beyond the limit, not on it. Breached: until it is back on the near side of the deadband.
      const beyond = breached ? worstBy > 0 || (worstBy === 0 && deadband > 0) : worstBy > 0;
      if (beyond) {
        judge.limit = worst - top >= bottom - worst ? high : low;
        return 'breach';
      }
      return unknown > 0 && breached ? 'unknown' : 'clear';
    },
  };
  return judge;
}

export function openAbove(params: z.output<typeof oneSided>, place: Place): Judge | undefined {
  const { attributes } = place.device;
  const limit = resolveLimit(params.limit, attributes);
  const back = resolveLimit(params.deadband, attributes);
  if (limit === undefined || back === undefined) return undefined;
  return openThreshold(phaseInputs(params, place).length, Number.NEGATIVE_INFINITY, limit, back);
}

export function openBelow(params: z.output<typeof oneSided>, place: Place): Judge | undefined {
  const { attributes } = place.device;
  const limit = resolveLimit(params.limit, attributes);
  const back = resolveLimit(params.deadband, attributes);
  if (limit === undefined || back === undefined) return undefined;
  return openThreshold(phaseInputs(params, place).length, limit, Number.POSITIVE_INFINITY, back);
}

export function openOutside(params: z.output<typeof twoSided>, place: Place): Judge | undefined {
  const { attributes } = place.device;
  const low = resolveLimit(params.low, attributes);
  const high = resolveLimit(params.high, attributes);
  const back = resolveLimit(params.deadband, attributes);
  if (low === undefined || high === undefined || back === undefined) return undefined;
  return openThreshold(phaseInputs(params, place).length, low, high, back);
}
