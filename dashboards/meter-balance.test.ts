import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuleInForce } from '../desk/index.ts';
import type { SeriesPoint, StorePoint } from '../ingest/store.ts';
import { topics } from '../shared/topic.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { until } from '../test/program.ts';
import { siteOf } from '../test/site-of.ts';
import { countedOf } from './energy-today.ts';
import { balanceOf, type Meter, parentOf, usualLimits } from './meter-balance.ts';

const minute = 60_000;
const hour = 60 * minute;
const limit = usualLimits.electricity;

/** A meter that counts so much an hour, for two days in steps of an hour. */
function meter(
  device: string,
  parent: string | null,
  perHour: number,
  alter: (t: number, value: number) => number | null = (_t, v) => v,
): Meter {
  const points = Array.from({ length: 49 }, (_, at): SeriesPoint => [at * hour, alter(at * hour, 1_000 + at * perHour)]);
  return { device, parent, counter: 'energy_import_kwh', counted: countedOf(points), rate: perHour };
}
const of = (meters: Meter[]) => balanceOf(meters, () => limit, hour).find(({ parent }) => parent === null)!;

describe('a parent meter against its children', () => {
  it('is fine within the errors of meters, and says what is missing beyond', () => {
    const fine = of([meter('t', null, 100), meter('a', 't', 60), meter('b', 't', 37)]);
    expect(fine).toMatchObject({
      used: 4_800,
      resets: 0,
      balance: { used: 4_800, children: 4_656, difference: 144, differencePct: 3, verdict: 'fine' },
    });
    const missing = of([meter('t', null, 100), meter('a', 't', 60), meter('b', 't', 30)]);
    expect(missing.balance).toMatchObject({ difference: 480, differencePct: 10, rate: 100, childrenRate: 90, verdict: 'missing' });
    const negative = of([meter('t', null, 100), meter('a', 't', 60), meter('b', 't', 45)]);
    expect(negative.balance).toMatchObject({ difference: -240, differencePct: -5, verdict: 'negative' });
    expect(of([meter('t', null, 0.1), meter('a', 't', 0.01)]).balance?.verdict).toBe('little');
  });

  it('compares only the time that all of them know', () => {
    const late = meter('b', 't', 40, (t, value) => (t < 24 * hour ? null : value));
    const { used, balance } = of([meter('t', null, 100), meter('a', 't', 60), late]);
    expect(used).toBe(4_800);
    expect(balance).toMatchObject({ from: 24 * hour, to: 48 * hour, used: 2_400, children: 2_400, difference: 0, verdict: 'fine' });
  });

  it('follows a meter through a silence, and counts nothing for the step in which it was replaced', () => {
    const silent = meter('a', 't', 100, (t, value) => (t > 10 * hour && t < 20 * hour ? null : value));
    expect(of([meter('t', null, 100), silent]).balance).toMatchObject({ children: 4_800, difference: 0, verdict: 'fine' });
    const replaced = meter('a', 't', 100, (t, value) => (t >= 24 * hour ? value - 1_000 : value));
    const rows = balanceOf([meter('t', null, 100), replaced], () => limit, hour);
    expect(rows.find(({ device }) => device === 'a')).toMatchObject({ used: 4_700, resets: 1 });
    expect(rows[0]?.balance).toMatchObject({ difference: 100, verdict: 'fine' });
  });

  it('counts no whole counter for one reading of 0, and through the digits of the counter', () => {
    const once = meter('a', 't', 100, (t, value) => (t === 24 * hour ? 0 : value));
    expect(of([meter('t', null, 100), once]).balance).toMatchObject({ children: 4_800, difference: 0, verdict: 'fine' });
    const rolled = { ...meter('a', 't', 100, (_t, value) => value % 1_000), facts: { digits: 3, mostPerHour: 200 } };
    expect(of([meter('t', null, 100), rolled]).balance).toMatchObject({ children: 4_800, difference: 0 });
  });

  it('does not judge while a child is not heard, unless the others alone count too much', () => {
    const mute = meter('b', 't', 40, () => null);
    expect(of([meter('t', null, 100), meter('a', 't', 60), mute]).balance).toMatchObject({
      difference: 1_920,
      verdict: 'incomplete',
      silent: ['b'],
    });
    expect(of([meter('t', null, 100), meter('a', 't', 120), mute]).balance?.verdict).toBe('negative');
    expect(of([meter('t', null, 100, () => null), meter('a', 't', 60)]).balance).toMatchObject({ used: null, verdict: 'incomplete' });
  });

  it('finds the meter above over what is no meter, and no end in a circle', () => {
    const fedBy: Record<string, string> = { feeder: 'panel', panel: 't1', x: 'y', y: 'x' };
    const up = (device: string) => fedBy[device] ?? null;
    expect(parentOf('feeder', up, (one) => one !== 'panel')).toBe('t1');
    expect(parentOf('t1', up, () => true)).toBeNull();
    expect(parentOf('x', up, () => false)).toBeNull();
  });
});

