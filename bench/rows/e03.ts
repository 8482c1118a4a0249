import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLatePlant } from '../../test/energy/late-plant.ts';
import { needs, startInfluxdb } from '../../test/servers.ts';
import { median, type Row } from '../row.ts';

const meters = 20;
const repetitions = 3;
const reachS = 2;
const limitMs = 60_000;

const row: Row = {
  id: 'e03',
  title: `one late reading of ${meters} meters, from the broker to every page of energy and money as if it had never been missing`,
  reach: `≤ ${reachS} s`,
  async run() {
    const withInflux = needs('influxd');
    const seconds: number[] = [];
    let last = '';
    for (let k = 0; k < repetitions; k++) {
      await using undo = new AsyncDisposableStack();
      const folder = mkdtempSync(join(tmpdir(), 'plantroom-bench-'));
      undo.defer(() => rmSync(folder, { recursive: true, force: true }));
      const influxdb = withInflux ? undo.use(await startInfluxdb()) : undefined;
      const url = influxdb ? `influx1://127.0.0.1:${influxdb.port}/late` : `sqlite:${join(folder, 'readings.db')}`;
      const plant = undo.use(await startLatePlant(url, meters));
      await plant.wrong();
      const late = await plant.late(limitMs);
      seconds.push(late.ms / 1_000);
      last = late.last.replace(/\?.*/, '');
    }
    const s = median(seconds);
    return {
      ours: `${s.toFixed(2)} s (${withInflux ? 'InfluxDB 1' : 'SQLite'})`,
      limit: 'the target of the issue',
      raw: { 's until the last page is right': seconds },
      ok: s <= reachS,
      note: `the last page is ${last}; all are asked one after the other`,
    };
  },
};
export default row;
