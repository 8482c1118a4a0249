import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../access/index.ts';
import { manualClock, systemClock } from '../../shared/clock.ts';
import { heartbeatLimitMs, RoleHealth } from '../../shared/role-health.ts';
import { topics } from '../../shared/topic.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../../test/dashboards-app.ts';
import { until } from '../../test/program.ts';
import { siteOf } from '../../test/site-of.ts';
import { LiveCache } from './cache.ts';
import { readingsEvent, streamLimits } from './stream.ts';

let app: DashboardsApp;
let token: string;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating'], ['loop-2', 'heating']] })); // biome-ignore format: short
  token = await app.signIn('viewer');
});
afterAll(() => app?.[Symbol.asyncDispose]());

interface Event {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is what the tests are about
  data: any;
  at: number;
}

interface Following {
  events: Event[];
  status: number;
  headers: Record<string, unknown>;
  close(): void;
  /** Resolves when the server ends the stream. */
  ended: Promise<void>;
}

function follow(path = '/api/live', bearer = token): Promise<Following> {
  return new Promise((resolve, reject) => {
    const asked = request(app.url + path, { headers: { authorization: `Bearer ${bearer}` } }, (response) => {
      const events: Event[] = [];
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const name = /^event: (.*)$/m.exec(block)?.[1];
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (name && data) events.push({ name, data: JSON.parse(data), at: performance.now() });
        }
      });
      response.on('error', () => undefined);
      const ended = new Promise<void>((end) => response.on('close', end));
      resolve({ events, status: response.statusCode ?? 0, headers: response.headers, close: () => asked.destroy(), ended });
    }).on('error', reject);
    asked.end();
  });
}

