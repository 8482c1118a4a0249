/** What the overview shows of each system: the key value in large figures with its trend, and a few more. */
import type { QuantityId } from '../../../shared/quantity.ts';
import type { System } from '../../../shared/system.ts';
import type { DeviceInfo } from '../data/api.ts';
import type { Pick } from './pick.ts';

export interface SystemValues {
  key: Pick;
  rows: readonly Pick[];
}

type ValueAt = NonNullable<Pick['share']>;

const shareOf = (attribute: 'contract_kw' | 'capacity_kva' | 'rating_a' | 'nominal_kpa') => (device: DeviceInfo, value: number) => {
  const rating = device.attributes[attribute];
  return rating ? (100 * value) / rating : undefined;
};
/** Load of a transformer by its apparent power, or by active power over power factor. */
const transformerLoad = (device: DeviceInfo, value: number) => {
  const rating = device.attributes.capacity_kva;
  const factor = device.latest.power_factor?.value;
  return rating && factor ? (100 * value) / Math.max(0.3, Math.abs(factor)) / rating : undefined;
};

/** The fullest of the phases: which one it is differs from place to place. */
const highest =
  (...quantities: QuantityId[]): ValueAt =>
  (device, value) =>
    Math.max(value, ...quantities.flatMap((id) => device.latest[id]?.value ?? []));
const loadOfRating: ValueAt = (device, value) =>
  shareOf('rating_a')(device, highest('current_l2_a', 'current_l3_a')(device, value) as number);
/** Rooms have limits of their own: a pump room at 12 °C is warm, a ward at 17 °C is cold. */
const aboveLowest: ValueAt = ({ attributes: { room_min_c } }, value) => (room_min_c === undefined ? undefined : value - room_min_c);
const belowHighest: ValueAt = ({ attributes: { room_max_c } }, value) => (room_max_c === undefined ? undefined : room_max_c - value);
/** Zones, sources and loops have nominal pressures of their own: only in per cent of them can they be compared. */
const ofNominal = { quantities: ['pressure_kpa'], combine: 'min', share: shareOf('nominal_kpa'), unit: '%', digits: 0 } as const;

const totalPower: Pick = { label: 'value.power', roles: ['incomer'], quantities: ['active_power_kw'], combine: 'sum', digits: 0 };
const oxygenSource: Pick = { label: 'value.oxygenSource', roles: ['oxygen-source'], ...ofNominal };
const zoneLow: Pick = { label: 'value.zoneLow', roles: ['ward-zone'], ...ofNominal };
const outdoor: Pick = { label: 'value.outdoor', roles: ['outdoor'], quantities: ['outdoor_temp_c'], combine: 'mean', digits: 1 };

export const headline = { totalPower, oxygenSource, zoneLow, outdoor } as const;

