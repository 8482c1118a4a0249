import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'phase-loss',
  title: { zh: '变压器缺相', en: 'Phase loss' },
  description: { zh: '高压熔断器熔断一相，低压侧缺相。', en: 'One fuse of the supply blows; a phase is missing behind the transformer.' },
  system: 'electricity',
  params: { transformer: { default: 't2', choices: ['t1', 't2'] }, phase: { default: 1, min: 1, max: 3 } },
  rampS: 0,
  expects: (params) => [{ rule: 'EL-PHASE', device: text(params, 'transformer'), priority: 'critical' }],
  damage: () => ({ what: { zh: '电动机缺相烧毁', en: 'Motors burn out' }, afterMs: 300_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'transformer'), { lostPhase: number(params, 'phase') }),
});
