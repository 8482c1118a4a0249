/** The load of rows P3 and P4: a queue of readings messages in a real Mosquitto, and the time until ingest has said "committed" to all of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import type { LoadedSite } from '../shared/site-file.ts';
import { type CommittedPayload, topics } from '../shared/topic.ts';
import { type Server, startMosquitto, temporaryFolder } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';

export const fields = [
  'voltage_l1_v', 'voltage_l2_v', 'voltage_l3_v', 'current_l1_a', 'current_l2_a', 'current_l3_a', 'active_power_kw', 'active_power_l1_kw',
  'active_power_l2_kw', 'active_power_l3_kw', 'reactive_power_kvar', 'apparent_power_kva', 'power_factor', 'frequency_hz', 'voltage_l12_v',
  'voltage_l23_v', 'voltage_l31_v', 'energy_import_kwh', 'energy_export_kwh', 'current_n_a',
] as const; // biome-ignore format: a table
export const devices = 200;
const gateway = 'gw';

export function benchSite(count: number): LoadedSite {
  return siteOf({ [gateway]: Array.from({ length: count }, (_, i): [string, string] => [`meter-${i}`, 'electricity']) });
}

/** Values with as many digits as meters give. */
export function valuesOf(device: number, round: number): Record<string, number> {
  const values: Record<string, number> = {};
  for (let i = 0; i < fields.length; i++) {
    const noise = ((device * 31 + round * 17 + i * 7) % 1000) / 1000;
    const name = fields[i] as string;
    if (name === 'power_factor') values[name] = Math.round(900 + noise * 99) / 1000;
    else if (name === 'frequency_hz') values[name] = Math.round(49_950 + noise * 100) / 1000;
    else values[name] = Math.round((50 + i * 10 + noise * 9) * 1000) / 1000;
  }
  return values;
}

export interface IngestLine extends AsyncDisposable {
  broker: Server;
  /** Queues `rounds` messages of every device, lets ingest go and returns the seconds until all are committed. */
  drain(rounds: number, start: number): Promise<{ seconds: number; cpuSeconds: number }>;
}

export async function startIngestLine(storeUrl: string): Promise<IngestLine> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(temporaryFolder('bench-ingest'));
  const broker = undo.use(await startMosquitto({ config: 'max_queued_messages 0\nmax_packet_size 1000000' }));
  const child: ChildProcess = fork(join(import.meta.dirname, 'ingest-child.ts'), [broker.url, storeUrl, folder.path, String(devices)]);
  undo.defer(async () => {
    child.kill('SIGCONT');
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  });
  await once(child, 'message');
  await sleep(500);
  const client = undo.adopt(await mqtt.connectAsync(broker.url, { protocolVersion: 5 }), (one: MqttClient) => one.endAsync(true));
  await client.subscribeAsync(topics.committed('demo', gateway), { qos: 1 });
  let waiting = new Set<number>();
  let boot = '';
  let done = () => {};
  client.on('message', (_, payload) => {
    const committed = JSON.parse(payload.toString()) as CommittedPayload;
    if (committed.boot !== boot) return;
    for (const [from, to] of committed.seqs) for (let seq = from; seq <= to; seq++) waiting.delete(seq);
    if (waiting.size === 0) done();
  });
  const cpu = async (): Promise<number> => {
    child.send('cpu');
    const [usage] = (await once(child, 'message')) as [NodeJS.CpuUsage];
    return (usage.user + usage.system) / 1e6;
  };
  let run = 0;
  const all = undo.move();
  return {
    broker,
    async drain(rounds, start) {
      boot = `run-${++run}`;
      const before = await cpu();
      child.kill('SIGSTOP');
      const total = rounds * devices;
      waiting = new Set(Array.from({ length: total }, (_, seq) => seq));
      let sent: Promise<unknown>[] = [];
      for (let seq = 0; seq < total; seq++) {
        const [round, device] = [Math.floor(seq / devices), seq % devices];
        const payload = JSON.stringify({ boot, seq, t: start + round * 1000, v: valuesOf(device, round) });
        sent.push(client.publishAsync(topics.readings('demo', gateway, `meter-${device}`), payload, { qos: 1 }));
        if (sent.length === 500) {
          await Promise.all(sent);
          sent = [];
        }
      }
      await Promise.all(sent);
      const finished = new Promise<void>((resolve) => {
        done = resolve;
      });
      const begin = performance.now();
      child.kill('SIGCONT');
      await finished;
      const seconds = (performance.now() - begin) / 1000;
      return { seconds, cpuSeconds: (await cpu()) - before };
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}
