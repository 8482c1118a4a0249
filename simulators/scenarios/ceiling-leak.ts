import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'ceiling-leak',
  title: { zh: '吊顶漏水', en: 'Ceiling leak' },
  description: { zh: '吊顶内管道滴漏，漏水绳告警。', en: 'A pipe drips in the ceiling; the leak rope gets wet.' },
  system: 'drain',
  params: { rope: { default: 'leak-mri' } },
  rampS: 0,
  expects: (params) => [{ rule: 'DR-LEAK', device: text(params, 'rope'), priority: 'critical' }],
  damage: () => ({ what: { zh: '设备进水损坏', en: 'Equipment is ruined' }, afterMs: 900_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'rope'), { wet: 1 }),
});
