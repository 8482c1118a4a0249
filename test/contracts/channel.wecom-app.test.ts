import { describe, expect, test } from 'vitest';
import wecomApp from '../../notify/channels/wecom-app.ts';
import type { Post } from '../http-receiver.ts';
import { channelContract } from './channel.ts';
import { httpBench, json, sendOnce } from './robot-bench.ts';

const environment = { APP: 'secret-of-the-application-0123' };
const settings = (url: string) => ({ url, corp: 'ww0123', agent: 1_000_002, secret: { env: 'APP' } });
const isNotice = ({ path }: Post) => path.startsWith('/cgi-bin/message/send');
const token = () => json({ errcode: 0, errmsg: 'ok', access_token: 'accesstoken000001', expires_in: 7_200 });
const says = (errcode: number, errmsg: string, more: object = {}) => json({ errcode, errmsg, ...more });

channelContract('wecom-app', () =>
  httpBench({
    type: wecomApp,
    environment,
    settings,
    isNotice,
    other: token,
    replies: {
      fine: says(0, 'ok', { invaliduser: '', msgid: 'xxxx' }),
      busy: says(-1, 'system busy'),
      refuses: says(0, 'ok', { invaliduser: 'zhangjg' }),
      denies: says(60020, 'not allow to access from your ip, hint: [1]'),
      silent: { silent: true },
      cuts: { cut: true },
    },
    read({ body }) {
      const { text } = JSON.parse(body) as { text: { content: string } };
      return { text: text.content, key: undefined };
    },
    mostBytes: 2_048,
  }),
);

describe('the WeCom application', () => {
  test('takes one token for many messages, and a new one when it is no longer taken', async () => {
    let tries = 0;
    const { error, posts } = await sendOnce(wecomApp, settings, environment, (post) =>
      isNotice(post) ? (tries++ === 0 ? says(42001, 'access_token expired') : says(0, 'ok')) : token(),
    );
    expect(error).toBeUndefined();
    expect(posts.map((post) => post.path.split('?')[0])).toEqual([
      '/cgi-bin/gettoken',
      '/cgi-bin/message/send',
      '/cgi-bin/gettoken',
      '/cgi-bin/message/send',
    ]);
  });
  test('a person gets a card that opens the answer page', async () => {
    const link = { url: 'https://desk.hospital.example/a/abc', label: '我来处理' };
    const { posts } = await sendOnce(wecomApp, settings, environment, (post) => (isNotice(post) ? says(0, 'ok') : token()), { link });
    expect(JSON.parse(posts[1]?.body ?? '')).toMatchObject({
      touser: 'zhangjg',
      msgtype: 'textcard',
      textcard: { url: link.url, btntxt: '我来处理' },
    });
  });
  test.each([
    [says(45009, 'reach max api daily quota limit'), 'notify/limited'],
    [says(0, 'ok', { unlicenseduser: 'zhangjg' }), 'notify/refused'],
    [says(48002, 'api forbidden'), 'notify/denied'],
  ])('%j is %s', async (reply, code) => {
    expect((await sendOnce(wecomApp, settings, environment, (post) => (isNotice(post) ? reply : token()))).error).toMatchObject({ code });
  });
  test('a wrong secret is told as such, and nothing claims that the notice may have gone out', async () => {
    const { error, posts } = await sendOnce(wecomApp, settings, environment, () => says(40001, 'invalid credential'));
    expect(error).toMatchObject({ code: 'notify/denied' });
    expect(posts).toHaveLength(1);
  });
});
