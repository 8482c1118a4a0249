/**
 * What the past of the plant shows beside its meters: reactive energy of the supply, the wastewater plant, the mains and the generator. By the hour; a counter
 * ends where the living plant's begins, so that nothing leaps between them.
 */
import type { QuantityId } from '../shared/quantity.ts';
import type { AnyDevice } from '../shared/site.ts';
import { momentOf, wallOf } from '../shared/zone.ts';
import { type Part, withRole } from './part.ts';
import { streamOf } from './random.ts';

export interface HistoryRegister {
  device: string;
  field: QuantityId;
  everyMs: number;
  /** From the begin of the history on. */
  values: Float64Array;
}

export interface Outage {
  from: number;
  to: number;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** So exactly the mains of the past are known. */
const mainsEveryMs = 5 * minuteMs;
const watched: Readonly<Record<string, readonly (readonly [field: QuantityId, counter: boolean])[]>> = {
  incomer: [['reactive_energy_import_kvarh', true]],
  wastewater: [
    ['outflow_volume_m3', true],
    ['run_hours_h', true],
    ['dosing_flow_lh', false],
  ],
  'wastewater-analyser': [
    ['ph', false],
    ['residual_chlorine_mgl', false],
  ],
};

/** To be asked once an hour of the past; `parts` as they were made, before their first step. */
export function watchRegisters(devices: readonly AnyDevice[], parts: readonly Part[], hours: number) {
  const shown = (device: string, field: QuantityId): number => {
    for (const part of parts) {
      const found = part.values(device)?.[field];
      if (found !== undefined) return found;
    }
    return Number.NaN;
  };
  const all = Object.entries(watched).flatMap(([role, fields]) =>
    withRole(devices, role).flatMap(({ id }) =>
      fields.map(([field, counter]) => ({
        ...{ device: id, field, counter, living: shown(id, field) },
        values: new Float64Array(hours).fill(Number.NaN),
      })),
    ),
  );
  return {
    sample(hour: number): void {
      for (const { device, field, values } of all) values[hour] = Math.round(shown(device, field) * 100) / 100;
    },
    done: (): HistoryRegister[] =>
      all
        .filter(({ living }) => !Number.isNaN(living))
        .map(({ device, field, counter, living, values }) => {
          const shift = counter ? living - (values.at(-1) ?? living) : 0;
          return { device, field, everyMs: hourMs, values: values.map((value) => value + shift) };
        }),
  };
}

/** A few outages in two years, minutes long, one of an hour and a half in the storm of a summer's evening. What the month has not is left out. */
export function outagesOf(timezone: string, range: Outage, asOf: number): Outage[] {
  const wall = new Date(wallOf(timezone, asOf));
  const at = (monthsAgo: number, day: number, hour: number, minute: number) =>
    momentOf(timezone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - monthsAgo, day, hour, minute));
  return ([[20, 9, 15, 20, 35], [16, 22, 18, 5, 95], [11, 4, 2, 40, 20], [8, 17, 9, 55, 45], [4, 25, 19, 30, 70], [2, 6, 13, 10, 25]] as const) // biome-ignore format: a table
    .map(([months, day, hour, minute, minutes]) => ({
      from: at(months, day, hour, minute),
      to: at(months, day, hour, minute) + minutes * minuteMs,
    }))
    .filter(({ from, to }) => from >= range.from && to <= range.to);
}

/** Mains, hour meter and energy of the set: outages, and a trial of half an hour without load each month. `essentialKw` by the hour. */
export function backupOf(
  devices: readonly AnyDevice[],
  living: (device: string, field: QuantityId) => number,
  {
    range,
    timezone,
    seed,
    outages,
    essentialKw,
  }: { range: Outage; timezone: string; seed: number; outages: readonly Outage[]; essentialKw: Float64Array },
): HistoryRegister[] {
  const stream = streamOf(seed, 'trials');
  const hours = new Float64Array(essentialKw.length);
  const kwh = new Float64Array(essentialKw.length);
  const run = (from: number, minutes: number, part: number) => {
    const hour = Math.min(hours.length - 1, Math.floor((from - range.from) / hourMs));
    if (hour < 0) return;
    hours[hour] = (hours[hour] as number) + minutes / 60;
    kwh[hour] = (kwh[hour] as number) + (minutes / 60) * part * (essentialKw[hour] as number);
  };
  const first = new Date(wallOf(timezone, range.from));
  for (let month = 0; ; month++) {
    const day = 8 + Math.floor(5 * stream.uniform());
    const trial = momentOf(timezone, Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, day, 9, 30));
    if (trial > range.to) break;
    run(trial, 30, 0);
  }
  // It carries the load some seconds after the mains are lost and cools down for five minutes when they are back.
  for (const { from, to } of outages) {
    run(from, (to - from) / minuteMs, 1);
    run(to, 5, 0);
  }
  const counter = (device: string, field: QuantityId, added: Float64Array): HistoryRegister => {
    const total = added.reduce((sum, one) => sum + one, 0);
    let at = living(device, field) - total;
    const shownThen = (one: number) => {
      at += one;
      return Math.round(at * 10) / 10;
    };
    return { device, field, everyMs: hourMs, values: added.map(shownThen) };
  };
  const steps = Math.floor((range.to - range.from) / mainsEveryMs);
  const mains = new Float64Array(steps).fill(1);
  for (const { from, to } of outages)
    mains.fill(0, Math.round((from - range.from) / mainsEveryMs), Math.round((to - range.from) / mainsEveryMs));
  return [
    ...withRole(devices, 'genset').flatMap(({ id }) => [counter(id, 'run_hours_h', hours), counter(id, 'energy_import_kwh', kwh)]),
    ...withRole(devices, 'transfer-switch').map(
      ({ id }): HistoryRegister => ({ device: id, field: 'mains_available', everyMs: mainsEveryMs, values: mains }),
    ),
  ];
}
