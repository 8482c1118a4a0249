import { defineScenario, text } from '../scenario.ts';

export default defineScenario({
  id: 'energy-counter-reset',
  title: { zh: '电能表更换清零', en: 'Energy counter reset' },
  description: {
    zh: '电能表被更换，累计电量从零开始。',
    en: 'The meter was exchanged; its counters begin at nothing and stay with the new meter afterwards.',
  },
  system: 'electricity',
  params: { meter: { default: 'fd-kitchen' } },
  rampS: 0,
  expects: () => [],
  damage: () => ({ what: { zh: '电费计算错误', en: 'Wrong bills' }, afterMs: null }),
  apply: () => undefined,
  begin: (deps, params) => deps.resetCounters(text(params, 'meter')),
});