describe('the balance over the API', () => {
  let app: DashboardsApp;
  const now = Date.now();
  beforeAll(async () => {
    const site = siteOf({ gw1: [['main', 'water'], ['front', 'water'], ['rear', 'water'], ['room', 'environment']] }); // biome-ignore format: short
    for (const device of site.config.gateways[0]!.buses[0]!.devices) if (['front', 'rear'].includes(device.id)) device.fed_by = 'main';
    app = await startDashboardsApp(site);
    const perHour: Record<string, number> = { main: 3, front: 1, rear: 1 };
    const points = Object.entries(perHour).flatMap(([device, rate]) =>
      Array.from({ length: 8 * 24 * 4 }, (_, at): StorePoint => {
        const t = Math.floor(now) - at * 15 * minute;
        const value = 5_000 - (at / 4) * rate;
        return { measurement: 'water', tags: { site: 'demo', device, gateway: 'gw1' }, t, fields: { volume_m3: value } };
      }),
    );
    await app.store.write(points);
    // Nothing of the counters has come over MQTT: the store knows them.
    const gateway = await app.connect('gateway');
    for (const [device, flow] of Object.entries(perHour)) {
      const reading = { boot: 'b', seq: 1, t: now, v: { flow_m3h: flow } };
      await gateway.publishAsync(topics.readings('demo', 'gw1', device), JSON.stringify(reading), { qos: 1 });
    }
  });
  afterAll(() => app?.[Symbol.asyncDispose]());
  const ask = async (query: string) => app.call('GET', `/api/site/balance${query}`, { token: await app.signIn('viewer') });

  it('takes counters from the store, rates from now, and the limit from the rule at the meter', async () => {
    await until(async () => {
      const { json } = await app.call('GET', '/api/devices?system=water', { token: await app.signIn('viewer') });
      return json.every(({ latest }: { latest: object }) => 'flow_m3h' in latest);
    });
    const { json: month } = await ask('?kind=water&period=30d');
    expect(month).toMatchObject({ kind: 'water', kinds: ['water'], unit: 'm³', rateUnit: 'm³/h' });
    const parameter = (name: string, value: number) => ({ name, form: 'number' as const, value, least: 0, most: null, whole: false });
    const rule = {
      rule: { id: 'WT-BALANCE', kind: 'balance' },
      pack: 'water',
      enabled: true,
      overrides: [],
      parameters: [parameter('gap_pct', 8), parameter('gap', 1)],
    };
    const places = [{ device: 'main', limit: null, unit: 'm³', watches: [], params: { gap_pct: 40 } }];
    app.desk.saveRules([{ ...rule, places } as unknown as RuleInForce]);
    const { status, json } = await ask('?kind=water&period=7d');
    expect(status).toBe(200);
    const main = json.meters.find(({ device }: { device: string }) => device === 'main');
    expect(main.balance.used / (7 * 24)).toBeCloseTo(3, 1);
    expect(main.balance).toMatchObject({ rate: 3, childrenRate: 2, limit: { gapPct: 40, gapPerDay: 1 }, verdict: 'fine', silent: [] });
    expect(main.balance.differencePct).toBeCloseTo(33.3, 1);
    expect(json.meters.find(({ device }: { device: string }) => device === 'front')).toMatchObject({ parent: 'main', balance: null });
    expect(month.meters.find(({ device }: { device: string }) => device === 'main').balance.verdict).toBe('missing');
    expect((await ask('?kind=gas')).status).toBe(400);
    expect((await ask('?kind=heat')).json.meters).toEqual([]);
  });
});
