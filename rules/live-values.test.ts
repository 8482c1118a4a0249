import { describe, expect, test } from 'vitest';
import { openEngineDesk } from '../desk/open.ts';
import { noticeOf } from '../notify/text.ts';
import { manualClock } from '../shared/clock.ts';
import { ruleSchema } from '../shared/rule.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import { kinds } from './kinds.ts';
import { openLiveValues, trendOf } from './live-values.ts';
import { loadPacks, openInstance } from './pack.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '压力低', en: 'Pressure low' };
const rule = ruleSchema.parse({
  id: 'O2-LOW', kind: 'below', title: text, select: {}, quantity: 'pressure_kpa', params: { limit: 320, deadband: 10 }, priority: 'critical', on_delay: '10s',
  trade: 'medical-gas', check: text, source: 'proposal', life_safety: true,
}); // biome-ignore format: a table

function open() {
  const clock = manualClock();
  const desk = openEngineDesk({ file: ':memory:', clock });
  const instance = openInstance(rule, examplePlace(rule.quantity))!;
  const book = { plant: instance.place.plant, instances: [instance], inForce: [] };
  const begin = () => {
    const pending: Condition[] = [];
    const handler = openConditionHandler(book, desk, clock);
    const engine = openEngine(book.instances, (condition) => void pending.push(condition), handler.active);
    const live = openLiveValues(desk, engine);
    return {
      engine,
      live,
      read(value: number) {
        clock.advanceSync(5_000);
        engine.reading('example', 'pressure_kpa', clock.now(), value);
        engine.tick(clock.now());
        handler.attend(pending.splice(0));
        return live.look();
      },
    };
  };
  return { clock, desk, begin, alarm: () => desk.alarm('o2-low.example')! };
}

describe('the numbers of an open alarm', () => {
  test('now is now, the worst since the breach began is kept over a restart, the value at raising stays; after the return now goes on', () => {
    const { desk, begin, alarm, clock } = open();
    const before = begin();
    for (const value of [400, 300, 298, 298]) before.read(value);
    expect(alarm()).toMatchObject({ value: 298, live: { value: 298 }, worst: { value: 298 } });
    for (const value of [200, 88, 90]) before.read(value);
    expect(alarm()).toMatchObject({ value: 298, limit: 320, live: { value: 90, at: clock.now(), trend: 'falling' }, worst: { value: 88 } });
    expect(desk.tickets()[0]?.values).toMatchObject({ value: 298, live: { value: 90 }, worst: { value: 88 } });

    // Another process, which has not even its checkpoint.
    const after = begin();
    after.read(120);
    expect(alarm()).toMatchObject({ active: true, value: 298, live: { value: 120 }, worst: { value: 88 } });
    after.read(Number.NaN);
    expect(alarm()).toMatchObject({ active: true, live: { value: null, trend: null }, worst: { value: 88 } });
    after.read(402);
    expect(alarm()).toMatchObject({ state: 'RTNUN', value: 298, live: { value: 402 }, worst: { value: 88 } });
    after.read(410);
    expect(alarm()).toMatchObject({ state: 'RTNUN', live: { value: 410 } });
    desk.acknowledge('o2-low.example', { id: 'anna' });
    after.live.look();
    expect([...desk.seen().keys()]).toEqual([]);
  });

  test('a notice that waited says what it is now, beside what it was', () => {
    const { begin, alarm, clock } = open();
    const run = begin();
    for (const value of [400, 300, 298, 298]) run.read(value);
    const owed = { key: 'k', seq: 1, step: 'raised' as const, person: null, alarm: alarm(), attempts: 0, uncertain: false, queuedAt: 0 };
    for (const value of [150, 88, 90]) run.read(value);
    const site = { id: 's', name: { zh: '医院', en: 'Hospital' }, timezone: 'Asia/Shanghai' } as Parameters<typeof noticeOf>[1]['site'];
    const line = (language: 'zh' | 'en') =>
      noticeOf(owed, { site, language, to: [], now: clock.now() }, alarm()).lines.find(({ label }) => /How bad|严重程度/.test(label))?.text;
    expect(line('en')).toBe('Critical, 298 kPa at raising, now 90 kPa (falling), worst 88 kPa, limit 320 kPa');
    expect(line('zh')).toBe('紧急，告警时 298 kPa，现在 90 kPa（下降），最差 88 kPa，限值 320 kPa');
  });

  test('says again that a value is the same, and tells readers only of what changed', () => {
    const { begin, alarm } = open();
    const run = begin();
    for (const value of [300, 300, 300]) run.read(value);
    run.read(300);
    expect(run.read(300)).toEqual([]);
    const { at } = alarm().live!;
    for (let i = 0; i < 7; i++) run.read(300);
    expect(alarm().live!.at).toBeGreaterThan(at);
    expect(run.read(250)).toEqual(['o2-low.example']);
  });
});

test('a trend comes from minutes, not from one jitter', () => {
  expect(trendOf([[0, 100]], 320)).toBeNull();
  expect(trendOf([[0, 300], [5_000, 301], [10_000, 299]], 320)).toBe('steady'); // biome-ignore format: short
  expect(trendOf([[0, 300], [60_000, 280], [120_000, 262]], 320)).toBe('falling'); // biome-ignore format: short
  // Read every quarter of an hour.
  expect(trendOf([[0, 10], [900_000, 12], [1_800_000, 14]], null)).toBe('rising'); // biome-ignore format: short
});

test('the thermal rule says how many minutes are left, and no message of a pack calls an old value the one of now', () => {
  const thermal = loadPacks()
    .flatMap((pack) => pack.rules)
    .find(({ id }) => id === 'EL-THERMAL')!;
  const instance = openInstance(thermal, examplePlace('current_l1_a', { rating_a: 100 }))!;
  const judge = instance.open();
  for (let t = 0; t <= 40; t += 5) for (const phase of [0, 1, 2]) judge.reading(phase, t * 1_000, t < 10 ? 60 : 118, false);
  expect(judge.note?.en).toMatch(/about \d+ minutes? to trip/);
  expect(judge.note?.zh).toMatch(/约 \d+ 分钟后跳闸/);
  const now = /\bnow\b|现为|现在|当前(?!负荷)/;
  const messages = loadPacks().flatMap(({ rules }) => rules.flatMap(({ id, message }) => (message ? [[id, message.zh, message.en]] : [])));
  messages.push(...[...kinds.values()].map(({ id, message }) => [id, message.zh, message.en]));
  expect(messages.filter(([, zh, en]) => now.test(zh as string) || now.test(en as string))).toEqual([]);
});
