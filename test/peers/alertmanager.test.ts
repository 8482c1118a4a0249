/** A real Prometheus Alertmanager, both ways: what stands here is active there; what fires there is an alarm here; what we sent does not come back. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import alertmanager from '../../notify/channels/alertmanager.ts';
import { depsFor, noticeFor } from '../contracts/channel.ts';
import { type DashboardsApp, startDashboardsApp } from '../dashboards-app.ts';
import { hangMs } from '../hang.ts';
import { freePort, needs, pathOf } from '../servers.ts';
import { siteOf } from '../site-of.ts';

describe.runIf(needs('prometheus-alertmanager'))('Alertmanager of Debian', () => {
  const token = 'token-of-the-alertmanager-0123456789';
  let app: DashboardsApp;
  let url: string;
  let folder: string;
  let child: ReturnType<typeof spawn>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plantroom-alertmanager-'));
    writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
    const site = siteOf({ gw1: [['loop-1', 'heating']] }, { alertmanager_in: { token: { file: join(folder, 'token') } } });
    app = await startDashboardsApp(site);
    writeFileSync(
      join(folder, 'config.yml'),
      `route: { receiver: plantroom, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: plantroom
    webhook_configs:
      - url: ${app.url}/api/alertmanager
        http_config: { authorization: { credentials_file: ${folder}/token } }
`,
    );
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
    await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), { timeout: hangMs, interval: 50 });
  }, 240_000);
  afterAll(async () => {
    child?.kill('SIGKILL');
    await app?.[Symbol.asyncDispose]();
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
    await vi.waitFor(async () => expect(await active()).toEqual(['o2-area-low.o2-icu']), { timeout: hangMs, interval: 50 });
    await channel.send({ ...noticeFor(), step: 'returned' }, signal);
    await vi.waitFor(async () => expect(await active()).toEqual([]), { timeout: hangMs, interval: 50 });
  });

  const fire = async (labels: Record<string, string>, more: object = {}) =>
    fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        { labels, annotations: { summary: '磁盘 /data 还剩 3 %' }, generatorURL: 'http://prometheus.example/graph', ...more },
      ]),
    });
  const external = () => app.desk.alarms({ rule: 'EXTERNAL', state: 'all' });

  test('what fires there is an alarm here that says where it comes from, once; it returns when resolved, and may come again', async () => {
    const labels = { alertname: 'DiskAlmostFull', severity: 'critical', instance: 'nas-2:9100' };
    expect((await fire(labels)).status).toBe(200);
    await vi.waitFor(() => expect(external()).toHaveLength(1), { timeout: hangMs, interval: 50 });
    const [alarm] = external();
    expect(alarm).toMatchObject({ state: 'UNACK', priority: 'critical', occurrence: 1, location: { zh: '外部监控 nas-2:9100' } });
    expect(alarm?.message.zh).toMatch(/^来自 Prometheus Alertmanager（http:.*）：磁盘 \/data 还剩 3 %$/);
    expect(alarm?.ticket).toBeTruthy();
    await fire(labels, { endsAt: new Date().toISOString() });
    await vi.waitFor(() => expect(external()[0]?.active).toBe(false), { timeout: hangMs, interval: 50 });
    await fire(labels);
    await vi.waitFor(() => expect(external()[0]).toMatchObject({ active: true, occurrence: 2 }), { timeout: hangMs, interval: 50 });
  }, 240_000);

  test('what was sent out by ourselves is not taken in', () => {
    expect(external().map(({ title }) => title.en)).toEqual(['External alert: DiskAlmostFull']);
  });

  test('without the token nothing is taken; the same alert twice is one occurrence; a wrong form is refused', async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'X\u0000<b>', severity: 'warning' },
      annotations: {},
      startsAt: new Date(Date.now() - 5_000).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: 'abcdef0123456789',
    };
    const post = (given: string | undefined, body: object) =>
      app.call('POST', '/api/alertmanager', { ...(given ? { token: given } : {}), body });
    const body = { version: '4', externalURL: 'http://am.example', alerts: [alert] };
    for (const wrong of [undefined, `${token}x`, token.slice(1), await app.signIn('admin')]) {
      const answer = await post(wrong, body);
      expect(answer.status).toBe(401);
      expect(JSON.stringify(answer.json)).not.toContain(token);
    }
    expect((await post(token, { ...body, version: '3' })).status).toBe(400);
    expect((await post(token, body)).json).toEqual({ taken: 1, ignored: 0 });
    expect((await post(token, body)).json).toEqual({ taken: 0, ignored: 1 });
    const alarm = app.desk.alarm('external.abcdef0123456789');
    expect(alarm).toMatchObject({ occurrence: 1, priority: 'medium', title: { en: 'External alert: X <b>' } });
    const late = { ...alert, status: 'resolved', startsAt: new Date(Date.now() - 60_000).toISOString() };
    expect((await post(token, { ...body, alerts: [late] })).json).toEqual({ taken: 0, ignored: 1 });
  });
});
