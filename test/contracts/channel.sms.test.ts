import { describe, expect, test } from 'vitest';
import sms from '../../notify/channels/sms.ts';
import { channelContract } from './channel.ts';
import { httpBench, json, sendOnce } from './robot-bench.ts';

const environment = { SMS: 'gateway-key-0123456789' };
const settings = (url: string) => ({
  url: `${url}/send`,
  headers: { authorization: 'Bearer {secret}' },
  body: '{"to":"{phone}","content":"{text}","id":"{key}"}',
  success: '"code":0',
  refused: '"code":1001',
  secret: { env: 'SMS' },
});

channelContract('sms', () =>
  httpBench({
    type: sms,
    environment,
    settings,
    replies: {
      fine: json({ code: 0, msg: 'ok' }),
      busy: json({ code: 500 }, 503),
      refuses: json({ code: 1001, msg: 'invalid mobile' }),
      denies: json({ code: 2 }, 401),
      silent: { silent: true },
      cuts: { cut: true },
    },
    read({ body }) {
      const { content, id } = JSON.parse(body) as { content: string; id: string };
      expect([...content].length).toBeLessThanOrEqual(700);
      return { text: content, key: id };
    },
  }),
);

describe('the SMS gateway', () => {
  test('200 without the text of success is no success', async () => {
    expect((await sendOnce(sms, settings, environment, () => json({ code: 9 }))).error).toMatchObject({
      code: 'notify/unreachable',
      detail: { uncertain: true },
    });
  });
  test('a form is written as a form', async () => {
    const form = (url: string) => ({ ...settings(url), headers: {}, body: 'mobile={phone}&text={text}&key={secret}' });
    const { posts } = await sendOnce(sms, form, environment, () => json({ code: 0 }));
    const fields = new URLSearchParams(posts[0]?.body);
    expect(fields.get('mobile')).toBe('+8600000000001');
    expect(fields.get('key')).toBe(environment.SMS);
    expect(posts[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });
  test('a template without a place for number, text or secret is a mistake', () => {
    const parsed = sms.options.parse({ ...settings('http://x'), body: '{}', headers: {} });
    expect(sms.check(parsed).map((one) => one.allowed)).toEqual([
      expect.stringContaining('{phone}'),
      expect.stringContaining('{text}'),
      expect.stringContaining('{secret}'),
    ]);
  });
});
