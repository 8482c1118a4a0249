import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'circulation-pump-stops',
  title: { zh: '循环泵停运', en: 'Circulation pump stops' },
  description: { zh: '采暖循环泵停运，回路无流量，室温逐渐下降。', en: 'The circulation pump stands; no flow, rooms cool down.' },
  system: 'heating',
  params: { loop: { default: 'heat-front', choices: ['heat-or', 'heat-front', 'heat-rear'] } },
  rampS: 0,
  expects: (params) => [{ rule: 'HT-FLOW', device: text(params, 'loop'), priority: 'high' }],
  damage: () => ({ what: { zh: '室温低于限值', en: 'Rooms below their limit' }, afterMs: 10_800_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'loop'), { pumpStopped: 1 }),
});
