import { describe, expect, test } from 'vitest';
import feishu, { feishuSign } from '../../notify/channels/feishu.ts';
import { channelContract } from './channel.ts';
import { httpBench, json, sendOnce } from './robot-bench.ts';

const environment = { HOOK: 'hook-0123456789abcdef', KEY: 'key-of-a-feishu-robot' };
const settings = (url: string) => ({ url: `${url}/open-apis/bot/v2/hook/`, hook: { env: 'HOOK' }, secret: { env: 'KEY' } });
const says = (code: number, msg: string) => json({ code, msg, data: {} });
interface Body {
  timestamp: string;
  sign: string;
  card: { header: { title: { content: string } }; elements: { text?: { content: string }; actions?: { url: string }[] }[] };
}

channelContract('feishu', () =>
  httpBench({
    type: feishu,
    environment,
    settings,
    replies: {
      fine: json({ StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }),
      busy: says(-1, 'system busy'),
      refuses: says(19002, 'params error, msg_type need'),
      denies: says(19021, 'sign match fail or timestamp is not within one hour from current time'),
      silent: { silent: true },
      cuts: { cut: true },
    },
    read({ body }) {
      const { card } = JSON.parse(body) as Body;
      return { text: [card.header.title.content, ...card.elements.map((one) => one.text?.content ?? '')].join('\n'), key: undefined };
    },
    mostBytes: 20_000,
  }),
);

describe('the Feishu robot', () => {
  test('the signature is that of an independent computation (tickets.md, python hmac)', () => {
    expect(feishuSign(1_700_000_000, 'test')).toBe('eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg=');
  });
  test('signs in the body, in seconds, and puts the hook behind the address', async () => {
    const link = { url: 'https://desk.hospital.example/a/abc', label: '处理' };
    const { posts, error } = await sendOnce(feishu, settings, environment, () => says(0, 'success'), { link });
    expect(error).toBeUndefined();
    expect(posts[0]?.path).toBe(`/open-apis/bot/v2/hook/${environment.HOOK}`);
    const { timestamp, sign, card } = JSON.parse(posts[0]?.body ?? '') as Body;
    expect(timestamp).toMatch(/^\d{10}$/);
    expect(sign).toBe(feishuSign(Number(timestamp), environment.KEY));
    expect(card.elements.at(-1)?.actions?.[0]?.url).toBe(link.url);
  });
  test.each([
    [11232, 'notify/limited'],
    [9499, 'notify/limited'],
    [19022, 'notify/denied'],
    [19024, 'notify/denied'],
    [19007, 'notify/denied'],
    [19001, 'notify/refused'],
    [12345, 'notify/unreachable'],
  ])('code %i is %s', async (code, fault) => {
    expect((await sendOnce(feishu, settings, environment, () => says(code, 'hint'))).error).toMatchObject({ code: fault });
  });
});
