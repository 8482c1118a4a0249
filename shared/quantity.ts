/**
 * The closed vocabulary of measured quantities. The id carries the unit as suffix; what an id means, its unit, its
 * physically possible range and its labels are here and nowhere else. A new quantity is a decision for all parts.
 */
import { z } from 'zod';
import type { Text } from './text.ts';

export type QuantityKind = 'gauge' | 'counter' | 'state';

export interface Quantity {
  label: Text;
  /** Unit as shown, '' for ratios and states. */
  unit: string;
  kind: QuantityKind;
  /** What is physically possible, inclusive; a value outside is bad, never shown as good. */
  range: readonly [min: number, max: number];
  /** States only: what each number means. */
  states?: Readonly<Record<number, Text>>;
}

const units = {
  v: 'V', a: 'A', ma: 'mA', kw: 'kW', kvar: 'kvar', kva: 'kVA', hz: 'Hz', kwh: 'kWh', kvarh: 'kvarh', kvah: 'kVAh', pct: '%', deg: '°',
  kohm: 'kΩ', c: '°C', k: 'K', kpa: 'kPa', m3h: 'm³/h', m3: 'm³', mm: 'mm', ua: 'µA', lmin: 'L/min', kg: 'kg', mgl: 'mg/L', mv: 'mV',
  ntu: 'NTU', lh: 'L/h', l: 'L', h: 'h', rpm: 'r/min', ppm: 'ppm', ms: 'm/s', lel: '% LEL', w: 'W',
} as const; // biome-ignore format: a table
type UnitKey = keyof typeof units;

const gauge = (unit: UnitKey | '', zh: string, en: string, min: number, max: number): Quantity => ({
  label: { zh, en }, unit: unit === '' ? '' : units[unit], kind: 'gauge', range: [min, max],
}); // biome-ignore format: a table
const counter = (unit: UnitKey | '', zh: string, en: string, max = 1e12): Quantity => ({
  label: { zh, en }, unit: unit === '' ? '' : units[unit], kind: 'counter', range: [0, max],
}); // biome-ignore format: a table
const state = (zh: string, en: string, states: Record<number, readonly [zh: string, en: string]>): Quantity => {
  const codes = Object.keys(states).map(Number);
  return {
    label: { zh, en },
    unit: '',
    kind: 'state',
    range: [Math.min(...codes), Math.max(...codes)],
    states: Object.fromEntries(Object.entries(states).map(([code, [z, e]]) => [code, { zh: z, en: e }])),
  };
};
const onOff = (zh: string, en: string) => state(zh, en, { 0: ['停止', 'off'], 1: ['运行', 'on'] });
const yesNo = (zh: string, en: string) => state(zh, en, { 0: ['否', 'no'], 1: ['是', 'yes'] });
const highestCode = 4294967295;
const code = (zh: string, en: string): Quantity => ({ label: { zh, en }, unit: '', kind: 'state', range: [0, highestCode] });
/** Codes of which only 0 has a meaning that all makers share: a bare 0 tells nobody that nothing is wrong. */
const faultCode = (zh: string, en: string): Quantity => ({ ...code(zh, en), states: { 0: { zh: '无', en: 'none' } } });

