/** What a newcomer meets in the first hour: files that exist, mistakes all at once, names guessed, connections tried. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tryConnections } from '../commands/check/connect.ts';
import { checkAll } from '../commands/check.ts';
import { commandNames, helpText } from '../commands/command.ts';
import { openBroker } from '../gateway/broker.ts';
import { reasonOf } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { temporaryFolder } from './servers.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

async function plantroom(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [join(root, 'main.ts'), ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
    });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}
function folderOf(name: string): string {
  const folder = temporaryFolder(name);
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

describe('the first hour', () => {
  it('README names only files that are there, and the minimal site is right', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const named = [...readme.matchAll(/(?:sites|docs|deploy)\/[\w./-]+\.\w+/g)]
      .map(([path]) => path)
      .filter((path) => path !== 'sites/mine.yaml');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const { code, text } = await plantroom(['check', '--site', 'sites/minimal.yaml']);
    expect(text).toContain('no mistakes');
    expect(code).toBe(0);
  }, 240_000);

  it('help lists every command, and every file beside them is one', async () => {
    const text = await helpText();
    for (const name of commandNames()) expect(text).toContain(`plantroom ${name}`);
  });

  it('check tells mistakes of all stages at once, and none that is only a consequence', async () => {
    const right = readFileSync(join(root, 'test', 'broken-sites', '_right.yaml'), 'utf8');
    const file = join(folderOf('stages'), 'site.yaml');
    const wrong = right
      .replace('port: 502', 'port: 99502')
      .replace('poll: 5s', 'poll: 5')
      .replace('building: ward', 'building: word')
      .replace('profile: advantech-adam-6017', 'profile: advantech-adam-6071')
      .replace('rule: EL-OVER', 'rule: EL-OVERR');
    writeFileSync(file, wrong);
    const text = reasonOf(await checkAll(file).catch((error: unknown) => error));
    const lineOf = (part: string) => wrong.split('\n').findIndex((line) => line.includes(part)) + 1;
    const told = [...text.matchAll(/site\.yaml:(\d+):\d+ /g)].map(([, line]) => Number(line)).sort((a, b) => a - b);
    expect(told, text).toEqual(['building: word', 'port: 99502', 'poll: 5', 'adam-6071', 'EL-OVERR'].map(lineOf).sort((a, b) => a - b));
    expect(text).toContain('did you mean "EL-OVER"');
  });

  it('check --connect says of each what is wrong and what to do', async () => {
    const folder = folderOf('connect');
    const receiver = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void receiver.close());
    const site = join(folder, 'site.yaml');
    const channel = (id: string, port: number) =>
      `  - { id: ${id}, type: webhook, url: 'http://127.0.0.1:${port}/x', secret: { env: HOOK_SECRET } }\n`;
    const right = readFileSync(join(root, 'test', 'broken-sites', '_right.yaml'), 'utf8');
    writeFileSync(site, `${right}channels:\n${channel('there', (receiver.address() as AddressInfo).port)}${channel('gone', 1)}`);
    const tried = async (file: string, environment: NodeJS.ProcessEnv) => {
      const lines: string[] = [];
      const well = await tryConnections(await checkAll(file), folder, (line) => lines.push(line), environment);
      return { code: well ? 0 : 1, text: lines.join('\n') };
    };
    const bad = await tried(site, {
      HOOK_SECRET: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0',
      PLANTROOM_STORE_URL: 'influx1://127.0.0.1:1/plantroom',
      PLANTROOM_MQTT_URL: 'mqtt://127.0.0.1:1',
    });
    expect(bad.code, bad.text).toBe(1);
    expect(bad.text).toMatch(/wrong {2}store influx1:\/\/127\.0\.0\.1:1\/plantroom: .*\n +Check the database and the network/);
    expect(bad.text).toMatch(/wrong {2}broker mqtt:\/\/127\.0\.0\.1:1.*\n +Check that it runs/);
    expect(bad.text).toMatch(/ok {5}channel there \(webhook\): 127\.0\.0\.1:\d+ can be reached; nothing was sent/);
    expect(bad.text).toMatch(/wrong {2}channel gone/);
    const broker = await openBroker({ site: 'county', dataDir: folder, host: '127.0.0.1', port: 0, log: silentLog() });
    onTestFinished(() => broker[Symbol.asyncDispose]());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const good = await tried(join(root, 'sites', 'minimal.yaml'), { PLANTROOM_MQTT_URL: url });
    expect(good.text).toContain('signed in as ingest');
    expect(good.code, good.text).toBe(0);
    const denied = await tried(join(root, 'sites', 'minimal.yaml'), {
      PLANTROOM_MQTT_URL: url.replace('mqtt://', 'mqtt://ingest:wrong-password@'),
    });
    expect(denied.code).toBe(1);
    expect(denied.text).toContain('Check user and password in PLANTROOM_MQTT_URL');
    expect(denied.text).not.toContain('wrong-password');
  }, 240_000);

  it('names of faults and commands that are nearly right are guessed', async () => {
    const { text } = await plantroom([
      'broker-password',
      'gateway',
      'gw-mian',
      '--site',
      'sites/minimal.yaml',
      '--data',
      folderOf('guess'),
    ]);
    expect(text).toContain('did you mean "gw-main"');
  }, 240_000);
});
