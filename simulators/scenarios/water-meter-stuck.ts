import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'water-meter-stuck',
  title: { zh: '水表卡死', en: 'Water meter stuck' },
  description: { zh: '水表机械卡死，读数不动，流量显示为零。', en: 'A water meter stands still and shows no flow though water runs.' },
  system: 'water',
  params: { branch: { default: 'water-kitchen' } },
  rampS: 0,
  expects: (params) => [{ rule: 'WT-STUCK', device: text(params, 'branch'), priority: 'low', withinS: 93600 }],
  damage: () => ({ what: { zh: '水费漏收', en: 'Water is not billed' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'branch'), { meterStuck: 1 }),
});
