/** The registers of the plant over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openPlant } from '../desk/index.ts';
import { operationsFile } from '../shared/role.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
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
}, 240_000);
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
  }, 240_000);
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

describe('parts', () => {
  test('go out to a ticket and stand on it with their cost; the stock is their sum', async () => {
    const part = { id: 'fuse', name: '熔断器', unit: '个', minimum: 5, cost_yuan: 12.5, assets: ['feeder-1'] };
    expect((await call('technician', 'POST', '/api/parts', part)).status).toBe(403);
    expect((await call('engineer', 'POST', '/api/parts', part)).status).toBe(201);
    const move = (body: object) => call('technician', 'POST', '/api/parts/fuse/movements', body);
    expect((await move({ kind: 'receive', quantity: 6 })).json).toMatchObject({ stock: 6 });
    expect((await move({ kind: 'issue', quantity: 1 })).json.errors[0].field).toBe('ticket');
    expect((await move({ kind: 'issue', quantity: 1, ticket: 'T-999' })).json.errors[0].field).toBe('ticket');
    const ticket = (await call('ward', 'POST', '/api/assets/feeder-1/tickets', { title: '跳闸', description: '跳闸' })).json.id as string;
    // Nobody is at work on it yet: neither the stock nor the ticket changes.
    const early = await move({ kind: 'issue', quantity: 2, ticket });
    const stock = async () =>
      (await call('viewer', 'GET', '/api/parts')).json.find(({ value }: { value: { id: string } }) => value.id === 'fuse');
    if (early.status === 409) {
      expect((await stock()).stock).toBe(6);
      await call('technician', 'POST', `/api/tickets/${ticket}/start`, {});
      expect((await move({ kind: 'issue', quantity: 2, ticket })).status).toBe(201);
    }
    expect(await stock()).toMatchObject({ stock: 4, low: true });
    expect((await call('viewer', 'GET', `/api/tickets/${ticket}`)).json.life.work).toMatchObject([
      { parts: [{ name: '熔断器', quantity: 2, unit: '个', costYuan: 25 }] },
    ]);
    expect((await move({ kind: 'issue', quantity: 5, ticket })).status).toBe(409);
    // What comes back is booked back, at the cost at which it went out, also when the ticket is over.
    expect((await call('engineer', 'POST', '/api/parts', { ...part, cost_yuan: 90, version: 1 })).status).toBe(201);
    expect((await move({ kind: 'return', quantity: 1, ticket })).json).toMatchObject({ stock: 5 });
    expect((await call('engineer', 'POST', `/api/tickets/${ticket}/cancel`, { reason: 'x' })).status).toBe(200);
    expect((await move({ kind: 'return', quantity: 2, ticket })).status).toBe(409);
    expect((await move({ kind: 'return', quantity: 1, ticket })).json).toMatchObject({ stock: 6 });
    const { work } = (await call('viewer', 'GET', `/api/tickets/${ticket}`)).json.life as { work: { parts: { costYuan: number }[] }[] };
    expect(work.flatMap(({ parts }) => parts.map(({ costYuan }) => costYuan))).toEqual([25, -12.5, -12.5]);
    expect((await move({ kind: 'count', quantity: 7 })).json).toMatchObject({ delta: 1, stock: 7 });
    expect((await call('viewer', 'GET', '/api/parts/fuse/movements')).json.map(({ kind }: { kind: string }) => kind)).toEqual([
      'count',
      'return',
      'return',
      'issue',
      'receive',
    ]);
  });
});

describe('appliances', () => {
  test('an overload alarm names what hangs on its circuit', async () => {
    const heater = { circuit: 'feeder-1', name: '电暖器', kind: 'heater', watt: 2_000, count: 3, owner: '急诊 王护士' };
    expect((await call('engineer', 'POST', '/api/appliances', heater)).json.value).toMatchObject({ id: 'appliance-1', phase: 'unknown' });
    expect((await call('engineer', 'POST', '/api/appliances', { ...heater, circuit: 'x' })).json.errors[0].field).toBe('circuit');
    expect((await call('engineer', 'POST', '/api/appliances', { ...heater, owner: undefined })).json.errors[0].field).toBe('owner');
    app.desk.raise(heatingAlarm('feeder-1', { id: 'el-over.feeder-1', rule: 'EL-OVER' }), { at: Date.now(), value: 70, limit: 63 });
    const { json } = await call('technician', 'GET', '/api/alarms/el-over.feeder-1/appliances');
    expect(json).toMatchObject({
      circuit: 'feeder-1',
      watt: 6_000,
      unpermitted: 3,
      appliances: [{ name: '电暖器', owner: '急诊 王护士' }],
    });
    expect((await call('viewer', 'GET', '/api/circuits')).json).toMatchObject([{ circuit: 'feeder-1', verdict: 'unknown' }]);
  });
});

describe('rounds', () => {
  test('a finding opens one ticket by itself, a second answer keeps it; the round is done with its last thing', async () => {
    const look = (id: string) => ({ id, title: { zh: '外观', en: 'Looks' } });
    const plan = {
      ...{ id: 'daily', title: { zh: '每日巡检', en: 'Daily round' }, trade: 'electrical', system: 'electricity', when: { at: ['08:00'] } },
      items: [
        { asset: 'lift-1', checks: [look('looks'), look('phone')] },
        {
          asset: 'feeder-1',
          checks: [look('looks')],
          readings: [{ id: 'amps', title: { zh: '电流', en: 'Current' }, quantity: 'current_l1_a', max: 100 }],
        },
      ],
    };
    expect((await call('engineer', 'POST', '/api/plans', plan)).status).toBe(201);
    const wrong = async (items: object[]) =>
      (await call('engineer', 'POST', '/api/plans', { ...plan, id: 'p2', items })).json.errors?.[0]?.field;
    expect(await wrong([{ asset: 'x', checks: [look('looks')] }])).toBe('items.0.asset');
    expect(await wrong([{ asset: 'lift-1', readings: [{ id: 'amps', title: { zh: '电流', en: 'A' }, quantity: 'current_l1_a' }] }])).toBe(
      'items.0.readings.0.device',
    );
    expect(await wrong([{ asset: 'lift-1' }])).toBe('items.0');

    const now = Date.now();
    {
      using db = openDatabase(operationsFile(app.dataDir));
      const opened = openPlant(db);
      opened.rounds.make(opened.plans.get('daily')!.value, now, now);
    }
    const [round] = (await call('technician', 'GET', '/api/rounds')).json;
    expect(round).toMatchObject({ plan: 'daily', state: 'due', answered: [] });
    const answer = (body: object) => call('technician', 'POST', '/api/rounds', { round: round.id, ...body });
    expect((await call('ward', 'POST', '/api/rounds', { round: round.id, asset: 'lift-1' })).status).toBe(403);
    expect((await answer({ asset: 'lift-1', checks: { looks: { ok: true }, phone: { ok: false } } })).json.errors[0].field).toBe(
      'checks.phone.words',
    );
    const failed = await answer({ asset: 'lift-1', checks: { looks: { ok: true }, phone: { ok: false, words: '无声' } } });
    expect(failed.json).toMatchObject({ state: 'due', answered: ['lift-1'], findings: 1, ticket: expect.stringMatching(/^T-/) });
    expect((await call('viewer', 'GET', `/api/tickets/${failed.json.ticket}`)).json).toMatchObject({
      title: { en: 'Found on a round: Lift 1, Looks' },
      trade: 'electrical',
    });
    expect(
      (await answer({ asset: 'lift-1', checks: { looks: { ok: false, words: '门刮' }, phone: { ok: false, words: '无声' } } })).json.ticket,
    ).toBe(failed.json.ticket);

    // Read by the meter a minute ago: filled in with its time, confirmed as it was.
    await app.store.write([
      {
        measurement: 'electricity',
        tags: { site: 'demo', device: 'feeder-1', gateway: 'gw1' },
        t: now - 60_000,
        fields: { current_l1_a: 42 },
      },
    ]);
    const filled = (await call('technician', 'GET', `/api/rounds/${round.id}/items/feeder-1`)).json;
    expect(filled).toEqual({ amps: { v: 42, from: 'reading', t: now - 60_000, quality: 'good' } });
    const last = await answer({ asset: 'feeder-1', checks: { looks: { ok: true } }, values: { amps: 'as-read' } });
    expect(last.json).toMatchObject({ state: 'done', doneBy: 'technician', ticket: null });
    const whole = (await call('viewer', 'GET', `/api/rounds/${round.id}`)).json;
    expect(whole.answers.map(({ asset, values }: { asset: string; values: object }) => [asset, values])).toEqual([['lift-1', {}], ['feeder-1', filled]]); // biome-ignore format: short
  });
});

describe('handover', () => {
  test('begins with what is open, and both sign: two persons', async () => {
    // 8 and 20 o'clock in China.
    const due = Math.floor(Date.now() / (12 * 3_600_000)) * 12 * 3_600_000;
    const { json } = await call('technician', 'GET', `/api/books/shift-handover/draft?due=${due}`);
    expect(json.values.alarms).toMatchObject({ from: 'reading', v: expect.stringMatching(/紧急 · 环路压力低/) });
    expect(json.values.tickets.v).toMatch(/T-\d+ · 巡检发现：1号梯/);
    expect([json.values.silenced.v, json.values.unusual.v, json.values.events]).toEqual(['无', '无', undefined]);
    // Whoever reads English drafts in English, and confirms what he has read.
    const english = (await call('technician', 'GET', `/api/books/shift-handover/draft?due=${due}&lang=en`)).json;
    expect(english.values.alarms.v).toMatch(/Critical · /);
    expect(english.values.silenced.v).toBe('None');
    const asRead = Object.fromEntries(['alarms', 'tickets', 'silenced', 'unusual'].map((id) => [id, 'as-read']));
    const said = { events: { v: '6 时换泵' }, pending: { v: '看液位' }, tools: { v: true } };
    const written = await call('technician', 'POST', '/api/books/shift-handover/entries', {
      due,
      lang: 'en',
      values: { ...asRead, ...said },
    });
    expect(written.json).toMatchObject({
      kind: 'entry',
      role: 'leaving',
      values: { alarms: { v: english.values.alarms.v, from: 'reading' } },
    });
    const sign = (role: string) => call(role, 'POST', `/api/books/shift-handover/entries/${written.json.seq}/sign`, { role: 'coming' });
    expect((await sign('technician')).status).toBe(409);
    expect((await sign('engineer')).status).toBe(201);
    expect((await call('viewer', 'GET', '/api/books/shift-handover/verify')).json).toMatchObject({ records: 2, breaks: [] });
  });
});
