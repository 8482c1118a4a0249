/**
 * All that stands between a reading that comes late and the pages, in one process: broker, ingest, energy, dashboards, on any store; and beside it a plant that
 * knew the reading from the beginning, counted in one go, against whose pages the others are held.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { Registry } from 'prom-client';
import { Accounts } from '../../access/accounts.ts';
import { startHttp } from '../../dashboards/app.ts';
import { openDatabase } from '../../desk/database.ts';
import { startEnergy } from '../../energy/app.ts';
import { metersOf, monthsBetween, openAccountant, openMonthVersions } from '../../energy/index.ts';
import { openBroker } from '../../gateway/broker.ts';
import { startIngest } from '../../ingest/app.ts';
import { openStore } from '../../ingest/open-store.ts';
import type { Store, StorePoint } from '../../ingest/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import { mqttAccess, operationsFile, type Role, type RoleContext } from '../../shared/role.ts';
import { siteSchema } from '../../shared/site.ts';
import type { LoadedSite } from '../../shared/site-file.ts';
import { topics } from '../../shared/topic.ts';
import { Troubles } from '../../shared/trouble.ts';
import { momentOf, wallOf } from '../../shared/zone.ts';
import { random } from '../random.ts';

const zone = 'Asia/Shanghai';
const quarterMs = 900_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const historyDays = 75;
const name = { zh: '表', en: 'meter' };
const password = 'late-plant-password-1';

export interface LatePlant extends AsyncDisposable {
  /** Sends the reading and waits until every page says what the other plant's says. @returns ms for all of them, and which was the last */
  late(limitMs: number): Promise<{ ms: number; last: string }>;
  /** Sends the reading and waits until the energy role has counted what it changes. */
  counted(): Promise<void>;
  /** Pages that differ from the other plant's now. */
  wrong(): Promise<string[]>;
}

interface Plan {
  site: LoadedSite;
  points: StorePoint[];
  reading: StorePoint;
  pages: string[];
}

