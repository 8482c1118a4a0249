import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'cold-wave',
  title: { zh: '寒潮', en: 'Cold wave' },
  description: { zh: '气温在数小时内骤降，用电取暖增多。', en: 'It gets much colder within hours; more heaters are switched on.' },
  system: 'environment',
  params: { station: { default: 'outdoor' }, fall_k: { default: 12, min: 1, max: 30 } },
  rampS: 10800,
  expects: () => [],
  damage: () => ({ what: { zh: '室温下降、管道冻结', en: 'Cold rooms, frozen pipes' }, afterMs: null }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'station'), { coldK: number(params, 'fall_k') * level }),
});
