import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'regulator-creep',
  title: { zh: '减压器内漏', en: 'Regulator creep' },
  description: { zh: '病区二级减压器内漏，区域压力升高。', en: 'A second-stage regulator leaks inside; the zone pressure climbs.' },
  system: 'oxygen',
  params: {
    zone: { default: 'o2-front-low', choices: ['o2-icu', 'o2-or', 'o2-emergency', 'o2-front-low', 'o2-front-high', 'o2-rear'] },
    creep_pct: { default: 32, min: 5, max: 60 },
  },
  rampS: 300,
  expects: (params) =>
    number(params, 'creep_pct') >= 25 ? [{ rule: 'O2-AREA-HIGH', device: text(params, 'zone'), priority: 'critical' }] : [],
  damage: () => ({ what: { zh: '流量计、湿化瓶损坏', en: 'Flowmeters and humidifiers break' }, afterMs: 600_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'zone'), { creepPct: number(params, 'creep_pct') * level }),
});
