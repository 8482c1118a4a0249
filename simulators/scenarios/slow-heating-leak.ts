import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'slow-heating-leak',
  title: { zh: '供暖回路缓慢渗漏', en: 'Slow heating leak' },
  description: {
    zh: '供暖回路有小孔，补水量长期偏大，压力基本不变。',
    en: 'A small hole: make-up stays high day and night, the pressure hardly shows it.',
  },
  system: 'heating',
  params: { loop: { default: 'heat-front', choices: ['heat-or', 'heat-front', 'heat-rear'] }, hole_mm: { default: 3.5, min: 1, max: 5 } },
  rampS: 600,
  expects: (params) => [{ rule: 'HT-LEAK', device: text(params, 'loop'), priority: 'medium' }],
  damage: () => ({
    what: { zh: '每日多补水十几立方米，腐蚀加快', en: 'A dozen cubic metres of fresh water a day, and corrosion' },
    afterMs: null,
  }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'loop'), { holeMm: number(params, 'hole_mm') * level }),
});
