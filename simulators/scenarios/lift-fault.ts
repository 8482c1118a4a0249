import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'lift-fault',
  title: { zh: '电梯故障', en: 'Lift fault' },
  description: { zh: '电梯停梯，监控报故障。', en: 'A lift stands still and reports a fault.' },
  system: 'lift',
  params: { lift: { default: 'lift-front', choices: ['lift-front', 'lift-medtech'] } },
  rampS: 0,
  expects: (params) => [{ rule: 'LF-FAULT', device: text(params, 'lift'), priority: 'high' }],
  damage: () => ({ what: { zh: '困人', en: 'People are trapped' }, afterMs: 60_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'lift'), { pumpFailed: 1 }),
});
