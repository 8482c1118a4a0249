import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'sensor-open-loop',
  title: { zh: '传感器断线', en: 'Sensor open loop' },
  description: { zh: '压力变送器断线，回路电流为零。', en: 'The wire of a pressure transmitter breaks; the loop carries nothing.' },
  system: 'oxygen',
  params: { device: { default: 'o2-or' } },
  rampS: 0,
  expects: (params) => [{ rule: 'SYS-SENSOR-O2', device: text(params, 'device'), priority: 'high' }],
  damage: () => ({ what: { zh: '该区域无压力监测', en: 'The zone is not watched' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'device'), { openLoop: 1 }),
});
