import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'slow-slave',
  title: { zh: '仪表应答迟缓', en: 'Slow slave' },
  description: { zh: '仪表应答迟缓，超过网关超时。', en: 'A device answers, but later than the gateway waits.' },
  system: 'electricity',
  params: { device: { default: 'fd-xray' }, delay_ms: { default: 2500, min: 50, max: 20000 } },
  rampS: 0,
  expects: (params) => [{ rule: 'SYS-COMM', device: text(params, 'device'), priority: 'medium' }],
  damage: () => ({ what: { zh: '数据缺失', en: 'Readings are missing' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'device'), { delayMs: number(params, 'delay_ms') }),
});