export const systemValues: Partial<Record<System, SystemValues>> = {
  electricity: {
    key: totalPower,
    rows: [
      {
        label: 'value.contract',
        roles: ['incomer'],
        quantities: ['active_power_kw'],
        combine: 'max',
        share: shareOf('contract_kw'),
        unit: '%',
        digits: 0,
      },
      {
        label: 'value.transformer',
        roles: ['transformer'],
        quantities: ['active_power_kw'],
        combine: 'max',
        share: transformerLoad,
        unit: '%',
        digits: 0,
      },
      {
        label: 'value.feeder',
        roles: ['feeder', 'department-meter', 'tenant-meter'],
        quantities: ['current_l1_a'],
        combine: 'max',
        share: loadOfRating,
        unit: '%',
        digits: 0,
      },
      {
        label: 'value.winding',
        roles: ['transformer'],
        quantities: ['winding_temp_l2_c', 'winding_temp_l1_c'],
        combine: 'max',
        share: highest('winding_temp_l1_c', 'winding_temp_l3_c'),
        digits: 0,
      },
      {
        label: 'value.joint',
        roles: ['joint-temperature'],
        quantities: ['joint_temp_l1_c'],
        combine: 'max',
        share: highest('joint_temp_l2_c', 'joint_temp_l3_c', 'joint_temp_n_c'),
        digits: 0,
      },
      { label: 'value.residual', roles: ['residual-current'], quantities: ['residual_current_ma'], combine: 'max', digits: 0 },
    ],
  },
  generator: {
    key: { label: 'value.mains', roles: ['transfer-switch'], quantities: ['mains_available'], combine: 'min' },
    rows: [
      { label: 'value.genset', roles: ['genset'], quantities: ['genset_running', 'engine_speed_rpm'], combine: 'max' },
      { label: 'value.transfer', roles: ['transfer-switch'], quantities: ['transfer_position'], combine: 'first' },
      { label: 'value.fuel', roles: ['genset'], quantities: ['fuel_level_pct'], combine: 'min', digits: 0 },
      { label: 'value.battery', roles: ['genset'], quantities: ['battery_voltage_v'], combine: 'min', digits: 1 },
      { label: 'value.mode', roles: ['genset'], quantities: ['control_mode'], combine: 'first' },
    ],
  },
  oxygen: {
    key: oxygenSource,
    rows: [
      zoneLow,
      { label: 'value.oxygenFlow', roles: ['ward-zone'], quantities: ['oxygen_flow_lmin'], combine: 'sum', digits: 0 },
      { label: 'value.tank', roles: ['oxygen-source'], quantities: ['tank_level_pct'], combine: 'min', digits: 0 },
      { label: 'value.bank', roles: ['oxygen-manifold'], quantities: ['manifold_bank'], combine: 'first' },
      { label: 'value.reserve', roles: ['oxygen-manifold'], quantities: ['reserve_in_use'], combine: 'max' },
    ],
  },
  boiler: {
    key: { label: 'value.boilerTemp', roles: ['boiler'], quantities: ['supply_temp_c'], combine: 'max', digits: 1 },
    rows: [
      { label: 'value.burners', roles: ['boiler'], quantities: ['burner_on', 'burner_state'], combine: 'count-on' },
      { label: 'value.boilerReturn', roles: ['boiler'], quantities: ['return_temp_c'], combine: 'mean', digits: 1 },
      { label: 'value.firing', roles: ['boiler'], quantities: ['firing_rate_pct'], combine: 'max', digits: 0 },
      { label: 'value.flue', roles: ['boiler'], quantities: ['flue_temp_c'], combine: 'max', digits: 0 },
      { label: 'value.lockouts', roles: ['boiler'], quantities: ['lockout_code'], combine: 'count-on' },
    ],
  },
  heating: {
    key: { label: 'value.loopPressure', roles: ['heating-loop'], ...ofNominal },
    rows: [
      { label: 'value.supply', roles: ['heating-loop'], quantities: ['supply_temp_c'], combine: 'mean', digits: 1 },
      { label: 'value.return', roles: ['heating-loop'], quantities: ['return_temp_c'], combine: 'mean', digits: 1 },
      { label: 'value.makeup', roles: ['heating-loop'], quantities: ['makeup_flow_m3h'], combine: 'sum', digits: 2 },
      { label: 'value.loopFlow', roles: ['heating-loop'], quantities: ['flow_m3h'], combine: 'sum', digits: 0 },
    ],
  },
  hotwater: {
    key: { label: 'value.heaterOutlet', roles: ['hotwater'], quantities: ['heater_outlet_temp_c'], combine: 'min', digits: 1 },
    rows: [
      { label: 'value.circulation', roles: ['hotwater'], quantities: ['return_temp_c'], combine: 'min', digits: 1 },
      { label: 'value.tap', roles: ['hotwater'], quantities: ['tap_temp_c'], combine: 'min', digits: 1 },
    ],
  },
  water: {
    key: { label: 'value.waterFlow', roles: ['water-main'], quantities: ['flow_m3h'], combine: 'sum', digits: 1 },
    rows: [
      { label: 'value.branches', roles: ['water-branch'], quantities: ['flow_m3h'], combine: 'sum', digits: 1 },
      { label: 'value.highestBranch', roles: ['water-branch'], quantities: ['flow_m3h'], combine: 'max', digits: 1 },
    ],
  },
  drain: {
    key: { label: 'value.manhole', roles: ['manhole'], quantities: ['level_pct'], combine: 'max', digits: 0 },
    rows: [
      { label: 'value.sump', roles: ['sump'], quantities: ['level_pct'], combine: 'max', digits: 0 },
      { label: 'value.sumpPumps', roles: ['sump'], quantities: ['pump_running'], combine: 'count-on' },
      { label: 'value.leaks', roles: ['leak-sensor'], quantities: ['leak_detected'], combine: 'count-on' },
    ],
  },
  wastewater: {
    key: { label: 'value.chlorine', roles: ['wastewater-analyser'], quantities: ['residual_chlorine_mgl'], combine: 'min', digits: 1 },
    rows: [
      { label: 'value.ph', roles: ['wastewater-analyser'], quantities: ['ph'], combine: 'mean', digits: 2 },
      { label: 'value.outflow', roles: ['wastewater'], quantities: ['outflow_m3h'], combine: 'sum', digits: 1 },
      { label: 'value.dosingPump', roles: ['wastewater'], quantities: ['dosing_pump_running'], combine: 'max' },
      { label: 'value.disinfectant', roles: ['wastewater'], quantities: ['disinfectant_level_pct'], combine: 'min', digits: 0 },
    ],
  },
  environment: {
    key: { label: 'value.roomLow', roles: ['room'], quantities: ['room_temp_c'], combine: 'min', share: aboveLowest, unit: 'K', digits: 1 },
    rows: [
      { label: 'value.roomHigh', roles: ['room'], quantities: ['room_temp_c'], combine: 'min', share: belowHighest, unit: 'K', digits: 1 },
      outdoor,
      { label: 'value.humidity', roles: ['room'], quantities: ['humidity_pct'], combine: 'max', digits: 0 },
    ],
  },
  cooling: {
    key: { label: 'value.chillers', roles: ['chiller'], quantities: ['chiller_running'], combine: 'count-on' },
    rows: [
      { label: 'value.coolingSupply', roles: ['chiller'], quantities: ['supply_temp_c'], combine: 'min', digits: 1 },
      { label: 'value.coolingPower', roles: ['chiller'], quantities: ['active_power_kw'], combine: 'sum', digits: 0 },
    ],
  },
  lift: { key: { label: 'value.lifts', roles: ['lift'], quantities: ['lift_fault'], combine: 'count-on' }, rows: [] },
  fire: { key: { label: 'value.fire', roles: ['fire-panel'], quantities: ['fire_alarm'], combine: 'count-on' }, rows: [] },
};

/** Columns of the plant picture: what belongs together stands together, and all of it fits one screen. */
export const columns: readonly (readonly System[])[] = [
  ['electricity', 'generator', 'lift'],
  ['oxygen', 'wastewater', 'cooling'],
  ['boiler', 'heating', 'hotwater'],
  ['water', 'drain', 'environment', 'fire'],
];
