import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'loose-contact',
  title: { zh: '接点松动发热', en: 'Loose contact' },
  description: {
    zh: '开关接线端子松动，接触电阻增大，B相接点温度升高而电流不变。',
    en: 'A terminal works loose: the joint of phase B heats up though the current is the same.',
  },
  system: 'electricity',
  params: { joint: { default: 'joint-front-low' }, factor: { default: 300, min: 2, max: 500 } },
  rampS: 900,
  expects: (params) => [{ rule: 'EL-TEMP', device: text(params, 'joint'), priority: 'critical' }],
  damage: () => ({ what: { zh: '绝缘烧焦，可能起火', en: 'Charred insulation, fire' }, afterMs: 7_200_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'joint'), { looseFactor: 1 + (number(params, 'factor') - 1) * level }),
});
