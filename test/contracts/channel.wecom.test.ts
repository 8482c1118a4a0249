import { describe, expect, test } from 'vitest';
import wecom from '../../notify/channels/wecom.ts';
import { type Reply, startHttpReceiver } from '../http-receiver.ts';
import { freePort } from '../servers.ts';
import { type Behaviour, channelContract, depsFor, noticeFor } from './channel.ts';

const says = (errcode: number, errmsg: string): Reply => ({
  body: JSON.stringify({ errcode, errmsg }),
  headers: { 'content-type': 'application/json' },
});
const replies: Record<Behaviour, Reply> = {
  fine: says(0, 'ok'),
  busy: says(-1, 'system busy'),
  refuses: says(40058, 'markdown.content exceed max length 4096. hint: [1]'),
  denies: says(93000, 'invalid webhook url, hint: [2]'),
  silent: { silent: true },
  cuts: { cut: true },
};
const environment = { ROBOT: '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa' };
const key = { env: 'ROBOT' };

channelContract('wecom', async () => {
  const server = await startHttpReceiver();
  return {
    type: wecom,
    environment,
    settings: { url: `${server.url}/cgi-bin/webhook/send`, key },
    away: { url: `http://127.0.0.1:${await freePort()}/`, key },
    mostBytes: 4_096,
    received: () =>
      server.posts.map(({ body }) => ({ text: (JSON.parse(body) as { markdown: { content: string } }).markdown.content, key: undefined })),
    behave(behaviour, notice) {
      server.reply = () => replies[behaviour];
      return notice;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

describe('the WeCom robot', () => {
  const send = async (reply: Reply) => {
    await using server = await startHttpReceiver(() => reply);
    await using channel = await wecom.open(wecom.options.parse({ url: server.url, key }), depsFor(environment));
    const error: unknown = await channel.send(noticeFor(), AbortSignal.timeout(5_000)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, posts: server.posts };
  };

  test('posts markdown to the address with the key, and calls who is on call by name', async () => {
    const { posts } = await send(replies.fine);
    expect(posts[0]?.path).toBe(`/?key=${environment.ROBOT}`);
    const message = JSON.parse(posts[0]?.body ?? '') as { msgtype: string; markdown: { content: string } };
    expect(message.msgtype).toBe('markdown');
    expect(message.markdown.content).toContain('<@zhangjg>');
    expect(message.markdown.content).toMatch(/^\*\*<font color="warning">【紧急·生命安全】/);
  });

  test.each([
    [45009, 'notify/limited'],
    [45033, 'notify/unreachable'],
    [93004, 'notify/denied'],
    [44004, 'notify/refused'],
    [99999, 'notify/unreachable'],
  ])('error code %i is %s', async (code, fault) => {
    const { error } = await send(says(code, 'hint'));
    expect(error).toMatchObject({ code: fault });
    if (code === 45009) expect(error).toMatchObject({ detail: { retryAfterMs: 60_000 } });
  });

  test('an answer that is not of WeCom, such as a portal page, is no success', async () => {
    expect((await send({ body: '<html>login</html>' })).error).toMatchObject({ code: 'notify/unreachable' });
    expect((await send({ body: '{}' })).error).toMatchObject({ code: 'notify/unreachable' });
  });
});
