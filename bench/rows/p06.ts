/** P6: 200 rules over 90 days of 200 series at one minute (26 million readings) from SQLite; against reading the same rows and adding them up. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../ingest/open-store.ts';
import type { Store, StorePoint } from '../../ingest/store.ts';
import { backtest } from '../../rules/backtest.ts';
import { storeHistory } from '../../rules/history.ts';
import { type SiteConfig, siteSchema } from '../../shared/site.ts';
import { median, type Row } from '../row.ts';

const days = Number(process.env.P06_DAYS ?? 90);
const devices = 50;
const quantities = ['current_l1_a', 'voltage_l1_v', 'active_power_kw', 'pressure_kpa'] as const;
const startMs = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;
const reachMs = 60_000;
const reachMb = 600;

/** 50 devices of 4 series, 4 rules each, of mixed kinds. */
function siteOf(): SiteConfig {
  const text = { zh: '试', en: 'Try' };
  const kinds = [
    { kind: 'above', quantity: 'current_l1_a', params: { limit: 95, deadband: 3 }, on_delay: '5m' },
    { kind: 'outside', quantity: 'voltage_l1_v', params: { low: 198, high: 235, deadband: 1 }, on_delay: '1m' },
    { kind: 'deviation', quantity: 'active_power_kw', params: { times: 1.5, by: 5 }, on_delay: '15m' },
    { kind: 'rate', quantity: 'pressure_kpa', params: { fall: 20, within: '5m' } },
  ];
  return siteSchema.parse({
    site: { id: 'bench', name: text },
    gateways: [
      {
        id: 'g',
        name: text,
        buses: [
          {
            id: 'b',
            type: 'modbus-tcp',
            host: '127.0.0.1',
            devices: Array.from({ length: devices }, (_, i) => ({
              id: `d-${i}`, name: text, system: 'electricity', profile: 'acrel-adl3000', unit: i + 1, poll: '60s', only: [...quantities],
            })), // biome-ignore format: a table
          },
        ],
      },
    ],
    rules: {
      packs: [],
      own: Array.from({ length: devices * kinds.length }, (_, i) => ({
        id: `B-${i}`,
        title: text,
        select: { devices: [`d-${Math.floor(i / kinds.length)}`] },
        priority: 'medium',
        trade: 'general',
        check: text,
        source: 'bench',
        ...kinds[i % kinds.length],
      })),
    },
  });
}

async function fill(store: Store): Promise<number> {
  let rows = 0;
  let batch: StorePoint[] = [];
  for (let minute = 0; minute < days * 1_440; minute++) {
    const t = startMs + minute * minuteMs;
    const day = Math.sin((minute / 1_440) * 2 * Math.PI);
    for (let i = 0; i < devices; i++) {
      const noise = Math.sin(minute * 0.7 + i * 3.1) + Math.sin(minute * 0.113 + i);
      batch.push({
        measurement: 'electricity',
        tags: { site: 'bench', device: `d-${i}`, gateway: 'g' },
        t,
        fields: {
          current_l1_a: 70 + 20 * day + 4 * noise, voltage_l1_v: 225 + 4 * noise, active_power_kw: 40 + 15 * day + 3 * noise,
          pressure_kpa: 300 + 6 * noise,
        }, // biome-ignore format: a table
      });
      rows += 4;
    }
    if (batch.length >= 10_000) {
      await store.write(batch);
      batch = [];
    }
  }
  await store.write(batch);
  return rows;
}

const row: Row = {
  id: 'p06',
  title: `backtest: 200 rules × ${days} days × 200 series at 1 minute from SQLite`,
  reach: `at most ${reachMs / 1_000} s and ${reachMb} MB`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'plantroom-p06-'));
    try {
      const file = join(folder, 'readings.db');
      const site = siteOf();
      // Filled by another process, so that memory is that of the backtest alone.
      const filled = spawnSync(process.execPath, [import.meta.filename, '--fill', file], { encoding: 'utf8' });
      const rows = Number(filled.stdout);
      if (!(rows > 0)) throw new Error(`filling failed: ${filled.stderr}`);
      await using store = await openStore({ url: `sqlite:${file}`, site: 'bench' });
      const ours: number[] = [];
      const limit: number[] = [];
      let rss = 0;
      let fired = 0;
      const watch = setInterval(() => {
        rss = Math.max(rss, process.memoryUsage().rss);
      }, 50);
      for (let repetition = 0; repetition < 3; repetition++) {
        let begin = performance.now();
        let sum = 0;
        let read = 0;
        const wanted = Array.from({ length: devices }, (_, i) => ({
          measurement: 'electricity' as const,
          device: `d-${i}`,
          quantities: [...quantities],
        }));
        for await (const block of storeHistory(store).blocks(wanted, startMs, startMs + days * 86_400_000)) {
          for (let i = 0; i < block.count; i++) sum += block.value[i] as number;
          read += block.count;
        }
        limit.push(performance.now() - begin);
        if (read !== rows || !Number.isFinite(sum)) throw new Error(`read ${read} of ${rows} rows`);
        begin = performance.now();
        const result = await backtest(site, storeHistory(store), { from: startMs, to: startMs + days * 86_400_000 });
        ours.push(performance.now() - begin);
        if (result.readings !== rows) throw new Error(`judged ${result.readings} of ${rows} rows`);
        fired = result.today.fired;
        rss = Math.max(rss, process.memoryUsage().rss);
      }
      clearInterval(watch);
      const ms = median(ours);
      const mb = rss / 2 ** 20;
      return {
        ours: `${(ms / 1_000).toFixed(1)} s, ${Math.round(mb)} MB`,
        limit: `${(median(limit) / 1_000).toFixed(1)} s`,
        ratio: ms / median(limit),
        raw: { oursMs: ours.map(Math.round), limitMs: limit.map(Math.round), rssMb: [Math.round(mb)] },
        ok: ms <= reachMs && mb <= reachMb,
        note: `${rows.toLocaleString('en')} readings, ${Math.round(rows / ms).toLocaleString('en')} a ms, ${fired} firings; medians of 3`,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
export default row;

if (process.argv[2] === '--fill') {
  await using store = await openStore({ url: `sqlite:${process.argv[3]}`, site: 'bench' });
  process.stdout.write(String(await fill(store)));
}
