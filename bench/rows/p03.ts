import { setTimeout as sleep } from 'node:timers/promises';
import { batchLimits } from '../../ingest/batcher.ts';
import { openHttp } from '../../ingest/influx/http.ts';
import { openStore } from '../../ingest/open-store.ts';
import { startInfluxdb } from '../../test/servers.ts';
import { devices, fields, startIngestLine, valuesOf } from '../ingest-load.ts';
import { median, type Row } from '../row.ts';

const rounds = 200;
const values = rounds * devices * fields.length;

/** The same content as lines put together by hand, over HTTP connections that stay open, as many at once as ingest has. */
async function byHand(url: string, database: string, start: number): Promise<number> {
  using http = openHttp(new URL(url));
  const bodies: string[] = [];
  const begin = performance.now();
  let cpu = 0;
  const perBatch = batchLimits.maxValues / fields.length;
  const under = new Set<Promise<unknown>>();
  for (let first = 0; first < rounds * devices; first += perBatch) {
    const lines: string[] = [];
    for (let seq = first; seq < Math.min(first + perBatch, rounds * devices); seq++) {
      const [round, device] = [Math.floor(seq / devices), seq % devices];
      const made = performance.now();
      const content = valuesOf(device, round);
      cpu += performance.now() - made;
      let line = `electricity,device=meter-${device},gateway=gw,site=demo `;
      for (const field of fields) line += `${field}=${content[field]},`;
      lines.push(`${line.slice(0, -1)} ${start + round * 1000}`);
    }
    bodies.push(lines[0] as string);
    const call = http.post(`/write?db=${database}&precision=ms`, lines.join('\n'), {}, 60_000).then(({ status }) => {
      if (status !== 204) throw new Error(`HTTP ${status}`);
      under.delete(call);
    });
    under.add(call);
    if (under.size >= batchLimits.inFlight) await Promise.race(under);
  }
  await Promise.all(under);
  // The values themselves are the load, not the work.
  return values / ((performance.now() - begin - cpu) / 1000);
}

const row: Row = {
  id: 'p03',
  title: 'ingest: MQTT (QoS 1, 20 values a message) → InfluxDB 1.6.7, committed, one worker',
  reach: '≥ 65 % of hand-built lines of the same content straight over HTTP, same batch',
  async run() {
    await using server = await startInfluxdb();
    const base = `127.0.0.1:${server.port}`;
    await fetch(`${server.url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE hand' }) });
    await using line = await startIngestLine(`influx1://${base}/ours`);
    const start = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
    const raw = { ours: [] as number[], limit: [] as number[], 'ingest CPU s per million values': [] as number[] };
    for (let i = -1; i < 5; i++) {
      const from = start + (i + 1) * rounds * 1000;
      const limit = await byHand(server.url, 'hand', from);
      await sleep(300);
      const { seconds, cpuSeconds } = await line.drain(rounds, from);
      await sleep(300);
      // The first round makes databases, series and machine code.
      if (i < 0) continue;
      raw.limit.push(limit);
      raw.ours.push(values / seconds);
      raw['ingest CPU s per million values'].push((cpuSeconds / values) * 1e6);
    }
    await using store = await openStore({ url: `influx1://${base}/ours`, site: 'demo' });
    const [count] = await store.series({
      measurement: 'electricity',
      device: 'meter-7',
      field: 'frequency_hz',
      from: start,
      to: start + 6 * rounds * 1000,
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
