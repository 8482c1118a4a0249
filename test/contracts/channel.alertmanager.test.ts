import { describe, expect, test } from 'vitest';
import alertmanager from '../../notify/channels/alertmanager.ts';
import { channelContract } from './channel.ts';
import { httpBench, sendOnce } from './robot-bench.ts';

const environment = { PROXY: 'bearer-of-the-proxy-0123' };
const settings = (url: string) => ({ url, token: { env: 'PROXY' }, labels: { team: 'facility' } });
interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

channelContract('alertmanager', () =>
  httpBench({
    type: alertmanager,
    environment,
    settings,
    replies: {
      fine: { status: 200 },
      busy: { status: 503, body: 'starting' },
      refuses: { status: 400, body: '"start time must be before end time"' },
      denies: { status: 403, body: 'forbidden' },
      silent: { silent: true },
      cuts: { cut: true },
    },
    read({ body }) {
      const [first] = JSON.parse(body) as Alert[];
      return { text: `${first?.annotations.summary}\n${first?.annotations.description}`, key: first?.annotations.key };
    },
  }),
);

describe('Alertmanager', () => {
  test('labels name the alarm and the site’s own are kept; the end lies ahead while it stands', async () => {
    const { posts } = await sendOnce(alertmanager, settings, environment, () => ({ status: 200 }));
    expect(posts[0]?.path).toBe('/api/v2/alerts');
    const [alert] = JSON.parse(posts[0]?.body ?? '') as Alert[];
    expect(alert?.labels).toMatchObject({ alertname: 'O2-AREA-LOW', alarm: 'o2-area-low.o2-icu', team: 'facility', life_safety: 'true' });
    expect(Date.parse(alert?.endsAt ?? '')).toBeGreaterThan(Date.now() + 86_400_000);
  });
  test('the end of an alarm that returned is now', async () => {
    const { posts } = await sendOnce(alertmanager, settings, environment, () => ({ status: 200 }), { step: 'returned' });
    const [alert] = JSON.parse(posts[0]?.body ?? '') as Alert[];
    expect(Math.abs(Date.parse(alert?.endsAt ?? '') - Date.now())).toBeLessThan(60_000);
  });
  test('200 with a page is no delivery', async () => {
    expect((await sendOnce(alertmanager, settings, environment, () => ({ status: 200, body: '<html>' }))).error).toMatchObject({
      code: 'notify/unreachable',
    });
  });
});
