import { createECDH, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { PushAccess, PushTarget } from '../../notify/channel.ts';
import push from '../../notify/channels/push.ts';
import { isPushService, pushKeysFile, pushServices, vapidKeys } from '../../shared/push.ts';
import { type Post, type Reply, startHttpReceiver } from '../http-receiver.ts';
import { freePort, temporaryFolder } from '../servers.ts';
import { type ChannelBench, channelContract, depsFor, noticeFor, person } from './channel.ts';

/** The receiver's side of RFC 8188, by the library that web-push itself stands on. */
const ece = createRequire(import.meta.url)('http_ece') as {
  decrypt(content: Buffer, params: { version: 'aes128gcm'; privateKey: ReturnType<typeof createECDH>; authSecret: string }): Buffer;
};

const ecdh = createECDH('prime256v1');
ecdh.generateKeys();
const authSecret = randomBytes(16).toString('base64url');
const targetAt = (endpoint: string): PushTarget => ({ endpoint, p256dh: ecdh.getPublicKey('base64url'), auth: authSecret });
interface Message {
  key: string;
  title: string;
  body: string;
  tag: string;
  urgent: boolean;
  url?: string;
}
const opened = ({ bytes }: Post) =>
  JSON.parse(ece.decrypt(bytes, { version: 'aes128gcm', privateKey: ecdh, authSecret }).toString('utf8')) as Message;

const vapid = createECDH('prime256v1');
vapid.generateKeys();
const environment = { VAPID: vapid.getPrivateKey('base64url') };
const settings = (...origins: string[]) => ({
  contact: 'it@hospital.example',
  services: origins,
  keys: { public: vapid.getPublicKey('base64url'), private: { env: 'VAPID' } },
});

channelContract('push', async (): Promise<ChannelBench> => {
  const server = await startHttpReceiver();
  const away = `http://127.0.0.1:${await freePort()}`;
  const replies: Record<string, Reply> = {
    fine: { status: 201 },
    busy: { status: 503, body: 'slow down' },
    refuses: { status: 413, body: 'payload too large' },
    denies: { status: 403, body: 'the key in the authorization header does not correspond to the sender' },
    silent: { silent: true },
    cuts: { cut: true },
  };
  return {
    type: push,
    environment,
    settings: settings(server.url),
    away: { ...settings(away) },
    push: {
      // Two browsers; each of the two settings knows the push service of one of them.
      of: () => [targetAt(`${server.url}/wp/secret-of-the-browser-1`), targetAt(`${away}/wp/2`)],
      gone: () => undefined,
      taken: () => undefined,
      keys: () => Promise.reject(new Error('the site has its own')),
    },
    received: () =>
      server.posts.map((post) => {
        expect(post.bytes.length).toBeLessThanOrEqual(4_096);
        const { title, body, key } = opened(post);
        return { text: `${title}\n${body}`, key };
      }),
    behave(behaviour, notice) {
      server.reply = () => replies[behaviour] as Reply;
      return notice;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

describe('web push', () => {
  const access = (targets: string[], more: Partial<PushAccess> = {}) => {
    const gone: string[] = [];
    const taken: string[] = [];
    const own: PushAccess = {
      of: (id) => (id === person.id ? targets.filter((one) => !gone.includes(one)).map(targetAt) : []),
      gone: (endpoint) => void gone.push(endpoint),
      taken: (endpoint) => void taken.push(endpoint),
      keys: () => Promise.reject(new Error('the site has its own')),
      ...more,
    };
    return { own, gone, taken };
  };
  const open = (origin: string, own: PushAccess) => push.open(push.options.parse(settings(origin)), depsFor(environment, own));
  const signal = AbortSignal.timeout(20_000);

  test.each([404, 410])('%i removes the subscription; his other device still gets it', async (status) => {
    await using server = await startHttpReceiver(({ path }) => (path === '/old' ? { status } : { status: 201 }));
    const { own, gone, taken } = access([`${server.url}/old`, `${server.url}/new`]);
    await using channel = await open(server.url, own);
    expect(await channel.send(noticeFor(), signal)).toEqual({ answer: 'taken for 1 of 2 consoles' });
    expect([gone, taken]).toEqual([[`${server.url}/old`], [`${server.url}/new`]]);
    await channel.send(noticeFor(), signal);
    expect(server.posts.map(({ path }) => path)).toEqual(['/old', '/new', '/new']);
  });

  test('with the last of them gone, and with none at all, it is refused, so that the next channel is taken', async () => {
    await using server = await startHttpReceiver(() => ({ status: 410 }));
    const { own } = access([`${server.url}/old`]);
    await using channel = await open(server.url, own);
    for (let round = 0; round < 2; round++)
      await expect(channel.send(noticeFor(), signal)).rejects.toMatchObject({ code: 'notify/refused', retryable: false });
    expect(server.posts).toHaveLength(1);
  });

  test('is signed with our key for that service, urgent, kept for hours; the same notice has one topic; a link opens', async () => {
    await using server = await startHttpReceiver(() => ({ status: 201 }));
    const { own } = access([`${server.url}/x`]);
    await using channel = await open(server.url, own);
    const notice = { ...noticeFor(), link: { url: 'https://desk.hospital.example/a/abc', label: '我来处理' } };
    await channel.send(notice, signal);
    await channel.send(notice, signal);
    const [first, second] = server.posts as [Post, Post];
    expect(first.headers).toMatchObject({ urgency: 'high', 'content-encoding': 'aes128gcm', ttl: String(4 * 3_600) });
    expect(first.headers.topic).toBe(second.headers.topic);
    const [, jwt, key] = /^vapid t=([^,]+), k=(.+)$/.exec(first.headers.authorization ?? '') ?? [];
    expect(key).toBe(vapid.getPublicKey('base64url'));
    const claims = JSON.parse(Buffer.from((jwt ?? '').split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: server.url, sub: 'mailto:it@hospital.example' });
    expect(opened(first)).toMatchObject({ url: notice.link.url, urgent: true });
  });

  test('an address that no site named is never called, whatever a browser says', async () => {
    await using server = await startHttpReceiver(() => ({ status: 201 }));
    const { own, gone } = access([`${server.url}/x`]);
    await using channel = await push.open(push.options.parse({ ...settings('x'), services: undefined }), depsFor(environment, own));
    await expect(channel.send(noticeFor(), signal)).rejects.toMatchObject({ code: 'notify/refused' });
    expect([server.posts.length, gone.length]).toEqual([0, 1]);
    for (const wrong of [
      'http://fcm.googleapis.com/x',
      'https://fcm.googleapis.com.evil.example/x',
      'https://evilfcm.googleapis.com.example/',
      'https://fcm.googleapis.com:8443/x',
      'https://user@fcm.googleapis.com/x',
      'file:///etc/passwd',
      'https://127.0.0.1/x',
      'x',
    ])
      expect([wrong, isPushService(wrong, pushServices)]).toEqual([wrong, false]);
    expect(isPushService('https://wns2-par02p.notify.windows.com/w/?token=1', pushServices)).toBe(true);
  });

  test('the key pair is made at first need, once, and only its owner can read it', async () => {
    using folder = temporaryFolder('push-keys');
    const [one, two] = await Promise.all([vapidKeys(folder.path), vapidKeys(folder.path)]);
    expect(one.publicKey).toBe(two.publicKey);
    expect((await vapidKeys(folder.path)).privateKey.reveal()).toBe(one.privateKey.reveal());
    expect(statSync(pushKeysFile(folder.path)).mode & 0o777).toBe(0o600);
    expect(readFileSync(pushKeysFile(folder.path), 'utf8')).toContain(one.privateKey.reveal());
    expect(JSON.stringify(one)).not.toContain(one.privateKey.reveal());
  });
});
