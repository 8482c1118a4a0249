/**
 * The part of Grafana's documented HTTP API that `grafana push` uses, in memory, with its answers: no Grafana can be had here. Status codes and fields
 * follow the pages "Folder HTTP API", "Data source HTTP API" and "Dashboard HTTP API" of its documentation.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

export interface GrafanaServer extends AsyncDisposable {
  url: string;
  /** Every request that changes something, as "POST /api/folders". */
  writes: string[];
  folders: Map<string, Json>;
  dataSources: Map<string, Json & { secureJsonData?: Json }>;
  dashboards: Map<string, { dashboard: Json; folderUid: string }>;
  /** As `/api/health` tells it; undefined where Grafana is set to tell none. */
  version: string | undefined;
  /** Answers this to everything from now on. */
  fail: { status: number; body: string; headers?: Record<string, string> } | undefined;
}

export async function startGrafanaServer(token: string): Promise<GrafanaServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const { status, body, headers } = state.fail ?? { ...answer(state, request, token, await bodyOf(request)), headers: {} };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    })();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const state: GrafanaServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes: [],
    folders: new Map(),
    dataSources: new Map(),
    dashboards: new Map(),
    version: '12.1.0',
    fail: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return state;
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Json);
}

function answer(state: GrafanaServer, request: IncomingMessage, token: string, body: Json): { status: number; body: Json } {
  const { method = 'GET', url = '/' } = request;
  if (url === '/api/health') return { status: 200, body: { database: 'ok', version: state.version, commit: 'none' } };
  if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { message: 'Invalid API key' } };
  if (method !== 'GET') state.writes.push(`${method} ${url}`);
  const uid = decodeURIComponent(url.split('/').at(-1) ?? '');
  const none = (message: string) => ({ status: 404, body: { message } });

  if (url.startsWith('/api/folders')) {
    if (method === 'POST') {
      if (state.folders.has(String(body.uid))) return { status: 412, body: { message: 'a folder with the same uid already exists' } };
      state.folders.set(String(body.uid), { id: state.folders.size + 1, version: 1, ...body });
      return { status: 200, body: state.folders.get(String(body.uid)) as Json };
    }
    const found = state.folders.get(uid);
    if (!found) return none('folder not found');
    if (method === 'PUT') {
      if (body.overwrite !== true && body.version !== found.version)
        return { status: 412, body: { message: 'the folder has been changed' } };
      state.folders.set(uid, { ...found, title: body.title, version: Number(found.version) + 1 });
    }
    return { status: 200, body: state.folders.get(uid) as Json };
  }
  if (url.startsWith('/api/datasources')) {
    const shown = (one: Json) => {
      const { secureJsonData, ...open } = one;
      return { ...open, secureJsonFields: Object.fromEntries(Object.keys((secureJsonData as Json) ?? {}).map((name) => [name, true])) };
    };
    if (method === 'POST') {
      if ([...state.dataSources.values()].some(({ name }) => name === body.name)) {
        return { status: 409, body: { message: 'data source with the same name already exists' } };
      }
      state.dataSources.set(String(body.uid), { id: state.dataSources.size + 1, orgId: 1, readOnly: false, ...body });
      return { status: 200, body: { datasource: shown(body), message: 'Datasource added' } };
    }
    const found = state.dataSources.get(uid);
    if (!found) return none('Data source not found');
    if (found.readOnly === true && method === 'PUT') return { status: 403, body: { message: 'Cannot edit read-only data source' } };
    if (method === 'PUT') state.dataSources.set(uid, { ...found, ...body });
    return { status: 200, body: shown(state.dataSources.get(uid) as Json) };
  }
  if (url === '/api/dashboards/db' && method === 'POST') {
    const dashboard = body.dashboard as Json;
    const id = String(dashboard.uid);
    if (!state.folders.has(String(body.folderUid))) return { status: 400, body: { message: 'folder not found' } };
    const found = state.dashboards.get(id);
    if (found && body.overwrite !== true) return { status: 412, body: { message: 'A dashboard with the same uid exists' } };
    const version = Number(found?.dashboard.version ?? 0) + 1;
    state.dashboards.set(id, { dashboard: { ...dashboard, id: state.dashboards.size + 1, version }, folderUid: String(body.folderUid) });
    return { status: 200, body: { uid: id, status: 'success', version } };
  }
  if (url.startsWith('/api/dashboards/uid/')) {
    const found = state.dashboards.get(uid);
    return found
      ? { status: 200, body: { dashboard: found.dashboard, meta: { folderUid: found.folderUid } } }
      : none('Dashboard not found');
  }
  return none('Not found');
}
