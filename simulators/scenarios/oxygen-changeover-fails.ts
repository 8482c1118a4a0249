import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'oxygen-changeover-fails',
  title: { zh: '汇流排切换失败', en: 'Manifold changeover fails' },
  description: {
    zh: '液氧站停供，汇流排左侧用尽而未切换到右侧，应急气源也未投入。',
    en: 'The liquid source stops, the left bank runs empty and the panel does not change over to the right one.',
  },
  system: 'oxygen',
  params: { source: { default: 'o2-source' }, manifold: { default: 'o2-manifold' } },
  rampS: 20,
  expects: (params) => [
    { rule: 'O2-CHANGE-FAIL', device: text(params, 'manifold'), priority: 'critical' },
    { rule: 'O2-SRC-LOW', device: text(params, 'source'), priority: 'critical' },
  ],
  damage: () => ({ what: { zh: '全院供氧压力不足', en: 'Oxygen pressure lost in the whole hospital' }, afterMs: 1_500_000 }),
  apply: (knobs, level, params) => {
    knobs.turn(text(params, 'source'), { sourceLost: 1 });
    knobs.turn(text(params, 'manifold'), { leftEmpty: level, changeoverStuck: 1 });
  },
});
