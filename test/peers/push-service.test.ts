/**
 * Web push at a push service of others (npm `web-push-testing`): it hands out the subscription, checks our VAPID token and decrypts what we send. Installed
 * from npm into a folder of its own; skipped where that fails.
 */
import { execFileSync } from 'node:child_process';
import { createECDH } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PushTarget } from '../../notify/channel.ts';
import push from '../../notify/channels/push.ts';
import { depsFor, alarm as example, noticeFor } from '../contracts/channel.ts';
import { hangMs } from '../hang.ts';
import { freePort } from '../servers.ts';

const version = '1.2.2';
const folder = join(tmpdir(), `plantroom-web-push-testing-${version}`);

function installed(): boolean {
  const found = join(folder, 'node_modules', 'web-push-testing', 'package.json');
  try {
    if (!existsSync(found)) {
      mkdirSync(folder, { recursive: true });
      const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=1', '--fetch-timeout=10000', '--prefix', folder];
      execFileSync('npm', ['install', ...options, `web-push-testing@${version}`], { cwd: folder, stdio: 'pipe', timeout: hangMs });
    }
    return existsSync(found);
  } catch {
    return false;
  }
}

/** What we use of it. */
interface Service {
  startServer(): void;
  _server: Server;
}

describe.skipIf(!installed())(`web-push-testing ${version} (skipped where npm cannot install it)`, () => {
  let url: string;
  let service: Service;
  const vapid = createECDH('prime256v1');
  vapid.generateKeys();
  const signal = new AbortController().signal;
  const ask = async <T>(path: string, body: object): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return ((await answer.json()) as { data: T }).data;
  };
  const subscribe = async (key = vapid.getPublicKey('base64url')) => {
    const { endpoint, keys, clientHash } = await ask<{ endpoint: string; keys: { p256dh: string; auth: string }; clientHash: string }>(
      '/subscribe',
      { userVisibleOnly: 'true', applicationServerKey: key },
    );
    return { target: { endpoint, ...keys } satisfies PushTarget, clientHash };
  };
  const received = async (clientHash: string) =>
    (await ask<{ messages: string[] }>('/get-notifications', { clientHash })).messages.map(
      (text) => JSON.parse(text) as { title: string; body: string; url: string; urgent: boolean },
    );
  const open = async (target: PushTarget, gone: string[] = []) =>
    push.open(
      push.options.parse({
        contact: 'it@hospital.example',
        services: [url],
        keys: { public: vapid.getPublicKey('base64url'), private: { env: 'VAPID' } },
      }),
      depsFor(
        { VAPID: vapid.getPrivateKey('base64url') },
        { of: () => [target], gone: (endpoint) => void gone.push(endpoint), taken: () => undefined, keys: () => Promise.reject() },
      ),
    );

  beforeAll(async () => {
    vi.spyOn(console, 'log').mockReturnValue();
    vi.spyOn(console, 'error').mockReturnValue();
    const { PushApiModel } = createRequire(join(folder, 'package.json'))('web-push-testing/src/PushApiModel.js') as {
      PushApiModel: new () => object;
    };
    const Server = createRequire(join(folder, 'package.json'))('web-push-testing/src/server.js') as new (
      model: object,
      port: number,
    ) => Service;
    const port = await freePort();
    url = `http://localhost:${port}`;
    service = new Server(new PushApiModel(), port);
    service.startServer();
    await new Promise((resolve) => service._server.once('listening', resolve));
  });
  afterAll(() => {
    service?._server.closeAllConnections();
    service?._server.close();
  });

  test.each(['zh', 'en'] as const)('knows us by our token, decrypts a notice in %s and has it whole', async (language) => {
    const { target, clientHash } = await subscribe();
    await using channel = await open(target);
    const link = { url: 'https://desk.hospital.example/a/abc', label: '我来处理' };
    const { answer } = await channel.send({ ...noticeFor({}, { language }), link }, signal);
    expect(answer).toBe('taken for 1 of 1 consoles');
    const [message, ...more] = await received(clientHash);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ url: link.url, urgent: true });
    expect(message?.title).toContain(example.title[language]);
    for (const part of [example.location[language], example.check[language], '300', '320', '2026-01-15 08:30:05'])
      expect(message?.body).toContain(part);
  });

  test('takes the longest that we send', async () => {
    const { target, clientHash } = await subscribe();
    await using channel = await open(target);
    const long = { zh: '很长的说明'.repeat(2_000), en: 'long '.repeat(5_000) };
    await channel.send(noticeFor({ message: long, check: long }), signal);
    expect((await received(clientHash))[0]?.title).toContain(example.title.zh);
  });

  test('refuses us where the console subscribed to another key, and says when a console is subscribed no more', async () => {
    const other = createECDH('prime256v1');
    other.generateKeys();
    const stranger = await subscribe(other.getPublicKey('base64url'));
    await using refused = await open(stranger.target);
    await expect(refused.send(noticeFor(), signal)).rejects.toMatchObject({ code: 'notify/refused' });
    expect(await received(stranger.clientHash)).toEqual([]);

    const { target, clientHash } = await subscribe();
    await fetch(`${url}/expire-subscription/${clientHash}`, { method: 'POST' });
    const gone: string[] = [];
    await using channel = await open(target, gone);
    await expect(channel.send(noticeFor(), signal)).rejects.toMatchObject({ code: 'notify/refused' });
    expect(gone).toEqual([target.endpoint]);
  });
});
