/** The registers of the plant over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

let app: DashboardsApp;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  app = await startDashboardsApp(
    siteOf(
      {
        gw1: [
          ['boiler-1', 'boiler'],
          ['feeder-1', 'electricity'],
        ],
      },
      {
        public_url: 'https://plant.example.org',
        buildings: [{ id: 'plant', name: { zh: '锅炉房', en: 'Boiler house' } }],
        assets: [{ id: 'lift-1', kind: 'lift', name: { zh: '1号梯', en: 'Lift 1' }, building: 'plant', registration: '3110 4521' }],
      },
    ),
  );
  for (const role of ['viewer', 'ward', 'technician', 'engineer'] as const) tokens[role] = await app.signIn(role);
}, 60_000);
afterAll(() => app?.[Symbol.asyncDispose]());
const call = (role: string, method: string, path: string, body?: unknown) =>
  app.call(method, path, { token: tokens[role]!, ...(body === undefined ? {} : { body }) });

describe('things', () => {
  const vessel = {
    id: 'vessel-1',
    kind: 'pressure-vessel',
    name: { zh: '分汽缸', en: 'Steam header' },
    parent: 'boiler-1',
    devices: ['boiler-1'],
  };

  test('are one tree of buildings, devices, the site file and the register; a wrong place is refused with its field', async () => {
    expect((await call('engineer', 'POST', '/api/assets', vessel)).status).toBe(201);
    const { json } = await call('viewer', 'GET', '/api/assets');
    expect(json.map(({ id, kind, parent, from }: Record<string, unknown>) => [id, kind, parent, from])).toEqual([
      ['building-plant', 'building', null, 'site'],
      ['boiler-1', 'device', null, 'site'],
      ['feeder-1', 'device', null, 'site'],
      ['lift-1', 'lift', 'building-plant', 'site'],
      ['vessel-1', 'pressure-vessel', 'boiler-1', 'register'],
    ]);
    const wrong = async (body: object) => (await call('engineer', 'POST', '/api/assets', { ...vessel, ...body })).json.errors?.[0]?.field;
    expect(await wrong({ id: 'lift-1' })).toBe('id');
    expect(await wrong({ id: 'v2', parent: 'nothing' })).toBe('parent');
    expect(await wrong({ parent: 'vessel-1', version: 1 })).toBe('parent');
    expect(await wrong({ id: 'v2', devices: ['nothing'] })).toBe('devices');
    expect(await wrong({ id: 'v2', building: 'nothing' })).toBe('building');
    expect(await wrong({ id: 'v2', kind: 'ufo' })).toBe('kind');
    expect((await call('engineer', 'POST', '/api/assets', vessel)).status).toBe(409);
    expect((await call('engineer', 'POST', '/api/assets', { ...vessel, state: 'stopped', version: 1 })).json).toMatchObject({ version: 2 });
  });

  test('have a history of alarms, tickets and certificates; also without a device', async () => {
    const opened = await call('ward', 'POST', '/api/assets/lift-1/tickets', { title: '困人', description: '三楼停住' });
    expect(opened.json).toMatchObject({ state: 'open', title: { zh: '1号梯：困人' } });
    await call('engineer', 'POST', '/api/certificates', { rule: 'lift-inspection', asset: 'lift-1', due: '2099-03-01' });
    const { json } = await call('viewer', 'GET', '/api/assets/lift-1/history');
    expect(json.map(({ kind, id }: Record<string, unknown>) => [kind, id]).sort()).toEqual([
      ['certificate', 'certificate-1'],
      ['ticket', opened.json.id],
    ]);
    expect((await call('viewer', 'GET', '/api/assets/nothing/history')).status).toBe(404);
  });

  test('have cards with a code that opens the round there', async () => {
    const cards = await fetch(`${app.url}/api/assets/cards.pdf?ids=lift-1,vessel-1,boiler-1`, {
      headers: { authorization: `Bearer ${tokens.viewer}` },
    });
    expect([cards.status, cards.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(
      Buffer.from(await cards.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const opened = await fetch(`${app.url}/q/vessel-1`, { redirect: 'manual' });
    expect([opened.status, opened.headers.get('location')]).toEqual([302, '/#/rounds/at/vessel-1']);
  }, 30_000);
});

describe('certificates and contracts', () => {
  test('the rule fills the due date in; what is due says how long, and where the date comes from', async () => {
    const made = await call('engineer', 'POST', '/api/certificates', {
      rule: 'vessel-yearly-check',
      asset: 'vessel-1',
      last: '2020-02-29',
    });
    expect(made.json.value).toMatchObject({ due: '2021-02-28', state: 'valid' });
    const { json } = await call('viewer', 'GET', '/api/due?stage=overdue');
    expect(json).toMatchObject([{ id: made.json.value.id, rule: 'vessel-yearly-check', of: { en: 'Steam header' }, due: '2021-02-28' }]);
    const wrong = async (body: object) => (await call('engineer', 'POST', '/api/certificates', body)).json.errors?.[0]?.field;
    expect(await wrong({ rule: 'lift-inspection', asset: 'lift-1', last: '2026-01-01' })).toBe('due');
    expect(await wrong({ rule: 'nothing', asset: 'lift-1', due: '2030-01-01' })).toBe('rule');
    expect(await wrong({ rule: 'operator-certificate', asset: 'lift-1', due: '2030-01-01' })).toBe('person');
    expect(await wrong({ rule: 'lift-inspection', asset: 'lift-9', due: '2030-01-01' })).toBe('asset');
    expect(await wrong({ rule: 'lift-inspection', asset: 'lift-1', due: '2030-13-01' })).toBe('due');
    const rules = (await call('viewer', 'GET', '/api/deadlines')).json;
    expect(rules.every(({ source, confidence }: Record<string, unknown>) => source && confidence)).toBe(true);
  });

  test('a contract has a cost, an end that is told, and things that exist', async () => {
    const contract = {
      title: '电梯维保',
      company: '某电梯公司',
      assets: ['lift-1'],
      from: '2026-01-01',
      to: '2099-12-31',
      cost_yuan: 36_000,
      visits_per_year: 24,
    };
    expect((await call('engineer', 'POST', '/api/contracts', contract)).json.value).toMatchObject({ id: 'contract-1', cost_yuan: 36_000 });
    expect((await call('engineer', 'POST', '/api/contracts', { ...contract, assets: ['x'] })).json.errors[0].field).toBe('assets');
    expect((await call('engineer', 'POST', '/api/contracts', { ...contract, to: '2025-01-01' })).json.errors[0].field).toBe('to');
    expect((await call('viewer', 'GET', '/api/due')).json.map(({ subject }: { subject: string }) => subject)).toContain(
      'contract/contract-1',
    );
    const audit = await call('engineer', 'GET', '/api/contracts');
    expect(audit.json).toMatchObject([{ version: 1, changedBy: 'engineer' }]);
  });
});
