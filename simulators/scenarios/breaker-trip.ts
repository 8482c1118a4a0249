import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'breaker-trip',
  title: { zh: '馈线跳闸', en: 'Breaker trips' },
  description: { zh: '馈线断路器跳闸，下级全部失电。', en: 'The breaker of a feeder trips; everything behind it is dark.' },
  system: 'electricity',
  params: { feeder: { default: 'fd-front-high' } },
  rampS: 0,
  expects: (params) => [{ rule: 'EL-DEAD', device: text(params, 'feeder'), priority: 'critical' }],
  damage: () => ({ what: { zh: '病区停电', en: 'Wards without power' }, afterMs: 1 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'feeder'), { tripped: 1 }),
});
