import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'wastewater-acid',
  title: { zh: '出水pH超限', en: 'Effluent too acid' },
  description: { zh: '实验室酸液排入，出水pH低于6。', en: 'Acid from a laboratory; the effluent falls below pH 6.' },
  system: 'wastewater',
  params: { analyser: { default: 'wastewater-analyser' }, shift_ph: { default: -1.8, min: -4, max: 4 } },
  rampS: 300,
  expects: (params) => [{ rule: 'WW-PH', device: text(params, 'analyser'), priority: 'critical' }],
  damage: () => ({ what: { zh: '排放超标', en: 'Discharge outside its limits' }, afterMs: 1_800_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'analyser'), { acidPh: number(params, 'shift_ph') * level }),
});
