/** The real dashboards role on the embedded broker, the SQLite store and a real desk, in a folder of its own; for API and page tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { Registry } from 'prom-client';
import { Accounts } from '../access/accounts.ts';
import { type UserRole, userRoles } from '../access/permissions.ts';
import { type RunningDashboards, startHttp } from '../dashboards/app.ts';
import type { AlarmDefinition, EngineDesk } from '../desk/desk.ts';
import { openEngineDesk } from '../desk/open.ts';
import { openBroker } from '../gateway/broker.ts';
import { openStore } from '../ingest/open-store.ts';
import type { Store } from '../ingest/store.ts';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { mqttAccess, operationsFile, type Role } from '../shared/role.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { Troubles } from '../shared/trouble.ts';

export const passwordOf = (role: UserRole) => `${role}-password-1`;

export interface DashboardsApp extends AsyncDisposable {
  url: string;
  dataDir: string;
  store: Store;
  desk: EngineDesk;
  metrics: Registry;
  /** A client with the rights of that role. */
  connect(role: Role | 'device'): Promise<MqttClient>;
  signIn(role: UserRole): Promise<string>;
  call(method: string, path: string, options?: { token?: string; body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
}
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the tests are about
  json: any;
}

/** One user per role: name = role. */
export async function startDashboardsApp(site: LoadedSite, options: { proxies?: string[] } = {}): Promise<DashboardsApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plantroom-api-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = systemClock();
  const id = site.config.site.id;
  const broker = undo.use(await openBroker({ site: id, dataDir, host: '127.0.0.1', port: 0, log: silentLog() }));
  const brokerUrl = `mqtt://127.0.0.1:${broker.port}`;
  const storeUrl = `sqlite:${join(dataDir, 'readings.db')}`;
  const store = undo.use(await openStore({ url: storeUrl, site: id }));
  const desk = undo.use(openEngineDesk({ file: operationsFile(dataDir), clock }));
  const access = (role: Role | 'device') => mqttAccess(role, dataDir, { PLANTROOM_MQTT_URL: brokerUrl, PLANTROOM_MQTT_EMBEDDED: '1' });
  {
    using accounts = new Accounts(dataDir, clock);
    for (const role of userRoles) {
      await accounts.add({ name: role, role, password: passwordOf(role) }, 'test', { N: 256, r: 8, p: 1 });
    }
  }
  const metrics = new Registry();
  const running: RunningDashboards = undo.use(
    await startHttp(
      {
        role: 'dashboards',
        site,
        dataDir,
        mqtt: access('dashboards'),
        storeUrl,
        clock,
        log: silentLog(),
        metrics,
        troubles: new Troubles(clock),
      },
      { host: '127.0.0.1', port: 0, ...options },
    ),
  );
  const tokens = new Map<UserRole, string>();
  const app: Omit<DashboardsApp, typeof Symbol.asyncDispose> = {
    url: running.url,
    dataDir,
    store,
    desk,
    metrics,
    async connect(role) {
      const { username, password } = access(role);
      const client = await mqtt.connectAsync(brokerUrl, { protocolVersion: 4, username: username!, password: password!.reveal() });
      return undo2.adopt(client, (one) => one.endAsync(true));
    },
    async signIn(role) {
      const known = tokens.get(role);
      if (known) return known;
      const answer = await app.call('POST', '/api/login', { body: { user: role, password: passwordOf(role) } });
      tokens.set(role, answer.json.token);
      return answer.json.token as string;
    },
    async call(method, path, { token, body, headers } = {}) {
      const response = await fetch(running.url + path, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, json: isJson && text ? JSON.parse(text) : text };
    },
  };
  const undo2 = undo.move();
  return { ...app, [Symbol.asyncDispose]: () => undo2.disposeAsync() };
}

export const heatingAlarm = (device: string, more: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  id: `heat-loop-low.${device}`,
  rule: 'HEAT-LOOP-LOW',
  device,
  quantity: 'pressure_kpa',
  system: 'heating',
  priority: 'critical',
  trade: 'boiler',
  lifeSafety: false,
  latching: false,
  unit: 'kPa',
  title: { zh: '环路压力低', en: 'Loop pressure low' },
  message: { zh: '环路压力低', en: 'Loop pressure low' },
  check: { zh: '检查补水', en: 'Check the make-up' },
  location: { zh: '住院后楼', en: 'Rear building' },
  building: null,
  department: null,
  source: 'proposal',
  ticket: true,
  causeKey: `heat-loop-low.${device}`,
  ...more,
});
