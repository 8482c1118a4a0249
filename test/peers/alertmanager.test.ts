/** Notices to a real Prometheus Alertmanager: what stands is active there, what returned is not. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import alertmanager from '../../notify/channels/alertmanager.ts';
import { depsFor, noticeFor } from '../contracts/channel.ts';
import { freePort, needs, pathOf } from '../servers.ts';

describe.runIf(needs('prometheus-alertmanager'))('Alertmanager of Debian', () => {
  let url: string;
  let folder: string;
  let child: ReturnType<typeof spawn>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plantroom-alertmanager-'));
    writeFileSync(join(folder, 'config.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    child = spawn(
      pathOf('prometheus-alertmanager'),
      [
        `--config.file=${folder}/config.yml`,
        `--storage.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), { timeout: 30_000, interval: 50 });
  }, 60_000);
  afterAll(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const active = async () => {
    const all = (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as {
      labels: Record<string, string>;
      annotations: Record<string, string>;
    }[];
    return all.map(({ labels }) => labels.alarm);
  };

  test('takes what is raised, once, and lets go of what returned', async () => {
    await using channel = await alertmanager.open(alertmanager.options.parse({ url }), depsFor({}));
    const signal = AbortSignal.timeout(20_000);
    await channel.send(noticeFor(), signal);
    await channel.send(noticeFor(), signal);
    await vi.waitFor(async () => expect(await active()).toEqual(['o2-area-low.o2-icu']), { timeout: 20_000, interval: 50 });
    await channel.send({ ...noticeFor(), step: 'returned' }, signal);
    await vi.waitFor(async () => expect(await active()).toEqual([]), { timeout: 20_000, interval: 50 });
  });
});
