import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../ingest/open-store.ts';
import type { SeriesQuery, StorePoint } from '../../ingest/store.ts';
import { temporaryFolder } from '../../test/servers.ts';
import { median, type Row } from '../row.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const months = 13;
const end = Date.UTC(2026, 0, 1);
const startOf = (history: number) => end - Math.round(history * 30.44 * 24) * hourMs;
const start = startOf(months);
const field = (i: number) => `energy_${i}`;

async function medianMs(work: () => unknown): Promise<{ ms: number; all: number[] }> {
  await work();
  const all: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    await work();
    all.push(performance.now() - begin);
  }
  return { ms: median(all), all };
}

/** 20 series of four values an hour over 13 months, one of them every 5 s for a day, and 2,000 series in all. */
async function fill(url: string, start: number): Promise<void> {
  await using store = await openStore({ url, site: 'demo' });
  const point = (device: string, t: number, fields: Record<string, number>): StorePoint => ({
    measurement: 'electricity',
    tags: tagsOf(device),
    t,
    fields,
  });
  const known = new Map<string, StorePoint['tags']>();
  const tagsOf = (device: string) => {
    const tags = known.get(device) ?? { site: 'demo', device, gateway: 'gw' };
    known.set(device, tags);
    return tags;
  };
  let batch: StorePoint[] = [];
  const put = async (next: StorePoint) => {
    batch.push(next);
    if (batch.length < 2_000) return;
    await store.write(batch);
    batch = [];
  };
  for (let t = start; t < end; t += hourMs / 4) {
    await put(point('meter', t, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [field(i), Math.sin(t / dayMs + i) * 50 + 60]))));
  }
  for (let t = end - dayMs; t < end; t += 5_000) await put(point('meter', t, { fast: Math.cos(t / hourMs) }));
  for (let d = 0; d < 99; d++) {
    for (let k = 0; k < 20; k++)
      await put(point(`m${d}`, end + k * 1_000, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [field(i), k + i / 8]))));
  }
  await put(point('meter', end + 3 * hourMs, { fast: 1 }));
  await store.write(batch);
  using look = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5_000 });
  while (Number(look.prepare('select count(*) as n from dirty where hour < ?').get(end / hourMs)?.n) > 0) await sleep(100);
}

/** Store reads over so many months of history: the whole of it by hours, the newest day, the newest values; and the size on disk. */
export async function readsOver(history: number): Promise<{ hoursMs: number; lastDayMs: number; newestMs: number; bytesPerPoint: number }> {
  using folder = temporaryFolder('bench-p08');
  const file = join(folder.path, 'readings.db');
  const from = startOf(history);
  await fill(`sqlite:${file}`, from);
  await using store = await openStore({ url: `sqlite:${file}`, site: 'demo' });
  const base = { measurement: 'electricity', device: 'meter', to: end, every: hourMs } as const;
  const over = (since: number) => store.seriesMany(Array.from({ length: 20 }, (_, i) => ({ ...base, field: field(i), from: since })));
  const points = ((end - from) / hourMs) * 4 * 20;
  return {
    hoursMs: (await medianMs(() => over(from))).ms,
    lastDayMs: (await medianMs(() => over(end - dayMs))).ms,
    newestMs: (await medianMs(() => store.newest())).ms,
    bytesPerPoint: statSync(file).size / points,
  };
}

const row: Row = {
  id: 'p08',
  title: `store reads: ${months} months of hours × 20 series; one day of 5-second raw of one series; newest of 2,000 series`,
  reach: '≤ 150 ms; ≤ 20 ms; ≤ 50 ms; each within 1.5 × of one SQL statement by hand',
  async run() {
    using folder = temporaryFolder('bench-p08');
    const file = join(folder.path, 'readings.db');
    const url = `sqlite:${file}`;
    await fill(url, start);
    await using store = await openStore({ url, site: 'demo' });
    using hand = new DatabaseSync(file, { timeout: 5_000 });
    hand.exec('pragma cache_size = -65536');
    const ids = hand.prepare("select id from series where device = 'meter' and field like 'energy%'").all().map((one) => Number(one.id));
    const fast = Number(hand.prepare("select id from series where device = 'meter' and field = 'fast'").get()?.id);
    const statements = {
      hours: hand.prepare(`select series, hour, sum / count as mean from hourly where series in (${ids.join()}) and hour >= ? and hour < ?`),
      raw: hand.prepare('select t, value from points where series = ? and t >= ? and t < ? order by t'),
      newest: hand.prepare('select s.device, s.field, p.t, p.value from series s left join points p on p.series = s.id and p.t = (select max(t) from points where series = s.id)'),
    };
    const base = { measurement: 'electricity', device: 'meter', to: end } as const;
    const queries: SeriesQuery[] = ids.map((_, i) => ({ ...base, field: field(i), from: start, every: hourMs }));
    const raw: Record<string, number[]> = {};
    const lines: { name: string; ours: number; limit: number; reachMs: number; rows: string }[] = [];
    const compare = async (name: string, reachMs: number, ours: () => Promise<number>, byHand: () => number) => {
      const counts = `${await ours()} = ${byHand()}`;
      const [mine, limit] = [await medianMs(ours), await medianMs(byHand)];
      raw[`${name} ours ms`] = mine.all;
      raw[`${name} by hand ms`] = limit.all;
      lines.push({ name, ours: mine.ms, limit: limit.ms, reachMs, rows: counts });
    };
    await compare('hours', 150, async () => (await store.seriesMany(queries)).reduce((sum, points) => sum + points.length, 0), () => statements.hours.all(start / hourMs, end / hourMs).length);
    await compare('raw day', 20, async () => (await store.series({ ...base, field: 'fast', from: end - dayMs })).length, () => statements.raw.all(fast, end - dayMs, end).length);
    await compare('newest', 50, async () => (await store.newest()).length, () => statements.newest.all().length);
    const worst = Math.max(...lines.map(({ ours, limit }) => ours / limit));
    return {
      ours: lines.map(({ name, ours }) => `${name} ${ours.toFixed(1)} ms`).join(', '),
      limit: lines.map(({ limit }) => `${limit.toFixed(1)} ms`).join(', '),
      ratio: worst,
      raw,
      ok: worst <= 1.5 && lines.every(({ ours, reachMs }) => ours <= reachMs),
      note: `rows ours = by hand: ${lines.map(({ rows }) => rows).join(', ')}; ratio is the worst of the three, ours / by hand`,
    };
  },
}; // biome-ignore format: a table
export default row;
