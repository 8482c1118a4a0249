import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'sump-pump-fails',
  title: { zh: '排水泵故障', en: 'Sump pump fails' },
  description: { zh: '集水坑排水泵故障，地下室进水。', en: 'The pump of a sump fails while water comes in.' },
  system: 'drain',
  params: {
    sump: { default: 'sump-substation', choices: ['sump-substation', 'sump-medtech'] },
    inflow_m3h: { default: 4, min: 0.1, max: 20 },
  },
  rampS: 0,
  expects: (params) => [
    { rule: 'DR-PUMP', device: text(params, 'sump'), priority: 'high' },
    { rule: 'DR-SUMP', device: text(params, 'sump'), priority: 'high' },
  ],
  damage: () => ({ what: { zh: '变配电所进水', en: 'Water in the substation' }, afterMs: 1_500_000 }),
  apply: (knobs, _level, params) => {
    knobs.turn(text(params, 'sump'), { pumpFailed: 1, burstM3h: number(params, 'inflow_m3h') });
  },
});
