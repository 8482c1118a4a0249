/** The page of tariffs over HTTP: what holds, who pays by it, and what is wrong with a file that somebody edits meanwhile. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TariffsView } from '../energy/index.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'plantroom-tariffs-'));
const own = (peak: string) => `id: own
name: { zh: 自备, en: own }
region: { zh: 某地, en: somewhere }
medium: electricity
source: bill of May
confidence: A
versions:
  - from: 2020-01-01
    energy:
      prices: { flat: 0.6, peak: ${peak} }
      schedules: [{ hours: { peak: ["08:00-11:00"] } }]
`;
const site = siteOf({ gw1: [['main', 'electricity'], ['second', 'electricity'], ['flow', 'water']] }); // biome-ignore format: one
const [main, second, flow] = site.config.gateways[0]!.buses[0]!.devices;
Object.assign(main!, { role: 'incomer' });
Object.assign(second!, { role: 'incomer' });
Object.assign(flow!, { role: 'water-main' });
Object.assign(site, { folder });
Object.assign(site.config, {
  tenants: [{ id: 'shop', name: { zh: '小卖部', en: 'Shop' }, bills: 'monthly', due_days: 15 }],
  tariffs: [
    { id: 'grid', file: 'own.yaml' },
    { id: 'old-water', price_per_m3: 4.2, valid_to: '2025-06-30' },
    { id: 'water', medium: 'water', price_per_m3: 4.500000000000001, valid_from: '2025-07-01' },
    { id: 'second-supply', medium: 'electricity', price_per_kwh: 0.7, meters: ['second'] },
    { id: 'resale', price_per_kwh: 0.82, tenants: ['shop'] },
    { id: 'next', price_per_kwh: 0.9, valid_from: '2099-01-01', tenants: ['shop'] },
  ],
});

let app: DashboardsApp;
beforeAll(async () => {
  writeFileSync(join(folder, 'own.yaml'), own('1.1'));
  app = await startDashboardsApp(site);
}, 240_000);
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
const ask = async (): Promise<TariffsView> => (await app.call('GET', '/api/energy/tariffs', { token: await app.signIn('viewer') })).json;

it('shows each tariff with its state and who pays by it, and those that are not used', async () => {
  const { tariffs, offered, mistakes } = await ask();
  expect(mistakes).toEqual([]);
  const users = tariffs.map(({ id, state, meters, tenants }) => [id, state, [...meters, ...tenants].map((one) => one.id).join()]);
  expect(users).toEqual([
    ['grid', 'in-force', 'main'],
    ['second-supply', 'in-force', 'second'],
    ['resale', 'in-force', 'shop'],
    ['water', 'in-force', 'flow'],
    ['next', 'coming', 'shop'],
    ['old-water', 'ended', 'flow'],
  ]);
  expect(tariffs.find(({ id }) => id === 'water')).toMatchObject({ unit: 'm³', origin: 'site-file', validFrom: '2025-07-01', versions: [{ price: 4.5 }] }); // biome-ignore format: one
  expect(tariffs[0]).toMatchObject({ origin: 'own-file', file: 'own.yaml', changed: false, region: { en: 'somewhere' } });
  expect(tariffs[0]!.versions[0]!.groups[0]!.strips[0]!.spans.map(({ period }) => period)).toEqual(['flat', 'peak', 'flat']);
  expect(offered.length).toBeGreaterThan(10);
  expect((await app.call('GET', '/api/energy/tariffs')).status).toBe(401);
});

it('shows where and what is wrong with a file, and that bills are still made with what was read', async () => {
  writeFileSync(join(folder, 'own.yaml'), own('dear'));
  const broken = await ask();
  expect(broken.mistakes).toMatchObject([{ tariff: 'grid', file: 'own.yaml', line: expect.any(Number), at: expect.stringMatching(/^versions\.0\.energy/) }]); // biome-ignore format: one
  expect(broken.tariffs[0]).toMatchObject({ id: 'grid', changed: true, versions: [{ prices: [{ period: 'peak', price: 1.1 }, { price: 0.6 }] }] }); // biome-ignore format: one
  rmSync(join(folder, 'own.yaml'));
  expect((await ask()).mistakes).toMatchObject([{ line: null, zh: expect.stringContaining('找不到文件') }]);
  writeFileSync(join(folder, 'own.yaml'), own('1.2'));
  expect(await ask()).toMatchObject({ mistakes: [], tariffs: [{ id: 'grid', changed: true }, {}, {}, {}, {}, {}] });
  writeFileSync(join(folder, 'own.yaml'), own('1.1'));
  expect((await ask()).tariffs[0]).toMatchObject({ changed: false });
});
