/** A day of the simulated hospital in a real InfluxDB, as ingest writes it, and Grafana's part of a query: filling in variables and times. */
import { join } from 'node:path';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { openStore } from '../../ingest/open-store.ts';
import { placementsOf } from '../../ingest/placement.ts';
import type { StorePoint } from '../../ingest/store.ts';
import { loadCatalog } from '../../shared/catalog.ts';
import { createHospital } from '../../simulators/hospital.ts';
import type { Scenario } from '../../simulators/scenario.ts';
import type { demoSite } from '../board-site.ts';
import { startInfluxdb } from '../servers.ts';

export const dayStart = Date.UTC(2026, 0, 14, 16);
export const dayEnd = dayStart + 86_400_000;
const pollMs = 300_000;

/** Readings every five minutes, one sensor broken from noon, one device away for an hour. */
export async function startDay(demo: ReturnType<typeof demoSite>) {
  const server = await startInfluxdb();
  const url = `influx1://127.0.0.1:${server.port}/plantroom`;
  await using store = await openStore({ url, site: demo.config.site.id });
  const scenarios = await loadCatalog<Scenario>(join(import.meta.dirname, '..', '..', 'simulators', 'scenarios'));
  const hospital = createHospital(demo.config, demo.profiles, { start: dayStart, scenarios, stepS: 10 });
  const places = new Map([...placementsOf(demo.config).values()].flatMap((gateway) => [...gateway]));
  const bad = new Map<string, number>();
  const status = (device: string, t: number, fields: Record<string, number>): StorePoint => {
    const { tags } = places.get(device)!;
    return { measurement: 'device_status', tags, t, fields };
  };
  let batch: StorePoint[] = hospital.devices.map(({ id }) => status(id, dayStart, { online: 1 }));
  const away = (t: number) => t >= dayStart + 3 * 3_600_000 && t < dayStart + 4 * 3_600_000;
  batch.push(status('room-pump', dayStart + 3 * 3_600_000, { online: 0 }), status('room-pump', dayStart + 4 * 3_600_000, { online: 1 }));
  for (let t = dayStart + pollMs; t <= dayEnd; t += pollMs) {
    hospital.advanceTo(t);
    if (t === dayStart + 12 * 3_600_000) hospital.startFault('sensor-open-loop');
    for (const { id } of hospital.devices) {
      const reading = hospital.readDevice(id);
      const place = places.get(id);
      if (!reading || !place || (id === 'room-pump' && away(t))) continue;
      if (Object.keys(reading.v).length > 0)
        batch.push({ measurement: place.measurement, tags: place.tags, t, fields: reading.v as Record<string, number> });
      const wrong = Object.keys(reading.bad).length;
      if (wrong !== (bad.get(id) ?? 0)) batch.push(status(id, t, { bad_points: wrong }));
      bad.set(id, wrong);
    }
    if (batch.length > 5_000 || t === dayEnd) {
      const refused = await store.write(batch);
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused.slice(0, 3))}`);
      batch = [];
    }
  }
  return server;
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

/** As Grafana fills in a query; a variable that stands for all is `.*`. */
export function filled(query: string, panel: { timeFrom?: string }, choice: Record<string, string> = {}): string {
  const from = dayEnd - (lookBackMs(panel.timeFrom) ?? 86_400_000);
  return query
    .replaceAll('$timeFilter', `time >= ${from}ms and time <= ${dayEnd}ms`)
    .replaceAll('$__interval', '10m')
    .replaceAll(/\$\{(\w+):pipe\}/g, (_all, name: string) => choice[name] ?? '.*');
}
