/**
 * A day of the simulated hospital in a real InfluxDB, as ingest and rules write it, and Grafana's part of a query: filling in variables and times,
 * and making marks of the rows of an annotation.
 */
import { join } from 'node:path';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { openEngineDesk } from '../../desk/open.ts';
import { metersOf, openAccountant } from '../../energy/index.ts';
import { openStore } from '../../ingest/open-store.ts';
import { placementsOf } from '../../ingest/placement.ts';
import type { StorePoint } from '../../ingest/store.ts';
import { openConditionHandler } from '../../rules/condition-handler.ts';
import { type Condition, openEngine } from '../../rules/engine.ts';
import { openRuleBook } from '../../rules/pack.ts';
import { pointsOf } from '../../rules/transitions.ts';
import { loadCatalog } from '../../shared/catalog.ts';
import { manualClock } from '../../shared/clock.ts';
import { createHospital } from '../../simulators/hospital.ts';
import type { Scenario } from '../../simulators/scenario.ts';
import type { demoSite } from '../board-site.ts';
import { startInfluxdb } from '../servers.ts';

export const dayStart = Date.UTC(2026, 0, 14, 16);
export const dayEnd = dayStart + 86_400_000;
const pollMs = 300_000;

/** Hour of the day, and what goes wrong then; each is over after an hour, so that some alarms return and those of the last stand. */
const faults: readonly [hour: number, fault: string][] = [
  [1, 'oxygen-leak'],
  [3, 'feeder-overload'],
  [5, 'water-burst'],
  [7, 'wastewater-acid'],
  [9, 'drain-blocked'],
  [10.5, 'ct-reversed'],
  [14, 'genset-battery-low'],
  [16, 'hot-water-heater-fails'],
  [18, 'ceiling-leak'],
  [20, 'cold-room'],
  [23.25, 'mains-lost-generator-fails'],
];
const unbroken = 'sensor-open-loop';

