import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'transformer-fan-fails',
  title: { zh: '变压器风机故障且重载', en: 'Transformer fan fails under load' },
  description: { zh: '变压器重载时冷却风机不转，绕组温度过高。', en: 'A heavily loaded transformer loses its fans and runs hot.' },
  system: 'electricity',
  params: { controller: { default: 't2-winding' }, transformer: { default: 't2', choices: ['t1', 't2'] } },
  rampS: 600,
  expects: (params) => [{ rule: 'EL-TRF-HOT', device: text(params, 'controller'), priority: 'critical', withinS: 10_800 }],
  damage: () => ({ what: { zh: '绕组超过F级限值', en: 'The windings pass the limit of class F' }, afterMs: 12_600_000 }),
  apply: (knobs, level, params) => {
    knobs.turn(text(params, 'controller'), { fanFailed: 1 });
    knobs.turn(text(params, 'transformer'), { overload: 1.2 * level });
  },
});
