/** A rule of several inputs shows the value that it judges, by its name and unit, and names beside it what else was judged. */
import { describe, expect, test } from 'vitest';
import { alarmPage } from '../dashboards/answer/page.ts';
import { openEngineDesk } from '../desk/open.ts';
import { noticeOf } from '../notify/text.ts';
import type { Alarm } from '../shared/alarm.ts';
import { manualClock } from '../shared/clock.ts';
import { type Rule, ruleSchema } from '../shared/rule.ts';
import { demoSite } from '../test/board-site.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import { openLiveValues } from './live-values.ts';
import { type Instance, openInstance, openRuleBook } from './pack.ts';
import { examplePlace } from './try-kind.ts';

const { config } = demoSite();
const book = openRuleBook(config);
const minute = 60_000;

type Values = Record<string, Record<string, number>>;
/** The alarm after these values every 5 s for so long. */
function after(instances: Instance[], id: string, steps: [ms: number, values: Values][], start?: number): Alarm | undefined {
  const clock = manualClock(start);
  const desk = openEngineDesk({ file: ':memory:', clock });
  const pending: Condition[] = [];
  const engine = openEngine(instances, (condition) => void pending.push(condition));
  const live = openLiveValues(desk, engine);
  const handler = openConditionHandler({ ...book, instances }, desk, clock);
  for (const [ms, values] of steps) {
    for (let t = 0; t < ms; t += 5_000) {
      clock.advanceSync(5_000);
      for (const [device, own] of Object.entries(values)) engine.readings(device, clock.now(), own, {}, clock.now());
      engine.tick(clock.now());
      handler.attend(pending.splice(0));
    }
  }
  live.look();
  return desk.alarm(id);
}
const demo = (id: string) => book.instances.filter((instance) => instance.id === id);
const own = (rule: object): Instance => {
  const parsed: Rule = ruleSchema.parse({
    id: 'OWN', title: { zh: '试', en: 'Try' }, select: {}, priority: 'high', trade: 'plumbing', check: { zh: '试', en: 'Try' }, source: 'proposal', ...rule,
  }); // biome-ignore format: a table
  return openInstance(parsed, examplePlace(parsed.quantity)) as Instance;
};

describe('a loop that does not circulate in the cold', () => {
  const outdoor = book.plant.byRole('outdoor')[0]?.id ?? '';
  const alarm = after(demo('ht-flow.heat-or'), 'ht-flow.heat-or', [
    [minute, { [outdoor]: { outdoor_temp_c: -3 }, 'heat-or': { flow_m3h: 12 } }],
    [16 * minute, { [outdoor]: { outdoor_temp_c: -3 }, 'heat-or': { flow_m3h: 0.2 } }],
  ]) as Alarm;

  test('shows its flow and the flow that it should have, and the temperature outside beside it', () => {
    expect(alarm).toMatchObject({ state: 'UNACK', quantity: 'flow_m3h', unit: 'm³/h', value: 0.2, limit: 1.1, worst: { value: 0.2 } });
    expect(alarm.live).toMatchObject({
      value: 0.2,
      note: { zh: '室外温度 -3 °C，应高于 1.10 m³/h', en: 'Outdoor temperature -3 °C; should be above 1.10 m³/h' },
    });
    expect(alarm.message.zh).toContain('流量 0.20 m³/h（室外温度 -3 °C，应高于 1.10 m³/h）');
    expect(alarm.message.en).toMatch(/flow 0\.20 m³\/h \(Outdoor temperature -3 °C; should be above 1\.10 m³\/h\)/i);
  });
  test('also in the notice and on the page behind its link', () => {
    const owed = { key: 'k/1/raised/c/p', alarm, step: 'raised', person: null, channel: 'c', queuedAt: 0, attempts: 0 };
    const notice = noticeOf(owed as never, { site: config.site, language: 'en', to: [], now: alarm.raisedAt ?? 0 }, alarm);
    const told = notice.lines.find(({ label }) => label === 'How bad')?.text;
    expect(told).toContain('0.20 m³/h at raising, now 0.20 m³/h');
    expect(told).toContain('limit 1.10 m³/h, Outdoor temperature -3 °C');
    const page = alarmPage({ alarm, site: config.site, person: 'A', language: 'zh', token: 't', points: [], others: [], endsAt: 0 });
    expect(page).toContain('0.20 m³/h · 室外温度 -3 °C，应高于 1.10 m³/h');
  });
});

test('every rule of the packs that waits for something to follow shows what should follow', () => {
  const sequences = book.instances.filter(({ kind }) => kind.id === 'sequence');
  expect(new Set(sequences.map(({ rule }) => rule.id)).size).toBeGreaterThanOrEqual(5);
  for (const { definition, params } of sequences) {
    expect(definition.quantity, definition.id).toBe((params as { follows: { quantity: string } }).follows.quantity);
  }
});

