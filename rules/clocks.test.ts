/** What wrong clocks do to silence and to values: F4, F21, B3 of the trials (docs/decisions/0021). */
import { describe, expect, test } from 'vitest';
import { ruleSchema } from '../shared/rule.ts';
import { type Condition, openEngine } from './engine.ts';
import { type Instance, openInstance } from './pack.ts';
import type { PlantDevice } from './plant.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '试', en: 'Try' };
const s = 1_000;
const hour = 3_600 * s;
const start = Date.UTC(2026, 0, 15);

function instance(over: Record<string, unknown>, device: Partial<PlantDevice> = {}): Instance {
  const rule = ruleSchema.parse({
    id: 'HOT', kind: 'above', title: text, select: {}, quantity: 'room_temp_c', params: { limit: 30 }, priority: 'medium', trade: 'general', check: text,
    source: 'proposal', ...over,
  }); // biome-ignore format: a table
  const place = examplePlace(rule.quantity);
  return openInstance(rule, { ...place, device: { ...place.device, ...device } }) as Instance;
}
const silence = (device: Partial<PlantDevice> = {}) => instance({ id: 'SILENT', kind: 'missing', quantity: undefined, params: {} }, device);
const clockRule = () => instance({ id: 'CLOCK', kind: 'clock', quantity: undefined, params: {}, on_delay: '2m', off_delay: '60s' });

/** Moves of the alarms, at seconds of arrival since the start; `step` is a second at the engine as the role runs it. */
function run(instances: Instance[]) {
  const out: [rule: string, state: string, at: number][] = [];
  let now = start;
  const engine = openEngine(instances, ({ instance: { rule }, active }: Condition) => {
    out.push([rule.id, active ? 'on' : 'off', Math.round((now - start) / s)]);
  });
  engine.start(now);
  return {
    engine,
    out,
    get now() {
      return now;
    },
    /** Seconds of our clock go by; each second the device may send a value stamped `lagS` behind. */
    go(seconds: number, send?: { value: number; lagS: number; every?: number }) {
      for (let i = 0; i < seconds; i++) {
        now += s;
        if (send && i % (send.every ?? 1) === 0)
          engine.readings('example', now - send.lagS * s, { room_temp_c: send.value }, undefined, now);
        engine.tick(now - 300);
      }
    },
    jump(ms: number) {
      now += ms;
      engine.jumped(ms, now);
    },
  };
}

describe('F21 a device whose clock is wrong', () => {
  test.each([
    ['90 s behind', 90],
    ['10 minutes behind', 600],
    ['4 minutes ahead', -240],
    ['an hour ahead', -3_600],
  ])('%s, sending every second: no silence alarm, and the real alarm comes in time', (_name, lagS) => {
    const plant = run([silence(), instance({ on_delay: '30s' })]);
    plant.go(120, { value: 20, lagS });
    expect(plant.out).toEqual([]);
    // The gateway had said offline before: that hides nothing of what comes after.
    plant.engine.status('example', plant.now, false);
    plant.go(60, { value: 35, lagS });
    expect(plant.out).toEqual([['HOT', 'on', 151]]);
  });
  test('a delay is not over because our clock is further than that of the device', () => {
    const plant = run([instance({ on_delay: '60s' })]);
    plant.go(10, { value: 20, lagS: 600 });
    plant.go(1, { value: 35, lagS: 600 });
    plant.go(20, { value: 20, lagS: 600 });
    expect(plant.out).toEqual([]);
  });
  test('silence is still found, by arrival', () => {
    const plant = run([silence()]);
    plant.go(100, { value: 20, lagS: 600 });
    plant.go(59);
    expect(plant.out).toEqual([]);
    plant.go(3);
    expect(plant.out).toEqual([['SILENT', 'on', 161]]);
  });
  test('one alarm says so, once', () => {
    const plant = run([clockRule(), silence()]);
    plant.go(600, { value: 20, lagS: 90 });
    expect(plant.out).toEqual([['CLOCK', 'on', 121]]);
    plant.go(120, { value: 20, lagS: 0 });
    expect(plant.out.slice(1)).toEqual([['CLOCK', 'off', 661]]);
  });
  test('what was sent again or comes out of an outbox is no sign of life', () => {
    const plant = run([silence()]);
    plant.go(10, { value: 20, lagS: 0 });
    for (let i = 0; i < 70; i++) {
      plant.engine.readings('example', start + 5 * s, { room_temp_c: 20 }, undefined, plant.now);
      plant.go(1);
    }
    expect(plant.out).toEqual([['SILENT', 'on', 71]]);
  });
});

