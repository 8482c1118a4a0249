import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'ct-reversed',
  title: { zh: '电流互感器接反', en: 'Current transformer reversed' },
  description: {
    zh: '检修后电流互感器接反，功率为负，电量少计。',
    en: 'After work on the panel a current transformer is the wrong way round; power reads negative.',
  },
  system: 'electricity',
  params: { meter: { default: 'fd-lab' }, phase: { default: 4, min: 1, max: 4 } },
  rampS: 0,
  expects: (params) => [{ rule: 'EL-REVERSED', device: text(params, 'meter'), priority: 'low' }],
  damage: () => ({ what: { zh: '电量少计', en: 'Energy is not counted' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'meter'), { reversedPhase: number(params, 'phase') }),
});
