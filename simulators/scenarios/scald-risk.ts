import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'scald-risk',
  title: { zh: '混水阀失效', en: 'Mixing valve fails' },
  description: { zh: '恒温混水阀失效，末端出水过热。', en: 'The mixing valve fails; the tap runs too hot.' },
  system: 'hotwater',
  params: { station: { default: 'hotwater-rear', choices: ['hotwater-front', 'hotwater-rear'] }, rise_k: { default: 12, min: 2, max: 20 } },
  rampS: 60,
  expects: (params) => [{ rule: 'DHW-SCALD', device: text(params, 'station'), priority: 'critical' }],
  damage: () => ({ what: { zh: '烫伤病人', en: 'Scalded patients' }, afterMs: 300_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'station'), { mixingFailedK: number(params, 'rise_k') * level }),
});
