/** Alarms of the default rules at the demo hospital that say what is, where one of them alone would say that it is over. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineDesk } from '../desk/desk.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { demoSite } from '../test/board-site.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, type Engine, openEngine } from './engine.ts';
import { openRuleBook } from './pack.ts';

const book = openRuleBook(demoSite().config);
const minute = 60_000;

let clock: ManualClock;
let desk: EngineDesk;
let engine: Engine;
let pending: Condition[];
let tell: () => void;
beforeEach(() => {
  clock = manualClock();
  desk = openEngineDesk({ file: ':memory:', clock });
  pending = [];
  engine = openEngine(book.instances, (condition) => void pending.push(condition));
  const handler = openConditionHandler(book, desk, clock);
  tell = () => handler.attend(pending.splice(0));
});

/** These values every 5 s for so long. */
const read = (device: string, ms: number, values: Record<string, number>, bad: Record<string, string> = {}) => {
  for (let t = 0; t < ms; t += 5_000) {
    clock.advanceSync(5_000);
    engine.readings(device, clock.now(), values, bad, clock.now());
    engine.tick(clock.now());
    tell();
  }
};
const amps = (a: number) => ({ current_l1_a: a, current_l2_a: a, current_l3_a: a });
const state = (alarm: string) => desk.alarm(alarm)?.state;

describe('an overloaded feeder whose breaker trips', () => {
  const device = 'dm-orthopaedics';
  const rating = book.plant.devices.get(device)?.attributes.rating_a as number;

  test('is tripped, with the departments that have no power; the overload is not "returned"', () => {
    read(device, 15 * minute, amps(rating * 0.4));
    read(device, 6 * minute, amps(rating * 1.3));
    expect([state(`el-over.${device}`), state(`el-thermal.${device}`)]).toEqual(['UNACK', 'UNACK']);
    expect(desk.alarm(`el-thermal.${device}`)?.message.zh).toMatch(/约 \d+ 分钟后跳闸|随时可能跳闸/);
    read(device, 10 * minute, amps(0));
    const trip = desk.alarm(`el-trip.${device}`);
    expect(trip).toMatchObject({ state: 'UNACK', active: true, priority: 'critical' });
    expect(trip?.message.zh).toContain('开关已跳闸');
    expect(trip?.message.zh).toContain('停电范围：骨科');
    expect(trip?.message.en).toContain('Without power: ');
    for (const rule of ['el-over', 'el-thermal', 'el-dead']) expect(state(`${rule}.${device}`) ?? 'DSUPR', rule).toBe('DSUPR');
    expect(new Set(desk.tickets({ device }).map(({ id }) => id)).size).toBe(1);
    read(device, 10 * minute, amps(rating * 0.4));
    expect(trip && desk.alarm(trip.id)).toMatchObject({ state: 'RTNUN', active: false });
    expect(state(`el-over.${device}`)).toBe('NORM');
  });
  test('what hangs on it decides the priority: all departments behind a feeder', () => {
    const feeder = book.instances.find(({ id }) => id === 'el-trip.fd-front-high');
    expect(feeder?.dark.length).toBeGreaterThan(1);
    expect(feeder?.definition.priority).toBe('critical');
  });
});

test('a zone that has lost its oxygen does not "return" because nothing is left to fall', () => {
  read('o2-icu', 5 * minute, { pressure_kpa: 400 });
  read('o2-icu', minute, { pressure_kpa: 300 });
  read('o2-icu', 30 * minute, { pressure_kpa: 90 });
  expect(desk.alarm('o2-rate.o2-icu')).toMatchObject({ state: 'UNACK', active: true });
  read('o2-icu', 5 * minute, { pressure_kpa: 400 });
  expect(desk.alarm('o2-rate.o2-icu')).toMatchObject({ state: 'RTNUN', active: false });
});

describe('F25 a sensor that fails', () => {
  const devices = [...book.plant.devices.values()];
  test.each(['manhole', 'hotwater', 'joint-temperature', 'ward-zone', 'oxygen-source', 'heating-loop', 'wastewater-analyser'])(
    'is watched at every %s of the demo hospital',
    (role) => {
      const rules = ['SYS-SENSOR', 'SYS-SENSOR-O2'];
      const watched = new Set(book.instances.filter(({ rule }) => rules.includes(rule.id)).map(({ place }) => place.device.id));
      const there = devices.filter((device) => device.role === role).map(({ id }) => id);
      expect(there.length).toBeGreaterThan(0);
      expect(there.filter((id) => !watched.has(id))).toEqual([]);
    },
  );
  test('a level that is bad beside a good contact is told after a minute, by its name', () => {
    const manhole = devices.find(({ role, quantities }) => role === 'manhole' && quantities?.has('level_pct'))?.id as string;
    read(manhole, minute, { level_pct: 20 });
    read(manhole, 2 * minute, { leak_detected: 0 }, { level_pct: 'sensor' });
    expect(desk.alarm(`sys-sensor.${manhole}`)).toMatchObject({ state: 'UNACK' });
    expect(desk.alarm(`sys-sensor.${manhole}`)?.message.zh).toContain('液位');
  });
  test('F26 is not a device that does not answer, though it has no other value', () => {
    engine.start(clock.now());
    read('o2-icu', minute, { pressure_kpa: 400 });
    read('o2-icu', 5 * minute, {}, { pressure_kpa: 'sensor', oxygen_flow_lmin: 'sensor' });
    expect(state('sys-sensor-o2.o2-icu')).toBe('UNACK');
    expect(state('sys-comm-o2.o2-icu')).toBeUndefined();
  });
});
