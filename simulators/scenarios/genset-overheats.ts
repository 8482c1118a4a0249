import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'genset-overheats',
  title: { zh: '发电机过热停机', en: 'Generator overheats' },
  description: {
    zh: '市电失电，发电机带载后冷却水温过高停机。',
    en: 'The mains are lost and the set overheats on load until it shuts down.',
  },
  system: 'generator',
  params: { genset: { default: 'genset' }, switch: { default: 'ats' } },
  rampS: 0,
  expects: (params) => [{ rule: 'GS-SHUTDOWN', device: text(params, 'genset'), priority: 'critical' }],
  damage: () => ({ what: { zh: '重要负荷失电', en: 'The essential busbar is dark' }, afterMs: 600_000 }),
  apply: (knobs, _level, params) => {
    knobs.turn(text(params, 'switch'), { mainsLost: 1 });
    knobs.turn(text(params, 'genset'), { overheatK: 40 });
  },
});
