import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'hot-water-heater-fails',
  title: { zh: '热水加热器停运', en: 'Hot water heater fails' },
  description: {
    zh: '换热器不供热，出水温度下降，存在军团菌风险。',
    en: 'The heater gives no heat; hot water cools down, Legionella may grow.',
  },
  system: 'hotwater',
  params: { station: { default: 'hotwater-front', choices: ['hotwater-front', 'hotwater-rear'] } },
  rampS: 0,
  expects: (params) => [{ rule: 'DHW-COLD', device: text(params, 'station'), priority: 'high' }],
  damage: () => ({ what: { zh: '军团菌风险', en: 'Legionella' }, afterMs: 86_400_000 }),
  apply: (knobs, _level, params) => knobs.turn(text(params, 'station'), { heaterOff: 1 }),
});
