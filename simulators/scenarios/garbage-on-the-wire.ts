import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'garbage-on-the-wire',
  title: { zh: '通讯报文错乱', en: 'Garbage on the wire' },
  description: { zh: '串口服务器故障，应答报文被损坏。', en: 'A sick serial server damages the answers of a device.' },
  system: 'electricity',
  params: { device: { default: 'fd-pharmacy' } },
  rampS: 0,
  expects: (params) => [{ rule: 'SYS-COMM', device: text(params, 'device'), priority: 'medium' }],
  damage: () => ({ what: { zh: '数据缺失', en: 'Readings are missing' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'device'), { garbage: 1 }),
});