/** Readings every five minutes, what the energy role books of them, and the rules' word on them, faults, one sensor broken from noon, one device away for an hour. */
export async function startDay(demo: ReturnType<typeof demoSite>) {
  const server = await startInfluxdb();
  const url = `influx1://127.0.0.1:${server.port}/plantroom`;
  await using store = await openStore({ url, site: demo.config.site.id });
  const scenarios = await loadCatalog<Scenario>(join(import.meta.dirname, '..', '..', 'simulators', 'scenarios'));
  const hospital = createHospital(demo.config, demo.profiles, { start: dayStart, scenarios, stepS: 10 });
  using rules = openRules(demo);
  const places = new Map([...placementsOf(demo.config).values()].flatMap((gateway) => [...gateway]));
  const bad = new Map<string, number>();
  const status = (device: string, t: number, fields: Record<string, number>): StorePoint => {
    const { tags } = places.get(device)!;
    return { measurement: 'device_status', tags, t, fields };
  };
  let batch: StorePoint[] = hospital.devices.map(({ id }) => status(id, dayStart, { online: 1 }));
  const away = (t: number) => t >= dayStart + 3 * 3_600_000 && t < dayStart + 4 * 3_600_000;
  for (let t = dayStart + pollMs; t <= dayEnd; t += pollMs) {
    hospital.advanceTo(t);
    const hour = (t - dayStart) / 3_600_000;
    for (const [begin, fault] of faults) {
      if (hour === begin) hospital.startFault(fault);
      else if (hour === begin + 1) hospital.stopFault(fault);
    }
    if (hour === 12) hospital.startFault(unbroken);
    if (hour === 3 || hour === 4) {
      batch.push(status('room-pump', t, { online: hour - 3 }));
      rules.status('room-pump', t, hour === 4);
    }
    for (const { id } of hospital.devices) {
      const reading = hospital.readDevice(id);
      const place = places.get(id);
      if (!reading || !place || (id === 'room-pump' && away(t))) continue;
      if (Object.keys(reading.v).length > 0)
        batch.push({ measurement: place.measurement, tags: place.tags, t, fields: reading.v as Record<string, number> });
      rules.readings(id, t, reading.v as Record<string, number>, reading.bad);
      const wrong = Object.keys(reading.bad).length;
      if (wrong !== (bad.get(id) ?? 0)) batch.push(status(id, t, { bad_points: wrong }));
      bad.set(id, wrong);
    }
    rules.tick(t);
    if (t === dayEnd) batch.push(...rules.points());
    if (batch.length > 5_000 || t === dayEnd) {
      const refused = await store.write(batch);
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused.slice(0, 3))}`);
      batch = [];
    }
  }
  // A few minutes later, so that the last reading counts as settled.
  const clock = manualClock(dayEnd + pollMs);
  const meters = metersOf(demo.config, (profile) => [...(demo.site.profileFacts?.(profile)?.quantities ?? [])]);
  await openAccountant({ meters, store, clock, timezone: demo.config.site.timezone }).work();
  return Object.assign(server, { storeUrl: url, meters });
}

/** Engine and desk as the rules role has them, and what it keeps in the store. */
function openRules(demo: ReturnType<typeof demoSite>) {
  const clock = manualClock(dayStart);
  const desk = openEngineDesk({ file: ':memory:', clock });
  const book = openRuleBook(demo.config);
  const conditionHandler = openConditionHandler(book, desk, clock);
  const pending: Condition[] = [];
  // Devices are read more seldom here than the site file says: that they are silent would be all that the rules see.
  const instances = book.instances.filter(({ rule }) => !rule.id.startsWith('SYS-COMM'));
  const engine = openEngine(instances, (condition) => void pending.push(condition), conditionHandler.active);
  engine.start(dayStart);
  for (const gateway of demo.config.gateways) engine.status(gateway.id, dayStart, true);
  return {
    readings: engine.readings,
    status: engine.status,
    tick(t: number) {
      clock.advanceSync(t - clock.now());
      engine.tick(t);
      conditionHandler.attend(pending.splice(0));
    },
    points: () => pointsOf(desk.journalSince(0, 100_000), book.plant, (id) => desk.alarm(id)),
    [Symbol.dispose]: () => desk[Symbol.dispose](),
  };
}

export interface Result {
  series?: { name: string; tags?: Record<string, string>; columns: string[]; values: (number | string | null)[][] }[];
  error?: string;
}

export async function ask(server: { url: string }, query: string): Promise<Result> {
  const response = await fetch(`${server.url}/query?db=plantroom&epoch=ms`, { method: 'POST', body: new URLSearchParams({ q: query }) });
  const { results, error } = (await response.json()) as { results?: Result[]; error?: string };
  return error === undefined ? (results?.[0] ?? {}) : { error };
}

export const hasValues = ({ series }: Result): boolean =>
  (series ?? []).some(({ values, columns }) =>
    values.some((row) => row.some((value, index) => columns[index] !== 'time' && value !== null)),
  );

interface Target {
  refId: string;
  query: string;
}
export const targetsOf = (panel: Panel): Target[] => (panel.targets ?? []) as unknown as Target[];
export const panelsOf = (built: Dashboard): Panel[] => (built.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row');

function lookBackMs(text: string | undefined): number | undefined {
  const [, count, unit] = /^(\d+)([md])$/.exec(text ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 'd' ? 86_400_000 : 60_000);
}

/**
 * As Grafana fills in a query. Its InfluxQL data source hands a variable without a format to an escape: where the variable stands between two slashes
 * of a line, as if in a regular expression, what it stands for is escaped, and the interval, which the server fills in later, stands for its own name.
 * A variable that stands for all is `.*`.
 */
export function filled(query: string, panel: { timeFrom?: string }, choice: Record<string, string> = {}): string {
  const from = dayEnd - (lookBackMs(panel.timeFrom) ?? 86_400_000);
  const standsFor = (name: string): string | undefined => (name.startsWith('__interval') ? `$${name}` : choice[name]);
  return query
    .replaceAll(
      /\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g,
      (all, braced: string | undefined, format: string | undefined, bare: string | undefined) => {
        const name = (braced ?? bare) as string;
        if (name === 'timeFilter') return all;
        const value = standsFor(name) ?? '.*';
        if (format !== undefined) return value;
        const inPattern = new RegExp(`\\/(?:\\^)?(.*)(\\$${name})(.*)(?:\\$)?\\/`, 'm');
        return inPattern.test(query) ? value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, '\\$&') : value;
      },
    )
    .replaceAll('$timeFilter', `time >= ${from}ms and time <= ${dayEnd}ms`)
    .replaceAll('$__interval', '10m');
}

/** A mark as Grafana makes it of a row; see its transformAnnotationResponse (public/app/plugins/datasource/influxdb/response_parser.ts). */
export interface Mark {
  time: number;
  title: unknown;
  text: unknown;
  tags: unknown[];
  /** Undefined for a moment. */
  timeEnd: number | undefined;
}

export interface AnnotationTarget {
  query: string;
  titleColumn: string;
  textColumn: string;
  tagsColumn: string;
  timeEndColumn: string;
}

export async function marksOf(server: { url: string }, target: AnnotationTarget, choice: Record<string, string> = {}): Promise<Mark[]> {
  const { series, error } = await ask(server, filled(target.query, {}, choice));
  if (error !== undefined) throw new Error(`${error}: ${target.query}`);
  return (series ?? []).flatMap(({ name, columns, values }) => {
    const at = (column: string) => columns.findIndex((one) => `${name}.${one}` === column);
    return values
      .filter((row) => !row.includes(null))
      .map((row) => {
        const [time, timeEnd] = [row[columns.indexOf('time')] as number, row[at(target.timeEndColumn)] as number];
        const [title, text] = [row[at(target.titleColumn)], row[at(target.textColumn)]];
        return { time, timeEnd: timeEnd && timeEnd !== time ? timeEnd : undefined, title, text, tags: [row[at(target.tagsColumn)]] };
      });
  });
}
