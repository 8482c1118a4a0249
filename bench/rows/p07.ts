/** End to end: a register changes in a device, the alarm is on MQTT. 2,000 values a second run through at the same time. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '../../shared/log.ts';
import { connectMqtt, mqttAccess } from '../../shared/role.ts';
import { filters } from '../../shared/topic.ts';
import { startProgram, until } from '../../test/program.ts';
import { median, type Row } from '../row.ts';

const pollMs = 1_000;
const meters = 100;
const valuesPerMeter = 20;
const changes = 60;
const beyondPollMs = 200;
const limitA = 100;
/** As many rules as a large site has, spread over the meters; all but the one that is watched stay quiet. */
const rules = 500;

/** All meters behind one address; holding registers are uint16, register 0 of unit 1 is the one that changes. */
function meterServer() {
  const registers = new Uint16Array(valuesPerMeter).fill(10);
  let special = 10;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 12) {
        const request = rest.subarray(0, 12);
        rest = rest.subarray(12);
        const [unit, from, count] = [request[6] as number, request.readUInt16BE(8), request.readUInt16BE(10)];
        const answer = Buffer.alloc(9 + 2 * count);
        request.copy(answer, 0, 0, 8);
        answer.writeUInt16BE(3 + 2 * count, 4);
        answer[8] = 2 * count;
        for (let i = 0; i < count; i++)
          answer.writeUInt16BE(unit === 1 && from + i === 0 ? special : (registers[from + i] ?? 0), 9 + 2 * i);
        socket.write(answer);
      }
    });
  });
  return {
    server,
    set(value: number) {
      special = value;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const quantities = [
  'current_l1_a',
  'current_l2_a',
  'current_l3_a',
  'voltage_l1_v',
  'voltage_l2_v',
  'voltage_l3_v',
  'active_power_kw',
  'active_power_l1_kw',
  'active_power_l2_kw',
  'active_power_l3_kw',
  'reactive_power_kvar',
  'reactive_power_l1_kvar',
  'reactive_power_l2_kvar',
  'reactive_power_l3_kvar',
  'apparent_power_kva',
  'voltage_l12_v',
  'voltage_l23_v',
  'voltage_l31_v',
  'frequency_hz',
  'demand_kw',
];

function writeSite(folder: string, port: number): string {
  const words = Object.fromEntries(quantities.map((_, index) => [String(index), [10]]));
  const profile = {
    id: 'bench-meter',
    vendor: 'bench',
    model: 'bench',
    title: { zh: '测试表', en: 'Bench meter' },
    system: 'electricity',
    kind: 'electricity-meter',
    source: 'made for the bench',
    evidence: 'B',
    points: quantities.map((quantity, address) => ({ quantity, address, type: 'uint16' })),
    samples: [
      { from: 'made for the bench', words: { holding: words }, values: Object.fromEntries(quantities.map((quantity) => [quantity, 10])) },
    ],
  };
  mkdirSync(join(folder, 'profiles'));
  writeFileSync(join(folder, 'profiles', 'bench-meter.yaml'), JSON.stringify(profile));
  const devices = Array.from({ length: meters }, (_, index) => ({
    id: `meter-${index + 1}`,
    name: { zh: '表', en: 'Meter' },
    profile: 'bench-meter',
    unit: index + 1,
    poll: `${pollMs}ms`,
    role: index === 0 ? 'watched' : 'other',
  }));
  const site = {
    site: { id: 'bench', name: { zh: '测试', en: 'Bench' } },
    profiles: ['profiles'],
    gateways: [
      {
        id: 'gw',
        name: { zh: '网关', en: 'Gateway' },
        buses: [{ id: 'bus', type: 'modbus-tcp', host: '127.0.0.1', port, in_flight: 8, devices }],
      },
    ],
    rules: {
      packs: [],
      own: [
        {
          id: 'BENCH-HIGH',
          kind: 'above',
          title: { zh: '高', en: 'High' },
          select: { role: 'watched' },
          quantity: 'current_l1_a',
          params: { limit: limitA },
          priority: 'critical',
          ticket: false,
          trade: 'electrical',
          check: { zh: '查', en: 'Look' },
          source: 'made for the bench',
        },
        ...Array.from({ length: rules - 1 }, (_, index) => ({
          id: `BENCH-${index}`,
          kind: 'above',
          title: { zh: '高', en: 'High' },
          select: { devices: [`meter-${(index % meters) + 1}`] },
          quantity: quantities[(index % (valuesPerMeter - 1)) + 1],
          params: { limit: 1_000 },
          priority: 'low',
          trade: 'electrical',
          check: { zh: '查', en: 'Look' },
          source: 'made for the bench',
        })),
      ],
    },
  };
  const file = join(folder, 'site.yaml');
  writeFileSync(file, JSON.stringify(site));
  return file;
}

const row: Row = {
  id: 'p07',
  title: `register changes → alarm published, ${(meters * valuesPerMeter * 1000) / pollMs} values/s, ${rules} rules`,
  reach: `p99 ≤ poll interval + ${beyondPollMs} ms`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'plantroom-bench-'));
    const meter = meterServer();
    await new Promise<void>((resolve) => meter.server.listen(0, '127.0.0.1', resolve));
    const address = meter.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const latencyMs: number[] = [];
    {
      await using program = await startProgram({ args: ['--site', writeSite(folder, port)], environment: { PLANTROOM_DATA: folder } });
      await until(async () => (await fetch(`${program.url}/healthz`)).ok);
      const brokerUrl = /embedded, (mqtt:\S+)/.exec(program.output.join('\n'))?.[1] ?? '';
      const client = connectMqtt(
        mqttAccess('dashboards', program.dataDir, { PLANTROOM_MQTT_URL: brokerUrl }),
        openLog('bench', { PLANTROOM_LOG: 'error' }),
      );
      client.on('connect', () => client.subscribe(filters.allAlarms('bench'), { qos: 1 }));
      let heard: (active: boolean) => void = () => {};
      client.on('message', (_topic, payload) => heard(payload.length > 0 && JSON.parse(payload.toString()).active === true));
      await until(async () => (await program.list<{ online: boolean }>('/api/devices')).every((device) => device.online));
      for (let i = 0; i < changes; i++) {
        for (const active of [true, false]) {
          // Moments spread over the poll interval, so that all phases are met alike.
          await new Promise((resolve) => setTimeout(resolve, 300 + ((i * 137) % pollMs)));
          const seen = new Promise<void>((resolve) => {
            heard = (now) => now === active && resolve();
          });
          const changedAt = performance.now();
          meter.set(active ? limitA * 2 : 10);
          await seen;
          if (active) latencyMs.push(performance.now() - changedAt);
        }
      }
      await client.endAsync(true);
    }
    meter.close();
    rmSync(folder, { recursive: true, force: true });
    const sorted = [...latencyMs].sort((a, b) => a - b);
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
    return {
      ours: `p99 ${p99.toFixed(0)} ms, median ${median(latencyMs).toFixed(0)} ms over ${changes} changes`,
      limit: `${pollMs} ms (poll interval)`,
      ratio: p99 / pollMs,
      raw: { 'change to alarm, ms': latencyMs },
      ok: p99 <= pollMs + beyondPollMs,
    };
  },
};
export default row;
