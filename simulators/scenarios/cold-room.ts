import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'cold-room',
  title: { zh: '病房低温', en: 'Cold room' },
  description: { zh: '窗户未关或暖气片关闭，房间温度低于限值。', en: 'A window stays open in winter; the room falls below its limit.' },
  system: 'environment',
  params: { room: { default: 'room-rear-4' }, open_pct: { default: 70, min: 5, max: 80 } },
  rampS: 60,
  expects: (params) => [{ rule: 'HT-ROOM', device: text(params, 'room'), priority: 'medium' }],
  damage: () => ({ what: { zh: '病人受凉', en: 'Patients are cold' }, afterMs: 3_600_000 }),
  apply: (knobs, level, params) => knobs.turn(text(params, 'room'), { windowOpen: (number(params, 'open_pct') / 100) * level }),
});
