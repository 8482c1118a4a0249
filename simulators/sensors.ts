/** What a device makes of the physical values: sensor noise, and what is wrong with the device itself. */
import { type QuantityId, quantities, quantity } from '../shared/quantity.ts';
import type { AnyDevice } from '../shared/site.ts';
import type { Moment, Values } from './part.ts';
import { noiseAt, seedOf } from './random.ts';

/** Deviation of a sound sensor. Electricity meters are not here: their three phases and sums must agree to the last digit. */
const deviation: Partial<Record<QuantityId, number>> = {
  pressure_kpa: 0.2, supply_temp_c: 0.04, return_temp_c: 0.04, flow_m3h: 0.012, return_flow_m3h: 0.06, makeup_flow_m3h: 0.006, heater_outlet_temp_c: 0.05,
  tap_temp_c: 0.08, flue_temp_c: 0.4, room_temp_c: 0.03, outdoor_temp_c: 0.05, humidity_pct: 0.25, winding_temp_l1_c: 0.1, winding_temp_l2_c: 0.1,
  winding_temp_l3_c: 0.1, joint_temp_l1_c: 0.12, joint_temp_l2_c: 0.12, joint_temp_l3_c: 0.12, residual_current_ma: 0.5, oxygen_flow_lmin: 0.5,
  tank_level_pct: 0.02, tank_pressure_kpa: 1.5, manifold_left_kpa: 6, manifold_right_kpa: 6, level_pct: 0.12, ph: 0.012, residual_chlorine_mgl: 0.03,
  orp_mv: 1.5, water_temp_c: 0.05, inflow_m3h: 0.03, outflow_m3h: 0.05, disinfectant_level_pct: 0.03,
}; // biome-ignore format: a table
const exactRoles = new Set(['incomer', 'transformer', 'feeder', 'department-meter', 'tenant-meter', 'genset', 'transfer-switch']);

/** What a slow sensor fault or a broken loop shows on, first match. */
const mainQuantities: QuantityId[] = [
  'pressure_kpa',
  'supply_temp_c',
  'room_temp_c',
  'residual_chlorine_mgl',
  'heater_outlet_temp_c',
  'level_pct',
  'flow_m3h',
  'joint_temp_l1_c',
  'residual_current_ma',
];

interface Noise {
  seed: number;
  deviation: number;
}

export interface Sensors {
  /** Once per step: drift grows, frozen values are caught. */
  step(moment: Moment, physical: (device: string) => Values): void;
  see(device: AnyDevice, physical: Values, moment: Moment): Values;
  /** From now on the counters of the device go on from these; those that are not named begin at nothing. */
  setCounters(device: AnyDevice, physical: Values, shown: Values): void;
}

export const countersOf = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => quantities[name as QuantityId].kind === 'counter'));

export function createSensors(devices: readonly AnyDevice[], seed: number): Sensors {
  const noisy = new Map<string, Map<QuantityId, Noise>>();
  const drift = new Map<string, number>();
  const frozen = new Map<string, Values>();
  const counterStart = new Map<string, Values>();
  const noiseOf = (device: AnyDevice, id: QuantityId) => {
    const own = noisy.get(device.id) ?? new Map<QuantityId, Noise>();
    const noise = own.get(id) ?? { seed: seedOf(seed, `${device.id} ${id}`), deviation: deviation[id] ?? 0 };
    noisy.set(device.id, own.set(id, noise));
    return noise;
  };
  const see = (device: AnyDevice, physical: Values, moment: Moment): Values => {
    const wrong = moment.knobs.read(device.id);
    const held = frozen.get(device.id);
    if (held && wrong.frozen) return held;
    const seen: Values = { ...physical };
    if (!exactRoles.has(device.role ?? '')) {
      for (const [name, value] of Object.entries(physical)) {
        const id = name as QuantityId;
        const noise = noiseOf(device, id);
        // a standing pump shows a clean zero
        if (noise.deviation === 0 || value === 0) continue;
        // a meter with water at rest in it shows no reverse flow
        const low = id.endsWith('_m3h') && value > 0 ? 0 : quantity(id).range[0];
        seen[id] = Math.max(low, value + noise.deviation * noiseAt(noise.seed, moment.step));
      }
    }
    const offset = drift.get(device.id);
    const start = counterStart.get(device.id);
    if (start)
      for (const [name, from] of Object.entries(start)) seen[name as QuantityId] = Math.max(0, (seen[name as QuantityId] ?? 0) - from);
    if (offset || wrong.openLoop) {
      const main = mainQuantities.find((id) => seen[id] !== undefined);
      if (main && offset) seen[main] = (seen[main] ?? 0) + offset;
      if (main && wrong.openLoop) seen[main] = Number.NaN;
    }
    return seen;
  };
  return {
    see,
    step(moment, physical) {
      for (const device of devices) {
        const wrong = moment.knobs.read(device.id);
        if (wrong.driftPerHour) drift.set(device.id, (drift.get(device.id) ?? 0) + (wrong.driftPerHour * moment.dtS) / 3_600);
        else drift.delete(device.id);
        if (!wrong.frozen) frozen.delete(device.id);
        else if (!frozen.has(device.id)) frozen.set(device.id, see(device, physical(device.id), moment));
      }
    },
    setCounters(device, physical, shown) {
      const start: Values = {};
      for (const [name, value] of Object.entries(countersOf(physical)))
        start[name as QuantityId] = value - (shown[name as QuantityId] ?? 0);
      counterStart.set(device.id, start);
    },
  };
}
