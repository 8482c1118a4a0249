import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../desk/database.ts';
import { openLedger } from '../notify/ledger.ts';
import { operationsFile, roleTopic } from '../shared/role.ts';
import { topics } from '../shared/topic.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { until } from '../test/program.ts';
import { siteOf } from '../test/site-of.ts';
import { alarmJournalEntry } from './api/alarm-journal.ts';
import { alarmPath } from './api/alarm-path.ts';
import { answer as panelAnswer } from './api/boards.ts';
import { delivery } from './api/deliveries.ts';
import { maintenance } from './api/maintenance.ts';
import * as schemas from './api/schemas.ts';
import { type Board, isReadings } from './board/board.ts';
import { problemSchema } from './problem.ts';

let app: DashboardsApp;
let admin: string;
const t0 = Date.UTC(2026, 0, 15, 4);

beforeAll(async () => {
  const site = siteOf({ gw1: [['loop-1', 'heating'], ['feeder-1', 'electricity']], gw2: [['zone-1', 'oxygen']] }); // biome-ignore format: short
  site.config.site.simulated = true;
  app = await startDashboardsApp(site);
  admin = await app.signIn('admin');
  await app.store.write(
    Array.from({ length: 120 }, (_, index) => ({
      measurement: 'heating' as const,
      tags: { site: 'demo', device: 'loop-1', gateway: 'gw1' },
      t: t0 + index * 60_000,
      fields: { pressure_kpa: 300 + index },
    })),
  );
});
afterAll(() => app?.[Symbol.asyncDispose]());

