import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { damagedFiles } from '../../shared/damaged.ts';
import { isFault } from '../../shared/errors.ts';
import { random } from '../../test/random.ts';
import { temporaryFolder } from '../../test/servers.ts';
import { openStore } from '../open-store.ts';
import type { Aggregate, Store, StorePoint } from '../store.ts';
import { settingsOf } from './sqlite.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 15, 8);
const tags = { site: 'demo', device: 'm1', gateway: 'gw' };
const point = (t: number, value: number, field = 'active_power_kw'): StorePoint => ({
  measurement: 'electricity',
  tags,
  t,
  fields: { [field]: value },
});
const query = { measurement: 'electricity', device: 'm1', field: 'active_power_kw' } as const;

function setUp() {
  const folder = temporaryFolder('sqlite');
  onTestFinished(() => folder[Symbol.dispose]());
  const file = join(folder.path, 'readings.db');
  const dirty = () => {
    using look = new DatabaseSync(file, { timeout: 5_000 });
    return look
      .prepare('select hour from dirty order by hour')
      .all()
      .map((row) => Number(row.hour));
  };
  const rolled = async (hours: readonly number[]) => {
    for (let i = 0; i < 400; i++) {
      if (hours.every((one) => !dirty().includes(one))) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`not rolled up: ${dirty().join()}`);
  };
  return { folder: folder.path, file, url: `sqlite:${file}`, dirty, rolled };
}
function byHand(aggregate: Aggregate, values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sum = values.reduce((total, one) => total + one, 0);
  const all = { sum, mean: sum / values.length, count: values.length, min: Math.min(...values), max: Math.max(...values) };
  return { ...all, first: values[0]!, last: values.at(-1)! }[aggregate];
}
const open = (url: string): Promise<Store> => openStore({ url, site: 'demo' });

