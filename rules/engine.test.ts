import { describe, expect, test } from 'vitest';
import { ruleSchema } from '../shared/rule.ts';
import { type Condition, openEngine } from './engine.ts';
import { type Instance, openInstance } from './pack.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '试', en: 'Try' };
function instance(over: Record<string, unknown> = {}, attributes: Record<string, number> = {}): Instance {
  const rule = ruleSchema.parse({
    id: 'TRY-1',
    kind: 'above',
    title: text,
    select: {},
    quantity: 'pressure_kpa',
    params: { limit: 8, deadband: 1 },
    priority: 'medium',
    trade: 'general',
    check: text,
    source: 'proposal',
    ...over,
  });
  return openInstance(rule, examplePlace(rule.quantity, attributes)) as Instance;
}
function run(subject: Instance | Instance[], active: string[] = []) {
  const out: [string, number, number | null][] = [];
  const engine = openEngine(
    Array.isArray(subject) ? subject : [subject],
    ({ active: is, at, value }: Condition) => void out.push([is ? 'on' : 'off', at, value]),
    new Set(active),
  );
  const at = (t: number, value: number | null) =>
    value === null ? engine.readings('example', t, {}, { pressure_kpa: 'comm' }) : engine.readings('example', t, { pressure_kpa: value });
  return { engine, out, at };
}
const s = 1_000;

describe('delays', () => {
  const held = () => instance({ on_delay: '10s', off_delay: '5s' });

  test('a breach that ends within the on-delay raises nothing', () => {
    const { out, at, engine } = run(held());
    at(0, 9);
    at(9 * s, 6);
    engine.tick(60 * s);
    expect(out).toEqual([]);
  });
  test('the alarm carries the time when its delay ended, whoever noticed it and when', () => {
    const byReading = run(held());
    byReading.at(0, 9);
    byReading.at(17 * s, 9.5);
    expect(byReading.out).toEqual([['on', 10 * s, 9]]);
    const byClock = run(held());
    byClock.at(0, 9);
    expect(byClock.engine.next()).toBe(10 * s);
    byClock.engine.tick(12 * s);
    expect(byClock.out).toEqual([['on', 10 * s, 9]]);
  });
  test('the off-delay holds it, and a new breach within it keeps it', () => {
    const { out, at, engine } = run(held());
    at(0, 9);
    at(10 * s, 9);
    at(11 * s, 6);
    at(14 * s, 9);
    at(20 * s, 6);
    engine.tick(24 * s);
    expect(out).toEqual([['on', 10 * s, 9]]);
    engine.tick(25 * s);
    expect(out.at(-1)).toEqual(['off', 25 * s, 6]);
  });
  test('the deadband belongs to the breach, so that noise at the limit does not start the delay anew', () => {
    const { out, at } = run(held());
    for (let t = 0; t <= 12; t++) at(t * s, t % 2 === 0 ? 8.2 : 7.8);
    expect(out).toEqual([['on', 10 * s, 8.2]]);
  });
});

describe('bad values', () => {
  test('neither raise nor clear', () => {
    const { out, at } = run(instance());
    at(0, null);
    at(1, 9);
    at(2, null);
    at(3, null);
    expect(out).toEqual([['on', 1, 9]]);
  });
  test('stop a running on-delay, which goes on where it was when the value is back', () => {
    const { out, at, engine } = run(instance({ on_delay: '10s' }));
    at(0, 9);
    at(6 * s, null);
    engine.tick(60 * s);
    expect(out).toEqual([]);
    at(60 * s, 9);
    engine.tick(63 * s);
    expect(out).toEqual([]);
    engine.tick(64 * s);
    expect(out).toEqual([['on', 64 * s, 9]]);
  });
  test('raise their own alarm, but not when the device just does not answer', () => {
    const { out, engine } = run(instance({ kind: 'bad', params: {}, on_delay: '30s' }));
    engine.readings('example', 0, { pressure_kpa: 400 });
    for (let t = 1; t < 100; t++) engine.readings('example', t * s, {}, { pressure_kpa: 'comm' });
    engine.status('example', 100 * s, false);
    engine.tick(200 * s);
    expect(out).toEqual([]);
    for (let t = 200; t < 240; t++) engine.readings('example', t * s, {}, { pressure_kpa: 'sensor' });
    expect(out).toEqual([['on', 230 * s, null]]);
  });
  test('a device that is offline is unknown, not clear', () => {
    const { out, at, engine } = run(instance());
    at(0, 9);
    engine.status('example', 5 * s, false);
    engine.tick(3_600 * s);
    expect(out).toHaveLength(1);
    at(7_200 * s, 5);
    expect(out.at(-1)).toEqual(['off', 7_200 * s, 5]);
  });
});