test('what should follow is told by its name where it is a state', () => {
  const alarm = after(demo('gs-start.ats'), 'gs-start.ats', [
    [minute, { ats: { mains_available: 1, transfer_position: 1 } }],
    [minute, { ats: { mains_available: 0, transfer_position: 0 } }],
  ]);
  expect(alarm).toMatchObject({ active: true, quantity: 'transfer_position', value: 0, live: { note: { zh: '市电 失电，应为“发电机”' } } });
  expect(alarm?.message.zh).toContain('双电源位置 断开（市电 失电，应为“发电机”）');
});

test('of three phases the one that is too much is named, at the raising and now', () => {
  const device = 'dm-orthopaedics';
  const rating = book.plant.devices.get(device)?.attributes.rating_a as number;
  const amps = (l1: number, l2: number, l3: number) => ({
    [device]: { current_l1_a: l1 * rating, current_l2_a: l2 * rating, current_l3_a: l3 * rating },
  });
  const alarm = after(demo(`el-over.${device}`), `el-over.${device}`, [
    [minute, amps(0.3, 0.3, 0.3)],
    [10 * minute, amps(0.3, 1.3, 0.3)],
    [minute, amps(0.3, 1.1, 1.2)],
  ]);
  expect(alarm).toMatchObject({ active: true, quantity: 'current_l2_a', value: 1.3 * rating });
  expect(alarm?.message.en).toContain('Current L2');
  expect(alarm?.live).toMatchObject({ value: 1.2 * rating, note: { en: 'Current L3' } });
});

test('a burst names the make-up water beside the pressure', () => {
  const steady = { pressure_kpa: 300, makeup_flow_m3h: 0 };
  const alarm = after(demo('ht-burst.heat-or'), 'ht-burst.heat-or', [
    [10 * minute, { 'heat-or': steady }],
    [minute, { 'heat-or': { pressure_kpa: 220, makeup_flow_m3h: 5.2 } }],
  ]);
  expect(alarm).toMatchObject({ active: true, quantity: 'pressure_kpa', value: 220 });
  expect(alarm?.message.zh).toContain('（补水流量 5.20 m³/h）');
  expect(alarm?.live?.note?.zh).toBe('补水流量 5.20 m³/h');
});

test('an expression has the unit of what it shows, and names what it is made of', () => {
  const inputs = { supply: { quantity: 'supply_temp_c' }, back: { quantity: 'return_temp_c' } };
  const rule = own({ kind: 'expression', params: { inputs, when: 'supply - back < 2.0', value: 'supply - back', unit: 'K', limit: 2 } });
  const alarm = after([rule], 'own.example', [[minute, { example: { supply_temp_c: 61, return_temp_c: 60 } }]]);
  expect(alarm).toMatchObject({ active: true, unit: 'K', value: 1, live: { note: { zh: '供水温度 61 °C，回水温度 60 °C' } } });
});

test('hours that something ran are no state of it', () => {
  // From midnight in Shanghai on; the plant stands the whole day.
  const alarm = after(
    demo('ww-hours.wastewater'),
    'ww-hours.wastewater',
    [[20.1 * 60 * minute, { wastewater: { plant_running: 0 } }]],
    Date.UTC(2026, 0, 14, 16),
  );
  expect(alarm).toMatchObject({ active: true, unit: 'h', value: 0 });
  expect(alarm?.message.zh).toMatch(/今日累计 0 h/);
  const owed = { key: 'k/1/raised/c/p', alarm, step: 'raised', person: null, channel: 'c', queuedAt: 0, attempts: 0 };
  const notice = noticeOf(owed as never, { site: config.site, language: 'zh', to: [], now: alarm?.raisedAt ?? 0 }, alarm);
  expect(notice.lines.find(({ label }) => label === '严重程度')?.text).toContain('告警时 0 h');
});

test('over a restart within the delay the alarm says the same: which value it is, and what was judged beside it', () => {
  const loss = own({
    kind: 'expression', on_delay: '60s',
    params: { inputs: { flow: { quantity: 'flow_m3h' }, outdoor: { quantity: 'outdoor_temp_c' } }, when: 'flow < 1 && outdoor < 5' },
  }); // biome-ignore format: a table
  const phases = own({
    id: 'PHASES',
    kind: 'above',
    on_delay: '60s',
    params: { limit: 100, also: ['current_l2_a'] },
    quantity: 'current_l1_a',
  });
  const raised: Condition[] = [];
  const open = () => openEngine([loss, phases], (condition) => void raised.push(condition));
  const device = loss.place.device.id;
  const before = open();
  before.readings(device, 1_000, { flow_m3h: 0.2, outdoor_temp_c: -3, current_l1_a: 10, current_l2_a: 120 }, {}, 1_000);
  const engine = open();
  expect(engine.load(before.save())).toBe(true);
  engine.tick(90_000);
  expect(raised.find(({ instance }) => instance === loss)?.note?.en).toBe('Outdoor temperature -3 °C');
  expect(raised.find(({ instance }) => instance === phases)).toMatchObject({ value: 120, quantity: 'current_l2_a' });
});
