/**
 * Leak rate of a closed section by pressure decay, corrected for temperature: A = (1/t)·(1 − T1·P2/(T2·P1))·100 % per hour, absolute
 * pressure and temperature (GB 50751 10.1: at most 0.05 % an hour without terminals). Judged while nothing flows.
 */
import { z } from 'zod';
import { durationSchema } from '../../shared/duration.ts';
import { quantitySchema } from '../../shared/quantity.ts';
import { defineKind, type Judge, type Verdict } from '../kind.ts';
import { openSmooth } from '../window.ts';

const atmosphereKpa = 101.325;
const zeroC = 273.15;
/** The same for pressure and temperature, so that neither runs ahead of the other. */
const smoothMs = 300_000;

export default defineKind({
  id: 'pressure-decay',
  title: { zh: '保压泄漏率', en: 'Leak rate by pressure decay' },
  params: z.strictObject({
    limit_pct_h: z.number().positive().default(0.05).meta({ description: 'Leak rate in percent an hour' }),
    over: durationSchema.default(3_600_000).meta({ description: 'Measured over this time' }),
    temperature: quantitySchema.optional().meta({ description: 'Gas or room temperature at the same device; without one it is taken as steady' }),
    flow: quantitySchema.optional().meta({ description: 'Judged only while this flow …' }),
    flow_below: z.number().nonnegative().default(0.5).meta({ description: '… is below this' }),
  }),
  inputs: ({ temperature, flow }, { device, quantity }) => [
    { device: device.id, quantity: quantity ?? 'pressure_kpa' },
    ...[temperature, flow].filter((one) => one !== undefined).map((one) => ({ device: device.id, quantity: one })),
  ],
  windowMs: ({ over }) => over * 2,
  unit: () => '%/h',
  open({ limit_pct_h, over, temperature, flow, flow_below }) {
    const flowInput = flow === undefined ? -1 : temperature === undefined ? 1 : 2;
    const temperatureInput = temperature === undefined ? -1 : 1;
    const pressure = openSmooth(smoothMs);
    const warmth = openSmooth(smoothMs);
    const own: { still: boolean; begin: { t: number; kpa: number; kelvin: number } | undefined; current: Verdict } = {
      still: flow === undefined,
      begin: undefined,
      current: 'unknown',
    };
    const judge: Judge = {
      memory: { own, pressure: pressure.memory, warmth: warmth.memory },
      wakeAt: Number.POSITIVE_INFINITY,
      value: Number.NaN,
      limit: limit_pct_h,
      anew(_input, t) {
        if (own.begin && own.begin.t > t) own.begin = undefined;
      },
      reading(input, t, value) {
        if (Number.isNaN(value)) {
          own.begin = undefined;
          return 'unknown';
        }
        if (input === temperatureInput) {
          warmth.add(t, value);
          return own.current;
        }
        if (input === flowInput) {
          own.still = value < flow_below;
          if (!own.still) own.begin = undefined;
          return own.current;
        }
        const kpa = pressure.add(t, value) + atmosphereKpa;
        if (!own.still || (temperatureInput > 0 && Number.isNaN(warmth.value))) return own.current;
        const kelvin = (temperatureInput > 0 ? warmth.value : 20) + zeroC;
        own.begin ??= { t, kpa, kelvin };
        if (t - own.begin.t < over) return own.current;
        const hours = (t - own.begin.t) / 3_600_000;
        judge.value = (1 / hours) * (1 - (own.begin.kelvin * kpa) / (kelvin * own.begin.kpa)) * 100;
        own.begin = { t, kpa, kelvin };
        own.current = judge.value > limit_pct_h ? 'breach' : 'clear';
        return own.current;
      },
    };
    return judge;
  },
  message: {
    zh: '{location}：保压泄漏率 {value} %/h（已做温度修正），高于 {limit} %/h，自 {since} 起',
    en: '{location}: leak rate {value} %/h (corrected for temperature), above {limit} %/h, since {since}',
  },
  examples: [
    { say: 'loses pressure', params: {}, quantity: 'pressure_kpa', readings: falling(0.5, 0), verdict: 'breach' },
    { say: 'tight', params: {}, quantity: 'pressure_kpa', readings: falling(0.1, 0), verdict: 'clear' },
    { say: 'only cools down', params: { temperature: 'gas_temp_c' }, quantity: 'pressure_kpa', readings: falling(1.7, 1), verdict: 'clear' },
    { say: 'nothing measured yet', params: {}, quantity: 'pressure_kpa', readings: [[0, 400]], verdict: 'unknown' },
    { say: 'bad', params: {}, quantity: 'pressure_kpa', readings: [[0, 400], [60, null]], verdict: 'unknown' },
  ],
}); // biome-ignore format: examples read as a table

/** 400 kPa that falls by so many kPa an hour while it cools by so many kelvin an hour, over two hours. */
function falling(kpaH: number, kelvinH: number): [number, number[]][] {
  return Array.from({ length: 121 }, (_, minute) => {
    const reading = [400 - (kpaH * minute) / 60];
    return [minute * 60, kelvinH === 0 ? reading : [...reading, 20 - (kelvinH * minute) / 60]];
  });
}
