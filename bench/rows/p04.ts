import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchLimits } from '../../ingest/batcher.ts';
import { openStore } from '../../ingest/open-store.ts';
import { pragmas } from '../../ingest/sqlite/schema.ts';
import { temporaryFolder } from '../../test/servers.ts';
import { devices, fields, startIngestLine, valuesOf } from '../ingest-load.ts';
import { median, type Row } from '../row.ts';

const rounds = 100;
const values = rounds * devices * fields.length;

/** The same rows by one prepared statement in the same batches, with the same table and pragmas; no roll-ups, no thread, nothing parsed. */
function byHand(database: DatabaseSync, start: number): number {
  const series = new Uint32Array(values);
  const t = new Float64Array(values);
  const value = new Float64Array(values);
  let i = 0;
  for (let round = 0; round < rounds; round++) {
    for (let device = 0; device < devices; device++) {
      const content = Object.values(valuesOf(device, round));
      for (let field = 0; field < fields.length; field++) {
        series[i] = device * fields.length + field;
        t[i] = start + round * 1000;
        value[i++] = content[field] as number;
      }
    }
  }
  const insert = database.prepare('insert into points values (?, ?, ?)');
  const begin = performance.now();
  for (let first = 0; first < values; first += batchLimits.maxValues) {
    database.exec('begin immediate');
    const end = Math.min(values, first + batchLimits.maxValues);
    for (let k = first; k < end; k++) insert.run(series[k] as number, t[k] as number, value[k] as number);
    database.exec('commit');
  }
  return values / ((performance.now() - begin) / 1000);
}

const row: Row = {
  id: 'p04',
  title: 'ingest: MQTT (QoS 1, 20 values a message) → SQLite store, committed, one worker',
  reach: '≥ 65 % of bare prepared inserts of the same rows, same pragmas',
  async run() {
    using folder = temporaryFolder('bench-p04');
    using hand = new DatabaseSync(join(folder.path, 'hand.db'));
    hand.exec(
      `${pragmas} create table points (series integer not null, t integer not null, value real not null, primary key (series, t)) without rowid`,
    );
    const url = `sqlite:${join(folder.path, 'ours.db')}`;
    await using line = await startIngestLine(url);
    const start = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
    const raw = { ours: [] as number[], limit: [] as number[], 'ingest CPU s per million values': [] as number[] };
    for (let i = -1; i < 5; i++) {
      const from = start + (i + 1) * rounds * 1000;
      const limit = byHand(hand, from);
      await sleep(300);
      const { seconds, cpuSeconds } = await line.drain(rounds, from);
      await sleep(300);
      if (i < 0) continue;
      raw.limit.push(limit);
      raw.ours.push(values / seconds);
      raw['ingest CPU s per million values'].push((cpuSeconds / values) * 1e6);
    }
    await using store = await openStore({ url, site: 'demo' });
    const [count] = await store.series({
      measurement: 'electricity',
      device: 'meter-7',
      field: 'frequency_hz',
      from: start,
      to: start + 86_400_000,
      every: 86_400_000,
      aggregate: 'count',
    });
    const ratio = median(raw.ours) / median(raw.limit);
    return {
      ours: `${Math.round(median(raw.ours))} values/s`,
      limit: `${Math.round(median(raw.limit))} values/s`,
      ratio,
      raw,
      ok: ratio >= 0.65,
      note: `messages wait in Mosquitto, time from letting ingest go to the last "committed"; ${count?.[1]} of ${6 * rounds} points of one series found`,
    };
  },
};
export default row;
