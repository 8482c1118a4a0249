import { describe, expect, test } from 'vitest';
import ntfy from '../../notify/channels/ntfy.ts';
import { channelContract } from './channel.ts';
import { httpBench, json, sendOnce } from './robot-bench.ts';

const environment = { TK: 'tk_0123456789abcdefghijklmnopqr' };
const settings = (url: string) => ({ url, topic: 'plantroom', token: { env: 'TK' } });
const fine = json({ id: 'hwQ2YpKdmg', time: 1_700_000_000, event: 'message', topic: 'plantroom' });
interface Body {
  title: string;
  message: string;
  priority: number;
  actions?: { url: string }[];
}

channelContract('ntfy', () =>
  httpBench({
    type: ntfy,
    environment,
    settings,
    replies: {
      fine,
      busy: json({ code: 50701, http: 507, error: 'internal server error' }, 507),
      refuses: json({ code: 40057, http: 400, error: 'invalid request: title too large' }, 400),
      denies: json({ code: 40301, http: 403, error: 'forbidden' }, 403),
      silent: { silent: true },
      cuts: { cut: true },
    },
    read({ body }) {
      const { title, message } = JSON.parse(body) as Body;
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4_096);
      expect(Buffer.byteLength(title)).toBeLessThanOrEqual(1_024);
      return { text: `${title}\n${message}`, key: undefined };
    },
  }),
);

describe('ntfy', () => {
  test('life safety has the highest priority, and the first action answers', async () => {
    const link = { url: 'https://desk.hospital.example/a/abc', label: '我来处理' };
    const { posts } = await sendOnce(ntfy, settings, environment, () => fine, { link });
    expect(JSON.parse(posts[0]?.body ?? '')).toMatchObject({
      topic: 'plantroom',
      priority: 5,
      click: link.url,
      actions: [{ action: 'view', url: link.url }],
    });
    expect(posts[0]?.headers.authorization).toBe(`Bearer ${environment.TK}`);
  });
  test.each([
    [json({ code: 42901, error: 'limit reached' }, 429), 'notify/limited'],
    [json({ code: 40101, error: 'unauthorized' }, 401), 'notify/denied'],
    [json({ code: 41301, error: 'too large' }, 413), 'notify/refused'],
    [{ status: 200, body: '<html>portal</html>' }, 'notify/unreachable'],
  ])('%j is %s', async (reply, code) => {
    expect((await sendOnce(ntfy, settings, environment, () => reply)).error).toMatchObject({ code });
  });
});
