import { defineScenario, number, text } from '../scenario.ts';

/** Rags and fat: most of the section is gone early, the rest goes slowly. */
export default defineScenario({
  id: 'drain-blocked',
  title: { zh: '排水管堵塞', en: 'Drain blocked' },
  description: { zh: '污水井下游管道堵塞，井内液位持续上升。', en: 'The pipe behind a manhole is blocked; its level rises to the cover.' },
  system: 'drain',
  params: { manhole: { default: 'manhole-front' }, blocked_pct: { default: 99, min: 50, max: 100 } },
  rampS: 900,
  expects: (params) => [
    { rule: 'DR-LEVEL-HIGH', device: text(params, 'manhole'), priority: 'high' },
    { rule: 'DR-LEVEL', device: text(params, 'manhole'), priority: 'critical' },
  ],
  damage: () => ({ what: { zh: '污水外溢', en: 'Sewage overflows' }, afterMs: 7_200_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'manhole'), { blocked: (number(params, 'blocked_pct') / 100) * level ** 0.2 }),
});
