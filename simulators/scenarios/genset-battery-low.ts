import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'genset-battery-low',
  title: { zh: '启动电池亏电', en: 'Starting battery low' },
  description: { zh: '充电机故障，启动电池电压下降。', en: 'The charger is dead; the starting battery sinks.' },
  system: 'generator',
  params: { genset: { default: 'genset' }, volts: { default: 22.5, min: 10, max: 27 } },
  rampS: 600,
  expects: (params) => [{ rule: 'GS-BATT', device: text(params, 'genset'), priority: 'high' }],
  damage: () => ({ what: { zh: '停电时启动失败', en: 'The set will not crank' }, afterMs: null }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'genset'), { batteryV: 27.2 + (number(params, 'volts') - 27.2) * level }),
});
