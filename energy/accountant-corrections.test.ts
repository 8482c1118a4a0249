/** What people correct is worked through again: live, late and from the beginning give the same with corrections, and taken back they leave no trace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { openStore } from '../ingest/open-store.ts';
import type { Store } from '../ingest/store.ts';
import { systemClock } from '../shared/clock.ts';
import { random as randomFrom } from '../test/random.ts';
import { openAccountant } from './accountant.ts';
import { openSavedStates } from './checkpoints.ts';
import { consumptionOf, edgesOf } from './consumption-of.ts';
import { type CorrectionBody, type Corrections, openCorrections } from './corrections.ts';
import { totalOf } from './counter.ts';
import { countSpan, keptAround } from './given-past.ts';
import type { Meter } from './meters.ts';
import { openSuspects, type Suspects } from './suspects.ts';

const meter = (device: string, more: Partial<Meter> = {}): Meter => ({
  device, medium: 'electricity', measurement: 'electricity', field: 'energy_import_kwh', building: undefined, department: undefined, tenant: undefined, fedBy: undefined, ratedPerHour: undefined, digits: undefined,
  tags: { site: 's', building: undefined, department: undefined, device, gateway: 'g', circuit: undefined }, ...more,
}); // biome-ignore format: a meter
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 2, 1) - 8 * hour;
const zone = 'Asia/Shanghai';
const field = 'energy_import_kwh';

let folder: string;
let store: Store;
let db: Database;
let corrections: Corrections;
let suspects: Suspects;
let now = start;
const clock = { ...systemClock(), now: () => now };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-doctor-'));
  store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 's' });
  db = openDatabase(':memory:');
  corrections = openCorrections(db, clock);
  suspects = openSuspects(db);
  now = start;
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  db[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

type Points = [t: number, v: number][];
const readings = (device: string, points: Points) =>
  store.write(points.map(([t, v]) => ({ measurement: 'electricity' as const, tags: { site: 's', device, gateway: 'g' }, t, fields: { [field]: v } }))); // biome-ignore format: one
const open = (devices: string[], states?: ReturnType<typeof openSavedStates>) =>
  openAccountant({ meters: devices.map((device) => meter(device)), store, clock, timezone: zone, corrections, suspects, states });
const correct = (device: string, t: number, body: CorrectionBody) =>
  corrections.add({ device, quantity: field, t, body, reason: 'test' }, 'li');
const quarters = async (device: string, from: number, to: number) =>
  (await consumptionOf(store, [meter(device)], edgesOf('15m', zone, from, to))).map(({ value, manual, estimated, unknown }) =>
    [value, manual, estimated, unknown].map((one) => (one === null ? null : Number(one.toFixed(6)))),
  );
const sum = (rows: (number | null)[][]) => rows.reduce((total, [value]) => total + (value ?? 0), 0);

/** Every five minutes, a jump on the third day, a reset on the fifth, a gap of seven hours, an exchange on the seventh. */
function history(seed: number) {
  const random = randomFrom(seed);
  const points: Points = [];
  let v = 1_000;
  const at = (days: number, hours: number) => start + days * day + hours * hour;
  const moments = { jump: at(2, 5), reset: at(4, 6), gapFrom: at(5, 3), gapTo: at(5, 10), swap: at(6, 9) };
  for (let t = start; t <= start + 9 * day; t += 5 * minute) {
    v += Math.round(1_000 * random()) / 200;
    if (t === moments.jump) v += 4_000;
    if (t === moments.reset) v = 2;
    if (t === moments.swap) v = 7_000;
    if (t > moments.gapFrom && t < moments.gapTo) continue;
    points.push([t, Math.round(v * 100) / 100]);
  }
  return { points, moments };
}

