import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'sensor-drift',
  title: { zh: '传感器漂移', en: 'Sensor drift' },
  description: { zh: '压力变送器缓慢漂移。', en: 'A transmitter drifts slowly away from the truth.' },
  system: 'heating',
  params: { device: { default: 'heat-rear' }, per_hour: { default: 1, min: -100, max: 100 } },
  rampS: 0,
  expects: () => [],
  damage: () => ({ what: { zh: '误判或漏判', en: 'False alarms, or none' }, afterMs: null }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'device'), { driftPerHour: number(params, 'per_hour') }),
});
