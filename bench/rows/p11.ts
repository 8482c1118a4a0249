import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../ingest/open-store.ts';
import { startInfluxdb } from '../../test/servers.ts';
import { startBare } from '../bare.ts';
import { deviceId, wideQuantities } from '../chaos/fleet.ts';
import { measure, startLine } from '../line.ts';
import { median, type Row } from '../row.ts';

const meters = 200;
const values = 20;
/**
 * Past the one thorough garbage collection that a role does a while after its start, and past the machine code that V8 makes anew after it: what
 * counts here is what a line costs that runs for months. The bare script warms up for as long.
 */
const warmMs = 60_000;
const windowMs = 8_000;
const windows = 5;
const limitCpu = 8;
const limitAgeMs = 1_000;

const row: Row = {
  id: 'p11',
  title: `the whole line (gateway, embedded broker, ingest, all durable) into InfluxDB 1.6.7: ${meters} meters × ${values} values each second, one connection each`,
  reach: `≤ ${limitCpu} CPU s per million values, 100 % landed, age ≤ ${limitAgeMs / 1_000} s`,
  async run() {
    await using influx = await startInfluxdb();
    const storeUrl = `influx1://127.0.0.1:${influx.port}/plantroom`;
    const startedAt = Date.now();
    await using line = await startLine({
      buses: meters,
      devicesPerBus: 1,
      values,
      poll: '1s',
      roles: ['broker', 'ingest', 'gateway'],
      storeUrl,
    });
    await using store = await openStore({ url: storeUrl, site: 'fleet' });
    // Both at once, in the same windows: what else the machine does slows both down.
    await using bare = await startBare(influx.url, meters, values);
    await sleep(warmMs);
    const limit: number[] = [];
    const raw: Record<string, number[]> = { 'CPU s per million values': [], gateway: [], broker: [], ingest: [], 'bare script': limit };
    for (let i = 0; i < windows; i++) {
      const before = await bare.use();
      const window = await measure(line, values, windowMs);
      const after = await bare.use();
      limit.push(((after.cpuSeconds - before.cpuSeconds) / (after.values - before.values)) * 1e6);
      const perMillion = (name: string) => ((window.cpu[name] ?? 0) / window.values) * 1e6;
      for (const name of ['gateway', 'broker', 'ingest']) raw[name]?.push(perMillion(name));
      raw['CPU s per million values']?.push(perMillion('gateway') + perMillion('broker') + perMillion('ingest'));
    }
    await bare[Symbol.asyncDispose]();
    const ages = await agesOf(store);
    raw['age of a reading when it can be read from the store, ms'] = ages;
    await sleep(2_500);
    // The meters have answered since the count was taken; what is compared is everything up to here.
    await line.roles.get('gateway')?.kill('SIGTERM');
    const answers = await line.answers();
    await sleep(1_500);
    const landed = await countRows(store, startedAt);
    raw['landed %'] = [(landed / answers) * 100];
    const ours = median(raw['CPU s per million values'] as number[]);
    const script = median(limit);
    const oldest = Math.max(...ages);
    return {
      ours: `${ours.toFixed(1)} CPU s per million values, ${((landed / answers) * 100).toFixed(2)} % landed, age at most ${Math.round(oldest)} ms`,
      limit: `${script.toFixed(1)} CPU s per million values (bare script)`,
      ratio: ours / script,
      raw,
      ok: ours <= limitCpu && landed === answers && oldest <= limitAgeMs,
    };
  },
};
export default row;

type OpenStore = Awaited<ReturnType<typeof openStore>>;

/** How old a reading is when it first shows up in the store, for some devices in turn. */
async function agesOf(store: OpenStore): Promise<number[]> {
  const field = wideQuantities[0] as string;
  const ages: number[] = [];
  for (let i = 0; i < 12; i++) {
    const device = deviceId(i * 15);
    const newest = async () => (await store.newest([device])).find((one) => one.field === field)?.t ?? 0;
    const before = await newest();
    for (;;) {
      const t = await newest();
      if (t > before) {
        ages.push(Date.now() - t);
        break;
      }
      await sleep(15);
    }
  }
  return ages;
}

async function countRows(store: OpenStore, from: number): Promise<number> {
  let rows = 0;
  const field = wideQuantities[0] as string;
  for (let device = 0; device < meters; device++) {
    const query = { series: [{ measurement: 'electricity' as const, device: deviceId(device), fields: [field] }], from, to: Date.now() };
    for await (const _ of store.scan(query)) rows++;
  }
  return rows;
}
