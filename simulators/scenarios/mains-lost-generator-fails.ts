import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'mains-lost-generator-fails',
  title: { zh: '市电失电且发电机启动失败', en: 'Mains lost and generator fails to start' },
  description: {
    zh: '市电中断，柴油发电机三次启动失败，重要负荷失电。',
    en: 'The town supply is lost and the set fails to start three times; the essential busbar is dark.',
  },
  system: 'generator',
  params: { genset: { default: 'genset' }, switch: { default: 'ats' } },
  rampS: 0,
  expects: (params) => [
    { rule: 'GS-START', device: text(params, 'switch'), priority: 'critical' },
    { rule: 'GS-FAIL', device: text(params, 'genset'), priority: 'critical' },
  ],
  damage: () => ({ what: { zh: '手术部、重症医学科断电', en: 'Operating rooms and ICU without power' }, afterMs: 15_000 }),
  apply: (knobs, _level, params) => {
    knobs.turn(text(params, 'switch'), { mainsLost: 1 });
    knobs.turn(text(params, 'genset'), { failToStart: 1 });
  },
});
