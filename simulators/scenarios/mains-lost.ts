import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'mains-lost',
  title: { zh: '市电失电', en: 'Mains lost' },
  description: {
    zh: '市电中断，发电机正常启动并带载。',
    en: 'The town supply is lost; the set starts and takes over the essential busbar.',
  },
  system: 'generator',
  params: { switch: { default: 'ats' } },
  rampS: 0,
  expects: (params) => [{ rule: 'GS-MAINS', device: text(params, 'switch'), priority: 'high' }],
  damage: () => ({ what: { zh: '非重要负荷停电', en: 'Non-essential loads are dark' }, afterMs: 1 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'switch'), { mainsLost: 1 }),
});
