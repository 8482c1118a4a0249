/** Brings a Grafana to what the boards say: folder, data source, dashboards. What is already so is not touched. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { GrafanaClient } from './client.ts';
import type { DataSource } from './data-source.ts';

export interface Folder {
  uid: string;
  title: string;
}

export interface Change {
  what: 'folder' | 'data source' | 'board';
  uid: string;
  title: string;
  done: 'created' | 'changed' | 'unchanged';
}

export interface Push {
  folder: Folder;
  dashboards: readonly Dashboard[];
}

/**
 * Pushing twice changes nothing the second time; what somebody changed by hand is put back. Each change is told as soon as it is made, so that an error
 * half-way leaves no doubt about what was done.
 * @throws Fault grafana/unavailable, grafana/refused
 */
export async function pushAll(
  client: GrafanaClient,
  dataSources: readonly DataSource[],
  pushes: readonly Push[],
  tell: (change: Change) => void,
): Promise<void> {
  await client.check();
  for (const dataSource of dataSources) tell(await pushDataSource(client, dataSource));
  for (const { folder, dashboards } of pushes) {
    tell(await pushFolder(client, folder));
    for (const dashboard of dashboards) tell(await pushDashboard(client, folder, dashboard));
  }
}

async function pushFolder(client: GrafanaClient, { uid, title }: Folder): Promise<Change> {
  const path = `/api/folders/${uid}`;
  const found = (await client.get(path)) as { title?: unknown } | undefined;
  const change = { what: 'folder', uid, title } as const;
  if (found?.title === title) return { ...change, done: 'unchanged' };
  if (found) await client.send('PUT', path, { title, overwrite: true });
  else await client.send('POST', '/api/folders', { uid, title });
  return { ...change, done: found ? 'changed' : 'created' };
}

/** Passwords cannot be read back: they are sent when the data source is new, when it has none, or when anything else differs. */
async function pushDataSource(client: GrafanaClient, dataSource: DataSource): Promise<Change> {
  const { secureJsonData, isDefault, ...open } = dataSource;
  const path = `/api/datasources/uid/${dataSource.uid}`;
  const found = (await client.get(path)) as { secureJsonFields?: Record<string, boolean>; isDefault?: boolean } | undefined;
  const change = { what: 'data source', uid: dataSource.uid, title: `${dataSource.name} (${dataSource.url})` } as const;
  const hasSecrets = Object.keys(secureJsonData ?? {}).every((name) => found?.secureJsonFields?.[name] === true);
  if (found && hasSecrets && holds(found, open)) return { ...change, done: 'unchanged' };
  if (found) await client.send('PUT', path, { ...dataSource, isDefault: found.isDefault ?? isDefault });
  else await client.send('POST', '/api/datasources', dataSource);
  return { ...change, done: found ? 'changed' : 'created' };
}

async function pushDashboard(client: GrafanaClient, folder: Folder, dashboard: Dashboard): Promise<Change> {
  const uid = dashboard.uid ?? '';
  const found = (await client.get(`/api/dashboards/uid/${uid}`)) as { dashboard?: unknown; meta?: { folderUid?: unknown } } | undefined;
  const change = { what: 'board', uid, title: dashboard.title ?? uid } as const;
  const wanted: unknown = JSON.parse(JSON.stringify(dashboard));
  if (found && found.meta?.folderUid === folder.uid && holds(found.dashboard, wanted)) return { ...change, done: 'unchanged' };
  await client.send('POST', '/api/dashboards/db', {
    dashboard: wanted,
    folderUid: folder.uid,
    overwrite: true,
    message: 'plantroom grafana push',
  });
  return { ...change, done: found ? 'changed' : 'created' };
}

/** Is everything that we want there? Grafana adds ids, versions and defaults of its own; lists must be equal in length and order. */
export function holds(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && found.length === wanted.length && wanted.every((one, index) => holds(found[index], one));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
    return Object.entries(wanted).every(([key, value]) => holds((found as Record<string, unknown>)[key], value));
  }
  return found === wanted;
}
