/** One electricity meter: three phases that agree with each other, and counters that add them up. */
import type { Values } from './part.ts';

export type Three = [number, number, number];

export interface Meter {
  id: string;
  /** Phase voltages, V. */
  volts: Three;
  /** What flows, by phase, kW and kvar. */
  kw: Three;
  kvar: Three;
  /** -1 where a current transformer is the wrong way round: the meter then sees the opposite of what flows. */
  sign: Three;
  amps: Three;
  hz: number;
  importKwh: Three;
  exportKwh: number;
  importKvarh: number;
  /** Sharp, peak, flat, valley. */
  tariffKwh: [number, number, number, number];
  /** Means of the last 15 minutes, one a minute, for the demand. */
  minutesKw: Float64Array;
  minuteSum: number;
  minuteS: number;
  minuteAt: number;
  demandMaxKw: number;
}

/** Of all meters: they were put in together, so that their readings add up along the tree. */
export const hoursInService = 24 * 730;

export const importedKwh = (meter: Meter) => meter.importKwh[0] + meter.importKwh[1] + meter.importKwh[2];
/** What the total import register shows. */
export const countedKwh = ({ tariffKwh }: Meter) => tariffKwh[0] + tariffKwh[1] + tariffKwh[2] + tariffKwh[3];
export const totalKw = (meter: Meter) => meter.kw[0] + meter.kw[1] + meter.kw[2];

/** A meter in service that has counted so much. */
export function newMeter(id: string, meanKw: number, kwh: number): Meter {
  return {
    id,
    volts: [230, 230, 230],
    kw: [0, 0, 0],
    kvar: [0, 0, 0],
    sign: [1, 1, 1],
    amps: [0, 0, 0],
    hz: 50,
    importKwh: [kwh * 0.335, kwh * 0.33, kwh * 0.335],
    exportKwh: 0,
    importKvarh: kwh * 0.5,
    tariffKwh: [kwh * 0.08, kwh * 0.3, kwh * 0.34, kwh * 0.28],
    minutesKw: new Float64Array(15).fill(meanKw),
    minuteSum: 0,
    minuteS: 0,
    minuteAt: 0,
    demandMaxKw: meanKw * 1.3,
  };
}

/** Sharp 19-21 in winter and summer, peak 8-11 and 18-21, flat 11-18 and 21-22, valley 22-8. Index of `tariffKwh`. */
export function tariffPeriod(hour: number, month: number): 0 | 1 | 2 | 3 {
  const sharpMonth = month === 0 || month === 6 || month === 7 || month === 11;
  if (sharpMonth && hour >= 19 && hour < 21) return 0;
  if ((hour >= 8 && hour < 11) || (hour >= 18 && hour < 21)) return 1;
  return hour >= 11 && hour < 22 ? 2 : 3;
}

/** Currents from powers, and the counters one step on. */
export function integrate(meter: Meter, dtS: number, period: 0 | 1 | 2 | 3): void {
  const { kw, kvar, sign, volts, amps, importKwh } = meter;
  const hours = dtS / 3_600;
  const total = kw[0] * sign[0] + kw[1] * sign[1] + kw[2] * sign[2];
  for (let phase = 0; phase < 3; phase++) {
    const p = kw[phase] as number;
    const q = kvar[phase] as number;
    const v = volts[phase] as number;
    amps[phase as 0] = v > 1 ? (Math.sqrt(p * p + q * q) * 1_000) / v : 0;
    const seen = p * (sign[phase] as number);
    if (seen > 0) importKwh[phase as 0] += seen * hours;
  }
  // the total import register counts what flows in on balance, like the meters do
  if (total > 0) meter.tariffKwh[period] += total * hours;
  else meter.exportKwh -= total * hours;
  const reactive = kvar[0] + kvar[1] + kvar[2];
  if (reactive > 0) meter.importKvarh += reactive * hours;
  meter.minuteSum += total * dtS;
  meter.minuteS += dtS;
  if (meter.minuteS >= 60) {
    meter.minutesKw[meter.minuteAt] = meter.minuteSum / meter.minuteS;
    meter.minuteAt = (meter.minuteAt + 1) % 15;
    meter.minuteSum = 0;
    meter.minuteS = 0;
    meter.demandMaxKw = Math.max(meter.demandMaxKw, demandKw(meter));
  }
}

