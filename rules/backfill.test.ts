import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineDesk } from '../desk/desk.ts';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { demoSite } from '../test/board-site.ts';
import { random } from '../test/random.ts';
import { type Backfill, openBackfill } from './backfill.ts';
import { SeenMessages } from './dedupe.ts';
import { type Engine, openEngine } from './engine.ts';
import { openRuleBook } from './pack.ts';

const book = openRuleBook(demoSite().config);
const pollMs = book.plant.devices.get('o2-icu')!.pollMs;
const minute = 60_000;
const alarmId = 'o2-area-low.o2-icu';

let clock: ManualClock;
let start: number;
let desk: EngineDesk;
let engine: Engine;
let late: Backfill;
let seq: number;
beforeEach(() => {
  clock = manualClock();
  start = clock.now();
  seq = 0;
  desk = openEngineDesk({ file: ':memory:', clock });
  engine = openEngine(book.instances, ({ instance, active, at, value, limit }) => {
    if (active) desk.raise({ ...instance.definition, message: instance.definition.title }, { at, value, limit });
    else desk.clear(instance.id, { at, value });
  });
  late = openBackfill({ book, desk, clock, log: silentLog(), seasons: undefined, speed: 1, told: () => undefined });
});
afterEach(() => {
  late[Symbol.dispose]();
  desk[Symbol.dispose]();
});

interface Sent {
  seq: number;
  t: number;
  v: Record<string, number>;
}
const hear = ({ seq: number, t, v }: Sent) => {
  const message = { boot: 'b', seq: number, t, v, bad: undefined };
  if (late.isRepeated('gw-plant', message)) return;
  if (!engine.readings('o2-icu', t, v)) late.take('o2-icu', message);
};
/** What the device measured from..to, in minutes; low in between. Not sent yet. */
const measured = (from: number, to: number, low?: [from: number, to: number]): Sent[] => {
  const all: Sent[] = [];
  for (let t = start + from * minute; t < start + to * minute; t += pollMs) {
    const isLow = low !== undefined && t >= start + low[0] * minute && t < start + low[1] * minute;
    all.push({ seq: seq++, t, v: { pressure_kpa: isLow ? 300 : 400, oxygen_flow_lmin: 5 } });
  }
  return all;
};
const moves = () =>
  desk.journal({ kind: 'alarm', id: alarmId }).map(({ event, detail }) => [event, Math.round((Number(detail.at) - start) / minute)]);
const outage = (low?: [number, number]) => {
  const [before, away, after] = [measured(0, 5), measured(5, 65, low), measured(65, 75)];
  clock.advanceSync(75 * minute);
  return { before, away, after };
};

describe('late readings', () => {
  test('tell of what came and went while nobody heard, at its own time and with its age; sent again they tell nothing', () => {
    const { before, away, after } = outage([20, 30]);
    for (const one of [...before, ...after.slice(0, 5)]) hear(one);
    for (const one of away) hear(one);
    for (const one of after.slice(5)) hear(one);
    expect(moves()).toEqual([
      ['clear', 30],
      ['raise', 20],
    ]);
    expect(desk.alarm(alarmId)).toMatchObject({ state: 'RTNUN', occurrence: 1, ticket: expect.any(String) });
    expect(desk.alarm(alarmId)?.message.zh).toMatch(/（补传数据：事情发生于 .*才获知）/);
    const known = desk.lastSeq();
    for (const one of [...before, ...away, ...after]) hear(one);
    expect(desk.lastSeq()).toBe(known);
  });

  test('live and late readings in any mixture tell the same', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
    console.info(`SEED=${seed}`);
    const next = random(seed);
    const { before, away, after } = outage([20, 30]);
    for (const one of [...before, after.shift()!]) hear(one);
    while (away.length > 0 || after.length > 0) {
      const from = after.length === 0 || (away.length > 0 && next() < 0.8) ? away : after;
      hear(from.shift()!);
    }
    expect(moves().reverse()).toEqual([
      ['raise', 20],
      ['clear', 30],
    ]);
  });

  test('leave to the live engine what it sees itself', () => {
    const { before, away, after } = outage([50, 70]);
    const still = after.map((one) => (one.t < start + 70 * minute ? { ...one, v: { ...one.v, pressure_kpa: 300 } } : one));
    for (const one of [...before, ...still.slice(0, 10)]) hear(one);
    expect(moves()).toEqual([['raise', 65]]);
    for (const one of [...away, ...still.slice(10)]) hear(one);
    expect(moves()).toEqual([
      ['clear', 70],
      ['raise', 65],
    ]);
  });

  test('say nothing of what the desk has heard already, as after a restart of this role', () => {
    const { before, away, after } = outage([20, 30]);
    for (const one of [...before, ...away, ...after]) hear(one);
    expect(moves()).toHaveLength(2);
    late[Symbol.dispose]();
    late = openBackfill({ book, desk, clock, log: silentLog(), seasons: undefined, speed: 1, told: () => undefined });
    for (const one of away) hear(one);
    expect(moves()).toHaveLength(2);
  });

  test.each([
    ['all of them', 1, ['clear', 'raise']],
    ['every thirtieth', 30, []],
  ])('let no delay run over what is missing: %s', (_name, every, told) => {
    const { before, away, after } = outage();
    for (const one of [...before, ...after]) hear(one);
    // Below the early limit, which has to hold for a minute.
    const falling = away
      .filter((_, index) => index % every === 0)
      .map((one) => (one.t < start + 12 * minute ? { ...one, v: { pressure_kpa: 350 } } : one));
    for (const one of falling) hear(one);
    expect(desk.journal({ kind: 'alarm', id: 'o2-pre.o2-icu' }).map(({ event }) => event)).toEqual(told);
  });

  test('of a device in maintenance call nobody', () => {
    const { before, away, after } = outage([20, 30]);
    desk.startMaintenance('o2-icu', { id: 'anna' }, { reason: 'valve', until: clock.now() + 60 * minute });
    for (const one of [...before, ...after, ...away]) hear(one);
    expect(moves()).toEqual([]);
  });
});

test('messages are known again by their numbers, in whatever order they came', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  console.info(`SEED=${seed}`);
  const next = random(seed);
  const seen = new SeenMessages();
  const mirror = new Set<number>();
  for (let i = 0; i < 5_000; i++) {
    const number = Math.floor(next() * 1_500);
    expect(seen.add('gw', 'b', number)).toBe(!mirror.has(number));
    mirror.add(number);
  }
  expect(seen.add('gw', 'another', 1)).toBe(true);
});