describe('F21 a device whose clock is ten minutes ahead', () => {
  test('is told by its clock, is not silent, and its real alarm comes and goes', () => {
    const plant = run([instance({ on_delay: '60s', off_delay: '10s' }), clockRule(), silence()]);
    plant.go(300, { value: 20, lagS: -600 });
    expect(plant.out).toEqual([['CLOCK', 'on', 121]]);
    plant.go(110, { value: 35, lagS: -600 });
    expect(plant.out.slice(1)).toEqual([['HOT', 'on', 361]]);
    plant.go(60, { value: 20, lagS: -600 });
    expect(plant.out.slice(2)).toEqual([['HOT', 'off', 421]]);
    plant.go(200);
    expect(plant.out.at(-1)?.[0]).toBe('SILENT');
  });
});

describe('a clock that jumps', () => {
  test('ours an hour ahead: nobody is silent, no delay is over, and silence is found 60 s later', () => {
    const plant = run([silence(), instance({ on_delay: '30m' })]);
    plant.go(60, { value: 35, lagS: 0 });
    plant.jump(hour);
    plant.go(60, { value: 35, lagS: 0 });
    expect(plant.out).toEqual([]);
    plant.go(120);
    expect(plant.out.map(([rule]) => rule)).toEqual(['SILENT']);
  });
  test('ours an hour ahead, the device’s not: the same', () => {
    const plant = run([silence(), instance({ on_delay: '30m' })]);
    plant.go(60, { value: 35, lagS: 0 });
    plant.jump(hour);
    plant.go(60, { value: 35, lagS: 3_600 });
    expect(plant.out).toEqual([]);
  });
  test('all an hour back: values are judged at once, silence is found', () => {
    const plant = run([silence(), instance({ id: 'LOW', kind: 'below', params: { limit: 10 }, on_delay: '3s' })]);
    plant.go(60, { value: 20, lagS: 0 });
    plant.jump(-hour);
    plant.go(10, { value: 5, lagS: 0 });
    expect(plant.out).toEqual([['LOW', 'on', 64 - 3_600]]);
    plant.go(100);
    expect(plant.out.slice(1).map(([rule]) => rule)).toEqual(['SILENT']);
  });
  test('one reading stamped an hour ahead hides none of the true ones', () => {
    const plant = run([instance({ id: 'LOW', kind: 'below', params: { limit: 320 }, on_delay: '3s' })]);
    plant.go(60, { value: 403, lagS: 0 });
    plant.go(1, { value: 403, lagS: -3_600 });
    plant.go(10, { value: 109, lagS: 0 });
    expect(plant.out).toEqual([['LOW', 'on', 65]]);
  });
  test('the rate of a fall is not measured against values that a wrong clock put into the future', () => {
    const plant = run([instance({ id: 'FALL', kind: 'rate', params: { fall: 40, within: '60s' } })]);
    plant.go(60, { value: 403, lagS: 0 });
    plant.go(1, { value: 900, lagS: -3_600 });
    plant.go(600, { value: 403, lagS: 0 });
    expect(plant.out).toEqual([]);
  });
});

test('F5 what began while nobody listened is an alarm when it comes, with its own time', () => {
  const plant = run([instance({ id: 'LEAK' }), silence()]);
  plant.go(1);
  plant.engine.readings('example', plant.now - 45 * s, { room_temp_c: 35 }, undefined, plant.now);
  expect(plant.out).toEqual([['LEAK', 'on', 1]]);
  expect(plant.engine.sight('leak.example')?.at).toBe(plant.now - 45 * s);
});

describe('how long a silence may be', () => {
  test('F4 a device that sends by itself is silent after its `expire`, not after a minute', () => {
    const plant = run([silence({ expireMs: 2 * hour })]);
    plant.go(4 * 3_600, { value: 20, lagS: 0, every: 80 });
    expect(plant.out).toEqual([]);
    plant.go(2 * 3_600 + 5);
    expect(plant.out).toHaveLength(1);
  });
  test('F26 a device that answers, though with no good value, is not silent: its sensor is', () => {
    const plant = run([silence(), instance({ id: 'SENSOR', kind: 'bad', params: {}, on_delay: '30s' })]);
    for (let i = 0; i < 200; i++) {
      plant.go(1);
      plant.engine.readings('example', plant.now, {}, { room_temp_c: 'sensor' }, plant.now);
    }
    expect(plant.out).toEqual([['SENSOR', 'on', 31]]);
  });
});

test('a delay as long as the poll interval needs two readings: that of its last instant has its say', () => {
  const seen: boolean[] = [];
  const engine = openEngine([instance({ on_delay: '60s' })], ({ active }) => void seen.push(active));
  const values = [20, 35, 20, 20, 35, 35, 20];
  values.forEach((value, i) => void engine.readings('example', start + i * 60 * s, { room_temp_c: value }));
  expect(seen).toEqual([true, false]);
});
