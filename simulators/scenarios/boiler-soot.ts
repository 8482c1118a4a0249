import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'boiler-soot',
  title: { zh: '锅炉积灰', en: 'Boiler soot' },
  description: { zh: '烟道积灰，排烟温度升高。', en: 'Soot on the heating surface; flue gas leaves too hot.' },
  system: 'boiler',
  params: { boiler: { default: 'boiler-1' }, rise_k: { default: 115, min: 20, max: 200 } },
  rampS: 600,
  expects: (params) => (number(params, 'rise_k') >= 100 ? [{ rule: 'BL-FLUE', device: text(params, 'boiler'), priority: 'high' }] : []),
  damage: () => ({ what: { zh: '燃气浪费', en: 'Wasted gas' }, afterMs: null }),
  apply: (knobs, level, params) => {
    knobs.turn(text(params, 'boiler'), { sootK: number(params, 'rise_k') * level, forcedRun: 1 });
  },
});
