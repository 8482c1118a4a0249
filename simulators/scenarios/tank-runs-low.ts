import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'tank-runs-low',
  title: { zh: '液氧罐液位低', en: 'Liquid oxygen runs low' },
  description: { zh: '液氧未按时补充且有泄漏，液位持续下降。', en: 'The tank is not refilled in time and leaks; its level falls.' },
  system: 'oxygen',
  params: { source: { default: 'o2-source' }, pct_per_hour: { default: 60, min: 1, max: 200 } },
  rampS: 60,
  expects: (params) => [{ rule: 'O2-TANK', device: text(params, 'source'), priority: 'critical' }],
  damage: () => ({ what: { zh: '液氧用尽', en: 'The tank is empty' }, afterMs: 3_600_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'source'), { tankLeakPctH: number(params, 'pct_per_hour') * level }),
});
