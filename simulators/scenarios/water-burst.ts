import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'water-burst',
  title: { zh: '给水管爆裂', en: 'Water main burst' },
  description: { zh: '楼内给水支管破裂，流量突增。', en: 'A branch pipe bursts; its flow jumps and stays.' },
  system: 'water',
  params: { branch: { default: 'water-front' }, flow_m3h: { default: 8, min: 0.5, max: 40 } },
  rampS: 10,
  expects: (params) =>
    number(params, 'flow_m3h') >= 6
      ? [
          { rule: 'WT-FLOW-MAX', device: text(params, 'branch'), priority: 'high' },
          { rule: 'WT-BURST', device: text(params, 'branch'), priority: 'critical' },
        ]
      : [],
  damage: () => ({ what: { zh: '楼层淹水', en: 'Flooded floors' }, afterMs: 1_800_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'branch'), { burstM3h: number(params, 'flow_m3h') * level }),
});