// biome-ignore format: a table
export const quantities = {
  // electricity
  voltage_l1_v: gauge('v', 'A相电压', 'Voltage L1', 0, 50_000),
  voltage_l2_v: gauge('v', 'B相电压', 'Voltage L2', 0, 50_000),
  voltage_l3_v: gauge('v', 'C相电压', 'Voltage L3', 0, 50_000),
  voltage_l12_v: gauge('v', 'AB线电压', 'Voltage L1-L2', 0, 50_000),
  voltage_l23_v: gauge('v', 'BC线电压', 'Voltage L2-L3', 0, 50_000),
  voltage_l31_v: gauge('v', 'CA线电压', 'Voltage L3-L1', 0, 50_000),
  current_l1_a: gauge('a', 'A相电流', 'Current L1', -20_000, 20_000),
  current_l2_a: gauge('a', 'B相电流', 'Current L2', -20_000, 20_000),
  current_l3_a: gauge('a', 'C相电流', 'Current L3', -20_000, 20_000),
  current_n_a: gauge('a', '零线电流', 'Neutral current', -20_000, 20_000),
  current_avg_a: gauge('a', '平均电流', 'Average current', -20_000, 20_000),
  active_power_kw: gauge('kw', '有功功率', 'Active power', -100_000, 100_000),
  active_power_l1_kw: gauge('kw', 'A相有功功率', 'Active power L1', -100_000, 100_000),
  active_power_l2_kw: gauge('kw', 'B相有功功率', 'Active power L2', -100_000, 100_000),
  active_power_l3_kw: gauge('kw', 'C相有功功率', 'Active power L3', -100_000, 100_000),
  reactive_power_kvar: gauge('kvar', '无功功率', 'Reactive power', -100_000, 100_000),
  reactive_power_l1_kvar: gauge('kvar', 'A相无功功率', 'Reactive power L1', -100_000, 100_000),
  reactive_power_l2_kvar: gauge('kvar', 'B相无功功率', 'Reactive power L2', -100_000, 100_000),
  reactive_power_l3_kvar: gauge('kvar', 'C相无功功率', 'Reactive power L3', -100_000, 100_000),
  apparent_power_kva: gauge('kva', '视在功率', 'Apparent power', 0, 100_000),
  apparent_power_l1_kva: gauge('kva', 'A相视在功率', 'Apparent power L1', 0, 100_000),
  apparent_power_l2_kva: gauge('kva', 'B相视在功率', 'Apparent power L2', 0, 100_000),
  apparent_power_l3_kva: gauge('kva', 'C相视在功率', 'Apparent power L3', 0, 100_000),
  power_factor: gauge('', '功率因数', 'Power factor', -1, 1),
  power_factor_l1: gauge('', 'A相功率因数', 'Power factor L1', -1, 1),
  power_factor_l2: gauge('', 'B相功率因数', 'Power factor L2', -1, 1),
  power_factor_l3: gauge('', 'C相功率因数', 'Power factor L3', -1, 1),
  phase_angle_deg: gauge('deg', '相位角', 'Phase angle', -360, 360),
  frequency_hz: gauge('hz', '频率', 'Frequency', 0, 100),
  energy_import_kwh: counter('kwh', '正向有功电量', 'Energy import'),
  energy_import_l1_kwh: counter('kwh', 'A相正向有功电量', 'Energy import L1'),
  energy_import_l2_kwh: counter('kwh', 'B相正向有功电量', 'Energy import L2'),
  energy_import_l3_kwh: counter('kwh', 'C相正向有功电量', 'Energy import L3'),
  energy_import_sharp_kwh: counter('kwh', '尖时电量', 'Energy import, sharp'),
  energy_import_peak_kwh: counter('kwh', '峰时电量', 'Energy import, peak'),
  energy_import_flat_kwh: counter('kwh', '平时电量', 'Energy import, flat'),
  energy_import_valley_kwh: counter('kwh', '谷时电量', 'Energy import, valley'),
  energy_export_kwh: counter('kwh', '反向有功电量', 'Energy export'),
  energy_total_kwh: counter('kwh', '总有功电量', 'Energy total'),
  reactive_energy_import_kvarh: counter('kvarh', '正向无功电量', 'Reactive energy import'),
  reactive_energy_export_kvarh: counter('kvarh', '反向无功电量', 'Reactive energy export'),
  reactive_energy_total_kvarh: counter('kvarh', '总无功电量', 'Reactive energy total'),
  demand_kw: gauge('kw', '当前需量', 'Demand', -100_000, 100_000),
  demand_max_kw: gauge('kw', '最大需量', 'Maximum demand', -100_000, 100_000),
  thd_voltage_pct: gauge('pct', '电压总谐波畸变率', 'Voltage THD', 0, 100),
  thd_voltage_l1_pct: gauge('pct', 'A相电压谐波', 'Voltage THD L1', 0, 100),
  thd_voltage_l2_pct: gauge('pct', 'B相电压谐波', 'Voltage THD L2', 0, 100),
  thd_voltage_l3_pct: gauge('pct', 'C相电压谐波', 'Voltage THD L3', 0, 100),
  residual_current_ma: gauge('ma', '剩余电流', 'Residual current', 0, 100_000),
  residual_current_max_ma: gauge('ma', '剩余电流最大值', 'Residual current, maximum', 0, 100_000),
  residual_current_setting_ma: gauge('ma', '剩余电流整定值', 'Residual current setting', 0, 100_000),
  residual_current_state: state('剩余电流报警状态', 'Residual current alarm', { 0: ['正常', 'normal'], 1: ['预警', 'warning'], 2: ['报警', 'alarm'], 4: ['断线', 'wire break'] }),
  toroid_fault: yesNo('互感器故障', 'Toroid fault'),
  joint_temp_l1_c: gauge('c', 'A相接点温度', 'Joint temperature L1', -50, 400),
  joint_temp_l2_c: gauge('c', 'B相接点温度', 'Joint temperature L2', -50, 400),
  joint_temp_l3_c: gauge('c', 'C相接点温度', 'Joint temperature L3', -50, 400),
  joint_temp_n_c: gauge('c', '零线接点温度', 'Joint temperature N', -50, 400),
  winding_temp_l1_c: gauge('c', 'A相绕组温度', 'Winding temperature L1', -50, 400),
  winding_temp_l2_c: gauge('c', 'B相绕组温度', 'Winding temperature L2', -50, 400),
  winding_temp_l3_c: gauge('c', 'C相绕组温度', 'Winding temperature L3', -50, 400),
  load_pct: gauge('pct', '负载率', 'Load', 0, 1000),
  insulation_kohm: gauge('kohm', '绝缘电阻', 'Insulation resistance', 0, 1e7),
  breaker_closed: state('断路器位置', 'Breaker', { 0: ['分闸', 'open'], 1: ['合闸', 'closed'] }),
  breaker_tripped: state('断路器脱扣', 'Breaker trip', { 0: ['正常', 'normal'], 1: ['脱扣', 'tripped'] }),
  fan_running: onOff('风机', 'Fan'),
  ct_ratio: gauge('', '电流互感器变比', 'CT ratio', 0, 100_000),
  // heat and water loops, boilers, hot water
  supply_temp_c: gauge('c', '供水温度', 'Supply temperature', -50, 250),
  return_temp_c: gauge('c', '回水温度', 'Return temperature', -50, 250),
  temp_diff_k: gauge('k', '供回水温差', 'Temperature difference', -250, 250),
  setpoint_temp_c: gauge('c', '设定温度', 'Set point', -50, 250),
  tap_temp_c: gauge('c', '末端出水温度', 'Tap temperature', -20, 120),
  heater_outlet_temp_c: gauge('c', '加热器出水温度', 'Heater outlet temperature', -20, 150),
  pressure_kpa: gauge('kpa', '压力', 'Pressure', -101.4, 100_000),
  return_pressure_kpa: gauge('kpa', '回水压力', 'Return pressure', -101.4, 100_000),
  steam_pressure_kpa: gauge('kpa', '蒸汽压力', 'Steam pressure', -101.4, 100_000),
  feed_pressure_kpa: gauge('kpa', '给水压力', 'Feed-water pressure', -101.4, 100_000),
  flow_m3h: gauge('m3h', '流量', 'Flow', -100_000, 100_000),
  flow_2_m3h: gauge('m3h', '流量2', 'Flow 2', -100_000, 100_000),
  return_flow_m3h: gauge('m3h', '回水流量', 'Return flow', -100_000, 100_000),
  makeup_flow_m3h: gauge('m3h', '补水流量', 'Make-up flow', 0, 10_000),
  makeup_volume_m3: counter('m3', '补水累计量', 'Make-up volume'),
  makeup_pump_running: onOff('补水泵', 'Make-up pump'),
  circulation_pump_running: onOff('循环泵', 'Circulation pump'),
  volume_m3: counter('m3', '累计流量', 'Volume'),
  volume_reverse_m3: counter('m3', '反向累计流量', 'Reverse volume'),
  volume_net_m3: gauge('m3', '净累计流量', 'Net volume', -1e12, 1e12),
  velocity_ms: gauge('ms', '流速', 'Velocity', -100, 100),
  signal_quality_pct: gauge('pct', '信号质量', 'Signal quality', 0, 100),
  heat_power_kw: gauge('kw', '热功率', 'Heat power', -1e6, 1e6),
  heat_energy_kwh: counter('kwh', '热量', 'Heat energy'),
  thermal_valve_pct: gauge('pct', '调节阀开度', 'Valve position', 0, 100),
  flue_temp_c: gauge('c', '排烟温度', 'Flue gas temperature', -50, 1000),
  drum_level_mm: gauge('mm', '锅筒水位', 'Drum level', -2000, 2000),
  firing_rate_pct: gauge('pct', '燃烧负荷', 'Firing rate', 0, 110),
  flame_signal_ua: gauge('ua', '火焰信号', 'Flame signal', 0, 1000),
  burner_on: onOff('燃烧器', 'Burner'),
  burner_state: code('燃烧器状态码', 'Burner state code'),
  lockout_code: faultCode('锅炉联锁代码', 'Lockout code'),
  low_water: state('极限低水位', 'Extreme low water', { 0: ['正常', 'normal'], 1: ['极限低水位', 'low water'] }),
  overpressure: state('超压', 'Overpressure', { 0: ['正常', 'normal'], 1: ['超压', 'overpressure'] }),
  gas_leak_lel: gauge('lel', '燃气泄漏浓度', 'Gas leak', 0, 100),
  fuel_flow_m3h: gauge('m3h', '燃气流量', 'Fuel flow', 0, 10_000),
  fuel_volume_m3: counter('m3', '燃气累计量', 'Fuel volume'),
  cycles_count: counter('', '启动次数', 'Cycles'),
  // level, leak, pumps
  level_pct: gauge('pct', '液位', 'Level', 0, 150),
  leak_detected: state('漏水', 'Water leak', { 0: ['正常', 'dry'], 1: ['漏水', 'wet'] }),
  pump_running: onOff('水泵', 'Pump'),
  pump_fault: state('水泵故障', 'Pump fault', { 0: ['正常', 'normal'], 1: ['故障', 'fault'] }),
  run_hours_h: counter('h', '运行时间', 'Run hours'),
  starts_count: counter('', '启动次数', 'Starts'),
  // medical gas
  oxygen_flow_lmin: gauge('lmin', '氧气流量', 'Oxygen flow', 0, 100_000),
  oxygen_volume_m3: counter('m3', '氧气累计量', 'Oxygen volume'),
  oxygen_concentration_pct: gauge('pct', '氧浓度', 'Oxygen concentration', 0, 100),
  tank_level_pct: gauge('pct', '液氧罐液位', 'Liquid oxygen level', 0, 110),
  tank_pressure_kpa: gauge('kpa', '液氧罐压力', 'Tank pressure', -101.4, 10_000),
  manifold_bank: state('汇流排供气侧', 'Manifold bank in use', { 0: ['无', 'none'], 1: ['左侧', 'left'], 2: ['右侧', 'right'] }),
  manifold_left_kpa: gauge('kpa', '汇流排左侧压力', 'Manifold left bank', -101.4, 25_000),
  manifold_right_kpa: gauge('kpa', '汇流排右侧压力', 'Manifold right bank', -101.4, 25_000),
  reserve_in_use: yesNo('应急备用气源启用', 'Emergency reserve in use'),
  vacuum_kpa: gauge('kpa', '负压', 'Vacuum', 0, 101.4),
  dew_point_c: gauge('c', '露点', 'Dew point', -120, 60),
  gas_temp_c: gauge('c', '气体温度', 'Gas temperature', -100, 200),
  // wastewater
  inflow_m3h: gauge('m3h', '进水流量', 'Inflow', 0, 10_000),
  outflow_m3h: gauge('m3h', '出水流量', 'Outflow', 0, 10_000),
  inflow_volume_m3: counter('m3', '进水累计量', 'Inflow volume'),
  outflow_volume_m3: counter('m3', '出水累计量', 'Outflow volume'),
  residual_chlorine_mgl: gauge('mgl', '余氯', 'Residual chlorine', 0, 100),
  ph: gauge('', 'pH值', 'pH', 0, 14),
  orp_mv: gauge('mv', '氧化还原电位', 'ORP', -2000, 2000),
  dissolved_oxygen_mgl: gauge('mgl', '溶解氧', 'Dissolved oxygen', 0, 50),
  cod_mgl: gauge('mgl', '化学需氧量', 'COD', 0, 100_000),
  ammonia_mgl: gauge('mgl', '氨氮', 'Ammonia nitrogen', 0, 10_000),
  suspended_solids_mgl: gauge('mgl', '悬浮物', 'Suspended solids', 0, 100_000),
  turbidity_ntu: gauge('ntu', '浊度', 'Turbidity', 0, 10_000),
  water_temp_c: gauge('c', '水温', 'Water temperature', -20, 150),
  dosing_flow_lh: gauge('lh', '加药流量', 'Dosing flow', 0, 10_000),
  dosing_pump_running: onOff('加药泵', 'Dosing pump'),
  disinfectant_level_pct: gauge('pct', '消毒药剂液位', 'Disinfectant level', 0, 110),
  blower_running: onOff('曝气风机', 'Blower'),
  plant_running: onOff('污水站', 'Wastewater plant'),
  analyser_status: code('分析仪状态字', 'Analyser status'),
  // backup power
  control_mode: state('控制模式', 'Control mode', { 0: ['停止', 'stop'], 1: ['自动', 'auto'], 2: ['手动', 'manual'], 3: ['试机', 'test'], 4: ['空载试机', 'off-load test'], 5: ['带载试机', 'load test'] }),
  genset_running: onOff('柴油发电机组', 'Generating set'),
  genset_warning: yesNo('机组告警', 'Genset warning'),
  genset_trip: yesNo('机组电气脱扣', 'Genset electrical trip'),
  genset_shutdown: yesNo('机组故障停机', 'Genset shutdown'),
  fail_to_start: state('启动失败', 'Fail to start', { 0: ['正常', 'normal'], 1: ['启动失败', 'failed to start'] }),
  mains_available: state('市电', 'Mains', { 0: ['失电', 'lost'], 1: ['正常', 'available'] }),
  transfer_position: state('双电源位置', 'Transfer switch', { 0: ['断开', 'open'], 1: ['市电', 'mains'], 2: ['发电机', 'generator'] }),
  mains_voltage_l1_v: gauge('v', '市电A相电压', 'Mains voltage L1', 0, 50_000),
  mains_voltage_l2_v: gauge('v', '市电B相电压', 'Mains voltage L2', 0, 50_000),
  mains_voltage_l3_v: gauge('v', '市电C相电压', 'Mains voltage L3', 0, 50_000),
  mains_frequency_hz: gauge('hz', '市电频率', 'Mains frequency', 0, 100),
  oil_pressure_kpa: gauge('kpa', '机油压力', 'Oil pressure', 0, 10_000),
  oil_temp_c: gauge('c', '机油温度', 'Oil temperature', -50, 300),
  coolant_temp_c: gauge('c', '冷却水温度', 'Coolant temperature', -50, 200),
  fuel_level_pct: gauge('pct', '燃油液位', 'Fuel level', 0, 130),
  battery_voltage_v: gauge('v', '启动电池电压', 'Battery voltage', 0, 60),
  charge_alternator_v: gauge('v', '充电机电压', 'Charge alternator voltage', 0, 60),
  engine_speed_rpm: gauge('rpm', '发动机转速', 'Engine speed', 0, 6000),
  earth_current_a: gauge('a', '接地电流', 'Earth current', 0, 20_000),
  full_power_pct: gauge('pct', '负荷率', 'Share of full power', -200, 200),
  // environment, cooling, lifts, fire
  room_temp_c: gauge('c', '室内温度', 'Room temperature', -40, 80),
  outdoor_temp_c: gauge('c', '室外温度', 'Outdoor temperature', -60, 60),
  humidity_pct: gauge('pct', '相对湿度', 'Relative humidity', 0, 100),
  co2_ppm: gauge('ppm', '二氧化碳浓度', 'CO₂', 0, 50_000),
  chiller_running: onOff('冷水机组', 'Chiller'),
  lift_fault: state('电梯故障', 'Lift fault', { 0: ['正常', 'normal'], 1: ['故障', 'fault'] }),
  fire_alarm: state('火灾报警', 'Fire alarm', { 0: ['正常', 'normal'], 1: ['报警', 'alarm'] }),
  // any device
  loop_current_ma: gauge('ma', '回路电流', 'Loop current', 0, 25),
  alarm_code: faultCode('设备告警代码', 'Device alarm code'),
  meter_error: faultCode('仪表故障码', 'Meter error code'),
  device_failure: yesNo('设备故障', 'Device failure'),
  sensor_failure: yesNo('传感器故障', 'Sensor failure'),
} as const satisfies Record<string, Quantity>;

export type QuantityId = keyof typeof quantities;
export const quantityIds = Object.keys(quantities) as QuantityId[];
export const quantitySchema = z
  .enum(quantityIds as [QuantityId, ...QuantityId[]])
  .meta({ description: 'A quantity of shared/quantity.ts' });

export function isQuantity(id: string): id is QuantityId {
  return Object.hasOwn(quantities, id);
}

export function quantity(id: QuantityId): Quantity {
  return quantities[id];
}

/** A number that a manual explains; words are known for few of its values. */
export const isCode = (id: QuantityId): boolean => quantity(id).kind === 'state' && quantity(id).range[1] === highestCode;

/** Physically possible? States must be whole numbers. */
export function inRange(id: QuantityId, value: number): boolean {
  const { range, kind } = quantity(id);
  return Number.isFinite(value) && value >= range[0] && value <= range[1] && (kind !== 'state' || Number.isInteger(value));
}

/** What the numbers of an alarm mean; undefined where they are no states of the quantity but, by their unit, a count of hours or a share. */
export const statesOf = (id: QuantityId | null | undefined, unit: string): Quantity['states'] =>
  id === null || id === undefined || quantity(id).unit !== unit ? undefined : quantity(id).states;
