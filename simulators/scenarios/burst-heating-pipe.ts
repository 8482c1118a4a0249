import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'burst-heating-pipe',
  title: { zh: '供暖管道爆裂', en: 'Burst heating pipe' },
  description: {
    zh: '供暖回路管道破裂，压力骤降，补水泵全开；医技楼回路在手术部吊顶上方。',
    en: 'A pipe of a heating loop bursts: pressure falls at once, make-up runs full. The operating-room loop runs above its ceiling.',
  },
  system: 'heating',
  params: { loop: { default: 'heat-or', choices: ['heat-or', 'heat-front', 'heat-rear'] }, hole_mm: { default: 20, min: 5, max: 60 } },
  rampS: 2,
  expects: (params) => [{ rule: 'HT-BURST', device: text(params, 'loop'), priority: 'critical' }],
  damage: (params) => ({
    what: { zh: '回路泄空，停止供暖并淹水', en: 'The loop is empty: no heat, flooded rooms' },
    afterMs: number(params, 'hole_mm') < 14 ? null : 170_000 * (20 / number(params, 'hole_mm')) ** 2,
  }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'loop'), { holeMm: number(params, 'hole_mm') * level }),
});
