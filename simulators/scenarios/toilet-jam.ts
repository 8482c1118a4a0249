import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'toilet-jam',
  title: { zh: '冲洗阀常流', en: 'Toilet jams' },
  description: { zh: '卫生间冲洗阀卡住长流水，夜间流量偏高。', en: 'A flush valve sticks and runs for ever; the night flow is too high.' },
  system: 'water',
  params: { branch: { default: 'water-rear' }, flow_m3h: { default: 0.25, min: 0.05, max: 1 } },
  rampS: 0,
  expects: (params) => [{ rule: 'WT-NIGHT', device: text(params, 'branch'), priority: 'medium', withinS: 518400 }],
  damage: () => ({ what: { zh: '每日多用水数立方米', en: 'Some cubic metres a day' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'branch'), { burstM3h: number(params, 'flow_m3h') }),
});