export function demandKw(meter: Meter): number {
  const { minutesKw } = meter;
  let sum = 0;
  for (let i = 0; i < minutesKw.length; i++) sum += minutesKw[i] as number;
  return sum / minutesKw.length;
}

const sum = ([a, b, c]: readonly number[]) => (a as number) + (b as number) + (c as number);
const factor = (kw: number, kva: number) => (kva > 1e-6 ? kw / kva : 1);

/** Everything that such a meter shows. */
export function meterValues(meter: Meter): Values {
  const { volts, amps, sign } = meter;
  const kw = meter.kw.map((one, phase) => one * (sign[phase] as number)) as Three;
  const kvar = meter.kvar.map((one, phase) => one * (sign[phase] as number)) as Three;
  const p = sum(kw);
  const q = sum(kvar);
  const kva = kw.map((one, phase) => Math.hypot(one, kvar[phase] as number)) as Three;
  const s = Math.hypot(p, q);
  const tariff = meter.tariffKwh;
  const imported = tariff[0] + tariff[1] + tariff[2] + tariff[3];
  const line = (a: 0 | 1 | 2, b: 0 | 1 | 2) => Math.sqrt(volts[a] ** 2 + volts[b] ** 2 + volts[a] * volts[b]);
  const [i1, i2, i3] = amps;
  return {
    voltage_l1_v: volts[0],
    voltage_l2_v: volts[1],
    voltage_l3_v: volts[2],
    voltage_l12_v: line(0, 1),
    voltage_l23_v: line(1, 2),
    voltage_l31_v: line(2, 0),
    current_l1_a: i1,
    current_l2_a: i2,
    current_l3_a: i3,
    current_avg_a: sum(amps) / 3,
    current_n_a: Math.sqrt(Math.max(0, i1 * i1 + i2 * i2 + i3 * i3 - i1 * i2 - i2 * i3 - i3 * i1)),
    active_power_kw: p,
    active_power_l1_kw: kw[0],
    active_power_l2_kw: kw[1],
    active_power_l3_kw: kw[2],
    reactive_power_kvar: q,
    reactive_power_l1_kvar: kvar[0],
    reactive_power_l2_kvar: kvar[1],
    reactive_power_l3_kvar: kvar[2],
    apparent_power_kva: s,
    apparent_power_l1_kva: kva[0],
    apparent_power_l2_kva: kva[1],
    apparent_power_l3_kva: kva[2],
    power_factor: factor(p, s),
    power_factor_l1: factor(kw[0], kva[0]),
    power_factor_l2: factor(kw[1], kva[1]),
    power_factor_l3: factor(kw[2], kva[2]),
    phase_angle_deg: (Math.atan2(q, p) * 180) / Math.PI,
    frequency_hz: meter.hz,
    energy_import_kwh: imported,
    energy_import_l1_kwh: meter.importKwh[0],
    energy_import_l2_kwh: meter.importKwh[1],
    energy_import_l3_kwh: meter.importKwh[2],
    energy_import_sharp_kwh: tariff[0],
    energy_import_peak_kwh: tariff[1],
    energy_import_flat_kwh: tariff[2],
    energy_import_valley_kwh: tariff[3],
    energy_export_kwh: meter.exportKwh,
    energy_total_kwh: imported + meter.exportKwh,
    reactive_energy_import_kvarh: meter.importKvarh,
    reactive_energy_export_kvarh: 0,
    reactive_energy_total_kvarh: meter.importKvarh,
    demand_kw: demandKw(meter),
    demand_max_kw: meter.demandMaxKw,
    thd_voltage_pct: 1.8,
    thd_voltage_l1_pct: 1.7,
    thd_voltage_l2_pct: 1.8,
    thd_voltage_l3_pct: 1.9,
  };
}
