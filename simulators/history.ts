/**
 * Months before the first start: the same parts of the plant in long steps, with what happened there. Every meter's counts per quarter hour, the same for a
 * seed and a range however often it is asked; counts are differences of a register that shows hundredths, so that they add up to what the meter counted.
 */

import type { QuantityId } from '../shared/quantity.ts';
import type { HistoryEvent, HistoryEventKind } from '../shared/simulated-past.ts';
import { devicesOf, type SiteConfig } from '../shared/site.ts';
import { momentOf, wallOf } from '../shared/zone.ts';
import { calendarOf } from './calendar.ts';
import { oxygenOf } from './history-oxygen.ts';
import { backupOf, type HistoryRegister, outagesOf, watchRegisters } from './history-registers.ts';
import { createKnobs } from './knobs.ts';
import type { CreatePart, Moment } from './part.ts';
import { createBoilers } from './parts/boilers.ts';
import { createElectricity } from './parts/electricity.ts';
import { createGenset } from './parts/genset.ts';
import { createHeating } from './parts/heating.ts';
import { createWastewater } from './parts/wastewater.ts';
import { createWater } from './parts/water.ts';
import { createWeather } from './parts/weather.ts';
import { newShared } from './plant.ts';

export const historyStepMs = 900_000;
export const historyMonths = 24;
const stepS = historyStepMs / 1_000;
const stepsPerHour = 4;
/** So that levels and temperatures have settled. */
const settleSteps = 2 * 96;
const parts: CreatePart[] = [createWeather, createHeating, createBoilers, createWater, createWastewater, createElectricity];

export interface HistoryMeter {
  device: string;
  /** Per quarter hour from `from` on; NaN: no meter yet. */
  values: Float64Array;
  /** Quarter hours (index) whose value was filled in, not measured: [begin, end). */
  estimated: [number, number][];
}

export interface History {
  from: number;
  to: number;
  meters: HistoryMeter[];
  /** Per quarter hour, °C. */
  outdoorC: Float64Array;
  /** What else is kept of the past, by the hour. */
  registers: HistoryRegister[];
  events: HistoryEvent[];
}

/** Whole months of the site's clocks before the month of `now`, up to the quarter hour of `now`. */
export function historyRange(timezone: string, now: number): { from: number; to: number } {
  const wall = new Date(wallOf(timezone, now));
  const from = momentOf(timezone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - historyMonths, 1));
  return { from, to: Math.floor(now / historyStepMs) * historyStepMs };
}

interface Plan {
  events: HistoryEvent[];
  /** What turns at that time, per device. */
  factors: { device: string; factor: number; from: number; to: number }[];
  bursts: { device: string; m3h: number; from: number; to: number }[];
  /** Colder than usual, K. */
  cold: { device: string; k: number; from: number; to: number }[];
}

