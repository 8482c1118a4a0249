import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import grafana from '../../commands/grafana.ts';
import { loadBoards } from '../../dashboards/board/boards.ts';
import { buildDashboard } from '../../dashboards/grafana/build.ts';
import { grafanaClient } from '../../dashboards/grafana/client.ts';
import { dataSourceOf, dataSourcesOf } from '../../dashboards/grafana/data-source.ts';
import { type Change, holds, type Push, pushAll } from '../../dashboards/grafana/push.ts';
import { isFault } from '../../shared/errors.ts';
import { Secret } from '../../shared/secret.ts';
import { demoSite } from '../board-site.ts';
import { temporaryFolder } from '../servers.ts';
import { startGrafanaServer } from './grafana-server.ts';

const token = 'glsa_test-token';
const store = 'influx2://influx-secret@influxdb:8086/plantroom/plantroom';
let pushes: Push[];

beforeAll(async () => {
  const { config, devices, rules } = demoSite();
  const boards = [...(await loadBoards()).values()].slice(0, 4);
  pushes = [
    {
      folder: { uid: 'plantroom-zh', title: '机电看板' },
      dashboards: boards.map((board) => buildDashboard(board, { site: config, devices, rules, language: 'zh', consoleUrl: 'http://c' })),
    },
  ];
});

async function push(url: string, using = token): Promise<Change[]> {
  const changes: Change[] = [];
  await pushAll(grafanaClient(url, new Secret(using)), dataSourcesOf(store), pushes, (change) => changes.push(change));
  return changes;
}

describe('pushing to Grafana', () => {
  it('makes folder, data source and boards, and the second time changes nothing', async () => {
    await using server = await startGrafanaServer(token);
    const first = await push(server.url);
    expect(first.map(({ what, done }) => `${what} ${done}`)).toEqual([
      'data source created',
      'folder created',
      ...pushes[0]!.dashboards.map(() => 'board created'),
    ]);
    expect(server.dashboards.get('plantroom-drain-zh')?.folderUid).toBe('plantroom-zh');
    expect(server.dataSources.get('plantroom-influx')).toMatchObject({
      url: 'http://influxdb:8086',
      jsonData: { version: 'InfluxQL', dbName: 'plantroom' },
      secureJsonData: { httpHeaderValue1: 'Token influx-secret' },
    });
    server.writes.length = 0;
    const second = await push(server.url);
    expect(second.every(({ done }) => done === 'unchanged')).toBe(true);
    expect(server.writes).toEqual([]);
  });

  it('puts back what somebody changed by hand, and says so', async () => {
    await using server = await startGrafanaServer(token);
    await push(server.url);
    server.dashboards.get('plantroom-drain-zh')!.dashboard.title = 'mine now';
    server.folders.get('plantroom-zh')!.title = 'Test';
    server.dataSources.get('plantroom-influx')!.url = 'http://elsewhere:8086';
    const changed = (await push(server.url)).filter(({ done }) => done !== 'unchanged');
    expect(changed.map(({ what, uid, done }) => `${what} ${uid} ${done}`)).toEqual([
      'data source plantroom-influx changed',
      'folder plantroom-zh changed',
      'board plantroom-drain-zh changed',
    ]);
    expect((await push(server.url)).every(({ done }) => done === 'unchanged')).toBe(true);
  });

  it('moves a board that stands in another folder', async () => {
    await using server = await startGrafanaServer(token);
    await push(server.url);
    server.dashboards.get('plantroom-drain-zh')!.folderUid = 'other';
    const changed = (await push(server.url)).filter(({ done }) => done === 'changed');
    expect(changed.map(({ uid }) => uid)).toEqual(['plantroom-drain-zh']);
  });

  it('says what is wrong with token, address or Grafana, before anything is changed', async () => {
    await using server = await startGrafanaServer(token);
    const refused = async (says: RegExp, url = server.url, using = token) => {
      const error = await push(url, using).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toSatisfy((one) => isFault(one, 'grafana/refused'));
      expect(String(error)).toMatch(says);
      expect(String(error)).not.toMatch(/glsa_|influx-secret/);
    };
    await refused(/HTTP 401: the token is not accepted.*\(Invalid API key\)/, server.url, 'glsa_wrong');
    server.fail = { status: 200, body: '<html>sign in</html>' };
    await refused(/does not answer as Grafana: is the address right/);
    server.fail = { status: 404, body: '{"message":"Not found"}' };
    await refused(/does not answer as Grafana: is the address right/);
    server.fail = { status: 302, body: '', headers: { location: 'https://sso.local/login' } };
    await refused(/sends us on to https:\/\/sso\.local\/login/);
    server.fail = undefined;
    server.version = '9.5.3';
    await refused(/is Grafana 9\.5\.3; the boards need version 11 or newer/);
    expect(server.writes).toEqual([]);
    server.version = undefined;
    server.dataSources.set('plantroom-influx', { uid: 'plantroom-influx', readOnly: true, url: 'http://other:8086' });
    await refused(/HTTP 403: the token may not do this; .*role Admin.*read-only data source/);
  });

  it('takes no answer and an overloaded Grafana for passing trouble', async () => {
    await using server = await startGrafanaServer(token);
    const unavailable = async (says: RegExp, url: string) => {
      const error: unknown = await push(url).catch((thrown: unknown) => thrown);
      expect(error).toSatisfy((one) => isFault(one, 'grafana/unavailable'));
      expect(String(error)).toMatch(says);
    };
    server.fail = { status: 503, body: 'starting' };
    await unavailable(/HTTP 503.*starting/, server.url);
    await unavailable(/127\.0\.0\.1:9 does not answer: .*(ECONNREFUSED|bad port)/, 'http://127.0.0.1:9');
  });

  it('as a command: tells what it did, never a secret, and is done at once when repeated', async () => {
    await using server = await startGrafanaServer(token);
    const args = ['push', '--url', server.url, '--token', token, '--store', store, '--language', 'en'];
    const first = await plantroom(args);
    expect(first.output).toMatch(/created\s+board plantroom-oxygen-en {2}Medical oxygen/);
    expect(first.output).toMatch(/15 created or changed, 0 unchanged/);
    expect(first.output).not.toMatch(/influx-secret|glsa_/);
    expect(first.code).toBe(0);
    const second = await plantroom(args);
    expect(second.output).toBe('0 created or changed, 15 unchanged\n');
    await expect(plantroom(['push', '--url', server.url, '--token', token, '--store', 'sqlite:x'])).rejects.toThrow(/InfluxDB only/);
    await expect(plantroom(['push', '--url', server.url])).rejects.toThrow(/--token-file F/);
    await expect(plantroom(['push', '--token', token])).rejects.toThrow(/--url is missing/);
    await expect(plantroom(['push', '--url', 'grafana:3000', '--token', token, '--store', store])).rejects.toThrow(/is no address/);
    using folder = temporaryFolder('token');
    const file = join(folder.path, 'token');
    await expect(plantroom(['push', '--url', server.url, '--token-file', file])).rejects.toThrow(/cannot be read/);
    writeFileSync(file, `${token}\n`);
    const fromFile = ['push', '--url', server.url, '--token-file', file, '--store', store, '--language', 'en'];
    expect((await plantroom(fromFile)).output).toBe('0 created or changed, 15 unchanged\n');
    await expect(plantroom([...fromFile, '--token', token])).rejects.toThrow(/two tokens/);
    vi.stubEnv('PLANTROOM_GRAFANA_TOKEN', token);
    expect((await plantroom(args.filter((arg) => arg !== '--token' && arg !== token))).output).toBe('0 created or changed, 15 unchanged\n');
    vi.unstubAllEnvs();
    await expect(plantroom(['pull'])).rejects.toThrow(/allowed: build, push/);
  });
});

