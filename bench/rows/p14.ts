/** From a register that changes to a notice that its receiver has: gateway, broker, rules with 500 rules and notifier, each in its own process. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCredentials } from '../../gateway/credentials.ts';
import { hangMs } from '../../test/hang.ts';
import { startHttpReceiver } from '../../test/http-receiver.ts';
import { freePort } from '../../test/servers.ts';
import { deviceId, unitOf, wideQuantities, writeFleet } from '../chaos/fleet.ts';
import { roleProcess } from '../chaos/roles.ts';
import { until } from '../chaos/rounds.ts';
import { startTruthServer } from '../chaos/truth-server.ts';
import type { Row } from '../row.ts';

const buses = 10;
const devicesPerBus = 10;
const values = 20;
const rulesPerDevice = 5;
const changes = 200;
const everyMs = 250;
/** Above every number that the meters count through. */
const limit = 99_995;
const reachMs = 3_000;

const row: Row = {
  id: 'p14',
  title: `from a change at a register to the notice handed over: ${buses * devicesPerBus * values} values a second, ${buses * devicesPerBus * rulesPerDevice} rules, ${changes} changes, meters polled each second`,
  reach: `p99 ≤ ${reachMs / 1_000} s`,
  async run() {
    await using undo = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'plantroom-bench-'));
    undo.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    ensureCredentials(folder);
    /** What a register holds instead, by unit and quantity. */
    const held = new Map<string, number>();
    const truth = undo.use(
      await startTruthServer({ values, buses, remember: false, instead: (unit, quantity) => held.get(`${unit} ${quantity}`) }),
    );
    const changedAt = new Map<string, number>();
    const tookMs: number[] = [];
    const receiver = undo.use(
      await startHttpReceiver((post) => {
        const now = performance.now();
        for (const { device, rule } of (JSON.parse(post.body) as { alarms: { device: string; rule: string }[] }).alarms) {
          const since = changedAt.get(`${device} ${rule}`);
          if (since === undefined) continue;
          changedAt.delete(`${device} ${rule}`);
          tookMs.push(now - since);
        }
        return {};
      }),
    );
    const site = writeFleet(folder, { ports: truth.ports, devicesPerBus, values, poll: '1s', timeout: '5s' });
    const devices = Array.from({ length: buses * devicesPerBus }, (_, device) => device);
    const ruleId = (device: number, k: number) => `BENCH-${device}-${k}`;
    const rules = devices.flatMap((device) =>
      Array.from({ length: rulesPerDevice }, (_, index) => ({
        id: ruleId(device, index + 1),
        kind: 'above',
        title: { zh: '试验', en: 'Test' },
        select: { devices: [deviceId(device)] },
        quantity: wideQuantities[index + 1],
        params: { limit },
        priority: 'critical',
        trade: 'general',
        ticket: false,
        check: { zh: '无', en: 'None' },
        source: 'proposal',
      })),
    );
    const more = {
      rules: { packs: [], own: rules },
      channels: [{ id: 'hook', type: 'webhook', url: receiver.url, secret: { env: 'HOOK' } }],
      weekly_test: { enabled: false },
    };
    // YAML takes JSON.
    appendFileSync(
      site,
      Object.entries(more)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
        .join(''),
    );
    const brokerPort = await freePort();
    const environment = {
      PLANTROOM_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
      PLANTROOM_MQTT_EMBEDDED: '1',
      PLANTROOM_BROKER_PORT: String(brokerPort),
      PLANTROOM_LOG: 'warn',
      HOOK: 'a-key-of-the-hook-signature',
    };
    for (const name of ['broker', 'ingest', 'gateway', 'rules'] as const)
      await undo.use(roleProcess(name, ['--site', site, '--data', folder], environment)).start();
    await until(() => truth.given() > devices.length * 5, hangMs, 'some rounds of all meters');
    await sleep(5_000);
    for (let change = 0; change < changes; change++) {
      const device = (change * 37) % devices.length;
      const k = 1 + (Math.floor(change / devices.length) % rulesPerDevice);
      changedAt.set(`${deviceId(device)} ${ruleId(device, k)}`, performance.now());
      held.set(`${unitOf(device)} ${k}`, limit + 1);
      await sleep(everyMs);
    }
    const patience = Date.now() + 20_000;
    while (changedAt.size > 0 && Date.now() < patience) await sleep(100);
    const sorted = tookMs.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
    const p99 = at(0.99);
    return {
      ours: `p99 ${(p99 / 1_000).toFixed(2)} s, median ${(at(0.5) / 1_000).toFixed(2)} s`,
      limit: '–',
      raw: { 'change to notice, ms (sorted)': sorted.filter((_, index) => index % 10 === 9) },
      ok: changedAt.size === 0 && p99 <= reachMs,
      note: `${sorted.length} of ${changes} arrived; half a poll of a second is in each on average; slowest ${Math.round(at(1))} ms`,
    };
  },
};
export default row;