describe('order', () => {
  test('a reading older than the last one, or sent again, changes nothing', () => {
    const { out, at, engine } = run(instance());
    at(10, 9);
    at(5, 1);
    at(10, 1);
    expect(out).toEqual([['on', 10, 9]]);
    expect(engine.late).toBe(1);
  });
  test('after a restart what was active stays, is not raised again, and clears on a good value only', () => {
    const subject = instance();
    const { out, at } = run(subject, [subject.id]);
    at(0, null);
    at(1, 9);
    at(2, 7.5);
    expect(out).toEqual([]);
    at(3, 6);
    expect(out).toEqual([['off', 3, 6]]);
  });
  test('live with a clock and replay without one give the same transitions', () => {
    let seed = 7;
    const next = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    const subjects = () => [
      instance({ on_delay: '10s', off_delay: '5s' }),
      instance({ id: 'TRY-2', on_delay: '3s', off_delay: '30s', params: { limit: 5 } }),
      instance({ id: 'TRY-3', kind: 'missing', quantity: undefined, params: { after: '20s' } }),
    ];
    const readings: [number, number | null][] = [];
    for (let t = 0; t < 4_000 * s; t += Math.round(next() ** 4 * 40 * s) + 500) readings.push([t, next() < 0.1 ? null : next() * 12]);
    const live = run(subjects());
    const replay = run(subjects());
    live.engine.start(0);
    replay.engine.start(0);
    let now = 0;
    for (const [t, value] of readings) {
      for (; now < t; now += 250) live.engine.tick(now);
      live.at(t, value);
      replay.at(t, value);
    }
    live.engine.tick(5_000 * s);
    replay.engine.tick(5_000 * s);
    const inOrder = (out: [string, number, number | null][]) => out.map((one) => one.join(' ')).sort();
    expect(inOrder(live.out)).toEqual(inOrder(replay.out));
    expect(live.out.length).toBeGreaterThan(100);
  });
});

describe('silence', () => {
  test('is counted from the start where a backlog comes first', () => {
    const { engine, out, at } = run([instance({ kind: 'missing', quantity: undefined, params: { after: '60s' } })]);
    engine.start(1_000 * s);
    at(10 * s, 6);
    at(20 * s, 6);
    at(1_010 * s, 6);
    engine.tick(1_060 * s);
    expect(out).toEqual([]);
    engine.tick(1_071 * s);
    expect(out).toEqual([['on', 1_070 * s, null]]);
  });
});

describe('the worst value of a breach', () => {
  test('follows a pressure down although the limit of a rate falls with it and crosses it (7 A2)', () => {
    const { engine, at } = run(instance({ kind: 'rate', params: { fall: 10, within: '60s', until: 390 } }));
    const worst = () => engine.sight('try-1.example')?.worst?.value;
    at(0, 400);
    at(30 * s, 97);
    expect(worst()).toBe(97);
    // The fall has become slow: ten below the highest of the last minute lies under the value now.
    for (let t = 60; t <= 600; t += 30) at(t * s, 97 - (t - 60) / 60);
    expect(worst()).toBe(88);
    at(630 * s, 91);
    expect(worst()).toBe(88);
  });
  test('after a restart without memory an alarm that stands goes on in its own direction', () => {
    const low = instance({ kind: 'below', params: { limit: 320 } });
    const { engine, at } = run(low, [low.id]);
    at(0, 300);
    at(s, 290);
    at(2 * s, 310);
    expect(engine.sight(low.id)?.worst?.value).toBe(290);
  });
});
