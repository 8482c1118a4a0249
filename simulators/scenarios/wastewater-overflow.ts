import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'wastewater-overflow',
  title: { zh: '调节池溢流', en: 'Equalisation tank overflows' },
  description: {
    zh: '提升泵故障，污水站不能运行，调节池液位上升直至溢流。',
    en: 'The lift pump fails; the plant stands and its tank fills up to the overflow.',
  },
  system: 'wastewater',
  params: { plant: { default: 'wastewater' } },
  rampS: 0,
  expects: (params) => [{ rule: 'WW-HOURS', device: text(params, 'plant'), priority: 'medium', withinS: 86400 }],
  damage: () => ({ what: { zh: '未处理污水溢流', en: 'Untreated water overflows' }, afterMs: 64_800_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'plant'), { pumpFailed: 1 }),
});
