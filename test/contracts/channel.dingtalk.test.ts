import { describe, expect, test } from 'vitest';
import dingtalk, { dingtalkSign } from '../../notify/channels/dingtalk.ts';
import { channelContract } from './channel.ts';
import { httpBench, json, sendOnce } from './robot-bench.ts';

const environment = { TOKEN: 'tok0123456789abcdef', KEY: 'SECtest-of-a-robot' };
const settings = (url: string) => ({ url: `${url}/robot/send`, token: { env: 'TOKEN' }, secret: { env: 'KEY' } });
const says = (errcode: number, errmsg: string) => json({ errcode, errmsg });

channelContract('dingtalk', () =>
  httpBench({
    type: dingtalk,
    environment,
    settings,
    replies: {
      fine: says(0, 'ok'),
      busy: says(-1, '系统繁忙'),
      refuses: says(400105, 'unsupport msgtype'),
      denies: says(310000, 'sign not match, more: [https://ding-doc.dingtalk.com]'),
      silent: { silent: true },
      cuts: { cut: true },
    },
    read: ({ body }) => ({ text: (JSON.parse(body) as { markdown: { text: string } }).markdown.text, key: undefined }),
    mostBytes: 20_000,
  }),
);

describe('the DingTalk robot', () => {
  test('the signature is that of an independent computation (tickets.md, python hmac)', () => {
    expect(encodeURIComponent(dingtalkSign(1_700_000_000_000, 'SECtest'))).toBe('aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D');
  });
  test('signs the address with its own time, and calls the number that stands in the text too', async () => {
    const { posts, error } = await sendOnce(dingtalk, settings, environment, () => says(0, 'ok'));
    expect(error).toBeUndefined();
    const query = new URL(posts[0]?.path ?? '', 'http://x').searchParams;
    expect(query.get('sign')).toBe(dingtalkSign(Number(query.get('timestamp')), environment.KEY));
    const message = JSON.parse(posts[0]?.body ?? '') as { at: { atMobiles: string[] }; markdown: { text: string } };
    expect(message.at.atMobiles).toEqual(['00000000001']);
    expect(message.markdown.text).toContain('@00000000001');
  });
  test('a link is part of the text', async () => {
    const link = { url: 'https://desk.hospital.example/a/abc', label: '处理' };
    const { posts } = await sendOnce(dingtalk, settings, environment, () => says(0, 'ok'), { link });
    expect(posts[0]?.body).toContain('[处理](https://desk.hospital.example/a/abc)');
  });
  test.each([
    [{ errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute', wait: 5, punish: 'deny' }, 'notify/limited', 600_000],
    [{ errcode: 660026, errmsg: 'too fast' }, 'notify/limited', 600_000],
    [{ errcode: 400013, errmsg: 'group gone' }, 'notify/denied', undefined],
    [{ errcode: 300001, errmsg: 'params error' }, 'notify/refused', undefined],
    [{ errcode: 77777, errmsg: 'new' }, 'notify/unreachable', undefined],
  ])('%j is %s', async (body, code, retryAfterMs) => {
    const { error } = await sendOnce(dingtalk, settings, environment, () => json(body));
    expect(error).toMatchObject({ code, ...(retryAfterMs === undefined ? {} : { detail: { retryAfterMs } }) });
  });
  test('a portal page is no success', async () => {
    expect((await sendOnce(dingtalk, settings, environment, () => ({ body: '<html>login</html>' }))).error).toMatchObject({
      code: 'notify/unreachable',
    });
  });
});
