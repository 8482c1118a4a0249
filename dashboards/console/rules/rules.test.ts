/** What the rules page works out by itself: limits, sliders, and the text for the site file, which the program must take. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kinds } from '../../../rules/kinds.ts';
import { loadPacks, openRuleBook, rulesOf, withOverride } from '../../../rules/pack.ts';
import { parametersOf } from '../../../rules/rule-parameters.ts';
import { attributeLabels } from '../../../shared/attribute-labels.ts';
import { limitLines } from '../../../shared/limit.ts';
import { type QuantityId, quantities } from '../../../shared/quantity.ts';
import { ruleOverrideSchema } from '../../../shared/rule.ts';
import { attributesSchema } from '../../../shared/site.ts';
import { siteOf } from '../../../test/site-of.ts';
import { ApiError, type RuleInfo } from '../data/api.ts';
import { en } from '../i18n/en.ts';
import { makeWords } from '../i18n/i18n.tsx';
import { askAgain } from './ask-again.ts';
import { firedTimes } from './fired.ts';
import { extremesOf, linesAt } from './limits.ts';
import { type RuleParameter, sliderOf } from './parameters.ts';
import { allParameters, overrideOf, overrideYaml, trialOf } from './trial.ts';
import { limitWords, packName, paramsText, sourceText } from './wording.ts';

const site = siteOf({ gw1: [['zone-1', 'oxygen'], ['zone-2', 'oxygen']] }, {
  rules: {
    overrides: [
      { rule: 'O2-AREA-LOW', params: { limit: '82 % of nominal_kpa' }, reason: 'long pipe' },
      { rule: 'O2-AREA-LOW', devices: ['zone-2'], params: { limit: 300 }, on_delay: '30s', reason: 'old regulator' },
    ],
  },
}); // biome-ignore format: short
for (const device of site.config.gateways[0]!.buses[0]!.devices)
  Object.assign(device, { role: 'ward-zone', attributes: { nominal_kpa: 400 } });
const low = openRuleBook(site.config).inForce.find(({ rule }) => rule.id === 'O2-AREA-LOW') as RuleInfo;

describe('a rule in force', () => {
  it('names its numbers as written, where it watches what, and what the site changed', () => {
    expect(low.parameters).toContainEqual({
      name: 'limit', form: 'limit', value: '82 % of nominal_kpa', least: null, most: null, whole: false,
    }); // biome-ignore format: short
    expect(low.overrides.map(({ reason }) => reason)).toEqual(['long pipe', 'old regulator']);
    expect(low.places.map(({ device, limit, params, watches }) => ({ device, limit, params, watches }))).toEqual([
      { device: 'zone-1', limit: 328, params: undefined, watches: [{ device: 'zone-1', quantity: 'pressure_kpa' }] },
      { device: 'zone-2', limit: 300, params: { limit: 300 }, watches: [{ device: 'zone-2', quantity: 'pressure_kpa' }] },
    ]);
  });

  it('has delays of its own where an override says so', () => {
    const [first, second] = low.places;
    expect([first?.delays, second?.delays]).toEqual([undefined, { on_delay: 30_000, off_delay: low.rule.off_delay }]);
  });

  it('draws its limit at each device, moved by what is tried', () => {
    const at = (device: string, tried = {}) => linesAt(low, device, { nominal_kpa: 400 }, tried);
    expect(at('zone-1')).toMatchObject([{ param: 'limit', value: 328, side: 'below' }]);
    expect(at('zone-2')).toMatchObject([{ value: 300 }]);
    expect(at('zone-1', { limit: '70 % of nominal_kpa', deadband: 8 })).toMatchObject([{ value: 280, back: 288 }]);
    const declared = (kind: string) => ({ drawn: [...(kinds.get(kind)?.drawn ?? [])] });
    expect(limitLines(declared('outside').drawn, { low: 6, high: 9 }, {}).map(({ side }) => side)).toEqual(['below', 'above']);
    expect(limitLines(declared('above').drawn, { limit: '95 % of rating_a' }, {})).toEqual([]);
    expect(['above', 'below', 'outside', 'rate'].map((kind) => extremesOf(declared(kind)))).toEqual([['max'], ['min'], ['min', 'max'], ['mean']]); // biome-ignore format: short
  });

  it('has no number in any pack that the page cannot name', () => {
    const named = new Set(Object.keys(en));
    const unnamed = loadPacks().flatMap((pack) =>
      pack.rules.flatMap((rule) => {
        const parameters = parametersOf(kinds.get(rule.kind)!, rule.params);
        return allParameters(parameters, rule).filter(({ name }) => !named.has(`param.${name}`)).map(({ name }) => `${rule.id} ${name}`);
      }),
    ); // biome-ignore format: short
    expect(unnamed).toEqual([]);
    expect(parametersOf(kinds.get('state')!, { is: [1] })).toEqual([]);
    expect(parametersOf(kinds.get('rate')!, { fall: 10, within: '90s' }).map(({ name, value }) => [name, value])).toEqual([['fall', 10], ['within', '90s']]); // biome-ignore format: short
  });
});

describe('a slider', () => {
  const parameter = (more: Partial<RuleParameter>): RuleParameter => ({
    name: 'x',
    form: 'number',
    value: 1,
    least: null,
    most: null,
    whole: false,
    ...more,
  });

  it('stands at the value in force, and every stop of every number of the packs is one that its rule takes', () => {
    const wrong: string[] = [];
    for (const { rule } of rulesOf(site.config)) {
      const kind = kinds.get(rule.kind)!;
      for (const one of allParameters(parametersOf(kind, rule.params), rule)) {
        const slider = sliderOf(one, one.value, [0, 500]);
        const back = slider.written(slider.at(one.value));
        if (!(slider.min <= slider.at(one.value) && slider.at(one.value) <= slider.max)) wrong.push(`${rule.id} ${one.name} not in range`);
        if (typeof one.value === 'number' && Math.abs(Number(back) - one.value) > slider.step) wrong.push(`${rule.id} ${one.name} ${back}`);
        for (const stop of [slider.min, (slider.min + slider.max) / 2, slider.max]) {
          const trial = trialOf([one], () => Number.NaN, { [one.name]: slider.written(stop) })!;
          const override = ruleOverrideSchema.safeParse({ ...overrideOf(rule.id, trial, undefined), reason: 'r' });
          const taken = override.success && kind.params.safeParse(withOverride(rule, override.data).params).success;
          if (!taken) wrong.push(`${rule.id} ${one.name} ${slider.written(stop)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('goes over all that was seen, in steps that people read', () => {
    const limit = sliderOf(parameter({ form: 'limit' }), 320, [250, 410]);
    expect(limit.min).toBeLessThan(250);
    expect(limit.max).toBeGreaterThan(410);
    expect(limit.written(301.23456)).toBe(302);
    const share = sliderOf(parameter({ form: 'limit' }), '80 % of nominal_kpa', [250, 410]);
    expect(share.written(share.at('80 % of nominal_kpa') - 5)).toBe('75 % of nominal_kpa');
    expect(sliderOf(parameter({ form: 'limit' }), 'room_min_c - 2', undefined).written(-3)).toBe('room_min_c - 3');
    expect(sliderOf(parameter({ form: 'limit' }), 'rating_a', undefined).written(90)).toBe('90 % of rating_a');
    const wait = sliderOf(parameter({ form: 'duration' }), '70s', undefined);
    expect(wait.written(wait.at('70s'))).toBe('70s');
    expect(wait.written(wait.at('70s') + 1)).toBe('90s');
  });
});

describe('the text for the site file', () => {
  it('is YAML that the site file takes and means what was tried', () => {
    const parameters = allParameters(low.parameters, low.rule);
    const inForce = ({ value }: RuleParameter) => value;
    expect(trialOf(parameters, inForce, { limit: '82 % of nominal_kpa' })).toBeUndefined();
    const trial = trialOf(parameters, inForce, { limit: '75 % of nominal_kpa', on_delay: '2m' })!;
    const text = overrideYaml(overrideOf('O2-AREA-LOW', trial, 'zone-1'), '氧站“改造”后: 75 %');
    const [override] = parse(text).rules.overrides;
    expect(ruleOverrideSchema.parse(override)).toEqual({
      rule: 'O2-AREA-LOW', devices: ['zone-1'], enabled: true, params: { limit: '75 % of nominal_kpa' }, on_delay: 120_000, reason: '氧站“改造”后: 75 %',
    }); // biome-ignore format: short
    expect(overrideOf('O2-AREA-LOW', trial, undefined).devices).toBeUndefined();
  });
});

describe('when it fired', () => {
  it('is from raise to clear, to now while it is still there', () => {
    const line = (t: number, event: string) => ({ t, event });
    const journal = [line(40, 'raise'), line(30, 'clear'), line(20, 'acknowledge'), line(10, 'raise'), line(5, 'clear')];
    expect(firedTimes(journal, 60)).toEqual([{ from: 10, to: 30 }, { from: 40, to: 60 }]); // biome-ignore format: short
  });
});

describe('a backtest while another one runs', () => {
  const busy = new ApiError(429, {});
  /** Busy so many times, then free. */
  const server = (times: number) => {
    let calls = 0;
    return { call: async () => (calls++ < times ? Promise.reject(busy) : 'result'), calls: () => calls };
  };
  const sleep = async () => undefined;
  const going = new AbortController().signal;

  it('waits until the server has let go of our own last one, but not for ever', async () => {
    expect(await askAgain(server(3).call, true, going, sleep)).toBe('result');
    const stuck = server(100);
    await expect(askAgain(stuck.call, true, going, sleep)).rejects.toBe(busy);
    expect(stuck.calls()).toBeLessThan(20);
  });

  it("tells at once that somebody else's runs, and any other trouble", async () => {
    const other = server(1);
    await expect(askAgain(other.call, false, going, sleep)).rejects.toBe(busy);
    expect(other.calls()).toBe(1);
    await expect(askAgain(() => Promise.reject(new ApiError(400, {})), true, going, sleep)).rejects.toMatchObject({ status: 400 });
  });

  it('asks no more once it was left itself', async () => {
    const leaving = new AbortController();
    const slow = server(100);
    await expect(askAgain(slow.call, true, leaving.signal, async () => leaving.abort())).rejects.toThrow();
    expect(slow.calls()).toBe(1);
  });
});