describe('corrections and the accountant', () => {
  test.each([11])(
    'live, late and from the beginning are the same with corrections; taken back they leave the old figures (seed %i)',
    async (seed) => {
      const { points, moments } = history(seed);
      const all = open(['live', 'late']);
      const lateFrom = start + 3 * day + 2 * hour;
      const isLate = ([t]: [number, number]) => t >= lateFrom && t < lateFrom + 4 * hour;
      for (let hours = 0; hours < 9 * 24; hours += 6) {
        const part = points.filter(([t]) => t >= start + hours * hour && t < start + (hours + 6) * hour);
        await readings('live', part);
        await readings(
          'late',
          part.filter((one) => !isLate(one)),
        );
        now = start + (hours + 6) * hour - minute;
        await all.work();
      }
      const end = start + 8 * day;
      const before = await quarters('live', start, end);
      const asked = suspects.list({ device: 'live' }).map(({ verdict }) => verdict);
      expect(asked).toEqual(expect.arrayContaining(['jump', 'reset', 'gap']));
      const made = (device: string) => [
        correct(device, moments.jump, { kind: 'decision', verdict: 'accept' }),
        correct(device, moments.reset, { kind: 'decision', verdict: 'split' }),
        correct(device, moments.gapFrom + 3 * hour, { kind: 'reading', value: valueAt(points, moments.gapFrom) + 10 }),
        correct(device, moments.swap, { kind: 'swap', final: valueAt(points, moments.swap - 5 * minute) + 20, first: 6_999 }),
      ];
      const undone = made('live');
      made('late');
      await readings('late', points.filter(isLate)); // biome-ignore format: one
      all.heard('late', lateFrom);
      await all.work();
      await readings('whole', points);
      made('whole');
      await open(['whole']).work();
      const whole = await quarters('whole', start, end);
      expect(await quarters('live', start, end), 'live').toEqual(whole);
      expect(await quarters('late', start, end), 'late').toEqual(whole);
      expect(sum(whole)).toBeGreaterThan(sum(before) + 3_500);
      expect(whole.some(([, manual]) => (manual ?? 0) > 0)).toBe(true);
      expect(suspects.list({ device: 'live' }).map(({ verdict, to }) => [verdict, to])).toEqual(
        suspects.list({ device: 'whole' }).map(({ verdict, to }) => [verdict, to]),
      );
      for (const { id } of undone) corrections.undo(id, 'wang', 'all wrong');
      await all.work();
      expect(await quarters('live', start, end), 'taken back').toEqual(before);
    },
    240_000,
  );

  test('a restart goes on as if there had been none, and takes in what was corrected meanwhile', async () => {
    const { points, moments } = history(13);
    const states = openSavedStates(join(folder, 'states'));
    const half = points.findIndex(([t]) => t > start + 6 * day);
    await readings('m', points.slice(0, half));
    now = points[half - 1]![0] + minute;
    const first = open(['m'], states);
    await first.work();
    first.save();
    correct('m', moments.jump, { kind: 'decision', verdict: 'accept' });
    await readings('m', points.slice(half));
    now = start + 9 * day + hour;
    await open(['m'], states).work();
    await readings('whole', points);
    correct('whole', moments.jump, { kind: 'decision', verdict: 'accept' });
    await open(['whole']).work();
    expect(await quarters('m', start, start + 8 * day)).toEqual(await quarters('whole', start, start + 8 * day));
  }, 240_000);

  test('one late reading of a meter that is read each ten seconds costs a small part of the whole', async () => {
    const points: Points = Array.from({ length: 6 * 8_640 }, (_, i) => [start + i * 10_000, 1_000 + Math.round(i) / 50]);
    const late = points.findIndex(([t]) => t >= start + 5 * day + 9 * hour);
    // Ten minutes are missing: their quarter hour is estimated until one reading of them comes.
    const missing = points.slice(late, late + 60);
    await readings('m', points.filter((one) => !missing.includes(one))); // biome-ignore format: one
    now = start + 6 * day;
    const account = open(['m']);
    const read = vi.spyOn(store, 'series');
    /** Works, and says how many readings it had to look at. */
    const worked = async () => {
      read.mockClear();
      await account.work();
      const answers = await Promise.all(read.mock.results.map(({ value }) => value as ReturnType<Store['series']>));
      return answers.reduce((rows, points) => rows + points.length, 0);
    };
    const whole = await worked();
    expect(whole).toBeGreaterThan(points.length - missing.length);
    await readings('m', missing.slice(20, 21));
    account.heard('m', missing[20]![0]);
    const part = await worked();
    expect(part).toBeGreaterThan(0);
    expect(part, `readings; the whole took ${whole}`).toBeLessThan(whole / 3);
    await readings('whole', [...points.filter((one) => !missing.includes(one)), missing[20]!].sort((x, y) => x[0] - y[0])); // biome-ignore format: one
    await open(['whole']).work();
    expect(await quarters('m', start, start + 142 * hour)).toEqual(await quarters('whole', start, start + 142 * hour));
  }, 240_000);

  describe('a past that was given and not counted here', () => {
    const given = start + 9 * day;
    const tags = { site: 's', gateway: 'g', medium: 'electricity' as const };
    const step = 15 * minute;
    const jump = start + 3 * day + 5 * hour;
    /** Three a quarter hour; where readings are kept, what the engine makes of them: nothing for the jump. */
    const past = (device: string) =>
      store.write(Array.from({ length: 9 * 96 }, (_, i) => ({ measurement: 'consumption' as const, tags: { ...tags, device }, t: start + i * step, fields: { value: start + i * step === jump - step ? 0 : 3 } }))); // biome-ignore format: one
    const keptFrom = start + 2 * day;
    const keptTo = start + 5 * day;
    const kept = (device: string, which: (t: number) => boolean = () => true) =>
      readings(device, Array.from({ length: 3 * 96 + 1 }, (_, i): [number, number] => [keptFrom + i * step, 10 + 3 * i + (keptFrom + i * step >= jump ? 1_000 : 0)]).filter(([t]) => which(t))); // biome-ignore format: one
    const doubted = { verdict: 'jump' as const, from: jump - step, to: jump, a: 10 + 3 * 115, b: 10 + 3 * 116 + 1_000, delta: 0 };
    const doubt = (device: string) => suspects.replace(device, field, Number.POSITIVE_INFINITY, [{ ...doubted }]);
    const openGiven = (devices: string[], states?: ReturnType<typeof openSavedStates>, written?: (from: number, to: number) => void) =>
      openAccountant({ meters: devices.map((device) => meter(device)), store, clock, timezone: zone, corrections, suspects, states, givenUntil: () => given, ...(written ? { written } : {}) }); // biome-ignore format: one
    const living = (device: string, days: number) =>
      readings(device, Array.from({ length: days * 288 }, (_, i): [number, number] => [given + i * 5 * minute, 9_000 + i])); // biome-ignore format: one
    const of = (device: string) => suspects.list({ device, to: given }).map(({ device: _, quantity: __, ...one }) => one);
    const accept: CorrectionBody = { kind: 'decision', verdict: 'accept' };

    test('is counted again where its readings are kept and nowhere else, and as it was when that is taken back', async () => {
      await past('m');
      await kept('m');
      doubt('m');
      await living('m', 2);
      now = given + day;
      const spans: [number, number][] = [];
      const accountant = openGiven(['m'], undefined, (from, to) => spans.push([from, to]));
      await accountant.work();
      const before = await quarters('m', start, given);
      expect(sum(before)).toBe(9 * 96 * 3 - 3);
      // Without readings around them: no figure changes.
      correct('m', start + day, { kind: 'swap', final: 50, first: 0 });
      correct('m', start + 7 * day, accept);
      now = given + 1.2 * day;
      await accountant.work();
      expect(await quarters('m', start, given)).toEqual(before);
      expect(of('m')).toEqual([doubted]);

      spans.length = 0;
      const decided = correct('m', jump, accept);
      now = given + 1.3 * day;
      await accountant.work();
      const after = await quarters('m', start, given);
      const at = (jump - step - start) / step;
      expect(after[at]).toEqual([1_003, 0, 0, 1_003]);
      expect(after.filter((_, i) => i !== at)).toEqual(before.filter((_, i) => i !== at));
      expect(spans[0]).toEqual([jump - step, jump]);
      expect(of('m')).toEqual([{ ...doubted, verdict: 'accepted', delta: 1_003 }]);
      // What is measured, estimated, by hand and unknown together is last − first of the segments.
      const span = await keptAround(store, meter('m'), jump, given);
      expect(span).toMatchObject({ from: keptFrom, to: keptTo });
      const { segments } = countSpan(span!, corrections.of('m', field), { timezone: zone });
      expect(segments.map(({ first, last }) => [first, last])).toEqual([[10, 10 + 3 * 288 + 1_000]]);
      expect(sum(await quarters('m', keptFrom, keptTo))).toBeCloseTo(totalOf(segments), 6);

      corrections.undo(decided.id, 'wang', 'was a slip');
      now = given + 1.4 * day;
      await accountant.work();
      expect(await quarters('m', start, given)).toEqual(before);
      expect(of('m')).toEqual([doubted]);
      expect(sum(await quarters('m', keptFrom, keptTo))).toBeCloseTo(totalOf(countSpan(span!, corrections.of('m', field), { timezone: zone }).segments), 6); // biome-ignore format: one
      // What is counted here follows decisions of its own time, and leaves the doubt of before alone.
      correct('m', given + 12 * hour, { kind: 'decision', verdict: 'split' });
      now = given + 2 * day;
      await accountant.work();
      expect(await quarters('m', start, given)).toEqual(before);
      expect(of('m')).toEqual([doubted]);
      expect(sum(await quarters('m', given, given + 24 * hour))).toBeLessThan(288);
      expect(sum(await quarters('m', given, given + 24 * hour))).toBeGreaterThan(284);
    });

    test('comes out the same live, with readings that come late, after a restart and from the beginning', async () => {
      const late = (t: number) => t >= jump + 2 * hour && t < jump + 2.75 * hour;
      for (const device of ['live', 'late', 'again', 'whole']) {
        await past(device);
        await kept(device, (t) => device !== 'late' || !late(t));
        doubt(device);
        await living(device, 1);
      }
      now = given + 12 * hour;
      const states = openSavedStates(join(folder, 'states'));
      const running = openGiven(['live', 'late']);
      const stopped = openGiven(['again'], states);
      await running.work();
      await stopped.work();
      stopped.save();
      const decide = (device: string) => [
        correct(device, jump, accept),
        correct(device, jump + day, { kind: 'decision', verdict: 'split' }),
      ];
      const made = ['live', 'late', 'again', 'whole'].flatMap(decide);
      now = given + 13 * hour;
      await running.work();
      expect(await quarters('late', start, given)).toHaveLength(9 * 96);
      await kept('late', late);
      running.heard('late', jump + 2 * hour);
      await running.work('late');
      await openGiven(['again'], states).work();
      await openGiven(['whole']).work();
      const whole = await quarters('whole', start, given);
      // The decision adds the step, the other takes one quarter hour away.
      expect(sum(whole)).toBe(9 * 96 * 3 + 1_000 - 3);
      for (const device of ['live', 'late', 'again']) expect(await quarters(device, start, given), device).toEqual(whole);
      const [, ...others] = ['whole', 'live', 'late', 'again'].map(of);
      for (const one of others) expect(one).toEqual(of('whole'));
      for (const { id } of made) corrections.undo(id, 'wang', 'all wrong');
      await openGiven(['live', 'late', 'again', 'whole']).work();
      for (const device of ['live', 'late', 'again', 'whole']) {
        expect(sum(await quarters(device, start, given)), device).toBe(9 * 96 * 3 - 3);
        expect(of(device), device).toEqual([doubted]);
      }
    });
  });

  test('a store that fails in the middle leaves nothing out, also not of a correction', async () => {
    const { points, moments } = history(14);
    await readings('m', points);
    await readings('whole', points);
    now = start + 9 * day + hour;
    let failing = false;
    let calls = 0;
    const flaky: Pick<Store, 'series' | 'write'> = {
      series: (query) => store.series(query),
      write: async (batch) => {
        if (failing && ++calls % 2 === 0) throw new Error('no space left');
        return store.write(batch);
      },
    };
    const account = openAccountant({ meters: [meter('m')], store: flaky, clock, timezone: zone, corrections, suspects });
    const persist = async () => {
      for (let tries = 0; tries < 20; tries++) {
        failing = tries < 3;
        await account.work().catch(() => undefined);
      }
    };
    const same = async () => expect(await quarters('m', start, start + 8 * day)).toEqual(await quarters('whole', start, start + 8 * day));
    await persist();
    const clean = open(['whole']);
    await clean.work();
    await same();
    for (const device of ['m', 'whole']) correct(device, moments.jump, { kind: 'decision', verdict: 'accept' });
    await persist();
    await clean.work();
    await same();
  }, 240_000);

  test('a meter that nobody reads but people: by hand once a month; the last reading taken back leaves nothing known', async () => {
    now = start + 70 * day;
    const account = open(['hand']);
    for (const [days, value] of [[0, 100], [31, 410]] as const) correct('hand', start + days * day, { kind: 'reading', value }); // biome-ignore format: one
    await account.work();
    const [first, second] = await consumptionOf(store, [meter('hand')], edgesOf('1mo', zone, start, start + 60 * day));
    expect(first).toMatchObject({ coverage: 1, measured: 0 });
    expect(first?.value).toBeCloseTo(310, 6);
    expect(first?.manual).toBeCloseTo(310, 6);
    expect(second?.value).toBeNull();
    const { id } = correct('hand', start + 60 * day, { kind: 'reading', value: 700 });
    await account.work();
    const month = async () => (await consumptionOf(store, [meter('hand')], edgesOf('1mo', zone, start + 31 * day, start + 60 * day)))[0];
    expect((await month())?.value).toBeCloseTo(290, 1);
    corrections.undo(id, 'li', 'misread');
    await account.work();
    expect(await month()).toMatchObject({ value: null, coverage: 0 });
    correct('hand', start + 60 * day, { kind: 'reading', value: 600 });
    await account.work();
    expect((await month())?.value).toBeCloseTo(190, 1);
  });
});

const valueAt = (points: Points, t: number) => points.findLast(([at]) => at <= t)?.[1] as number;
