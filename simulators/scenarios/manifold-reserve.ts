import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'manifold-reserve',
  title: { zh: '启用应急备用气源', en: 'Emergency reserve in use' },
  description: {
    zh: '液氧站停供，汇流排两侧用尽，应急备用气源投入。',
    en: 'The liquid source stops and both banks are empty; the emergency reserve takes over.',
  },
  system: 'oxygen',
  params: { source: { default: 'o2-source' }, manifold: { default: 'o2-manifold' } },
  rampS: 30,
  expects: (params) => [{ rule: 'O2-RESERVE', device: text(params, 'manifold'), priority: 'critical' }],
  damage: () => ({ what: { zh: '备用气源四小时后用尽', en: 'The reserve is empty after four hours' }, afterMs: 14_400_000 }),
  apply: (knobs, level, params) => {
    knobs.turn(text(params, 'source'), { sourceLost: 1 });
    knobs.turn(text(params, 'manifold'), { leftEmpty: level, rightEmpty: level });
  },
});
