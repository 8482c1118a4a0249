import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'genset-not-in-auto',
  title: { zh: '发电机未在自动位', en: 'Generator not in automatic' },
  description: {
    zh: '检修后控制器停在停止位，停电时不会启动。',
    en: 'After service the controller was left in stop; the set will not start.',
  },
  system: 'generator',
  params: { genset: { default: 'genset' } },
  rampS: 0,
  expects: (params) => [{ rule: 'GS-AUTO', device: text(params, 'genset'), priority: 'critical' }],
  damage: () => ({ what: { zh: '停电时无应急电源', en: 'No backup when the mains fail' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'genset'), { notInAuto: 1 }),
});
