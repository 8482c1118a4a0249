import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'makeup-valve-stuck',
  title: { zh: '补水阀卡开', en: 'Make-up valve stuck open' },
  description: {
    zh: '补水阀卡在开位，回路压力升到安全阀起跳。',
    en: 'The make-up valve does not close; the loop pressure climbs to the safety valve.',
  },
  system: 'heating',
  params: { loop: { default: 'heat-rear', choices: ['heat-or', 'heat-front', 'heat-rear'] } },
  rampS: 5,
  expects: (params) => [{ rule: 'HT-PRESSURE-HIGH', device: text(params, 'loop'), priority: 'high' }],
  damage: () => ({ what: { zh: '安全阀起跳', en: 'The safety valve lifts' }, afterMs: 360_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'loop'), { makeupStuckOpen: level }),
});