describe('the words of a rule file', () => {
  const words = makeWords('zh', 'Asia/Shanghai', () => undefined);
  const { t } = words;
  it('are shown in the language of the reader; what is left in English says so', () => {
    expect(sourceText('proposal', t)).toBe('建议值');
    expect(sourceText('proposal on GB 50751-2012 7.1.2', t)).toBe('建议值（英文说明：on GB 50751-2012 7.1.2）');
    expect(sourceText('proposal, after IEC 60947-2', t)).toBe('建议值（英文说明：after IEC 60947-2）');
    expect(sourceText('GB 50751-2012 7.1', t)).toBe('GB 50751-2012 7.1');
    expect(sourceText('IEC 60898-1 (no trip at 1.13 In); time constant is a proposal', t)).toMatch(/（英文说明）$/);
    expect(packName('boiler', (label) => label?.zh ?? '', t)).toBe('锅炉');
    expect(packName('system', (label) => label?.zh ?? '', t)).toBe('平台自身');
    expect(paramsText({}, words)).toBe('—');
  });

  it('say the parameters of every rule of every pack with names, units and states, never with keys', () => {
    for (const language of ['zh', 'en'] as const) {
      const spoken = makeWords(language, 'Asia/Shanghai', () => undefined);
      const texts = loadPacks().flatMap((pack) => pack.rules).map((rule) => {
        const parameters = parametersOf(kinds.get(rule.kind)!, rule.params);
        const params = { ...Object.fromEntries(parameters.map(({ name, value }) => [name, value])), ...rule.params };
        const unit = kinds.get(rule.kind)!.unit(rule.params) ?? quantities[rule.quantity as QuantityId]?.unit ?? '';
        return [rule.id, paramsText(params, spoken, { kind: rule.kind, quantity: rule.quantity, unit, quantities })] as const;
      }); // biome-ignore format: short
      expect(texts.length).toBeGreaterThan(90);
      expect(texts.filter(([, said]) => /[a-z]_|[{}[\]"]|undefined/.test(said))).toEqual([]);
      if (language === 'zh') expect(texts.filter(([, said]) => /[a-z]{3,}/.test(said.replaceAll('min', '')))).toEqual([]);
      const of = (id: string) => texts.find(([rule]) => rule === id)?.[1];
      if (language === 'en') continue;
      expect(of('BL-SUPPLY-HOT')).toBe('限值：90 °C · 回差：1 °C');
      expect(of('EL-UNB')).toMatch(/^限值：15 % · 回差：2 %/);
      expect(of('EL-PHASE')).toMatch(/^限值：132 V · 回差：20 V · 同时监测：B相电压、C相电压$/);
      expect(of('GS-START')).toBe('时间内：15s · 条件：市电 状态为 失电 · 随后应有：双电源位置 状态为 发电机');
      expect(of('WW-HOURS')).toMatch(/截止时间：20:00/);
    }
  });

  it('name the ratings of a device, and never their keys', () => {
    expect(limitWords('80 % of nominal_kpa', words)).toBe('额定压力的 80 %');
    expect(limitWords('room_min_c - 2', words)).toBe('室温下限 − 2');
    expect(limitWords(320, words)).toBe('320');
    expect(paramsText({ limit: '95 % of rating_a', deadband: '3 % of rating_a' }, words)).toBe(
      '限值：额定电流的 95 % · 回差：额定电流的 3 %',
    );
    expect(Object.keys(attributeLabels).sort()).toEqual(Object.keys(attributesSchema.shape).sort());
  });
});
