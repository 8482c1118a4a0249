import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'residual-current',
  title: { zh: '剩余电流超限', en: 'Residual current' },
  description: { zh: '线路绝缘破损，剩余电流超过500毫安。', en: 'Damaged insulation: residual current above 500 mA.' },
  system: 'electricity',
  params: { relay: { default: 'rcm-kitchen' }, leak_ma: { default: 520, min: 100, max: 2000 } },
  rampS: 30,
  expects: (params) => [
    {
      rule: number(params, 'leak_ma') >= 500 ? 'EL-RCM' : 'EL-RCM-HIGH',
      device: text(params, 'relay'),
      priority: number(params, 'leak_ma') >= 500 ? 'critical' : 'high',
    },
  ],
  damage: () => ({ what: { zh: '电气火灾', en: 'Electrical fire' }, afterMs: 1_800_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'relay'), { leakageMa: number(params, 'leak_ma') * level }),
});
