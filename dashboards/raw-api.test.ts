import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawPayload, watchPayload } from '../shared/raw.ts';
import { topics } from '../shared/topic.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

let app: DashboardsApp;
const asked: string[] = [];
const shown = (unit: number): RawPayload => ({
  type: 'modbus',
  t: 5,
  unit,
  registers: [
    {
      name: 'active_power_kw', quantity: 'active_power_kw', number: 101, type: 'float32', order: 'big', polled: true,
      cells: [{ table: 'holding', address: 100, words: [0x44fa, 0x2000] }], value: 2.001, bad: null, t: 4,
    },
  ],
}); // biome-ignore format: short

beforeAll(async () => {
  const devices = Array.from({ length: 9 }, (_, n): [string, string] => [`m${n}`, 'electricity']);
  const site = siteOf({ gw1: [...devices, ['mute', 'electricity']] });
  site.profileFacts = (id) =>
    id === 'none'
      ? { id, vendor: 'V', model: 'M', title: { zh: '表', en: 'Meter' }, source: 'a manual', evidence: 'B', notes: [], quantities: [] }
      : undefined;
  app = await startDashboardsApp(site);
  // A gateway with the rights of one: hears who looks, and shows.
  const gateway = await app.connect('gateway');
  gateway.on('message', (topic, payload) => {
    const device = topic.split('/')[3] as string;
    asked.push(`${device} ${watchPayload.parse(JSON.parse(payload.toString())).seconds}`);
    if (device === 'mute') return;
    gateway.publish(topics.raw('demo', 'gw1', 'm8'), JSON.stringify({ type: 'junk' }));
    gateway.publish(topics.raw('demo', 'gw2', device), JSON.stringify(shown(99)));
    gateway.publish(topics.raw('demo', 'gw1', device), JSON.stringify(shown(Number(device.slice(1)))));
  });
  await gateway.subscribeAsync(topics.watch('demo', 'gw1', '+'));
});
afterAll(() => app?.[Symbol.asyncDispose]());

describe('raw registers over the API', () => {
  const look = async (device: string, role: 'technician' | 'viewer' = 'technician') =>
    app.call('GET', `/api/devices/${device}/raw`, { token: await app.signIn(role) });

  it('asks the gateway of the device, and gives what it shows', async () => {
    expect(asked).toEqual([]);
    const { status, json } = await look('m3');
    expect([status, json]).toEqual([200, { raw: shown(3) }]);
    // Asking again at once looks on; the gateway need not be told each time.
    expect((await look('m3')).json.raw.unit).toBe(3);
    expect(asked).toEqual(['m3 20']);
  });

  it('says so when the gateway does not answer, and refuses more than eight at once', async () => {
    expect((await look('mute')).json).toEqual({ raw: null });
    for (const n of [0, 1, 2, 4, 5, 6]) expect((await look(`m${n}`)).status).toBe(200);
    const { status, json } = await look('m7');
    expect([status, json.detail]).toEqual([429, expect.stringMatching(/8 devices are being looked at/)]);
    expect((await look('m0')).status).toBe(200);
  });

  it('is not for a viewer; facts of the profile are', async () => {
    expect((await look('m3', 'viewer')).status).toBe(403);
    const { json } = await app.call('GET', '/api/devices/m3/profile', { token: await app.signIn('viewer') });
    expect(json).toMatchObject({ model: 'M', evidence: 'B', source: 'a manual' });
    expect((await app.call('GET', '/api/devices/nobody/profile', { token: await app.signIn('viewer') })).status).toBe(404);
  });
});
