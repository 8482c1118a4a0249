import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'drug-tank-empty',
  title: { zh: '消毒药剂用尽', en: 'Disinfectant runs out' },
  description: { zh: '消毒药剂液位低于下限并将用尽。', en: 'The disinfectant is below its limit and will soon be gone.' },
  system: 'wastewater',
  params: { plant: { default: 'wastewater' } },
  rampS: 300,
  expects: (params) => [{ rule: 'WW-TANK', device: text(params, 'plant'), priority: 'medium' }],
  damage: () => ({ what: { zh: '无法消毒', en: 'No disinfection' }, afterMs: 7_200_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'plant'), { drugEmpty: level }),
});
