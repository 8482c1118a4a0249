/** A meter of 50 values in 100 registers, as in the rows of the speed table, and sites made of it. */
import { type Profile, profileSchema } from '../gateway/device.ts';
import { type ModbusDevice, modbusDeviceSchema } from '../shared/site.ts';

const gauges = [
  'voltage_l1_v', 'voltage_l2_v', 'voltage_l3_v', 'voltage_l12_v', 'voltage_l23_v', 'voltage_l31_v', 'current_l1_a', 'current_l2_a', 'current_l3_a',
  'current_n_a', 'current_avg_a', 'active_power_kw', 'active_power_l1_kw', 'active_power_l2_kw', 'active_power_l3_kw', 'reactive_power_kvar',
  'reactive_power_l1_kvar', 'reactive_power_l2_kvar', 'reactive_power_l3_kvar', 'apparent_power_kva', 'apparent_power_l1_kva',
  'apparent_power_l2_kva', 'apparent_power_l3_kva', 'power_factor', 'power_factor_l1', 'power_factor_l2', 'power_factor_l3', 'phase_angle_deg',
  'frequency_hz', 'energy_import_kwh', 'energy_import_l1_kwh', 'energy_import_l2_kwh', 'energy_import_l3_kwh', 'energy_import_sharp_kwh',
  'energy_import_peak_kwh', 'energy_import_flat_kwh', 'energy_import_valley_kwh', 'energy_export_kwh', 'energy_total_kwh',
  'reactive_energy_import_kvarh', 'reactive_energy_export_kvarh', 'reactive_energy_total_kvarh', 'demand_kw', 'demand_max_kw', 'thd_voltage_pct',
  'thd_voltage_l1_pct', 'thd_voltage_l2_pct', 'thd_voltage_l3_pct', 'load_pct', 'joint_temp_l1_c',
] as const; // biome-ignore format: a table

export const benchProfile: Profile = profileSchema.parse({
  id: 'bench-meter',
  vendor: 'bench',
  model: 'bench',
  title: { zh: '测试电表', en: 'bench meter' },
  system: 'electricity',
  kind: 'electricity-meter',
  source: 'made for the benches: 50 floats in a row',
  evidence: 'B',
  points: gauges.map((quantity, index) => ({ quantity, address: index * 2, type: 'float32' })),
  samples: [{ from: 'made for the benches', words: {}, values: {} }],
});
export const benchProfiles: ReadonlyMap<string, Profile> = new Map([[benchProfile.id, benchProfile]]);
export const valuesOfMeter = gauges.length;

export const benchDevice = (id: string, unit: number, poll: string): ModbusDevice =>
  modbusDeviceSchema.parse({ id, name: { zh: '表', en: 'meter' }, profile: benchProfile.id, unit, poll, slow_poll: poll });

/** Words that are good values for every quantity above: 0.5. */
export const benchWord = (address: number): number => (address % 2 === 0 ? 0x3f00 : 0);
