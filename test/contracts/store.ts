/** What every store must do. `storeContract` runs the same tests against each; see store.*.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../ingest/open-store.ts';
import type { ScanRow, Store, StorePoint, Tags } from '../../ingest/store.ts';
import { isFault } from '../../shared/errors.ts';

export interface StoreBench extends AsyncDisposable {
  /** The URL of a store that exists and is empty. A new one at each call. */
  fresh(): Promise<string>;
  /** What a store does not do, with the reason; the test is skipped by name. */
  without?: Partial<Record<'retention' | 'denied', string>>;
  /** URL of a store that nobody serves. */
  away: string;
  /** URL of a store that refuses our credentials. */
  denied?: string;
}

const minuteMs = 60_000;
const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 15, 8);
const tagsOf = (device: string, more: Partial<Tags> = {}): Tags => ({
  site: 'demo', building: 'main', department: 'icu', device, gateway: 'gw-1', ...more,
}); // biome-ignore format: a table
const point = (device: string, t: number, fields: Record<string, number>, more: Partial<Tags> = {}): StorePoint => ({
  measurement: 'electricity',
  tags: tagsOf(device, more),
  t,
  fields,
});
const power = 'active_power_kw';
const ask = (device: string, from: number, to: number, more: object = {}) => ({
  measurement: 'electricity' as const, device, field: power, from, to, ...more,
}); // biome-ignore format: a table
const collect = async (rows: AsyncIterable<ScanRow>) => {
  const all: ScanRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

export function storeContract(name: string, setUp: () => Promise<StoreBench>): void {
  describe(`the store contract: ${name}`, () => {
    let bench: StoreBench;
    beforeAll(async () => {
      bench = await setUp();
    });
    afterAll(() => bench?.[Symbol.asyncDispose]());
    const open = (url: string) => openStore({ url, site: 'demo' });
    const withStore = async (work: (store: Store, url: string) => Promise<void>) => {
      const url = await bench.fresh();
      await using store = await open(url);
      await work(store, url);
    };

    test('a reading that is written twice is one reading; another value at the same time replaces it', () =>
      withStore(async (store) => {
        expect(await store.write([point('m1', start, { [power]: 5 })])).toEqual([]);
        await store.write([point('m1', start, { [power]: 5 }), point('m1', start, { [power]: 5 })]);
        expect(await store.series(ask('m1', start, start + 1))).toEqual([[start, 5]]);
        await store.write([point('m1', start, { [power]: 6 })]);
        expect(await store.series(ask('m1', start, start + 1))).toEqual([[start, 6]]);
        expect(await store.series(ask('m1', start, start + hour, { every: hour, aggregate: 'count' }))).toEqual([[start, 1]]);
      }));

    test('a history at equal distance is there as days add it up, with holes and twice the same; what is kept shorter as its hours', () =>
      withStore(async (store) => {
        const from = Date.UTC(2025, 2, 10);
        const values = Float64Array.from({ length: 6 * 96 }, (_, i) => (i === 5 || (i >= 96 && i < 192) ? Number.NaN : i / 4));
        const history = (measurement: 'consumption' | 'environment', field: string) =>
          ({ measurement, tags: tagsOf('m1'), field, from, everyMs: 15 * minuteMs, values }) as const;
        for (let times = 0; times < 2; times++)
          await store.writeEven?.([history('consumption', 'value'), history('environment', 'outdoor_temp_c')]);
        const sum = (begin: number, end: number) => values.slice(begin, end).reduce((all, one) => all + (Number.isNaN(one) ? 0 : one), 0);
        const asked = { device: 'm1', from, to: from + 6 * day, every: day } as const;
        const days = await store.series({ ...asked, measurement: 'consumption', field: 'value', aggregate: 'sum' });
        expect(days.map(([, value]) => value)).toEqual([sum(0, 96), null, sum(192, 288), sum(288, 384), sum(384, 480), sum(480, 576)]);
        const counts = await store.series({ ...asked, measurement: 'consumption', field: 'value', aggregate: 'count' });
        expect(counts.map(([, value]) => value)).toEqual([95, null, 96, 96, 96, 96]);
        const means = await store.series({ ...asked, measurement: 'environment', field: 'outdoor_temp_c', aggregate: 'mean' });
        expect(means[0]?.[1]).toBeCloseTo(sum(0, 96) / 95, 9);
        expect(means[1]?.[1]).toBeNull();
        const hours = await store.series({ ...asked, every: hour, measurement: 'environment', field: 'outdoor_temp_c', aggregate: 'last' });
        expect(hours.slice(0, 3).map(([, value]) => value)).toEqual([3 / 4, 7 / 4, 11 / 4]);
      }));

    test('another field at the same time is added', () =>
      withStore(async (store) => {
        await store.write([point('m1', start, { [power]: 5 })]);
        await store.write([point('m1', start, { frequency_hz: 50 })]);
        expect(await store.series(ask('m1', start, start + 1))).toEqual([[start, 5]]);
        expect(await store.series({ ...ask('m1', start, start + 1), field: 'frequency_hz' })).toEqual([[start, 50]]);
      }));

    test('points come back in time order however they were written, from inclusive, to exclusive', () =>
      withStore(async (store) => {
        const order = [3, 0, 4, 1, 2];
        for (const i of order) await store.write([point('m1', start + i * 1000, { [power]: i })]);
        expect(await store.series(ask('m1', start + 1000, start + 4000))).toEqual([1, 2, 3].map((i) => [start + i * 1000, i]));
        expect(await store.series(ask('m1', start + 1, start + 1000))).toEqual([]);
      }));

    test('buckets are aligned to the epoch, empty ones are null, the edges hold only what was asked for', () =>
      withStore(async (store) => {
        const minute = 60_000;
        await store.write([0, 10, 20, 130, 140].map((s) => point('m1', start + s * 1000, { [power]: s })));
        const query = ask('m1', start + 10_000, start + 4 * minute - 1, { every: minute });
        const at = (i: number) => start + i * minute;
        expect(await store.series({ ...query, aggregate: 'mean' })).toEqual([[at(0), 15], [at(1), null], [at(2), 135], [at(3), null]]);
        for (const [aggregate, first, third] of [['min', 10, 130], ['max', 20, 140], ['first', 10, 130], ['last', 20, 140], ['sum', 30, 270], ['count', 2, 2]] as const) {
          expect(await store.series({ ...query, aggregate }), aggregate).toEqual([[at(0), first], [at(1), null], [at(2), third], [at(3), null]]);
        }
        expect(await store.series(ask('m1', start, start, { every: minute }))).toEqual([]);
      })); // biome-ignore format: a table

    test('hours and days come out the same whether they are rolled up or not, and after late data', () =>
      withStore(async (store) => {
        const value = (i: number) => ((i * 7919) % 1000) / 8 - 30;
        const times = Array.from({ length: 60 * 24 * 4 }, (_, i) => start - (start % day) + i * minuteMs + 1234);
        const [from, to] = [start - (start % day), start - (start % day) + 4 * day];
        const all = times.map((t, i) => ({ t, v: value(i) }));
        const late = all.filter((_, i) => i % 97 === 5);
        const inTime = all.filter((_, i) => i % 97 !== 5);
        const wanted = (have: typeof all, every: number, aggregate: string, lower = from) =>
          Array.from({ length: Math.ceil((to - lower) / every) }, (_, b) => {
            const inside = have.filter(({ t }) => t >= lower + b * every && t < Math.min(to, lower + (b + 1) * every)).map(({ v }) => v);
            if (inside.length === 0) return null;
            const sum = inside.reduce((a, v) => a + v, 0);
            const results: Record<string, number> = {
              mean: sum / inside.length, sum, count: inside.length, min: Math.min(...inside), max: Math.max(...inside),
              first: inside[0] as number, last: inside.at(-1) as number,
            }; // biome-ignore format: a table
            return results[aggregate] as number;
          });
        const check = async (have: typeof all) => {
          for (const every of [hour, day]) {
            for (const aggregate of ['mean', 'min', 'max', 'first', 'last', 'sum', 'count'] as const) {
              const found = (await store.series(ask('m1', from, to, { every, aggregate }))).map(([, v]) => v);
              const expected = wanted(have, every, aggregate);
              expect(found.length).toBe(expected.length);
              found.forEach((v, i) => {
                if (expected[i] === null) expect(v).toBe(null);
                else
                  expect(Math.abs((v as number) - (expected[i] as number)), `${aggregate} ${every} bucket ${i}`).toBeLessThan(1e-9 * 1e4);
              });
            }
          }
        };
        const points = (list: typeof all) => list.map(({ t, v }) => point('m1', t, { [power]: v }));
        await store.write(points(inTime));
        await check(inTime);
        await store.write(points(late));
        await check(all);
        // A range that starts and ends inside an hour.
        const cut = { from: from + 20 * 60_000, to: from + 3 * hour + 40 * 60_000 };
        const found = await store.series(ask('m1', cut.from, cut.to, { every: hour, aggregate: 'count' }));
        expect(found).toEqual([[from, 40], [from + hour, 60], [from + 2 * hour, 60], [from + 3 * hour, 40]]); // biome-ignore format: a table
      }));

    test('an offset moves the buckets, so that a day is a local day in any time zone', () =>
      withStore(async (store) => {
        // Midnight in Shanghai is 16:00 UTC, in Kathmandu (UTC+5:45) 18:15 UTC of the day before.
        const midnight = Date.UTC(2026, 0, 14, 16);
        const nepal = Date.UTC(2026, 0, 14, 18, 15);
        await store.write([midnight - 1000, midnight, nepal - 1000, nepal, midnight + day - 1].map((t) => point('m1', t, { [power]: 1 })));
        const counts = (offset: number, from: number) =>
          store.series(ask('m1', from, from + day, { every: day, offset, aggregate: 'count' }));
        expect(await counts(16 * hour, midnight)).toEqual([[midnight, 4]]);
        expect(await counts(-8 * hour, midnight)).toEqual([[midnight, 4]]);
        expect(await counts(18.25 * hour, nepal)).toEqual([[nepal, 2]]);
        expect(await counts(-5.75 * hour, nepal)).toEqual([[nepal, 2]]);
      }));

    test('refused points are named with a reason and all others are in', () =>
      withStore(async (store) => {
        const refused = await store.write([
          point('m1', start, { [power]: 1 }),
          point('m1', start + 1000, { [power]: Number.NaN }),
          point('m1', start + 2000, {}),
          point('m1', start + 3000.5, { [power]: 3 }),
          point('m1', start + 4000, { [power]: Number.POSITIVE_INFINITY, frequency_hz: 50 }),
          point('', start + 5000, { [power]: 5 }),
          point('m1', start + 6000, { [power]: 6 }),
        ]);
        expect(refused.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
        for (const { reason } of refused) expect(reason).not.toBe('');
        expect(await store.series(ask('m1', start, start + 9000))).toEqual([[start, 1], [start + 6000, 6]]); // biome-ignore format: a table
      }));

    test('a whole number stays a float: whole and broken numbers mix without a conflict', () =>
      withStore(async (store) => {
        const values = [5, 5.5, 0, -3, 1e21, 1e-9, -0.1, 2 ** 53, 123456789.125, 1.7976931348623157e308, 5e-324];
        expect(await store.write(values.map((value, i) => point('m1', start + i * 1000, { [power]: value })))).toEqual([]);
        expect((await store.series(ask('m1', start, start + hour))).map(([, value]) => value)).toEqual(values);
        const many = Array.from({ length: 20_000 }, (_, i) => point('m2', start + i, { [power]: i % 2 === 0 ? i : i + 0.5 }));
        expect(await store.write(many)).toEqual([]);
        const found = await store.series(ask('m2', start, start + hour));
        expect(found.length).toBe(20_000);
        expect(found[10_001]).toEqual([start + 10_001, 10_001.5]);
      }));

    test('odd names in tags and fields come back as they were', () =>
      withStore(async (store) => {
        const odd = [
          'a b',
          'c,d',
          'e=f',
          'g"h',
          "i'j",
          '电表 1号',
          'back\\slash',
          'per%cent',
          'semi;colon',
          '/regex/',
          'per\\q',
          '氧气 "A", 1=2',
        ];
        for (const name of odd) {
          await store.write([point(name, start, { [name]: 7 }, { circuit: name, department: name })]);
          expect(await store.series({ ...ask(name, start, start + 1), field: name }), name).toEqual([[start, 7]]);
        }
        const newest = await store.newest();
        expect(newest.map(({ device }) => device).sort()).toEqual([...odd].sort());
        expect(await store.newest([odd[3] as string])).toEqual([{ device: odd[3], field: odd[3], t: start, value: 7 }]);
      }));

    test('names that line protocol cannot carry are refused, whatever the store', () =>
      withStore(async (store) => {
        const odd = ['line\nbreak', 'ends with\\', 'a\\,b', 'a\\ b', 'nul\0'];
        const points = odd.flatMap((name) => [
          point('m1', start, { [power]: 1, [name]: 2 }),
          point('m1', start, { [power]: 1 }, { circuit: name }),
        ]);
        expect((await store.write(points)).map(({ index }) => index)).toEqual(points.map((_, index) => index));
        expect(await store.newest()).toEqual([]);
      }));

    test('a device that moves keeps its history', () =>
      withStore(async (store) => {
        await store.write([point('m1', start, { [power]: 1 })]);
        await store.write([point('m1', start + 1000, { [power]: 2 }, { department: 'ward-3', gateway: 'gw-2', circuit: 'F7' })]);
        await store.write([point('m1', start + 2000, { [power]: 3 })]);
        const all = [[start, 1], [start + 1000, 2], [start + 2000, 3]]; // biome-ignore format: a table
        expect(await store.series(ask('m1', start, start + hour))).toEqual(all);
        expect(await store.series(ask('m1', start, start + hour, { every: hour }))).toEqual([[start, 2]]);
        expect(await store.newest(['m1'])).toEqual([{ device: 'm1', field: power, t: start + 2000, value: 3 }]);
        expect(
          (await collect(store.scan({ series: [{ measurement: 'electricity', device: 'm1' }], from: start, to: start + hour }))).map(
            ({ value }) => value,
          ),
        ).toEqual([1, 2, 3]);
      }));

    test('an empty store answers with nothing', () =>
      withStore(async (store) => {
        await store.check();
        expect(await store.write([])).toEqual([]);
        expect(await store.series(ask('m1', start, start + hour))).toEqual([]);
        expect(await store.series(ask('m1', start, start + hour, { every: hour / 2 }))).toEqual([[start, null], [start + hour / 2, null]]); // biome-ignore format: a table
        expect(await store.newest()).toEqual([]);
        expect(await store.newest([])).toEqual([]);
        expect(await store.seriesMany([])).toEqual([]);
        expect(await collect(store.scan({ series: [{ measurement: 'water', device: 'x' }], from: 0, to: start }))).toEqual([]);
      }));

    test('several series come in the order of the questions', () =>
      withStore(async (store) => {
        await store.write(['a', 'b', 'c'].map((device, i) => point(device, start, { [power]: i, frequency_hz: 50 + i })));
        const queries = [
          ask('c', start, start + 1),
          ask('missing', start, start + 1),
          { ...ask('a', start, start + 1), field: 'frequency_hz' },
          ask('b', start, start + hour, { every: hour }),
        ];
        expect(await store.seriesMany(queries)).toEqual([[[start, 2]], [], [[start, 50]], [[start, 1]]]);
      }));

    test('never more points than asked: the limit is an error that says so', () =>
      withStore(async (store) => {
        await store.write(Array.from({ length: 11 }, (_, i) => point('m1', start + i * 1000, { [power]: i })));
        expect((await store.series(ask('m1', start, start + hour, { limit: 11 }))).length).toBe(11);
        await expect(store.series(ask('m1', start, start + hour, { limit: 10 }))).rejects.toSatisfy((error) =>
          isFault(error, 'store/query'),
        );
        await expect(store.series(ask('m1', start, start + hour, { every: 1000, limit: 3599 }))).rejects.toThrow(/3600/);
        await expect(store.series(ask('m1', start, start + hour, { every: 0 }))).rejects.toSatisfy((error) =>
          isFault(error, 'store/query'),
        );
      }));

    test('newest names the last value of every field', () =>
      withStore(async (store) => {
        await store.write([
          point('a', start + 2000, { [power]: 2 }),
          point('a', start, { [power]: 0, frequency_hz: 50 }),
          point('b', start + 1000, { [power]: 1 }),
        ]);
        await store.write([{ ...point('a', start + 500, { online: 1 }), measurement: 'device_status' }]);
        const sorted = (list: { device: string; field: string }[]) =>
          [...list].sort((x, y) => `${x.device} ${x.field}`.localeCompare(`${y.device} ${y.field}`));
        const a = [
          { device: 'a', field: power, t: start + 2000, value: 2 },
          { device: 'a', field: 'frequency_hz', t: start, value: 50 },
          { device: 'a', field: 'online', t: start + 500, value: 1 },
        ];
        const b = { device: 'b', field: power, t: start + 1000, value: 1 };
        expect(sorted(await store.newest())).toEqual([...a, b]);
        expect(sorted(await store.newest(['a']))).toEqual(a);
        expect(await store.newest(['b', 'nobody'])).toEqual([b]);
      }));

    test('moves of alarms: one series for each rule and transition of a device, added to, apart from the readings', () =>
      withStore(async (store) => {
        const move = (rule: string, transition: string, t: number, fields: Record<string, number>): StorePoint => ({
          measurement: 'alarm_transition',
          tags: {
            ...tagsOf('o2'),
            system: 'oxygen',
            rule,
            priority: 'critical',
            transition,
            title_zh: '氧气压力低',
            title_en: 'Low, very',
          },
          t,
          fields,
        });
        const read = (rule: string, transition: string, field: string) =>
          store.series({ measurement: 'alarm_transition', device: 'o2', alarm: { rule, transition }, field, from: start, to: start + day });
        await store.write([point('o2', start, { [power]: 5 })]);
        const moves = [
          move('A', 'raised', start, { open: 1, returned_at_ms: 0, value: 7.5 }),
          move('B', 'raised', start, { open: 1, returned_at_ms: 0 }),
          move('A', 'returned', start + hour, { open: 0 }),
        ];
        expect(await store.write(moves)).toEqual([]);
        expect(await store.write(moves)).toEqual([]);
        expect(await store.write([move('A', 'raised', start, { returned_at_ms: start + hour })])).toEqual([]);
        expect(await read('A', 'raised', 'returned_at_ms')).toEqual([[start, start + hour]]);
        expect(await read('A', 'raised', 'value')).toEqual([[start, 7.5]]);
        expect(await read('B', 'raised', 'returned_at_ms')).toEqual([[start, 0]]);
        expect(await read('A', 'returned', 'open')).toEqual([[start + hour, 0]]);
        expect(await read('B', 'returned', 'open')).toEqual([]);
        expect(await store.newest()).toEqual([{ device: 'o2', field: power, t: start, value: 5 }]);
      }));

    test('a scan gives every row once, in time order, over all its series', () =>
      withStore(async (store) => {
        const steps = 3000;
        const points = Array.from({ length: steps }, (_, i) =>
          ['a', 'b', 'c'].map((device) => point(device, start + i * 20_000, { [power]: i, frequency_hz: 50 })),
        ).flat();
        for (let i = 0; i < points.length; i += 3000) await store.write(points.slice(i, i + 3000));
        const query = {
          series: [
            { measurement: 'electricity' as const, device: 'a' },
            { measurement: 'electricity' as const, device: 'c', fields: [power] },
          ],
          from: start,
          to: start + (steps - 10) * 20_000,
        };
        const rows = await collect(store.scan(query));
        expect(rows.length).toBe((steps - 10) * 3);
        expect(rows.every((row, i) => i === 0 || row.t >= (rows[i - 1] as ScanRow).t)).toBe(true);
        expect(new Set(rows.map((row) => `${row.device} ${row.field} ${row.t}`)).size).toBe(rows.length);
        expect(rows.filter((row) => row.device === 'c').every((row) => row.field === power && row.value === (row.t - start) / 20_000)).toBe(
          true,
        );
        const blocks = store.scanBlocks?.(query);
        if (!blocks) return;
        let next = 0;
        for await (const { keys, key, t, value, count } of blocks) {
          for (let i = 0; i < count; i++) {
            const row = rows[next++] as ScanRow;
            const name = keys[key[i] as number];
            if (t[i] !== row.t || value[i] !== row.value || name?.device !== row.device || name?.field !== row.field)
              throw new Error(`row ${next - 1} differs`);
          }
        }
        expect(next).toBe(rows.length);
      }));

    test('a reader sees what another has written, also after a restart', async () => {
      const url = await bench.fresh();
      const writer = await open(url);
      const reader = await open(url);
      await writer.write([point('m1', start, { [power]: 1 })]);
      expect(await reader.series(ask('m1', start, start + 1))).toEqual([[start, 1]]);
      const second = await open(url);
      await Promise.all([writer.write([point('m1', start + 1, { [power]: 2 })]), second.write([point('m1', start + 2, { [power]: 3 })])]);
      expect((await reader.series(ask('m1', start, start + 10))).length).toBe(3);
      await Promise.all([writer, reader, second].map((store) => store[Symbol.asyncDispose]()));
      await using again = await open(url);
      expect(await again.newest()).toEqual([{ device: 'm1', field: power, t: start + 2, value: 3 }]);
      expect(await again.write([point('m1', start + 3, { [power]: 4 })])).toEqual([]);
      expect((await again.series(ask('m1', start, start + 10))).length).toBe(4);
    });

    test('closing twice is fine, and a closed store says that it is unavailable', async () => {
      const store = await open(await bench.fresh());
      await store.write([point('m1', start, { [power]: 1 })]);
      await store[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await expect(store.write([point('m1', start, { [power]: 1 })])).rejects.toSatisfy((error) => isFault(error, 'store/unavailable'));
      await expect(store.newest()).rejects.toSatisfy((error) => isFault(error, 'store/unavailable'));
    });

    test('a store that is away can be opened, and every call says that it is unavailable and worth another try', async () => {
      await using store = await open(bench.away);
      for (const call of [
        () => store.write([point('m1', start, { [power]: 1 })]),
        () => store.series(ask('m1', start, start + 1)),
        () => store.newest(),
        () => store.check(),
      ]) {
        await expect(call()).rejects.toSatisfy((error) => isFault(error, 'store/unavailable') && error.retryable);
      }
    });

    test('wrong credentials are told apart, and never shown', async ({ skip }) => {
      if (!bench.denied) return skip(bench.without?.denied ?? 'has no credentials');
      await using store = await open(bench.denied);
      expect(store.name).not.toMatch(/geheim/);
      for (const call of [() => store.write([point('m1', start, { [power]: 1 })]), () => store.check()]) {
        await expect(call()).rejects.toSatisfy((error) => isFault(error, 'store/denied') && !/geheim/.test(error.message));
      }
    });

    test('retention drops old readings, keeps hours longer, and refuses by name what is older', async ({ skip }) => {
      if (bench.without?.retention) return skip(bench.without.retention);
      await withStore(async (store) => {
        const now = Math.floor(Date.now() / hour) * hour + 30 * 60_000;
        const old = now - 40 * day;
        const minutes = (from: number, count: number) =>
          Array.from({ length: count }, (_, i) => point('m1', from + i * 60_000, { [power]: i }));
        const aligned = Math.floor(old / hour) * hour;
        await store.write([...minutes(aligned, 120), ...minutes(now - hour, 30)]);
        await store.write([{ ...point('m1', aligned, { energy_kwh: 3 }), measurement: 'consumption' }]);
        await store.retain({ rawMs: 30 * day, hourlyMs: 400 * day }, now);
        expect(await store.series(ask('m1', aligned, aligned + 3 * hour))).toEqual([]);
        expect((await store.series(ask('m1', now - hour, now))).length).toBe(30);
        const hours = await store.series(ask('m1', aligned, aligned + 3 * hour, { every: hour }));
        expect(hours).toEqual([[aligned, 29.5], [aligned + hour, 89.5], [aligned + 2 * hour, null]]); // biome-ignore format: a table
        expect(await store.series({ ...ask('m1', aligned, aligned + hour), measurement: 'consumption', field: 'energy_kwh' })).toEqual([
          [aligned, 3],
        ]);
        const refused = await store.write([point('m1', aligned, { [power]: 1 }), point('m1', now, { [power]: 2 })]);
        expect(refused.map(({ index }) => index)).toEqual([0]);
        expect((await store.newest(['m1'])).find(({ field }) => field === power)).toMatchObject({ t: now, value: 2 });
      });
    });
  });
}
