import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'reverse-flow',
  title: { zh: '倒流', en: 'Reverse flow' },
  description: { zh: '止回阀失效，水倒流回总管。', en: 'A check valve fails; water runs back into the main.' },
  system: 'water',
  params: { branch: { default: 'water-laundry' }, flow_m3h: { default: 0.8, min: 0.1, max: 5 } },
  rampS: 5,
  expects: (params) => [{ rule: 'WT-REVERSE', device: text(params, 'branch'), priority: 'high' }],
  damage: () => ({ what: { zh: '饮水被污染', en: 'Drinking water is contaminated' }, afterMs: 600_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'branch'), { reverseM3h: number(params, 'flow_m3h') * level }),
});
