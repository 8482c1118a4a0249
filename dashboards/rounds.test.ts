/** A round is due by its plan, seen as missed a quarter of an hour later and never back-dated; what was read stands beside what a person says. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, type Desk, openDatabase, openDesk, openPlant, type Plant, roundState } from '../desk/index.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { type Plan, type PlanItem, planSchema } from '../shared/plant.ts';
import { temporaryFolder } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';
import { LiveCache } from './live/cache.ts';
import { answerOf, lookForRounds, type RoundWatch } from './plant/rounds.ts';

const minute = 60_000;
/** 07:00 in Shanghai. */
const start = Date.UTC(2026, 0, 14, 23);
const site = siteOf({ gw1: [['genset', 'generator']] }).config;
const item: PlanItem = {
  asset: 'genset',
  checks: [{ id: 'clean', title: { zh: '清洁', en: 'Clean' } }],
  readings: [{ id: 'oil', title: { zh: '油压', en: 'Oil' }, quantity: 'pressure_kpa', min: 200 }],
};
const planOf = (when: Plan['when'], more: object = {}): Plan =>
  planSchema.parse({
    ...{ id: 'p', title: { zh: '配电房巡检', en: 'Board room' }, trade: 'electrical', system: 'electricity', items: [item], when },
    ...more,
  });

let folder: ReturnType<typeof temporaryFolder>;
let clock: ManualClock;
let db: Database;
let desk: Desk;
let plant: Plant;
let cache: LiveCache;
let watch: RoundWatch;
beforeEach(() => {
  folder = temporaryFolder('rounds');
  clock = manualClock(start);
  db = openDatabase(join(folder.path, 'operations.db'));
  desk = openDesk({ db, clock });
  plant = openPlant(db);
  cache = new LiveCache('demo', ['genset'], () => clock.now());
  watch = { ...plant, site, cache, desk, clock, log: silentLog() };
});
afterEach(() => {
  desk[Symbol.dispose]();
  db[Symbol.dispose]();
  folder[Symbol.dispose]();
});
const put = (plan: Plan) => plant.plans.put(plan, { who: 'li', at: clock.now() });
const states = () =>
  plant.rounds.list(0, Number.MAX_SAFE_INTEGER).map((one) => [new Date(one.due).toISOString().slice(11, 16), roundState(one)]);
const done = { checks: { clean: { ok: true } }, values: {}, findings: [], ticket: null };

describe('rounds by the calendar', () => {
  it('are there an hour before, and missed from 15 minutes after they were due, to the minute', () => {
    put(planOf({ at: ['08:00'] }));
    lookForRounds(watch);
    expect(states()).toEqual([['00:00', 'due']]);
    clock.advanceSync(75 * minute - 1);
    expect(lookForRounds(watch)).toEqual([]);
    clock.advanceSync(1);
    expect(lookForRounds(watch)).toHaveLength(1);
    expect(lookForRounds(watch)).toEqual([]);
    expect(states()).toEqual([['00:00', 'missed']]);
    expect(desk.tickets()).toMatchObject([{ trade: 'electrical', title: { zh: '巡检漏检：配电房巡检' } }]);
  });

  it('that are done later stay marked as missed, and nobody can date them back', () => {
    put(planOf({ at: ['08:00'] }));
    clock.advanceSync(80 * minute);
    lookForRounds(watch);
    const [round] = plant.rounds.list(0, clock.now());
    clock.advanceSync(minute);
    plant.rounds.answer(round!.id, 'genset', done, { who: 'li', at: clock.now() }, null);
    expect(plant.rounds.get(round!.id)).toMatchObject({ missedAt: start + 80 * minute, doneAt: start + 81 * minute, doneBy: 'li' });
    expect(states()).toEqual([['00:00', 'late']]);
    expect(() => db.run('UPDATE rounds SET missed_at = NULL')).toThrow(/back-dated/);
    expect(() => db.run('UPDATE rounds SET done_at = 1')).toThrow(/back-dated/);
    expect(() => db.run('UPDATE rounds SET due = due + 1')).toThrow(/back-dated/);
    expect(() => db.run('DELETE FROM rounds')).toThrow(/never removed/);
    expect(() => db.run("UPDATE round_answers SET who = 'x'")).toThrow(/never changed/);
  });

  it('that nobody looked for while the platform was off are missed with the time of now; a run of them is one ticket', () => {
    put(planOf({ every_minutes: 60 }));
    clock.advanceSync(5 * 60 * minute + 20 * minute);
    expect(lookForRounds(watch)).toHaveLength(6);
    expect(new Set(plant.rounds.list(0, clock.now()).map(({ missedAt }) => missedAt))).toEqual(new Set([clock.now()]));
    expect(desk.tickets()).toHaveLength(1);
    // The next one is done: the one after it, missed, is a run of its own.
    const [next] = plant.rounds.open();
    plant.rounds.answer(next!.id, 'genset', done, { who: 'li', at: clock.now() }, null);
    clock.advanceSync(120 * minute);
    lookForRounds(watch);
    expect(desk.tickets()).toHaveLength(2);
  });

  it('keep the plan as it was when they were made; one that is stopped makes none', () => {
    put(planOf({ at: ['08:00'] }));
    lookForRounds(watch);
    plant.plans.put(planOf({ at: ['08:00'] }, { state: 'stopped', title: { zh: '新', en: 'New' } }), { who: 'li', at: clock.now() }, 1);
    clock.advanceSync(24 * 60 * minute);
    lookForRounds(watch);
    expect(plant.rounds.list(0, clock.now()).map(({ body }) => body.title.zh)).toEqual(['配电房巡检']);
  });
});