/** The reading at midnight between two months is missing, with three hours on both sides: nearly all of what was used then belongs before it. */
function planOf(meters: number): Plan {
  const now = new Date(wallOf(zone, Date.now()));
  const first = (back: number) => momentOf(zone, Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
  const [midnight, end] = [first(1), first(0)];
  const day = (t: number) => new Date(wallOf(zone, t)).toISOString().slice(0, 10);
  const begin = midnight - historyDays * dayMs;
  const device = (id: string, unit: number, more: object) => ({
    ...{ id, name, system: 'electricity', profile: 'acrel-adl3000', unit, role: 'feeder' },
    ...more,
  });
  const config = siteSchema.parse({
    site: { id: 'late', name, timezone: zone },
    departments: Array.from({ length: meters }, (_, i) => ({ id: `d${i}`, name, area_m2: 100 + i })),
    tariffs: [{ id: 'grid', file: 'hebei-commercial-two-part' }],
    gateways: [
      {
        ...{ id: 'g', name },
        buses: [
          {
            ...{ id: 'b', type: 'modbus-tcp', host: '192.0.2.1' },
            devices: [
              device('main', 1, { role: 'incomer' }),
              ...Array.from({ length: meters }, (_, i) => device(`m${i}`, (i % 200) + 2, { fed_by: 'main', department: `d${i}` })),
              device('outdoor', 203, { system: 'environment', role: 'outdoor', only: ['outdoor_temp_c'] }),
            ],
          },
        ],
      },
    ],
    // Longer than all that is told of: what retention does is shown elsewhere.
    retention: { raw: '200d' },
    tree: [{ id: 'main', by: 'area' }],
    projects: [
      {
        ...{ id: 'fans', name, meters: ['m0'] },
        baseline: { from: day(begin), to: day(midnight - dayMs) },
        reporting: { from: day(midnight), to: day(end - dayMs) },
      },
    ],
  });
  const tags = (id: string) => ({ site: 'late', device: id, gateway: 'g' });
  const points: StorePoint[] = [];
  const counted = (id: string, kw: number): StorePoint[] => {
    const dice = random(id.length + kw);
    let kwh = 1_000;
    let today = 1;
    return Array.from({ length: (end + dayMs - begin) / quarterMs + 1 }, (_, k) => {
      if (k % 96 === 0) today = 0.85 + 0.15 * Math.sin((2 * Math.PI * k) / (60 * 96)) + 0.1 * dice();
      kwh += (kw * today * (0.8 + 0.4 * dice())) / 4;
      const fields = { energy_import_kwh: Math.round(kwh * 100) / 100 };
      return { measurement: 'electricity', tags: tags(id), t: begin + k * quarterMs, fields };
    });
  };
  let reading: StorePoint | undefined;
  for (const id of ['main', ...Array.from({ length: meters }, (_, i) => `m${i}`)]) {
    const all = counted(id, id === 'main' ? 40 + 8 * meters : 6);
    if (id !== 'm0') {
      points.push(...all);
      continue;
    }
    const gap = all.filter(({ t }) => Math.abs(t - midnight) <= 3 * hourMs);
    const [from, to] = [gap[0]?.fields.energy_import_kwh as number, gap.at(-1)?.fields.energy_import_kwh as number];
    reading = { ...(all[0] as StorePoint), t: midnight, fields: { energy_import_kwh: Math.round((from + 0.9 * (to - from)) * 100) / 100 } };
    points.push(...all.filter(({ t }) => Math.abs(t - midnight) >= 3 * hourMs));
  }
  for (let t = begin; t < end + dayMs; t += hourMs) {
    const c = 15 + 10 * Math.sin((2 * Math.PI * (t - begin)) / (60 * dayMs)) + 4 * Math.sin((2 * Math.PI * t) / dayMs);
    points.push({ measurement: 'environment', tags: tags('outdoor'), t, fields: { outdoor_temp_c: Math.round(c * 100) / 100 } });
  }
  const month = day(midnight).slice(0, 7);
  const before = day(midnight - dayMs).slice(0, 7);
  const span = `from=${first(2)}&to=${end}`;
  return {
    site: {
      ...{ config, file: 'late.yaml', folder: '.' },
      mistake: (path, found, allowed) => ({ file: 'late.yaml', line: 0, column: 0, path: path.join('.'), found: String(found), allowed }),
    },
    ...{ points, reading: reading as StorePoint },
    pages: [
      `/api/energy/consumption?scope=meter&id=m0&${span}&every=1d`,
      `/api/energy/consumption?scope=site&${span}&every=1mo`,
      `/api/energy/cost?scope=site&${span}`,
      `/api/energy/cost?scope=department&id=d0&${span}`,
      ...[month, before].flatMap((one) => [
        `/api/energy/allocation?month=${one}`,
        `/api/energy/overview?month=${one}`,
        `/api/energy/breakdown?scope=department&month=${one}`,
      ]),
      '/api/energy/months?scope=department&id=d0',
      '/api/energy/projects',
    ],
  };
}

/**
 * Counts of versions tell when something was written, not what; hashes hang on the last bit of a sum, which hangs on the order of its parts. Numbers may differ
 * by as much too, and what a search for the best fit found by a little more.
 */
function same(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance * Math.max(1e-3, Math.abs(a), Math.abs(b));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => key !== 'version' && key !== 'sha256');
  return keys.every((key) => same(one[key], other[key], tolerance));
}

