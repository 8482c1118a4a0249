import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import webhook from '../../notify/channels/webhook.ts';
import { type Reply, startHttpReceiver } from '../http-receiver.ts';
import { freePort } from '../servers.ts';
import { type Behaviour, channelContract, depsFor, noticeFor } from './channel.ts';

const replies: Record<Behaviour, Reply> = {
  fine: { status: 202, body: '{"ok":true}' },
  busy: { status: 503, body: 'later' },
  refuses: { status: 422, body: 'no such field' },
  denies: { status: 401, body: 'bad signature' },
  silent: { silent: true },
  cuts: { cut: true },
};
const environment = { HOOK: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
const secret = { env: 'HOOK' };

channelContract('webhook', async () => {
  const server = await startHttpReceiver();
  return {
    type: webhook,
    environment,
    settings: { url: `${server.url}/alarms`, secret },
    away: { url: `http://127.0.0.1:${await freePort()}/`, secret },
    received: () =>
      server.posts.map(({ body, headers }) => ({
        text: (JSON.parse(body) as { text: string }).text,
        key: String(headers['idempotency-key']),
      })),
    behave(behaviour, notice) {
      server.reply = () => replies[behaviour];
      return notice;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

describe('the webhook', () => {
  const send = async (reply: Reply, key = environment.HOOK) => {
    await using server = await startHttpReceiver(() => reply);
    await using channel = await webhook.open(webhook.options.parse({ url: server.url, secret }), depsFor({ HOOK: key }));
    const error: unknown = await channel.send(noticeFor(), AbortSignal.timeout(5_000)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, posts: server.posts };
  };

  test('signs as Standard Webhooks says: the published example, and openssl over what was sent', async () => {
    // Test vector of the specification's libraries.
    const example = createHmac('sha256', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'))
      .update('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}')
      .digest('base64');
    expect(example).toBe('g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    const { posts } = await send({});
    const { headers, body } = posts[0]!;
    const hexKey = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64').toString('hex');
    const signed = execFileSync('openssl', ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${hexKey}`, '-binary'], {
      input: `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`,
    });
    expect(headers['webhook-signature']).toBe(`v1,${signed.toString('base64')}`);
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(10);
    expect(headers['webhook-id']).not.toContain('.');
    expect(JSON.parse(body)).toMatchObject({
      version: 1,
      step: 'raised',
      lifeSafety: true,
      alarms: [{ id: 'o2-area-low.o2-icu' }],
      to: [{ id: 'zhang' }],
    });
  });

  test('waits as long as the receiver asks, and follows no redirect with a signed notice', async () => {
    expect((await send({ status: 429, headers: { 'retry-after': '7' } })).error).toMatchObject({
      code: 'notify/limited',
      detail: { retryAfterMs: 7_000 },
    });
    const { error, posts } = await send({ status: 302, headers: { location: '/elsewhere' } });
    expect(error).toMatchObject({ code: 'notify/refused' });
    expect(posts).toHaveLength(1);
  });

  test('takes no key that is too short to be one, and no address with a key in it', async () => {
    expect(() => webhook.open(webhook.options.parse({ url: 'http://h.example', secret }), depsFor({ HOOK: 'short' }))).toThrow(
      /16 characters/,
    );
    expect(webhook.check(webhook.options.parse({ url: 'https://h.example/?token=x', secret }))).toHaveLength(1);
    expect(webhook.check(webhook.options.parse({ url: 'https://u:p@h.example/', secret }))).toHaveLength(1);
    expect(webhook.check(webhook.options.parse({ url: 'https://h.example/?room=2', secret }))).toEqual([]);
  });
});