describe('errors', () => {
  it('are problem details with the fields named', async () => {
    const answer = await app.call('POST', '/api/login', { body: { user: 'admin' } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(problemSchema.parse(answer.json).errors).toEqual([{ field: 'password', message: expect.stringMatching(/string/) }]);
    expect(answer.json.instance).toBe('/api/login');
  });

  it('are problem details for what is not there, for bad JSON and for wrong methods', async () => {
    for (const [method, path, status] of [
      ['GET', '/api/nothing', 404],
      ['GET', '/api/devices/nobody', 404],
      ['GET', '/api/alarms/nobody', 404],
      ['GET', '/api/tickets/T-9999', 404],
      ['DELETE', '/api/site', 404],
      ['GET', '/api/series?device=loop-1&quantity=wrong', 400],
      ['GET', '/api/series?device=loop-1&quantity=pressure_kpa&from=5&to=4', 400],
      ['GET', '/api/alarms?state=strange', 400],
      ['POST', '/api/alarms/nobody/acknowledge', 404],
    ] as const) {
      const answer = await app.call(method, path, { token: admin });
      expect([path, answer.status]).toEqual([path, status]);
      expect(problemSchema.parse(answer.json).status).toBe(status);
    }
    const broken = await fetch(`${app.url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
    expect([broken.status, broken.headers.get('content-type')]).toEqual([400, 'application/problem+json; charset=utf-8']);
  });

  it('tell nothing about the inside', async () => {
    const answer = await app.call('GET', '/api/devices', { token: 'wrong' });
    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer.json)).not.toMatch(/node_modules|at \w/);
  });
});

describe('devices and series', () => {
  it('show online, last reading and latest values; a bad value is null with its reason', async () => {
    const gateway = await app.connect('gateway');
    const t = Date.now();
    await gateway.publishAsync(topics.deviceStatus('demo', 'gw1', 'loop-1'), JSON.stringify({ online: true, since: t }), {
      retain: true,
      qos: 1,
    });
    const reading = { boot: 'b', seq: 1, t, v: { pressure_kpa: 312.5, supply_temp_c: 9_999 }, bad: { return_temp_c: 'sensor' } };
    await gateway.publishAsync(topics.readings('demo', 'gw1', 'loop-1'), JSON.stringify(reading), { qos: 1 });
    const device = await until(async () => {
      const { json } = await app.call('GET', '/api/devices/loop-1', { token: admin });
      return json.latest.pressure_kpa?.value === 312.5 && json;
    });
    schemas.device.parse(device);
    expect(device).toMatchObject({ online: true, lastReadingAt: t, system: 'heating' });
    expect(device.latest.pressure_kpa).toEqual({ value: 312.5, unit: 'kPa', t, quality: 'good' });
    expect(device.latest.supply_temp_c).toEqual({ value: null, unit: '°C', t, quality: 'bad', reason: 'range' });
    expect(device.latest.return_temp_c).toMatchObject({ value: null, quality: 'bad', reason: 'sensor' });
  });

  it('do not let late or foreign messages change what is shown', async () => {
    const gateway = await app.connect('gateway');
    const send = (device: string, payload: object) =>
      gateway.publishAsync(topics.readings('demo', 'gw2', device), JSON.stringify(payload), { qos: 1 });
    await send('zone-1', { boot: 'b', seq: 2, t: t0 + 1_000, v: { pressure_kpa: 400 } });
    await send('zone-1', { boot: 'b', seq: 1, t: t0, v: { pressure_kpa: 1 } });
    await send('zone-1', { boot: 'b', seq: 3, t: t0 + 2_000, v: { pressure_kpa: 'text' } });
    await send('stranger', { boot: 'b', seq: 4, t: t0, v: { pressure_kpa: 5 } });
    await send('zone-1', { boot: 'b', seq: 5, t: t0 + 3_000, v: { oxygen_flow_lmin: 80 } });
    const device = await until(async () => {
      const { json } = await app.call('GET', '/api/devices/zone-1', { token: admin });
      return json.latest.oxygen_flow_lmin && json;
    });
    expect(device.latest.pressure_kpa.value).toBe(400);
    const { json } = await app.call('GET', '/api/devices', { token: admin });
    expect(json.map(({ id }: { id: string }) => id)).toEqual(['loop-1', 'feeder-1', 'zone-1']);
  });

  it('answer raw points, buckets of a width, and at most as many as a chart has room for', async () => {
    const ask = async (more: string) => {
      const { json } = await app.call('GET', `/api/series?device=loop-1&quantity=pressure_kpa&from=${t0}&to=${t0 + 7_200_000}${more}`, {
        token: admin,
      });
      return json as { every: number | null; points: [number, number | null][] };
    };
    expect((await ask('')).points).toHaveLength(120);
    const hours = await ask('&every=1h&aggregate=max');
    expect(hours).toMatchObject({ every: 3_600_000, points: [[t0, 359], [t0 + 3_600_000, 419]] }); // biome-ignore format: short
    const some = await ask('&points=30');
    expect(some.every).toBe(300_000);
    expect(some.points.length).toBeLessThanOrEqual(30);
    const iso = await app.call(
      'GET',
      `/api/series?device=loop-1&quantity=pressure_kpa&from=2026-01-15T12:00:00%2B08:00&to=${t0 + 60_000}`,
      { token: admin },
    );
    expect(iso.json.points).toEqual([[t0, 300]]);
  });

  it('begin day buckets at local midnight', async () => {
    const from = Date.UTC(2026, 0, 13, 16); // midnight in Shanghai
    const { json } = await app.call(
      'GET',
      `/api/series?device=loop-1&quantity=pressure_kpa&from=${from}&to=${from + 2 * 86_400_000}&every=1d&aggregate=last`,
      { token: admin },
    );
    expect(json.points).toEqual([[from, null], [from + 86_400_000, 419]]); // biome-ignore format: short
  });
});

describe('alarms and tickets', () => {
  it('go from raise to sign-off, each step audited with before and after', async () => {
    app.desk.raise(heatingAlarm('loop-1'), { at: Date.now(), value: 95, limit: 150 });
    const { json } = await app.call('GET', '/api/alarms', { token: admin });
    const [alarm] = schemas.alarm.array().parse(json);
    expect(alarm).toMatchObject({ id: 'heat-loop-low.loop-1', state: 'UNACK', value: 95 });
    const technician = await app.signIn('technician');
    const step = (path: string, body?: object, token = technician) => app.call('POST', `/api/${path}`, { token, body: body ?? {} });
    expect((await step(`alarms/${alarm!.id}/acknowledge`, { comment: '马上去' })).json).toMatchObject({
      state: 'ACKED',
      acknowledgedBy: 'technician',
    });
    expect((await step(`alarms/${alarm!.id}/acknowledge`)).status).toBe(409);
    expect((await step(`alarms/${alarm!.id}/shelve`, {})).json.errors).toEqual([{ field: 'reason', message: expect.any(String) }]);
    const ticket = `tickets/${alarm!.ticket}`;
    expect((await step(`${ticket}/assign`)).json).toMatchObject({ state: 'assigned', assignee: 'technician' });
    expect((await step(`${ticket}/assign`, { assignee: 'engineer' })).status).toBe(403);
    expect((await step(`${ticket}/start`)).json.state).toBe('started');
    expect((await step(`${ticket}/resolve`, { resolution: '已更换阀门' })).json.state).toBe('resolved');
    expect((await step(`${ticket}/verify`)).status).toBe(409);
    app.desk.clear(alarm!.id, { at: Date.now(), value: 300 });
    expect((await step(`${ticket}/verify`, {}, await app.signIn('engineer'))).json.state).toBe('verified');
    const found = await app.call('GET', `/api/${ticket}`, { token: technician });
    expect(found.json.journal.map(({ event }: { event: string }) => event)).toContain('verify');
    const audit = await app.call('GET', `/api/audit?object=${alarm!.ticket}`, { token: admin });
    const resolved = audit.json.find(({ action }: { action: string }) => action === 'ticket.resolve');
    expect(resolved).toMatchObject({
      who: 'technician',
      before: { state: 'started' },
      after: { state: 'resolved', resolution: '已更换阀门' },
    });
  });

  it('a person can open a ticket without an alarm', async () => {
    const body = { title: '二楼漏水', description: '卫生间', system: 'water', trade: 'plumbing', location: '前楼二层' };
    const made = await app.call('POST', '/api/tickets', { token: admin, body });
    expect(made.status).toBe(201);
    expect(schemas.ticket.parse(made.json)).toMatchObject({ state: 'open', openedBy: 'admin', title: { zh: '二楼漏水', en: '二楼漏水' } });
    const wrong = await app.call('POST', '/api/tickets', { token: admin, body: { ...body, device: 'nobody' } });
    expect(wrong.json.errors[0].field).toBe('device');
  });
});

describe('the journal over all alarms', () => {
  it('shows who did what and when, by device, rule and time, page by page', async () => {
    const from = Date.now();
    for (const device of ['zone-1', 'loop-1']) {
      const id = `journal-test.${device}`;
      app.desk.raise(heatingAlarm(device, { id, rule: 'JOURNAL-TEST' }), { at: from, value: 95, limit: 150 });
      app.desk.acknowledge(id, { id: 'wang' }, '已到现场');
    }
    const ask = async (query: string) => {
      const { status, json } = await app.call('GET', `/api/alarm-journal?${query}`, { token: await app.signIn('viewer') });
      expect(status).toBe(200);
      return alarmJournalEntry.array().parse(json);
    };
    const all = await ask(`rule=JOURNAL-TEST&from=${from}`);
    expect(all.map(({ id, event, who, why }) => [id, event, who, why])).toEqual([
      ['journal-test.loop-1', 'acknowledge', 'wang', '已到现场'],
      ['journal-test.loop-1', 'raise', 'engine', null],
      ['journal-test.zone-1', 'acknowledge', 'wang', '已到现场'],
      ['journal-test.zone-1', 'raise', 'engine', null],
    ]);
    expect(all[0]).toMatchObject({ title: { en: 'Loop pressure low' }, location: { en: 'Rear building' } });
    const first = await ask(`rule=JOURNAL-TEST&limit=3`);
    const second = await ask(`rule=JOURNAL-TEST&limit=3&before=${first.at(-1)?.seq}`);
    expect([...first, ...second]).toEqual(all);
    expect((await ask('device=zone-1&who=wang&rule=JOURNAL-TEST')).length).toBe(1);
    expect(await ask(`rule=JOURNAL-TEST&to=${from}`)).toEqual([]);
    expect((await app.call('GET', '/api/alarm-journal?from=yesterday', { token: admin })).json.errors[0].field).toBe('from');
  });
});

describe('who was told', () => {
  it('stands with the alarm, and in how the channels fare', async () => {
    const alarm = app.desk.raise(heatingAlarm('feeder-1'), { at: Date.now(), value: 95, limit: 150 });
    const path = `/api/alarms/${alarm.id}/deliveries`;
    expect((await app.call('GET', path, { token: admin })).json).toEqual([]);
    expect((await app.call('GET', '/api/alarm-path', { token: admin })).json).toMatchObject({ state: 'none', channels: [], screens: 0 });
    {
      using db = openDatabase(operationsFile(app.dataDir));
      openLedger(db).add({ key: 'k1', seq: 1, step: 'raised', channel: 'mail', person: 'wang', alarm, failed: 'no address' }, t0, t0);
      db.run("INSERT INTO delivery_channels VALUES ('mail', 'smtp', ?, 'refused', NULL)", t0);
    }
    const { json } = await app.call('GET', path, { token: await app.signIn('viewer') });
    expect(delivery.array().parse(json)).toMatchObject([
      { alarm: alarm.id, person: 'wang', channel: 'mail', state: 'failed', lastError: 'no address', createdAt: t0 },
    ]);
    expect((await app.call('GET', `${path}?occurrence=7`, { token: admin })).json).toEqual([]);
    const failed = await app.call('GET', '/api/deliveries?state=failed&channel=mail', { token: admin });
    expect(delivery.array().parse(failed.json)).toMatchObject([{ alarm: alarm.id, person: 'wang' }]);
    expect((await app.call('GET', `/api/deliveries?from=${t0 + 1}`, { token: admin })).json).toEqual([]);
    const fares = await app.call('GET', '/api/alarm-path', { token: admin });
    expect(alarmPath.parse(fares.json)).toMatchObject({ state: 'broken', channels: [{ channel: 'mail', failingSince: t0, waiting: 0 }] });
    expect((await app.call('GET', '/api/alarms/nobody/deliveries', { token: admin })).status).toBe(404);
  });
});

describe('maintenance', () => {
  it('begins for devices or a whole system, ends by hand, and is audited', async () => {
    const token = await app.signIn('engineer');
    const start = (body: object) => app.call('POST', '/api/maintenance', { token, body: { reason: '更换水泵', minutes: 60, ...body } });
    const begun = await start({ devices: ['loop-1'] });
    expect(begun.status).toBe(201);
    expect(maintenance.array().parse(begun.json)).toMatchObject([{ device: 'loop-1', reason: '更换水泵', who: 'engineer' }]);
    expect(begun.json[0].until - begun.json[0].since).toBeCloseTo(3_600_000, -3);
    // Nothing begins at feeder-1 when loop-1 stands in the way.
    expect((await start({ devices: ['feeder-1', 'loop-1'] })).status).toBe(409);
    expect((await start({ system: 'heating' })).status).toBe(409);
    expect((await start({ system: 'oxygen' })).json.map(({ device }: { device: string }) => device)).toEqual(['zone-1']);
    expect((await app.call('GET', '/api/maintenance', { token })).json.map(({ device }: { device: string }) => device)).toEqual([
      'loop-1',
      'zone-1',
    ]);
    for (const device of ['loop-1', 'zone-1']) {
      expect((await app.call('DELETE', `/api/maintenance/${device}`, { token })).status).toBe(204);
      expect((await app.call('DELETE', `/api/maintenance/${device}`, { token })).status).toBe(404);
    }
    expect((await app.call('GET', '/api/maintenance', { token })).json).toEqual([]);
    const { json } = await app.call('GET', '/api/audit?object=zone-1', { token: admin });
    expect(json).toMatchObject([
      { action: 'maintenance.end', who: 'engineer', before: { reason: '更换水泵' }, after: null },
      { action: 'maintenance.start', who: 'engineer', before: null, after: { reason: '更换水泵' } },
    ]);
  });

  it('names the field that is wrong', async () => {
    const body = { devices: ['loop-1'], reason: 'x', minutes: 5 };
    for (const [change, field] of [
      [{ reason: ' ' }, 'reason'],
      [{ minutes: undefined }, 'until'],
      [{ devices: undefined }, 'devices'],
      [{ system: 'heating' }, 'devices'],
      [{ devices: ['feeder-1', 'nobody'] }, 'devices.1'],
      [{ devices: undefined, system: 'water' }, 'system'],
      [{ minutes: 20_000 }, 'minutes'],
    ] as const) {
      const { status, json } = await app.call('POST', '/api/maintenance', { token: admin, body: { ...body, ...change } });
      expect([field, status, json.errors?.map((one: { field: string }) => one.field)]).toEqual([field, 400, [field]]);
    }
    const past = await app.call('POST', '/api/maintenance', { token: admin, body: { devices: ['loop-1'], reason: 'x', until: t0 } });
    expect([past.status, past.json.detail]).toEqual([409, 'the end of the maintenance must lie in the future']);
  });
});

describe('boards', () => {
  it('every panel of every board answers in the agreed form, also where the site has nothing for it', async () => {
    const { json } = await app.call('GET', '/api/boards', { token: admin });
    expect(json.length).toBeGreaterThanOrEqual(13);
    let panels = 0;
    for (const { id } of json as { id: string }[]) {
      const board = (await app.call('GET', `/api/boards/${id}`, { token: admin })).json as Board;
      for (const panel of board.panels.filter(isReadings)) {
        const found = await app.call('GET', `/api/boards/${id}/panels/${panel.id}?from=${t0}&to=${t0 + 7_200_000}&points=100`, {
          token: admin,
        });
        expect([`${id}/${panel.id}`, found.status]).toEqual([`${id}/${panel.id}`, 200]);
        panelAnswer.parse(found.json);
        panels++;
      }
    }
    expect(panels).toBeGreaterThan(80);
  });

  it('what is not there is 404, what is too long 400', async () => {
    const status = async (path: string) => (await app.call('GET', path, { token: admin })).status;
    expect(await status('/api/boards/none')).toBe(404);
    expect(await status('/api/boards/oxygen/panels/none')).toBe(404);
    expect(await status(`/api/boards/oxygen/panels/zones?from=0&to=${t0}`)).toBe(400);
  });
});

describe('faults of a simulated site', () => {
  it('are listed, started and stopped over MQTT; unknown ones are 404', async () => {
    const simulators = await app.connect('simulators');
    const list = [
      { name: 'oxygen-leak', title: { zh: '氧气泄漏', en: 'Oxygen leak' }, description: { zh: '漏', en: 'leak' }, system: 'oxygen', active: false, startedAt: null, expects: [] },
    ]; // biome-ignore format: short
    const heard: string[] = [];
    await simulators.subscribeAsync(topics.simulatorCommand('demo'), { qos: 1 });
    simulators.on('message', (_topic, payload) => {
      const { id, action, name } = JSON.parse(payload.toString());
      heard.push(`${action} ${name}`);
      simulators.publish(topics.simulatorReply('demo', id), JSON.stringify({ id, ok: true }), { qos: 1 });
    });
    await simulators.publishAsync(topics.simulatorFaults('demo'), JSON.stringify(list), { retain: true, qos: 1 });
    await until(async () => (await app.call('GET', '/api/faults', { token: admin })).json.length === 1);
    expect((await app.call('POST', '/api/faults/oxygen-leak', { token: admin })).json).toMatchObject({ name: 'oxygen-leak', active: true });
    expect((await app.call('DELETE', '/api/faults/oxygen-leak', { token: admin })).json.active).toBe(false);
    expect(heard).toEqual(['start oxygen-leak', 'stop oxygen-leak']);
    const unknown = await app.call('POST', '/api/faults/none-such', { token: admin });
    expect([unknown.status, unknown.json.type]).toEqual([404, 'urn:plantroom:fault/unknown']);
  });
});

describe('health and metrics', () => {
  it('healthz says which roles are not up, without sign-in', async () => {
    const before = await app.call('GET', '/healthz');
    expect(before.status).toBe(503);
    expect(before.json.roles.gateway).toBe('not heard of');
    for (const role of ['broker', 'simulators', 'gateway', 'ingest', 'rules', 'energy'] as const) {
      const client = await app.connect(role);
      const status = {
        online: true,
        t: Date.now(),
        metrics: [{ name: 'plantroom_test', help: 'x', type: 'gauge', values: [{ value: 7, labels: {} }], aggregator: 'sum' }],
      };
      await client.publishAsync(roleTopic('demo', role), JSON.stringify(status), { retain: true, qos: 1 });
    }
    const after = await until(async () => {
      const answer = await app.call('GET', '/healthz');
      return answer.status === 200 && answer;
    });
    expect(Object.values(after.json.roles).every((state) => state === 'up')).toBe(true);
    expect(after.json.store).toEqual({ name: 'sqlite', storing: true });

    // Every role is up, and yet nothing is stored: that is not health.
    const ingest = await app.connect('ingest');
    const tell = (code: string) => {
      const troubles = [{ code, place: '', since: 1_700_000_000_000, detail: 'influx1://db: secret words' }];
      return ingest.publishAsync(roleTopic('demo', 'ingest'), JSON.stringify({ online: true, t: Date.now(), troubles }), {
        retain: true,
        qos: 1,
      });
    };
    await tell('store-refused');
    const refused = await until(async () => {
      const answer = await app.call('GET', '/healthz');
      return answer.status === 503 && answer;
    });
    expect(refused.json.store).toEqual({ name: 'sqlite', storing: false });
    expect(refused.json.troubles).toEqual([{ role: 'ingest', code: 'store-refused', place: '', since: 1_700_000_000_000, stops: true }]);
    await tell('dead-letters');
    const told = await until(async () => {
      const answer = await app.call('GET', '/healthz');
      return answer.status === 200 && answer;
    });
    expect(told.json.troubles).toMatchObject([{ code: 'dead-letters', stops: false }]);

    const rules = await app.connect('rules');
    await rules.publishAsync(roleTopic('demo', 'rules'), JSON.stringify({ online: false, t: Date.now() }), { retain: true, qos: 1 });
    await until(async () => (await app.call('GET', '/healthz')).json.roles.rules === 'down');
  });

  it('metrics carry every role in one page', async () => {
    const { json } = await app.call('GET', '/metrics');
    expect(json).toMatch(/plantroom_test\{role="gateway"\} 7/);
    expect(json).toMatch(/plantroom_http_seconds_count\{route="\/healthz",status="503",role="dashboards"\}/);
  });
});

describe('the description', () => {
  it('lists are lists, in whatever case the state is asked for', async () => {
    for (const path of [
      '/api/devices',
      '/api/alarms?state=active',
      '/api/alarms?state=unack',
      '/api/tickets',
      '/api/rules',
      '/api/audit',
    ]) {
      expect((await app.call('GET', path, { token: admin })).json, path).toBeInstanceOf(Array);
    }
  });

  it('takes an empty body where there is nothing to say, with or without a content type', async () => {
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const { status } = await app.call('DELETE', '/api/faults/no-such-fault', { token: admin, headers });
      expect(status).toBe(404);
    }
  });

  it('is OpenAPI 3.1, open to all, and names every route of the design', async () => {
    const { json } = await app.call('GET', '/api/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    const routes = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method} ${path}`),
    );
    for (const action of ['acknowledge', 'shelve', 'unshelve', 'suppress', 'out-of-service', 'return', 'comment']) {
      expect(routes).toContain(`post /api/alarms/{id}/${action}`);
    }
    for (const action of ['assign', 'start', 'wait', 'resolve', 'verify', 'reopen', 'cancel', 'comment']) {
      expect(routes).toContain(`post /api/tickets/{id}/${action}`);
    }
    expect(routes).toEqual(
      expect.arrayContaining([
        'get /healthz',
        'get /metrics',
        'get /api/site',
        'get /api/devices',
        'get /api/series',
        'get /api/live',
        'get /api/alarms',
        'get /api/tickets',
        'post /api/tickets',
        'get /api/faults',
        'post /api/faults/{name}',
        'delete /api/faults/{name}',
        'get /api/rules',
        'get /api/dead-letters',
      ]),
    );
  });
});