describe('building files', () => {
  it('writes both languages, only what changed, and takes away boards that are gone', async () => {
    using folder = temporaryFolder('boards');
    const args = ['build', '--out', folder.path];
    expect((await plantroom(args)).output).toContain('26 created, 0 changed, 0 unchanged, 0 removed');
    const oxygen = join(folder.path, 'zh', 'plantroom-oxygen-zh.json');
    expect(JSON.parse(readFileSync(oxygen, 'utf8'))).toMatchObject({ uid: 'plantroom-oxygen-zh' });
    writeFileSync(oxygen, '{}');
    writeFileSync(join(folder.path, 'zh', 'plantroom-old-zh.json'), '{}');
    writeFileSync(join(folder.path, 'zh', 'mine.json'), '{}');
    expect((await plantroom([...args, '--language', 'zh'])).output).toContain('0 created, 1 changed, 12 unchanged, 1 removed');
    expect(readdirSync(join(folder.path, 'zh'))).toHaveLength(14);
    await expect(plantroom([...args, '--language', 'de'])).rejects.toThrow(/allowed: zh, en/);
    await expect(plantroom(['build'])).rejects.toThrow(/--out is missing/);
  });
});

describe('the data source', () => {
  it.each([
    ['influx1://reader:p%40ss@db:8086/plant', { url: 'http://db:8086', user: 'reader', secureJsonData: { password: 'p@ss' } }],
    ['influx1://db/plant?tls=1', { url: 'https://db:8086', jsonData: { dbName: 'plant' } }],
    ['influx3://tok@db/plant', { url: 'http://db:8181', secureJsonData: { httpHeaderValue1: 'Token tok' } }],
  ])('of %s asks in InfluxQL', (url, wanted) => {
    expect(dataSourceOf(url)).toMatchObject({ ...wanted, type: 'influxdb' });
    expect(dataSourceOf(url).jsonData.version).toBe('InfluxQL');
  });

  it.each(['sqlite:/data/x.db', 'influx1://db', 'influx2://t@db:8086/org'])('refuses %s', (url) => {
    expect(() => dataSourceOf(url)).toThrow();
  });
});

describe('what Grafana has', () => {
  it('may hold more, but neither less nor another order', () => {
    expect(holds({ id: 3, title: 'a', panels: [{ id: 1, x: 1 }] }, { title: 'a', panels: [{ id: 1 }] })).toBe(true);
    expect(holds({ title: 'b' }, { title: 'a' })).toBe(false);
    expect(holds({ panels: [1, 2] }, { panels: [2, 1] })).toBe(false);
    expect(holds({ panels: [1, 2, 3] }, { panels: [1, 2] })).toBe(false);
    expect(holds({}, { title: 'a' })).toBe(false);
  });
});

/** The command in this process: what it prints, what it answers or throws. */
async function plantroom(args: string[]): Promise<{ code: number; output: string }> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  try {
    return { code: await grafana.run(args), output: written.join('') };
  } finally {
    spy.mockRestore();
  }
}