/** Of the demo site's devices; what a site does not have does not happen. */
function planOf(site: SiteConfig, range: { from: number; to: number }, asOf: number): Plan {
  const { timezone } = site.site;
  const known = new Set(devicesOf(site).map(({ device }) => device.id));
  const wall = new Date(wallOf(timezone, asOf));
  const at = (monthsAgo: number, day = 1, hour = 0, minute = 0) =>
    momentOf(timezone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - monthsAgo, day, hour, minute));
  const plan: Plan = { events: [], factors: [], bursts: [], cold: [] };
  const event = (kind: HistoryEventKind, devices: string[], from: number, more: Partial<HistoryEvent> = {}) => {
    const there = devices.filter((device) => known.has(device));
    if (there.length > 0) plan.events.push({ kind, devices: there, from, to: null, value: null, first: null, ...more });
    return there;
  };
  // New fans and free cooling in intensive care: a quarter less than before.
  for (const [id, months, part] of [['fd-icu-ahu', 11, 0.25], ['fd-or-ahu', 10, 0.12]] as const) // biome-ignore format: a table
    for (const device of event('retrofit', [id], at(months), { value: part }))
      plan.factors.push({ device, factor: 1 / (1 - part), from: range.from, to: at(months) });
  event('swap', ['dm-orthopaedics'], at(14, 12, 10, 30), { to: at(14, 12, 11, 0) });
  event('reset', ['fd-lab'], at(7, 20, 2, 15), { to: at(7, 20, 4, 15) });
  event(
    'outage',
    devicesOf(site).flatMap(({ bus, device }) => (bus.id === 'bus-water' ? [device.id] : [])),
    at(5, 6, 9),
    { to: at(5, 13, 9) },
  );
  for (const device of event('department', ['fd-endoscopy'], at(10)))
    plan.factors.push({ device, factor: 0, from: range.from, to: at(10) });
  for (const device of event('leak', ['water-rear'], at(3, 8, 1), { to: at(2, 2, 15), value: 0.9 }))
    plan.bursts.push({ device, m3h: 0.9, from: at(3, 8, 1), to: at(2, 2, 15) });
  // A month with the current transformers of maternity entered twice as large: its floors count more than the feeder above them; one in which newborn is not read.
  event('ratio', ['dm-maternity'], at(9), { to: at(8), value: 2 });
  event('silent', ['dm-newborn'], at(4), { to: at(3) });
  // What has grown since the first year: more scans, more visitors, more cars to charge.
  for (const [
    device,
    before,
  ] of [['fd-ct', 0.88], ['fd-mri', 0.92], ['fd-out-light', 0.96], ['fd-charging', 0.6], ['fd-data', 0.9]] as const) // biome-ignore format: a table
    for (const one of event('growth', [device], at(12), { value: before }))
      plan.factors.push({ device: one, factor: before, from: range.from, to: at(12) });
  // The first winter was hard, the last summer hot; the year before's winter is what targets are compared with.
  const winter = Date.UTC(new Date(wallOf(timezone, range.from)).getUTCFullYear(), 11, 1);
  const summer = Date.UTC(wall.getUTCFullYear() - (wall.getUTCMonth() < 6 ? 1 : 0), 6, 1);
  for (const [k, begin, days] of [[2.2, winter, 80], [-1.4, summer, 50]] as const) // biome-ignore format: a table
    for (const { device } of devicesOf(site))
      if (device.role === 'outdoor')
        plan.cold.push({ device: device.id, k, from: momentOf(timezone, begin), to: momentOf(timezone, begin + days * 86_400_000) });
  return plan;
}

