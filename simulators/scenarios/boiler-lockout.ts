import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'boiler-lockout',
  title: { zh: '锅炉联锁停炉', en: 'Boiler lockout' },
  description: { zh: '锅炉熄火保护动作，联锁停炉。', en: 'The flame fails and the boiler locks out.' },
  system: 'boiler',
  params: { boiler: { default: 'boiler-1' }, code: { default: 67, min: 1, max: 255 } },
  rampS: 0,
  expects: (params) => [{ rule: 'BL-LOCK', device: text(params, 'boiler'), priority: 'critical' }],
  damage: () => ({ what: { zh: '供暖和热水中断', en: 'No heat and hot water' }, afterMs: 3_600_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'boiler'), { lockoutCode: Math.round(number(params, 'code')) }),
});
