import { defineScenario, number, text } from '../scenario.ts';

export default defineScenario({
  id: 'feeder-overload',
  title: { zh: '电暖器致馈线过载', en: 'Feeder overload by heaters' },
  description: {
    zh: '病房同时使用暖霸、电暖器，楼层配电箱电流超过额定值。',
    en: 'Bath heaters and electric heaters are switched on in the wards until the current is above the rating.',
  },
  system: 'electricity',
  params: { feeder: { default: 'dm-orthopaedics' }, load_pct: { default: 130, min: 80, max: 300 } },
  rampS: 120,
  expects: (params) =>
    number(params, 'load_pct') > 105 ? [{ rule: 'EL-OVER', device: text(params, 'feeder'), priority: 'critical' }] : [],
  damage: (params) => ({
    what: { zh: '断路器过热跳闸，病区停电', en: 'The breaker trips, the ward is dark' },
    afterMs: number(params, 'load_pct') > 128 ? 720_000 : null,
  }),
  apply: (knobs, level, params) =>
    knobs.turn(text(params, 'feeder'), { loadRatio: 0.3 + (number(params, 'load_pct') / 100 - 0.3) * level }),
});
