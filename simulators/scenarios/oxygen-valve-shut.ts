import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'oxygen-valve-shut',
  title: { zh: '区域阀误关', en: 'Zone valve shut' },
  description: { zh: '区域氧气阀被误关，压力随用氧下降。', en: 'Somebody shut the zone valve; pressure falls with the use.' },
  system: 'oxygen',
  params: { zone: { default: 'o2-rear', choices: ['o2-icu', 'o2-or', 'o2-emergency', 'o2-front-low', 'o2-front-high', 'o2-rear'] } },
  rampS: 0,
  expects: (params) => [{ rule: 'O2-AREA-LOW', device: text(params, 'zone'), priority: 'critical' }],
  damage: () => ({ what: { zh: '病区断氧', en: 'The ward has no oxygen' }, afterMs: 90_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'zone'), { valveShut: 1 }),
});
