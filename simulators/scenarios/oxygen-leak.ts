import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'oxygen-leak',
  title: { zh: '病区氧气泄漏', en: 'Oxygen leak in a ward' },
  description: {
    zh: '病区氧气管道或终端破损，区域压力跌破下限。',
    en: 'A pipe or outlet of a ward zone breaks; the zone pressure falls below its limit.',
  },
  system: 'oxygen',
  params: {
    zone: { default: 'o2-icu', choices: ['o2-icu', 'o2-or', 'o2-emergency', 'o2-front-low', 'o2-front-high', 'o2-rear'] },
    hole_mm: { default: 5, min: 1, max: 15 },
  },
  rampS: 5,
  expects: (params) =>
    number(params, 'hole_mm') >= 4 ? [{ rule: 'O2-AREA-LOW', device: text(params, 'zone'), priority: 'critical' }] : [],
  damage: () => ({ what: { zh: '呼吸机供氧不足', en: 'Ventilators lack oxygen' }, afterMs: 60_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'zone'), { holeMm: number(params, 'hole_mm') * level }),
});
