import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'dead-slave',
  title: { zh: '仪表通讯中断', en: 'Dead slave' },
  description: { zh: '一块仪表不再应答，其余仪表不受影响。', en: 'One device does not answer any more; all others go on.' },
  system: 'electricity',
  params: { device: { default: 'fd-lab' } },
  rampS: 0,
  expects: (params) => [
    {
      rule: text(params, 'device').startsWith('o2-') ? 'SYS-COMM-O2' : 'SYS-COMM',
      device: text(params, 'device'),
      priority: text(params, 'device').startsWith('o2-') ? 'high' : 'medium',
    },
  ],
  damage: () => ({ what: { zh: '该处无监测数据', en: 'Nothing is watched there' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'device'), { dead: 1 }),
});
