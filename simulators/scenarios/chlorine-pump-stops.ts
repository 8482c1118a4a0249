import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'chlorine-pump-stops',
  title: { zh: '加药泵停运', en: 'Chlorine pump stops' },
  description: {
    zh: '污水站排水而消毒加药泵停运，余氯逐渐降到限值以下。',
    en: 'Wastewater flows out but the dosing pump stands; residual chlorine sinks below its limit. The plant is run by hand if it is outside its shift.',
  },
  system: 'wastewater',
  params: { plant: { default: 'wastewater' } },
  rampS: 0,
  expects: (params) => [{ rule: 'WW-DOSE', device: text(params, 'plant'), priority: 'critical' }],
  damage: () => ({ what: { zh: '出水余氯超标', en: 'Effluent outside its limits' }, afterMs: 1_800_000 }),
  apply: (knobs, _level, params) => {
    knobs.turn(text(params, 'plant'), { dosingStopped: 1, forcedRun: 1 });
  },
});
