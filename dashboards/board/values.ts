/** Values that several boards work out. Sources of the formulas stand with them. */
import type { Derived } from './board.ts';

const highestPhase = 'max(current_l1_a, current_l2_a, current_l3_a)';
const meanCurrent = '(current_l1_a + current_l2_a + current_l3_a) / 3';

/** Highest phase current by the rating of breaker or cable: 100 is full, the rest is the margin. */
export const loadOfRating: Derived = {
  id: 'load_of_rating_pct',
  label: { zh: '负载率', en: 'Load' },
  unit: '%',
  expression: `100 * ${highestPhase} / @rating_a`,
};

/** What breaker or cable can still take in its fullest phase. */
export const overloadMargin: Derived = {
  id: 'overload_margin_a',
  label: { zh: '裕量', en: 'Margin' },
  unit: 'A',
  expression: `@rating_a - ${highestPhase}`,
};

/** (Imax − Iavg) / Iavg; at a distribution transformer at most 15 % by practice. One ampere is added so that an idle circuit does not divide by zero. */
export const currentUnbalance: Derived = {
  id: 'current_unbalance_pct',
  label: { zh: '电流不平衡度', en: 'Current unbalance' },
  unit: '%',
  expression: `100 * (${highestPhase} - ${meanCurrent}) / (${meanCurrent} + 1)`,
};

export const transformerLoad: Derived = {
  id: 'transformer_load_pct',
  label: { zh: '变压器负载率', en: 'Transformer load' },
  unit: '%',
  expression: '100 * max(current_l1_a, current_l2_a, current_l3_a) / @rating_a',
};

/** Running average of the supply against what the contract allows. */
export const powerOfContract: Derived = {
  id: 'power_of_contract_pct',
  label: { zh: '占合同需量', en: 'Of contract demand' },
  unit: '%',
  expression: '100 * active_power_kw / @contract_kw',
};

export const powerFactorMagnitude: Derived = {
  id: 'power_factor_magnitude',
  label: { zh: '功率因数', en: 'Power factor' },
  unit: '',
  expression: 'abs(power_factor)',
};

export const hottestJoint: Derived = {
  id: 'hottest_joint_c',
  label: { zh: '最热接点', en: 'Hottest joint' },
  unit: '°C',
  expression: 'max(joint_temp_l1_c, joint_temp_l2_c, joint_temp_l3_c)',
};

export const hottestWinding: Derived = {
  id: 'hottest_winding_c',
  label: { zh: '最热绕组', en: 'Hottest winding' },
  unit: '°C',
  expression: 'max(winding_temp_l1_c, winding_temp_l2_c, winding_temp_l3_c)',
};

/** Zones and loops have nominal pressures of their own; in percent one limit serves all. */
export const pressureOfNominal: Derived = {
  id: 'pressure_of_nominal_pct',
  label: { zh: '压力/额定', en: 'Pressure of nominal' },
  unit: '%',
  expression: '100 * pressure_kpa / @nominal_kpa',
};

export const supplyReturnDifference: Derived = {
  id: 'supply_return_k',
  label: { zh: '供回水温差', en: 'Supply minus return' },
  unit: 'K',
  expression: 'supply_temp_c - return_temp_c',
};

/** What goes out and does not come back; a few percent are meter errors. */
export const loopLoss: Derived = {
  id: 'loop_loss_m3h',
  label: { zh: '供回水流量差', en: 'Supply minus return flow' },
  unit: 'm³/h',
  expression: 'flow_m3h - return_flow_m3h',
};

/** Contents over present use: 1 m³ of liquid oxygen is 857 m³ of gas at 20 °C, 1 L/min is 1.44 m³ a day. */
export const oxygenDaysLeft: Derived = {
  id: 'oxygen_days_left',
  label: { zh: '液氧可用天数', en: 'Days of oxygen left' },
  unit: 'd',
  expression: 'tank_level_pct / 100 * @volume_m3 * 857 / (oxygen_flow_lmin * 1.44)',
};

/** How long the water stays with the chlorine, GB 18466: at least 1 h. Water that stands has all the time; six hours are enough to be told. */
export const contactTime: Derived = {
  id: 'contact_time_h',
  label: { zh: '接触时间', en: 'Contact time' },
  unit: 'h',
  expression: 'min(6, @contact_m3 / max(outflow_m3h, 0.1))',
};

export const roomAboveLowest: Derived = {
  id: 'room_above_lowest_k',
  label: { zh: '高于允许下限', en: 'Above the lowest permitted' },
  unit: 'K',
  expression: 'room_temp_c - @room_min_c',
};

/** Weather compensation of radiators, the default curve: 20 + 2.2·(20 − outdoor)^0.85, between 35 and 75 °C; a proposal, each boiler house has its own. */
export const heatingCurve: Derived = {
  id: 'heating_curve_c',
  label: { zh: '气候补偿曲线目标', en: 'Set by the heating curve' },
  unit: '°C',
  expression: 'min(75, max(35, 20 + 2.2 * pow(max(0, 20 - outdoor_temp_c), 0.85)))',
};
