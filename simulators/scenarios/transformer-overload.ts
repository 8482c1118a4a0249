import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'transformer-overload',
  title: { zh: '变压器过载', en: 'Transformer overload' },
  description: { zh: '变压器负荷超过额定容量，绕组温度升高。', en: 'More load than the transformer is rated for; the windings heat up.' },
  system: 'electricity',
  params: { transformer: { default: 't2', choices: ['t1', 't2'] }, load_pct: { default: 115, min: 80, max: 180 } },
  rampS: 600,
  expects: (params) => [{ rule: 'EL-TRF-OVER', device: text(params, 'transformer'), priority: 'critical' }],
  damage: () => ({ what: { zh: '绕组绝缘老化、跳闸', en: 'Insulation ages, the supply trips' }, afterMs: 7_200_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'transformer'), { overload: (number(params, 'load_pct') / 100) * level }),
});