describe('the live stream', () => {
  it('brings readings, device states, alarms and tickets, readings at most twice a second', async () => {
    const { events, headers, close } = await follow();
    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    expect(headers['content-security-policy']).toBeTruthy();
    const gateway = await app.connect('gateway');
    const t = Date.now();
    await gateway.publishAsync(topics.deviceStatus('demo', 'gw1', 'loop-1'), JSON.stringify({ online: false, since: t, reason: 'comm' }), {
      qos: 1,
    });
    const startedAt = performance.now();
    for (let seq = 0; seq < 40; seq++) {
      const reading = { boot: 'b', seq, t: t + seq, v: { pressure_kpa: 300.123456 + seq }, bad: { supply_temp_c: 'comm' } };
      await gateway.publishAsync(topics.readings('demo', 'gw1', 'loop-1'), JSON.stringify(reading), { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const tookMs = performance.now() - startedAt;
    app.desk.raise(heatingAlarm('loop-1'), { at: t, value: 95, limit: 150 });
    const ofName = (name: string) => events.filter((event) => event.name === name);
    await until(async () => ofName('alarms').length > 0 && ofName('tickets').length > 0 && ofName('devices').length > 0);
    const alarm = ofName('alarms')[0]!;
    expect(alarm.data).toMatchObject({ id: 'heat-loop-low.loop-1', state: 'UNACK' });
    expect(ofName('tickets')[0]!.data).toMatchObject({ alarm: 'heat-loop-low.loop-1', state: 'open' });
    expect(ofName('devices')[0]!.data).toEqual({ id: 'loop-1', online: false, since: t, reason: 'comm' });
    await until(async () => ofName('readings').at(-1)?.data['loop-1']?.pressure_kpa?.[1] === t + 39);
    expect(ofName('readings').length).toBeLessThanOrEqual(Math.ceil(tookMs / 500) + 2);
    expect(ofName('readings').at(-1)!.data['loop-1'].pressure_kpa[0]).toBe(339.123);
    expect(ofName('readings')[0]!.data['loop-1'].supply_temp_c).toEqual([null, expect.any(Number), 'comm']);
    close();
  });

  it('tells who begins to follow of the moves of the last seconds: the lists may have been asked for just before', async () => {
    const first = await follow('/api/live?topics=alarms,tickets');
    const { id, version } = app.desk.raise(heatingAlarm('loop-1'), { at: Date.now(), value: 95, limit: 150 });
    const told = ({ events }: Following) => events.find(({ name, data }) => name === 'alarms' && data.id === id && data.version >= version);
    await until(async () => told(first) !== undefined);
    const second = await follow('/api/live?topics=alarms');
    await until(async () => told(second) !== undefined);
    expect(second.events.some(({ name }) => name === 'tickets')).toBe(false);
    first.close();
    second.close();
  });

  it('brings only the topics that were asked for', async () => {
    const { events, close } = await follow('/api/live?topics=alarms');
    const gateway = await app.connect('gateway');
    await gateway.publishAsync(
      topics.readings('demo', 'gw1', 'loop-2'),
      JSON.stringify({ boot: 'c', seq: 1, t: Date.now(), v: { pressure_kpa: 1 } }),
      { qos: 1 },
    );
    app.desk.raise(heatingAlarm('loop-2'), { at: Date.now(), value: 95, limit: 150 });
    await until(async () => events.some(({ name }) => name === 'alarms'));
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(['beat', 'path', 'alarms']));
    close();
  });

  it('brings the number of now of an open alarm, once for each change, and the API tells the same', async () => {
    const { id, occurrence } = app.desk.raise(heatingAlarm('loop-2'), { at: Date.now(), value: 95, limit: 150 });
    const { events, close } = await follow('/api/live?topics=alarms');
    const live = { value: 40, at: Date.now() + 60_000, trend: 'falling' as const, note: null };
    app.desk.see([{ id, occurrence, live, worst: { value: 38, at: live.at } }]);
    const seen = () => events.filter(({ name, data }) => name === 'seen' && data[id]?.live.value === 40);
    await until(async () => seen().length > 0);
    expect(seen()[0]?.data[id]).toEqual({ occurrence, live, worst: { value: 38, at: live.at } });
    const { json } = await app.call('GET', `/api/alarms/${id}`, { token });
    expect(json).toMatchObject({ value: 95, live, worst: { value: 38 }, limit: 150 });
    const told = seen().length;
    app.desk.see([{ id, occurrence, live: { ...live, value: 41 }, worst: null }]);
    await until(async () => events.some(({ name, data }) => name === 'seen' && data[id]?.live.value === 41));
    expect(seen().length).toBe(told);
    close();
  });

  it('ends with the session: after logout, a new password, removal, and a removal by another process', async () => {
    const admin = await app.signIn('admin');
    const asAdmin = (method: string, path: string, body?: unknown) => app.call(method, path, { token: admin, ...(body ? { body } : {}) });
    const follower = async (name: string) => {
      await asAdmin('POST', '/api/users', { name, role: 'viewer', password: 'first-password-1' });
      const own = (await app.call('POST', '/api/login', { body: { user: name, password: 'first-password-1' } })).json.token as string;
      return { own, stream: await follow('/api/live', own) };
    };
    const stays = await follow();
    const out = await follower('out');
    await app.call('POST', '/api/logout', { token: out.own });
    await out.stream.ended;
    const changed = await follower('changed');
    await asAdmin('PUT', '/api/users/changed/password', { password: 'second-password-2' });
    await changed.stream.ended;
    const removed = await follower('removed');
    await asAdmin('DELETE', '/api/users/removed');
    await removed.stream.ended;
    const elsewhere = await follower('elsewhere');
    {
      using accounts = new Accounts(app.dataDir, systemClock());
      accounts.remove('elsewhere', 'command line');
    }
    await elsewhere.stream.ended;
    const before = stays.events.length;
    app.desk.raise(heatingAlarm('loop-2', { id: 'still', causeKey: 'still' }), { at: Date.now(), value: 1, limit: null });
    await until(async () => stays.events.slice(before).some(({ data }) => data.id === 'still'));
    stays.close();
  }, 240_000);

  it('leaves places for others: one user has some, not all', async () => {
    const own: Following[] = [];
    for (let index = 0; index < streamLimits.mostOfUser; index++) own.push(await follow());
    expect(own.every(({ status }) => status === 200)).toBe(true);
    expect((await follow()).status).toBe(429);
    const other = await follow('/api/live', await app.signIn('technician'));
    expect(other.status).toBe(200);
    own[0]!.close();
    await until(async () => {
      const again = await follow();
      own.push(again);
      return again.status === 200;
    });
    for (const one of [...own, other]) one.close();
    await until(async () => ((await app.metrics.getSingleMetric('plantroom_live_clients')?.get())?.values[0]?.value ?? 0) === 0);
  }, 240_000);

  it('drops a screen that does not read, counts it, and goes on for the others', async () => {
    const { port } = new URL(app.url);
    const stuck: Socket = connect(Number(port), '127.0.0.1');
    stuck.on('error', () => undefined);
    stuck.pause();
    await new Promise<void>((resolve) =>
      stuck.write(`GET /api/live HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`, () => resolve()),
    );
    const { events, close } = await follow();
    const gauge = async (name: string) => ((await app.metrics.getSingleMetric(name)?.get())?.values[0]?.value ?? 0) as number;
    await until(async () => (await gauge('plantroom_live_clients')) === 2);
    const words = 'x'.repeat(100_000);
    for (let round = 0; round < 40 && (await gauge('plantroom_live_clients_dropped_total')) === 0; round++) {
      for (let index = 0; index < 10; index++) {
        const big = { ...heatingAlarm('loop-1', { id: `big-${index}`, ticket: false }), message: { zh: words, en: words } };
        app.desk.raise(big, { at: Date.now(), value: round, limit: null });
        app.desk.clear(big.id, { at: Date.now(), value: round });
      }
      await new Promise((resolve) => setTimeout(resolve, 520));
    }
    expect(await gauge('plantroom_live_clients_dropped_total')).toBe(1);
    expect(await gauge('plantroom_live_clients')).toBe(1);
    const before = events.length;
    app.desk.raise(heatingAlarm('loop-2', { id: 'after', causeKey: 'after' }), { at: Date.now(), value: 1, limit: null });
    await until(async () => events.slice(before).some(({ data }) => data.id === 'after'));
    stuck.destroy();
    close();
  }, 240_000);
});

describe('the live cache', () => {
  it('knows without the store what a panel shows of now: good values, online, how many points are bad', () => {
    const cache = new LiveCache('demo', ['loop-1', 'loop-2'], () => 2_000);
    cache.remember([{ device: 'loop-1', field: 'pressure_kpa', t: 1_000, value: 250 }]);
    cache.message(
      topics.readings('demo', 'gw1', 'loop-1'),
      Buffer.from(JSON.stringify({ boot: 'b', seq: 1, t: 2_000, v: { supply_temp_c: 61 }, bad: { return_temp_c: 'range' } })),
    );
    cache.message(topics.deviceStatus('demo', 'gw1', 'loop-1'), Buffer.from(JSON.stringify({ online: true, since: 1_500 })));
    expect(cache.newest(['loop-1', 'loop-2', 'nobody']).sort((a, b) => a.field.localeCompare(b.field))).toEqual([
      { device: 'loop-1', field: 'bad_points', t: 2_000, value: 1 },
      { device: 'loop-1', field: 'online', t: 1_500, value: 1 },
      { device: 'loop-1', field: 'pressure_kpa', t: 1_000, value: 250 },
      { device: 'loop-1', field: 'supply_temp_c', t: 2_000, value: 61 },
    ]);
  });

  it('shows what a device says now, whatever a stamp from the future or a clock set back says; late data stays off the screen', () => {
    let now = 10_000_000;
    const cache = new LiveCache('demo', ['loop-1'], () => now);
    let seq = 0;
    const shown = (t: number, value: number) => {
      now += 1_000;
      cache.message(
        'plantroom/demo/gw1/loop-1/readings',
        Buffer.from(JSON.stringify({ boot: 'b', seq: seq++, t, v: { pressure_kpa: value } })),
      );
      const { value: known, t: at } = cache.devices.get('loop-1')!.latest.get('pressure_kpa')!;
      expect(at).toBeLessThanOrEqual(now);
      return known;
    };
    expect(shown(now + 1_000, 403)).toBe(403);
    // One message an hour ahead, then the true ones.
    expect(shown(now + 3_600_000, 403)).toBe(403);
    expect(shown(now + 1_000, 109)).toBe(109);
    // Out of an outbox.
    expect(shown(now - 600_000, 300)).toBe(109);
    // The clock of the device is set back by 90 s.
    expect([1, 2, 3].map((step) => shown(now - 89_000, 100 + step))).toEqual([109, 109, 103]);
  });

  it('takes the store for what is older and never for what is newer', () => {
    const cache = new LiveCache('demo', ['loop-1'], () => 2_000);
    const send = (t: number, value: number) =>
      cache.message(
        'plantroom/demo/gw1/loop-1/readings',
        Buffer.from(JSON.stringify({ boot: 'b', seq: t, t, v: { pressure_kpa: value } })),
      );
    send(2_000, 200);
    cache.remember([
      { device: 'loop-1', field: 'pressure_kpa', t: 1_000, value: 100 },
      { device: 'loop-1', field: 'flow_m3h', t: 1_000, value: 10 },
      { device: 'loop-1', field: 'no_such_quantity', t: 1_000, value: 10 },
      { device: 'gone', field: 'flow_m3h', t: 1_000, value: 10 },
    ]);
    const loop = cache.devices.get('loop-1')!;
    expect(loop.latest.get('pressure_kpa')?.value).toBe(200);
    expect(loop.latest.get('flow_m3h')?.value).toBe(10);
    expect([...cache.devices.keys()]).toEqual(['loop-1']);
    expect(readingsEvent(cache.takeChanges())).toEqual({ 'loop-1': { pressure_kpa: [200, 2_000], flow_m3h: [10, 1_000] } });
    expect(cache.takeChanges().readings.size).toBe(0);
    cache.message('plantroom/demo/gw1/loop-1/readings', Buffer.from('{'));
    expect(cache.invalid).toBe(1);
  });

  it('gathers nothing while nobody follows, and tells the first who does what has just changed', () => {
    let now = 1_000_000;
    const cache = new LiveCache('demo', ['loop-1', 'loop-2'], () => now);
    const say = (device: string, value: number) => {
      const reading = { boot: 'b', seq: now, t: now, v: { pressure_kpa: value } };
      cache.message(topics.readings('demo', 'gw1', device), Buffer.from(JSON.stringify(reading)));
    };
    cache.followed(false);
    say('loop-1', 300);
    now += 60_000;
    say('loop-2', 310);
    expect(cache.takeChanges().readings.size).toBe(0);
    expect(cache.devices.get('loop-1')?.latest.get('pressure_kpa')?.value).toBe(300);
    now += 2_000;
    cache.followed(true);
    expect(readingsEvent(cache.takeChanges())).toEqual({ 'loop-2': { pressure_kpa: [310, now - 2_000] } });
    say('loop-1', 305);
    cache.followed(true);
    expect([...cache.takeChanges().readings.keys()]).toEqual(['loop-1']);
  });

  it('shortens numbers for the wire but keeps counters whole', () => {
    const values = new Map([['energy_import_kwh', { value: 12_345_678.91, t: 1, quality: 'good' as const }]] as const);
    expect(readingsEvent({ readings: new Map([['m', new Map(values)]]), devices: new Set() })).toEqual({
      m: { energy_import_kwh: [12_345_678.91, 1] },
    });
  });
});

describe('health', () => {
  it('gives the metrics of the last heartbeat that carried some, in whatever order it is written', () => {
    const health = new RoleHealth('demo', ['ingest'], manualClock());
    const say = (role: string, status: object) => health.heard(role, Buffer.from(JSON.stringify(status)));
    const detail = 'a text with ,"metrics":[1] in it';
    const troubles = [{ code: 'disk-full', since: 1, detail }];
    say('ingest', { online: true, t: 1, troubles, metrics: [{ name: 'a' }] });
    say('ingest', { online: true, t: 2, troubles });
    say('rules', { metrics: [{ name: 'b' }], online: true, t: 1 });
    say('energy', { t: 1, other: { x: 1, metrics: [2] }, online: true, metrics: [{ name: 'c' }] });
    say('gateway', { online: true, t: 1, metrics: 'none' });
    say('simulators', { online: true, t: 1, metrics: [{ name: 'd' }] });
    say('simulators', { online: false, t: 2 });
    expect(health.metrics()).toEqual([
      { role: 'ingest', metrics: [{ name: 'a' }] },
      { role: 'rules', metrics: [{ name: 'b' }] },
      { role: 'energy', metrics: [{ name: 'c' }] },
    ]);
    expect(health.troubles().map((one) => one.detail)).toEqual([detail]);
  });

  it('calls a role silent when its heartbeat stays away, and is content with one of several workers', () => {
    const clock = manualClock();
    const health = new RoleHealth('demo', ['ingest'], clock);
    health.follow({ connected: true, on: () => undefined, subscribe: () => undefined } as never);
    const beat = (name: string, online = true) => health.heard(name, Buffer.from(JSON.stringify({ online, t: 0 })));
    expect(health.check().roles.ingest).toBe('not heard of');
    beat('ingest/1');
    beat('ingest/2', false);
    expect(health.check()).toEqual({ ok: true, roles: { ingest: 'up' }, troubles: [] });
    clock.advanceSync(heartbeatLimitMs + 1);
    expect(health.check()).toEqual({ ok: false, roles: { ingest: 'silent' }, troubles: [] });
    beat('ingest/1', false);
    expect(health.check().roles.ingest).toBe('down');
  });
});
