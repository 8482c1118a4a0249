/**
 * Copy this file to `your-fault.ts`. The id is the file name. Turn knobs of `../knobs.ts` only; a new knob needs physics in `../parts/`.
 * Its proof: `scenarios.test.ts` starts every scenario, checks that something changes and that it is as before when it is over.
 */
import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: '_blueprint',
  title: { zh: '供暖管道爆裂', en: 'Burst heating pipe' },
  description: { zh: '发生什么，人会看到什么。', en: 'What happens, and what people see of it.' },
  system: 'heating',
  // a device of the site (perhaps one of a few), or a number with its limits; units in the names
  params: { loop: { default: 'heat-or', choices: ['heat-or', 'heat-front', 'heat-rear'] }, hole_mm: { default: 20, min: 5, max: 60 } },
  rampS: 2,
  // the alarm that should follow, by the ids of rules/packs; empty when no process alarm should
  expects: (params) => [{ rule: 'HT-BURST', device: text(params, 'loop'), priority: 'critical' }],
  // what happens when nobody reacts, and when
  damage: () => ({ what: { zh: '回路泄空', en: 'The loop is empty' }, afterMs: 170_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'loop'), { holeMm: number(params, 'hole_mm') * level }),
});