export async function startLatePlant(storeUrl: string, meters = 4): Promise<LatePlant> {
  const plan = planOf(meters);
  const folder = mkdtempSync(join(tmpdir(), 'plantroom-late-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const clock = systemClock();
  const counters = metersOf(plan.site.config);
  const fill = async (store: Store, points: readonly StorePoint[]) => {
    for (let at = 0; at < points.length; at += 5_000) await store.write(points.slice(at, at + 5_000));
  };

  const contextOf = (dataDir: string, url: string, brokerUrl: string, role: Role): RoleContext => ({
    ...{ role, site: plan.site, dataDir, storeUrl: url, clock, log: silentLog(), metrics: new Registry(), troubles: new Troubles(clock) },
    mqtt: mqttAccess(role, dataDir, { PLANTROOM_MQTT_URL: brokerUrl, PLANTROOM_MQTT_EMBEDDED: '1' }),
  });
  const pagesOf = async (dataDir: string, url: string, brokerUrl: string) => {
    {
      using accounts = new Accounts(dataDir, clock);
      await accounts.add({ name: 'viewer', role: 'viewer', password }, 'test', { N: 256, r: 8, p: 1 });
    }
    const running = undo.use(await startHttp(contextOf(dataDir, url, brokerUrl, 'dashboards'), { host: '127.0.0.1', port: 0 }));
    const body = JSON.stringify({ user: 'viewer', password });
    const headers = { 'content-type': 'application/json' };
    const { token } = (await (await fetch(`${running.url}/api/login`, { method: 'POST', body, headers })).json()) as { token: string };
    return async (path: string) => {
      const answer = await fetch(running.url + path, { headers: { authorization: `Bearer ${token}` } });
      const text = await answer.text();
      return answer.ok ? (JSON.parse(text) as unknown) : `${answer.status} ${text}`;
    };
  };
  const brokerOf = async (dataDir: string) => {
    const broker = undo.use(await openBroker({ site: 'late', dataDir, host: '127.0.0.1', port: 0, log: silentLog() }));
    return `mqtt://127.0.0.1:${broker.port}`;
  };

  // The plant that knew it from the beginning.
  const cleanDir = join(folder, 'clean');
  const cleanUrl = `sqlite:${join(folder, 'clean.db')}`;
  {
    await using store = await openStore({ url: cleanUrl, site: 'late' });
    await fill(store, [...plan.points, plan.reading]);
    using db = openDatabase(operationsFile(cleanDir));
    const versions = openMonthVersions(db);
    const written = (from: number, to: number) => versions.bump(monthsBetween(zone, from, to), clock.now());
    await openAccountant({ meters: counters, store, clock, timezone: zone, written }).work();
  }
  const clean = await pagesOf(cleanDir, cleanUrl, await brokerOf(cleanDir));
  const truth = new Map<string, unknown>();
  for (const page of plan.pages) truth.set(page, await clean(page));

  const liveDir = join(folder, 'live');
  {
    await using store = await openStore({ url: storeUrl, site: 'late' });
    await fill(store, plan.points);
  }
  const brokerUrl = await brokerOf(liveDir);
  undo.use(await startIngest(contextOf(liveDir, storeUrl, brokerUrl, 'ingest')));
  const live = await pagesOf(liveDir, storeUrl, brokerUrl);
  undo.use(await startEnergy(contextOf(liveDir, storeUrl, brokerUrl, 'energy')));
  const gateway = mqttAccess('gateway', liveDir, { PLANTROOM_MQTT_URL: brokerUrl, PLANTROOM_MQTT_EMBEDDED: '1' });
  const client = undo.adopt(
    await mqtt.connectAsync(brokerUrl, {
      protocolVersion: 4,
      username: gateway.username as string,
      password: gateway.password?.reveal() as string,
    }),
    (one) => one.endAsync(true),
  );
  const wrongOf = async (pages: readonly string[]) => {
    const found: string[] = [];
    for (const page of pages) if (!same(await live(page), truth.get(page), page.includes('projects') ? 1e-3 : 1e-9)) found.push(page);
    return found;
  };
  // All meters are counted once; then only what the late reading touches differs.
  const site = plan.pages[1] as string;
  const others = `/api/energy/consumption?scope=meter&id=m${meters - 1}&${site.slice(site.indexOf('from='))}`;
  const expected = await clean(others);
  for (let i = 0; !same(await live(others), expected, 1e-9); i++) {
    if (i > 600) throw new Error('the energy role has not counted the meters within a minute');
    await clock.sleep(100);
  }
  const send = () => {
    const { t, fields } = plan.reading;
    return client.publishAsync(topics.readings('late', 'g', 'm0'), JSON.stringify({ boot: 'late-1', seq: 1, t, v: fields }), { qos: 1 });
  };
  const stack = undo.move();
  return {
    wrong: () => wrongOf(plan.pages),
    async counted() {
      using db = openDatabase(operationsFile(liveDir));
      const versions = openMonthVersions(db);
      const months = monthsBetween(zone, plan.reading.t - hourMs, plan.reading.t + hourMs);
      const before = months.map((month) => versions.of(month));
      await send();
      while (months.some((month, i) => versions.of(month) === before[i])) await clock.sleep(20);
    },
    async late(limitMs) {
      const began = performance.now();
      await send();
      let pages = plan.pages;
      let last = '';
      while (pages.length > 0) {
        [last = last] = pages.slice(-1);
        pages = await wrongOf(pages);
        if (performance.now() - began > limitMs) throw new Error(`not right after ${limitMs} ms: ${pages.join(', ')}`);
      }
      return { ms: performance.now() - began, last };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