/** What happens is told in months before `asOf`. `pause` is awaited a few hundred times, so that others get their turn. */
export async function simulateHistory(
  site: SiteConfig,
  range: { from: number; to: number },
  { seed = site.site.seed, asOf = range.to, pause = async () => {} }: { seed?: number; asOf?: number; pause?: () => Promise<void> } = {},
): Promise<History> {
  const count = Math.max(0, Math.round((range.to - range.from) / historyStepMs));
  const placed = devicesOf(site).filter(({ bus }) => 'simulated' in bus && bus.simulated);
  const devices = placed.map(({ device }) => device);
  const plan = planOf(site, range, asOf);
  const calendarAt = calendarOf(site.site.timezone);
  const shared = newShared();
  const knobs = createKnobs();
  const begin = range.from - settleSteps * historyStepMs;
  const made = parts.map((create) => create({ devices, seed, calendar: calendarAt(begin), shared }));
  const names = made.flatMap((part) => part.counters?.devices ?? []);
  const registers = new Float64Array(names.length);
  const before = new Float64Array(names.length);
  const values = names.map(() => new Float64Array(count));
  const outdoorC = new Float64Array(count);
  const hours = Math.ceil(count / stepsPerHour);
  const watch = watchRegisters(devices, made, hours);
  const genset = createGenset({ devices, seed, calendar: calendarAt(begin), shared: newShared() });
  const essentialKw = new Float64Array(hours);
  const turns = [...new Set([...plan.factors, ...plan.bursts, ...plan.cold].flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  let turned = -1;
  const turn = (t: number) => {
    const due = turns.findLastIndex((one) => one <= t);
    if (due === turned) return;
    turned = due;
    knobs.reset();
    for (const { device, factor, from, to } of plan.factors) if (from <= t && t < to) knobs.turn(device, { loadFactor: factor });
    for (const { device, m3h, from, to } of plan.bursts) if (from <= t && t < to) knobs.turn(device, { burstM3h: m3h });
    for (const { device, k, from, to } of plan.cold) if (from <= t && t < to) knobs.turn(device, { coldK: k });
  };
  const read = () => {
    let at = 0;
    for (const { counters } of made) {
      if (!counters) continue;
      counters.read(registers, at);
      at += counters.devices.length;
    }
  };
  const moment: Moment = { dtS: stepS, step: 0, calendar: calendarAt(begin), knobs, shared };
  const hundredths = (value: number) => Math.round(value * 100);
  for (let k = -settleSteps; k < count; k++) {
    const t = range.from + k * historyStepMs;
    if (k === 0) {
      read();
      for (let i = 0; i < names.length; i++) before[i] = hundredths(registers[i] as number);
    }
    turn(Math.max(t, range.from));
    moment.step = Math.floor(t / historyStepMs);
    // The middle of the quarter hour stands for it.
    moment.calendar = calendarAt(t + historyStepMs / 2);
    for (const part of made) part.step(moment);
    if (k < 0) continue;
    read();
    for (let i = 0; i < names.length; i++) {
      const now = hundredths(registers[i] as number);
      (values[i] as Float64Array)[k] = (now - (before[i] as number)) / 100;
      before[i] = now;
    }
    outdoorC[k] = Math.round(shared.outdoorC * 100) / 100;
    if (k % stepsPerHour === 0) {
      watch.sample(k / stepsPerHour);
      essentialKw[k / stepsPerHour] = shared.essentialKw;
    }
    if (k % 192 === 0) await pause();
  }
  const index = (t: number) => Math.min(count, Math.max(0, Math.round((t - range.from) / historyStepMs)));
  const meters = names.map((device, i): HistoryMeter => {
    const own = values[i] as Float64Array;
    const estimated: [number, number][] = [];
    for (const { kind, devices: of, from, to, value } of plan.events) {
      if (!of.includes(device)) continue;
      if (kind === 'department') own.fill(Number.NaN, 0, index(from));
      if (kind === 'silent' && to !== null) own.fill(Number.NaN, index(from), index(to));
      if (kind === 'ratio' && to !== null)
        for (let k = index(from); k < index(to); k++) own[k] = Math.round((own[k] as number) * (value ?? 1) * 100) / 100;
      if ((kind === 'swap' || kind === 'reset' || kind === 'outage') && to !== null) estimated.push([index(from), index(to)]);
    }
    return { device, values: own, estimated };
  });
  for (const event of plan.events) {
    if (event.kind !== 'swap') continue;
    const meter = meters.find(({ device }) => device === event.devices[0]);
    let counted = 0;
    for (let k = 0; meter && k < index(event.from); k++) counted += meter.values[k] as number;
    event.value = Math.round((48_211 + counted) * 100) / 100;
    event.first = 0.4;
  }
  const whole = { from: range.from, to: range.from + count * historyStepMs };
  const outages = outagesOf(site.site.timezone, whole, asOf);
  const living = (device: string, field: QuantityId) => genset.values(device)?.[field] ?? 0;
  const backup = backupOf(devices, living, { range: whole, timezone: site.site.timezone, seed, outages, essentialKw });
  const ats = devices.filter(({ role }) => role === 'transfer-switch').map(({ id }) => id);
  if (ats.length > 0)
    for (const { from, to } of outages) plan.events.push({ kind: 'mains-lost', devices: ats, from, to, value: null, first: null });
  return {
    ...whole,
    meters,
    outdoorC,
    registers: [...watch.done(), ...backup, ...oxygenOf(devices, calendarAt, { ...whole, seed })],
    events: plan.events,
  };
}
