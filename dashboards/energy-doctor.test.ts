/** The data doctor over HTTP: a doubt is shown, decided, taken back; an exchange is signed by two; readings by hand are refused when they cannot be; imports and figures. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { consumptionOf, edgesOf, metersOf, openAccountant, openEnergyStores } from '../energy/index.ts';
import { systemClock } from '../shared/clock.ts';
import { operationsFile } from '../shared/role.ts';
import { givenUntil, mark } from '../shared/simulated-past.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A whole quarter of an hour, ten days ago. */
const start = Math.floor(Date.now() / (15 * minute)) * 15 * minute - 10 * day;
const jumpAt = start + 4 * day + 3 * hour;
const swapAt = start + 6 * day + 3 * hour;

const site = siteOf({ gw1: [['main', 'electricity'], ['flow', 'water']] }, { departments: [{ id: 'icu', name: { zh: '重症', en: 'ICU' } }] }); // biome-ignore format: one
const [main, flow] = site.config.gateways[0]!.buses[0]!.devices;
Object.assign(main!, { role: 'incomer' });
Object.assign(flow!, { role: 'water-main' });

let app: DashboardsApp;
let account: ReturnType<typeof openAccountant>;
let undoDb: Disposable;
let token: string;
const meters = metersOf(site.config);
beforeAll(async () => {
  app = await startDashboardsApp(site);
  let v = 1_000;
  const points: [number, number][] = [];
  for (let t = start; t <= Date.now() - 10 * minute; t += 5 * minute) {
    v += 1;
    if (t === jumpAt) v += 6_000;
    points.push([t, t >= swapAt ? v - 7_500 : v]);
  }
  await app.store.write(points.map(([t, energy_import_kwh]) => ({ measurement: 'electricity' as const, tags: { site: 'demo', device: 'main', gateway: 'gw1' }, t, fields: { energy_import_kwh } }))); // biome-ignore format: one
  const db = openDatabase(operationsFile(app.dataDir));
  undoDb = db;
  const { corrections, suspects } = openEnergyStores(db, systemClock());
  account = openAccountant({ meters, store: app.store, clock: systemClock(), timezone: 'Asia/Shanghai', corrections, suspects });
  await account.work();
  token = await app.signIn('engineer');
}, 240_000);
afterAll(async () => {
  undoDb?.[Symbol.dispose]();
  await app?.[Symbol.asyncDispose]();
});
const call = (method: string, path: string, body?: unknown) => app.call(method, path, { token, ...(body === undefined ? {} : { body }) });
const total = async () => {
  const rows = await consumptionOf(app.store, meters.slice(0, 1), edgesOf('15m', 'Asia/Shanghai', start, Date.now() - hour));
  return rows.reduce((sum, { value }) => sum + (value ?? 0), 0);
};
const upload = async (path: string, name: string, content: Buffer | string) => {
  const form = new FormData();
  form.append('file', new Blob([content as BlobPart]), name);
  const response = await fetch(app.url + path, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
  return { status: response.status, json: await response.json() };
};
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const signature = `data:image/png;base64,${png.toString('base64')}`;

describe('doubts', () => {
  it('are listed with what they booked; accepted they count, taken back they do not', async () => {
    const { json } = await call('GET', '/api/energy/suspects');
    expect(json.suspects.map((one: { verdict: string; to: number }) => [one.verdict, one.to])).toEqual([['unknown', swapAt], ['jump', jumpAt]]); // biome-ignore format: one
    expect(json).toMatchObject({ open: 2, suspects: [{}, { device: 'main', state: 'open', delta: 0, closedMonths: [], unit: 'kWh' }] });
    const before = await total();
    const picture = await call('GET', `/api/energy/suspects/picture?device=main&from=${jumpAt - 5 * minute}&to=${jumpAt}&choice=accept`);
    expect(picture.json.sums.after - picture.json.sums.before).toBeCloseTo(6_001, 3);
    expect(picture.json.readings.length).toBeGreaterThan(100);
    const made = await call('POST', '/api/energy/corrections', {
      action: 'accept',
      device: 'main',
      t: jumpAt,
      reason: '补装电容器期间走字',
    });
    expect(made).toMatchObject({ status: 201, json: { madeBy: 'engineer', body: { kind: 'decision', verdict: 'accept' } } });
    await account.work();
    expect((await total()) - before).toBeCloseTo(6_001, 3);
    expect((await call('GET', '/api/energy/suspects')).json.open).toBe(1);
    expect((await call('GET', '/api/energy/suspects?state=all')).json.suspects).toEqual(
      expect.arrayContaining([expect.objectContaining({ verdict: 'accepted', state: 'settled', correction: expect.objectContaining({ reason: '补装电容器期间走字' }) })]), // biome-ignore format: one
    );
    await call('POST', `/api/energy/corrections/${made.json.id}/undo`, { reason: '不是真的' });
    await account.work();
    expect(await total()).toBeCloseTo(before, 6);
    // It is asked about again; a look that leaves all as it is settles it.
    const rejected = await call('POST', '/api/energy/corrections', { action: 'reject', device: 'main', t: jumpAt, reason: '通信误码' });
    expect(rejected.json.body).toEqual({ kind: 'review', verdict: 'jump' });
    await account.work();
    expect(await total()).toBeCloseTo(before, 6);
    expect((await call('GET', '/api/energy/suspects')).json.open).toBe(1);
  });

  it('an exchange needs a serial, a photo and two people, and counts what both meters saw', async () => {
    const before = await total();
    const photo = await upload('/api/energy/meters/main/files', '表计.png', png);
    expect(photo.status).toBe(201);
    const last = swapAt - 5 * minute;
    const final = (
      await app.store.series({ measurement: 'electricity', device: 'main', field: 'energy_import_kwh', from: last, to: last + 1 })
    )[0]![1]!;
    const first = (await app.store.series({ measurement: 'electricity', device: 'main', field: 'energy_import_kwh', from: swapAt, to: swapAt + 1 }))[0]![1]! - 0.5; // biome-ignore format: one
    const body = { device: 'main', t: swapAt - minute, final: final + 0.4, first, serial: 'DTSD-2041', photos: [photo.json.id], reason: '到期更换', signatures: [{ name: '李工', signature }, { name: '王科长', signature }] }; // biome-ignore format: one
    for (const wrong of [{ photos: [] }, { photos: [9_999] }, { serial: '' }, { signatures: [body.signatures[0]] }, { signatures: [body.signatures[0], body.signatures[0]] }, { t: Date.now() + day }]) // biome-ignore format: one
      expect((await call('POST', '/api/energy/swaps', { ...body, ...wrong })).status, JSON.stringify(wrong).slice(0, 60)).toBe(400);
    const made = await call('POST', '/api/energy/swaps', body);
    expect(made).toMatchObject({
      status: 201,
      json: { body: { kind: 'swap', serial: 'DTSD-2041', signatures: [{ name: '李工' }, { name: '王科长' }] } },
    });
    await account.work();
    expect((await total()) - before).toBeCloseTo(0.9, 3);
    expect((await call('GET', '/api/energy/suspects')).json.open).toBe(0);
    const file = await fetch(`${app.url}/api/energy/meters/main/files/${photo.json.id}`, { headers: { authorization: `Bearer ${token}` } });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/png']);
    const audit = await app.call('GET', '/api/audit?limit=50', { token: await app.signIn('manager') });
    expect(JSON.stringify(audit.json)).toContain('energy.swap');
  });
});

describe('a simulated past that was given', () => {
  const given = start + 2 * day;
  const step = 15 * minute;
  const doubtAt = start + day;
  const lonelyAt = start - 20 * day;
  let past: DashboardsApp;
  let counting: ReturnType<typeof openAccountant>;
  let own: Database;
  const simulated = { ...site, config: { ...site.config, site: { ...site.config.site, simulated: true } } };
  beforeAll(async () => {
    past = await startDashboardsApp(simulated);
    mark(past.dataDir, { from: start - 30 * day, to: given, seed: 1, state: 'done', events: [] });
    const tags = { site: 'demo', device: 'main', gateway: 'gw1' };
    const quarter = (t: number) => ({ measurement: 'consumption' as const, tags: { ...tags, medium: 'electricity' as const }, t, fields: { value: t === doubtAt - step ? 0 : 3 } }); // biome-ignore format: one
    await past.store.write(Array.from({ length: 32 * 96 }, (_, i) => quarter(start - 30 * day + i * step)));
    const reading = (t: number) => ({ measurement: 'electricity' as const, tags, t, fields: { energy_import_kwh: 500 + (3 * (t - start)) / step + (t >= doubtAt ? 1_240 : 0) } }); // biome-ignore format: one
    await past.store.write(Array.from({ length: 145 }, (_, i) => reading(start + i * step)));
    own = openDatabase(operationsFile(past.dataDir));
    const { corrections, suspects } = openEnergyStores(own, systemClock());
    for (const to of [doubtAt, lonelyAt]) suspects.replace('main', 'energy_import_kwh', Number.POSITIVE_INFINITY, [{ verdict: 'jump', from: to - step, to, a: to === doubtAt ? 785 : 10, b: to === doubtAt ? 2_028 : 900, delta: 0 }]); // biome-ignore format: one
    counting = openAccountant({ meters, store: past.store, clock: systemClock(), timezone: 'Asia/Shanghai', corrections, suspects, givenUntil: () => givenUntil(true, past.dataDir) }); // biome-ignore format: one
    await counting.work();
  }, 240_000);
  afterAll(async () => {
    own?.[Symbol.dispose]();
    await past?.[Symbol.asyncDispose]();
  });

  it('a decision changes what the preview says it does, where readings are kept; elsewhere preview and decision say that it changes nothing', async () => {
    const as = await past.signIn('engineer');
    const ask = (method: string, path: string, body?: unknown) => past.call(method, path, { token: as, ...(body === undefined ? {} : { body }) }); // biome-ignore format: one
    const booked = async () => {
      const rows = (await ask('GET', `/api/energy/consumption?scope=meter&id=main&every=1d&from=${start - 30 * day}&to=${given}`)).json.rows; // biome-ignore format: one
      return rows.reduce((sum: number, { value }: { value: number | null }) => sum + (value ?? 0), 0);
    };
    const { json } = await ask('GET', '/api/energy/suspects');
    expect(json.suspects.map(({ to, counted }: { to: number; counted: boolean }) => [to, counted])).toEqual([[doubtAt, true], [lonelyAt, false]]); // biome-ignore format: one
    const before = await booked();
    const preview = async (to: number) => (await ask('GET', `/api/energy/suspects/picture?device=main&from=${to - step}&to=${to}&choice=accept`)).json; // biome-ignore format: one
    const decide = (t: number) => ask('POST', '/api/energy/corrections', { action: 'accept', device: 'main', t, reason: '核实' });

    const lonely = await preview(lonelyAt);
    expect(lonely).toMatchObject({ counted: false, readings: [], before: lonely.after, sums: { before: 3 * 49, after: 3 * 49 } });
    expect((await decide(lonelyAt)).json).toMatchObject({ counted: false });
    await counting.work();
    expect(await booked()).toBeCloseTo(before, 6);

    const { sums, counted } = await preview(doubtAt);
    expect([counted, sums.after - sums.before]).toEqual([true, 1_243]);
    const made = await decide(doubtAt);
    expect(made.json).toMatchObject({ counted: true });
    await counting.work();
    expect((await booked()) - before).toBeCloseTo(sums.after - sums.before, 6);
    expect((await ask('GET', '/api/energy/suspects')).json.open).toBe(0);
    expect((await ask('POST', `/api/energy/corrections/${made.json.id}/undo`, { reason: '误判' })).json).toMatchObject({ counted: true });
    await counting.work();
    expect(await booked()).toBeCloseTo(before, 6);
    expect((await ask('GET', '/api/energy/suspects')).json.open).toBe(1);
    const entry = async (t: number) => (await ask('GET', `/api/energy/meters/main/entry?t=${t}`)).json.counted;
    expect([await entry(lonelyAt), await entry(doubtAt - hour), await entry(Date.now())]).toEqual([false, true, true]);
  });
});

describe('entries', () => {
  it('a reading shows what stands before it, is refused when it falls, and asks when it is far above', async () => {
    const entry = await call('GET', '/api/energy/meters/main/entry');
    expect(entry.json).toMatchObject({ unit: 'kWh', before: { byHand: false } });
    expect(entry.json.most).toBeGreaterThan(entry.json.least);
    const t = Date.now();
    const value = entry.json.before.v;
    const send = (body: object) => call('POST', '/api/energy/readings', { device: 'main', t, ...body });
    expect((await send({ value: value - 1 })).json).toMatchObject({
      errors: [{ message: expect.stringMatching(/does not run backwards/) }],
    });
    expect((await send({ value: value + 900_000 })).json).toMatchObject({ errors: [{ field: 'sure' }] });
    expect((await send({ value: value + 1 })).status).toBe(201);
    expect((await send({ value: value + 1 })).status).toBe(409);
    expect((await app.call('POST', '/api/energy/readings', { token: await app.signIn('viewer'), body: { device: 'main', t, value } })).status).toBe(403); // biome-ignore format: one
    const water = await call('POST', '/api/energy/readings', { device: 'flow', t: t - day, value: 12.5 });
    expect(water).toMatchObject({ status: 201, json: { used: null, unit: 'm³' } });
  });

  it('times outside of the calendar, and months and amounts that nobody can mean, are refused', async () => {
    const refused = async (method: string, path: string, body?: object) => {
      const { status, json } = await call(method, path, body);
      expect([path, status, json.type], JSON.stringify(body)).toEqual([path, 400, 'urn:plantroom:api/invalid']);
      return json as { zh: string };
    };
    for (const t of [-(2 ** 53 - 1), 2 ** 53 - 1, 8.64e15, Date.UTC(1999, 11, 31), Date.UTC(2100, 0, 1)]) {
      expect((await refused('POST', '/api/energy/readings', { device: 'main', t, value: 1 })).zh).toBe('时间：须在 2000 至 2099 年之间');
      await refused('GET', `/api/energy/meters/main/entry?t=${t}`);
      await refused('POST', '/api/energy/corrections', { action: 'enter', device: 'main', t, value: 1, reason: 'x' });
      await refused('POST', '/api/energy/corrections', { action: 'accept', device: 'main', t, reason: 'x' });
      await refused('POST', '/api/books/boiler-shift/entries', { due: t, values: {} });
      await refused('GET', `/api/books/boiler-shift/draft?due=${Math.abs(t)}`);
      await refused('POST', '/api/tickets/T-1/wait', { reason: 'x', kind: 'parts', resumeAt: t });
    }
    await refused('POST', '/api/energy/readings', { device: 'main', t: Date.now() + 2 * day, value: 1 });
    await refused('POST', '/api/energy/readings', { device: 'main', t: Date.now(), value: 1e308, sure: true });
    for (const month of ['0000-01', '1999-12', '9999-12']) {
      await refused('POST', '/api/energy/figures', { name: 'waste-medical', month, value: 1, unit: 't' });
      await refused('GET', `/api/energy/figures?from=${month}&to=${month}`);
      await refused('GET', `/api/energy/allocation?month=${month}`);
      await refused('GET', `/api/energy/overview?month=${month}`);
    }
    await refused('GET', '/api/energy/figures?from=2000-01&to=2099-12');
    await refused('GET', '/api/energy/figures?from=2026-02&to=2026-01');
    await refused('POST', '/api/energy/figures', { name: 'waste-medical', month: '2026-01', value: 1e308, unit: 't' });
  });

  it('figures by month, with those that are missing', async () => {
    await call('POST', '/api/energy/figures', { name: 'waste-medical', month: '2026-01', value: 1.2, unit: 't' });
    const { json } = await call('GET', '/api/energy/figures?name=waste-medical&from=2026-01&to=2026-02');
    expect(json).toMatchObject([{ known: 1.2, total: null, missing: ['2026-02'] }]);
    expect((await call('POST', '/api/energy/figures', { name: 'waste-medical', month: '2026-01', value: 1.2, unit: 'kWh' })).status).toBe(
      400,
    );
    const undone = await call('POST', `/api/energy/figures/${json[0].months[0].figure.id}/undo`, { reason: '抄错' });
    expect(undone.json.undone.by).toBe('engineer');
    expect((await call('GET', '/api/energy/figure-names')).json.names.length).toBeGreaterThan(20);
  });

  it('a file is looked at, taken and taken back; a wrong one says why and is not taken', async () => {
    const looked = await upload('/api/energy/imports?kind=figures', '床日.csv', '月份,床日\n2026-01,9300\n2026-02,8800\n');
    expect(looked.json).toMatchObject({ state: 'checked', rows: 2, changes: 2, preview: [{ what: 'bed-days', month: '2026-01', value: 9_300, state: 'new' }, {}] }); // biome-ignore format: one
    const names = async () => (await call('GET', '/api/energy/figures?name=bed-days&from=2026-01&to=2026-02')).json[0].total;
    expect(await names()).toBeNull();
    expect((await call('POST', `/api/energy/imports/${looked.json.id}/take`)).json.state).toBe('taken');
    expect(await names()).toBe(18_100);
    await call('POST', `/api/energy/imports/${looked.json.id}/undo`, { reason: '错文件' });
    expect(await names()).toBeNull();
    const wrong = await upload('/api/energy/imports?kind=figures', 'a.csv', '月份,床日\n2026-01,=A1\n');
    expect(wrong.json).toMatchObject({ state: 'wrong', mistakes: expect.arrayContaining([expect.objectContaining({ row: 2, zh: expect.stringContaining('公式') })]) }); // biome-ignore format: one
    expect((await call('POST', `/api/energy/imports/${wrong.json.id}/take`)).status).toBe(409);
    expect((await call('GET', '/api/energy/imports')).json).toHaveLength(2);
  });

  it('weather without a sensor says that nothing is known', async () => {
    const { json } = await call('GET', `/api/energy/weather?from=${Date.UTC(2026, 0, 1) - 8 * hour}&to=${Date.UTC(2026, 0, 3) - 8 * hour}`);
    expect(json).toMatchObject({
      station: null,
      bases: { heating: 18, cooling: 26 },
      gaps: [{ from: '2026-01-01', to: '2026-01-02', days: 2 }],
    });
    await upload('/api/energy/imports?kind=weather', 'w.csv', '日期,日平均气温\n2026-01-01,-4\n2026-01-02,0\n').then(({ json: { id } }) => call('POST', `/api/energy/imports/${id}/take`)); // biome-ignore format: one
    const known = await call('GET', `/api/energy/weather?from=${Date.UTC(2026, 0, 1) - 8 * hour}&to=${Date.UTC(2026, 0, 3) - 8 * hour}`);
    expect(known.json).toMatchObject({ gaps: [], months: [{ month: '2026-01', heating: 40, known: 2 }] });
  });
});
