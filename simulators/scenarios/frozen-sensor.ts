import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'frozen-sensor',
  title: { zh: '传感器数值冻结', en: 'Frozen sensor' },
  description: { zh: '压力变送器数值不再变化，看似正常。', en: 'A sensor shows the same value for ever and looks sound.' },
  system: 'oxygen',
  params: { device: { default: 'o2-front-high' } },
  rampS: 0,
  expects: (params) => [{ rule: 'SYS-FLAT', device: text(params, 'device'), priority: 'low', withinS: 25200 }],
  damage: () => ({ what: { zh: '真实超标不被发现', en: 'What really happens is not seen' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'device'), { frozen: 1 }),
});