describe('the embedded store', () => {
  test('a URL names a file, with an upper limit if wanted', () => {
    expect(settingsOf('sqlite:/var/lib/readings.db')).toEqual({ file: '/var/lib/readings.db', maxMb: undefined });
    expect(settingsOf('sqlite:///var/lib/a%20b.db?max_mb=20')).toEqual({ file: '/var/lib/a b.db', maxMb: 20 });
    expect(settingsOf('sqlite:data/readings.db').file).toBe(join(process.cwd(), 'data/readings.db'));
    expect(() => settingsOf('sqlite:')).toThrow(/sqlite:<file>/);
  });

  test('a full disk refuses nothing for good: what was confirmed stays, the same batch goes in once there is room', async () => {
    const { url } = setUp();
    const batch = (from: number) => Array.from({ length: 5_000 }, (_, i) => point(start + (from + i) * 1_000, i));
    let confirmed = 0;
    {
      await using store = await open(`${url}?max_mb=1`);
      const failed = async () => {
        for (; confirmed < 100_000; confirmed += 5_000) await store.write(batch(confirmed));
      };
      await expect(failed()).rejects.toSatisfy(
        (error) => isFault(error, 'store/unavailable') && error.retryable && /full/.test(error.message),
      );
      expect(confirmed).toBeGreaterThan(0);
      expect((await store.series({ ...query, from: start, to: start + 100_000_000 })).length).toBe(confirmed);
      await expect(store.write(batch(confirmed))).rejects.toSatisfy((error) => isFault(error, 'store/unavailable'));
    }
    await using store = await open(url);
    await store.write(batch(confirmed));
    expect((await store.series({ ...query, from: start, to: start + 100_000_000 })).length).toBe(confirmed + 5_000);
  });

  test('finished hours are rolled up by themselves, and late points make their hour anew, whoever writes them', async () => {
    const { url, dirty, rolled } = setUp();
    await using first = await open(url);
    await using second = await open(url);
    const hourOf = (i: number) => start / hour + i;
    for (let i = 0; i < 5; i++) await first.write([point(start + i * hour, i), point(start + i * hour + 60_000, i + 1)]);
    await rolled([hourOf(0), hourOf(1), hourOf(2)]);
    expect(dirty()).toEqual([hourOf(3), hourOf(4)]);
    const means = async () => (await first.series({ ...query, from: start, to: start + 5 * hour, every: hour })).map(([, value]) => value);
    expect(await means()).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
    // The second writer knows nothing of the first one's hours; then the first writes again into an hour that it had marked before.
    await second.write([point(start + hour + 30_000, 30)]);
    expect((await means())[1]).toBe((1 + 2 + 30) / 3);
    await rolled([hourOf(1)]);
    expect((await means())[1]).toBe((1 + 2 + 30) / 3);
    await first.write([point(start + hour + 45_000, -30)]);
    await rolled([hourOf(1)]);
    expect((await means())[1]).toBe((1 + 2 + 30 - 30) / 4);
    // Again into the very hour that this writer marked last and that was rolled up since.
    await first.write([point(start + hour + 50_000, 97)]);
    expect((await means())[1]).toBe((1 + 2 + 30 - 30 + 97) / 5);
  });

  test('roll-ups equal a clean recomputation after points came in any order (seeded)', async () => {
    const { url, file } = setUp();
    const seed = Number(process.env.SEED ?? 4711);
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
    await using store = await open(url);
    for (let i = 0; i < 60; i++) {
      const batch = Array.from({ length: 100 }, () =>
        point(start + Math.floor(random() * 48) * hour + Math.floor(random() * hour), random() * 1e6 - 5e5),
      );
      await store.write(batch);
    }
    await store.retain({ rawMs: 0, hourlyMs: 10 * 365 * 24 * hour }, start - hour);
    const found = await store.series({ ...query, from: start, to: start + 48 * hour, every: hour });
    await store.write([point(start + 50 * hour, 0)]);
    using look = new DatabaseSync(file, { timeout: 5_000 });
    const clean = look
      .prepare(`select t / ${hour} as hour, avg(value) as mean from points where t < ? group by hour order by hour`)
      .all(start + 48 * hour);
    for (let i = 0; i < 400 && Number(look.prepare('select count(*) as n from dirty where hour < ?').get(start / hour + 48)?.n) > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const rolled = await store.series({ ...query, from: start, to: start + 48 * hour, every: hour });
    expect(Number(look.prepare('select count(*) as n from hourly').get()?.n), `SEED=${seed}`).toBe(48);
    for (let i = 0; i < 48; i++) {
      const wanted = Number(clean[i]?.mean);
      for (const value of [found[i]?.[1], rolled[i]?.[1]])
        expect(Math.abs((value as number) - wanted), `SEED=${seed} hour ${i}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
    }
  });

  test('buckets of many hours equal those by hand, wherever range and buckets begin, clean or not (seeded)', async () => {
    const seed = 20261122;
    const next = random(seed);
    const { url, rolled } = setUp();
    await using store = await open(url);
    const hours = 24 * 40;
    const have = new Map<number, number>();
    const put = async (times: readonly number[]) => {
      for (const t of times) have.set(t, next.below(1_000));
      expect(await store.write(times.map((t) => point(t, have.get(t) as number)))).toEqual([]);
    };
    // Every tenth hour has no reading at all.
    const moments = Array.from({ length: hours }, (_, i) => i).flatMap((i) =>
      i % 10 === 3 ? [] : Array.from({ length: 3 }, () => start + i * hour + next.below(hour)),
    );
    await put([...new Set(moments), start + (hours + 2) * hour]);
    await rolled(moments.map((t) => Math.floor(t / hour)));
    const check = async () => {
      const sorted = [...have].sort(([a], [b]) => a - b);
      for (let i = 0; i < 60; i++) {
        const every = [1, 6, 24, 168][next.below(4)]! * hour;
        const offset = next.below(every / hour) * hour;
        const from = start + next.below(hours / 2) * hour + (next.chance(0.5) ? next.below(hour) : 0);
        // Half of the ranges reach beyond the newest hours, which are not rolled up yet.
        const to = next.chance(0.5) ? start + (hours + 30) * hour : from + next.below((hours / 2) * hour);
        const aggregate = (['mean', 'min', 'max', 'first', 'last', 'sum', 'count'] as const)[next.below(7)]!;
        const found = await store.series({ ...query, from, to, every, offset, aggregate });
        let begin = 0;
        for (const [t, value] of found) {
          while (begin < sorted.length && sorted[begin]![0] < Math.max(t, from)) begin++;
          let end = begin;
          while (end < sorted.length && sorted[end]![0] < Math.min(t + every, to)) end++;
          const inside = sorted.slice(begin, end);
          const wanted = byHand(
            aggregate,
            inside.map(([, one]) => one),
          );
          const what = `seed ${seed}: ${aggregate} every ${every / hour} h, offset ${offset / hour} h, ${from}..${to} at ${t}`;
          if (wanted === null || value === null) expect(value, what).toBe(wanted);
          else expect(value, what).toBeCloseTo(wanted, 6);
        }
      }
    };
    await check();
    // Late points: their hours are dirty for a moment, and rolled up again after it.
    await put(Array.from({ length: 50 }, () => start + next.below(hours) * hour + 7));
    await check();
  }, 240_000);

  test('at the edge of the retention the first whole hour stays with all its points, the one before is dropped and refused', async () => {
    const { url } = setUp();
    await using store = await open(url);
    const floor = start - 30 * 24 * hour;
    // Twenty past: the edge lies inside an hour, which stays whole.
    const now = start + 20 * 60_000;
    await store.write([point(floor - hour, 1), point(floor - 1, 2), point(floor, 3), point(floor + hour - 1, 4), point(start, 5)]);
    await store.retain({ rawMs: 30 * 24 * hour, hourlyMs: 400 * 24 * hour }, now);
    expect(await store.series({ ...query, from: floor - 2 * hour, to: now })).toEqual([[floor, 3], [floor + hour - 1, 4], [start, 5]]);
    const refused = await store.write([point(floor - 1, 9), point(floor, 3)]);
    expect(refused.map(({ index }) => index)).toEqual([0]);
    const means = await store.series({ ...query, from: floor - hour, to: floor + 2 * hour, every: hour });
    expect(means).toEqual([[floor - hour, 1.5], [floor, 3.5], [floor + hour, null]]);
    // Cut in the middle of that hour: from its points, not from its whole.
    expect(await store.series({ ...query, from: floor + hour / 2, to: floor + hour, every: hour })).toEqual([[floor, 4]]);
  }); // biome-ignore format: a table

  test('kill -9 in the middle of writing loses nothing that was confirmed', async () => {
    const { folder, url } = setUp();
    const script = join(folder, 'writer.ts');
    writeFileSync(
      script,
      `import { openStore } from ${JSON.stringify(join(import.meta.dirname, '..', 'open-store.ts'))};
      const store = await openStore({ url: ${JSON.stringify(url)}, site: 'demo' });
      let next = Number(process.argv[2]);
      for (;;) {
        const tags = { site: 'demo', device: 'm1', gateway: 'gw' };
        await store.write(Array.from({ length: 500 }, (_, i) => ({ measurement: 'electricity', tags, t: ${start} + (next + i) * 1000, fields: { active_power_kw: next + i } })));
        next += 500;
        process.send(next);
      }`,
    );
    let confirmed = 0;
    for (const ms of [60, 130, 210]) {
      const child = fork(script, [String(confirmed)], { execArgv: [] });
      child.on('message', (next) => {
        confirmed = Number(next);
      });
      await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, ms));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await using store = await open(url);
    const points = await store.series({ ...query, from: start, to: start + confirmed * 1_000, limit: 1e6 });
    expect(points.length).toBe(confirmed);
    expect(points.every(([t, value], i) => t === start + i * 1_000 && value === i)).toBe(true);
    using look = new DatabaseSync(url.slice('sqlite:'.length));
    expect(look.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  });

  test('series first named in a write that failed are not taken for others afterwards', async () => {
    const { folder } = setUp();
    const file = join(folder, 'later', 'deeper', 'readings.db');
    await using store = await open(`sqlite:${file}`);
    const first = [point(start, 1, 'voltage_l1_v'), point(start, 2, 'voltage_l2_v')];
    // Its folder is not there: nothing reached the file, and the thread may know nothing of these series.
    await expect(store.write(first)).rejects.toSatisfy((error) => isFault(error, 'store/unavailable'));
    mkdirSync(join(folder, 'later', 'deeper'), { recursive: true });
    await store.write([point(start, 3, 'voltage_l3_v')]);
    await store.write(first);
    const found = (await store.newest()).map(({ field, value }) => [field, value]);
    expect(found.sort()).toEqual([['voltage_l1_v', 1], ['voltage_l2_v', 2], ['voltage_l3_v', 3]]);
  }); // biome-ignore format: short

  test('a damaged file is set aside by ingest alone, all go on with an empty one, and numbers of series are not mixed up', async () => {
    const { url, file } = setUp();
    {
      await using store = await open(url);
      await store.write([point(start, 1, 'voltage_l1_v'), point(start, 2)]);
    }
    await using reader = await open(url);
    expect((await reader.newest()).length).toBe(2);
    writeFileSync(file, 'a page of something else '.repeat(1_000));
    for (const part of ['-wal', '-shm']) rmSync(`${file}${part}`, { force: true });

    // Who only looks changes nothing.
    {
      await using other = await open(url);
      await expect(other.check()).rejects.toSatisfy((error) => isFault(error, 'store/unavailable'));
      expect(damagedFiles(file)).toEqual([]);
    }
    await using store = await openStore({ url, site: 'demo', mend: true });
    await store.write([point(start + hour, 3)]);
    expect(damagedFiles(file)).toEqual([`${file}.damaged-1`]);
    expect(readFileSync(`${file}.damaged-1`, 'utf8')).toMatch(/^a page of something else/);
    // The one that had the old file open finds the new one; the field that was first there is not taken for the one that is first now.
    for (let i = 0; ; i++) {
      const found = await reader.newest().catch(() => []);
      if (found.length === 1) {
        expect(found).toEqual([{ device: 'm1', field: 'active_power_kw', t: start + hour, value: 3 }]);
        break;
      }
      if (i > 200) throw new Error('the new file was not found');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  test('a file of a newer version is left alone', async () => {
    const { file, url } = setUp();
    {
      using made = new DatabaseSync(file);
      made.exec('pragma user_version = 99');
    }
    await using store = await open(url);
    await expect(store.check()).rejects.toThrow(/newer version/);
  });

  test('where a device hangs is kept with its time', async () => {
    const { url, file } = setUp();
    await using store = await open(url);
    await store.write([point(start, 1)]);
    await store.write([{ ...point(start + 1, 1), tags: { ...tags, department: 'icu' } }]);
    await store.write([{ ...point(start + 2, 1), tags: { ...tags, department: 'icu' } }]);
    using look = new DatabaseSync(file);
    expect(
      look
        .prepare('select since, tags from tags order by since')
        .all()
        .map(({ since, tags: text }) => [since, JSON.parse(String(text)).department]),
    ).toEqual([
      [start, undefined],
      [start + 1, 'icu'],
    ]);
  });
});