it('a round by run hours is due when the counter says so, once, and counts on from where it was done; an unknown counter makes none', () => {
  const read = (hours: number | null) =>
    cache.devices.get('genset')!.latest.set('run_hours_h', { value: hours, t: clock.now(), quality: hours === null ? 'bad' : 'good' });
  put(planOf({ device: 'genset', run_hours: 250, from_hours: 1_000 }, { grace_minutes: 10_080 }));
  const made: [number | null, number][] = [];
  for (const hours of [1_000, 1_249, null, 1_250, 1_260]) {
    clock.advanceSync(minute);
    read(hours);
    lookForRounds(watch);
    made.push([hours, plant.rounds.list(0, Number.MAX_SAFE_INTEGER).length]);
  }
  expect(made).toEqual([[1_000, 0], [1_249, 0], [null, 0], [1_250, 1], [1_260, 1]]); // biome-ignore format: a table
  plant.rounds.answer(plant.rounds.open()[0]!.id, 'genset', done, { who: 'li', at: clock.now() }, 1_260);
  for (const [hours, rounds] of [
    [1_509, 1],
    [1_510, 2],
  ] as const) {
    // biome-ignore format: a table
    clock.advanceSync(minute);
    read(hours);
    lookForRounds(watch);
    expect(plant.rounds.list(0, Number.MAX_SAFE_INTEGER)).toHaveLength(rounds);
  }
});

describe('an answer', () => {
  const read = { oil: { v: 150, from: 'reading' as const, t: 1, quality: 'good' as const } };
  const ok = { clean: { ok: true } };
  it('confirms what was read, and a value beyond its limit is a finding', () => {
    expect(answerOf(item, { checks: ok, values: { oil: 'as-read' } }, read)).toEqual({ checks: ok, values: read, findings: ['oil'] });
  });
  it('corrects with a reason only, and a correction into the limits hides no bad meter', () => {
    expect(() => answerOf(item, { checks: ok, values: { oil: { v: 250 } } }, read)).toThrow(/values.oil.reason/);
    expect(answerOf(item, { checks: ok, values: { oil: { v: 250, reason: 'gauge on the spot' } } }, read)).toMatchObject({
      values: { oil: { v: 250, from: 'corrected', was: 150, t: 1 } },
      findings: ['oil'],
    });
  });
  it('cannot confirm what was not read, and leaves nothing out; what fails says what is wrong', () => {
    expect(() => answerOf(item, { checks: ok, values: { oil: 'as-read' } }, {})).toThrow(/by eye/);
    expect(() =>
      answerOf(item, { checks: ok, values: { oil: 'as-read' } }, { oil: { v: null, from: 'reading', t: 1, quality: 'bad' } }),
    ).toThrow(/by eye/);
    expect(() => answerOf(item, { checks: ok, values: {} }, read)).toThrow(/values.oil: not answered/);
    expect(() => answerOf(item, { checks: {}, values: { oil: 'as-read' } }, read)).toThrow(/checks.clean: not answered/);
    expect(() => answerOf(item, { checks: { clean: { ok: false } }, values: { oil: 'as-read' } }, read)).toThrow(/say what is wrong/);
    expect(answerOf(item, { checks: { clean: { ok: false, words: 'oil on the floor' } }, values: { oil: { v: 260 } } }, {})).toMatchObject({
      values: { oil: { v: 260, from: 'person' } },
      findings: ['clean'],
    });
  });
});
