/** Daily means and degree days by the site's clocks; what is missing is named and never made up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import type { SeriesQuery } from '../ingest/store.ts';
import { siteOf } from '../test/site-of.ts';
import { type ImportedWeather, openImportedWeather, stationOf, weatherByMonth, weatherOf } from './weather.ts';

const hour = 3_600_000;
const zone = 'Asia/Shanghai';
/** Midnight of 1 January 2026 in Shanghai. */
const start = Date.UTC(2025, 11, 31, 16);
const station = { device: 'outdoor', measurement: 'environment', quantity: 'outdoor_temp_c' } as const;

let db: Database;
let imported: ImportedWeather;
beforeEach(() => {
  db = openDatabase(':memory:');
  db.run(
    "INSERT INTO energy_imports (kind, name, sha256, body, mistakes, made_by, made_at) VALUES ('weather', 'a.csv', '', '', 0, 'li', 0)",
  );
  db.run(
    "INSERT INTO energy_imports (kind, name, sha256, body, mistakes, made_by, made_at) VALUES ('weather', 'b.csv', '', '', 0, 'li', 0)",
  );
  imported = openImportedWeather(db);
});
afterEach(() => db[Symbol.dispose]());

/** A sensor that tells a temperature for each hour; undefined where it was silent. */
const sensor = (celsius: (h: number) => number | undefined) => ({
  series: async ({ from, to }: SeriesQuery) => {
    const points: [number, number | null][] = [];
    for (let t = Math.ceil(from / hour) * hour; t < to; t += hour) {
      const value = celsius((t - start) / hour);
      if (value !== undefined) points.push([t, value]);
    }
    return points;
  },
});
const ask = (celsius: (h: number) => number | undefined, days: number, more = {}) =>
  weatherOf({
    store: sensor(celsius),
    imported,
    station,
    timezone: zone,
    from: start,
    to: start + days * 24 * hour,
    now: start + 1_000 * hour,
    ...more,
  });

describe('weather by days', () => {
  it('is the mean of the hours, with degree days below 18 and above 26 °C', async () => {
    const { days, gaps } = await ask((h) => (h < 24 ? 10 + (h % 2) : h < 48 ? 30 : 20), 3);
    expect(days.map(({ day, meanC, heating, cooling, hours, source }) => [day, meanC, heating, cooling, hours, source])).toEqual([
      ['2026-01-01', 10.5, 7.5, 0, 24, 'sensor'],
      ['2026-01-02', 30, 0, 4, 24, 'sensor'],
      ['2026-01-03', 20, 0, 0, 24, 'sensor'],
    ]);
    expect(gaps).toEqual([]);
  });

  it('draws six missing hours straight and gives no mean over seven; the days are named', async () => {
    const missing = (n: number) => ask((h) => (h >= 4 && h < 4 + n ? undefined : h), 2);
    expect((await missing(6)).days[0]).toMatchObject({ meanC: 11.5, hours: 18, of: 24 });
    const { days, gaps } = await missing(7);
    expect(days[0]).toMatchObject({ meanC: null, heating: null, source: null, hours: 17 });
    expect(gaps).toEqual([{ from: '2026-01-01', to: '2026-01-01', days: 1 }]);
    const long = await ask((h) => (h >= 24 && h < 96 ? undefined : 5), 5);
    expect(long.gaps).toEqual([{ from: '2026-01-02', to: '2026-01-04', days: 3 }]);
    expect(weatherByMonth(long.days)).toMatchObject([{ month: '2026-01', heating: 26, known: 2, missing: ['2026-01-02', '2026-01-03', '2026-01-04'] }]); // biome-ignore format: one
  });

  it('takes what the sensor lacks from an import, the last one first, and not from one that was taken back', async () => {
    const silent = (h: number) => (h >= 24 && h < 48 ? undefined : 0);
    imported.put(Array.from({ length: 24 }, (_, k) => ({ t: start + (24 + k) * hour, step: 'hour' as const, c: 4 })), 1); // biome-ignore format: one
    expect((await ask(silent, 2)).days[1]).toMatchObject({ meanC: 4, source: 'import' });
    imported.put([{ t: start + 30 * hour, step: 'hour', c: 28 }], 2);
    expect((await ask(silent, 2)).days[1]).toMatchObject({ meanC: 5 });
    imported.takeBack(2, 1);
    expect((await ask(silent, 2)).days[1]).toMatchObject({ meanC: 4 });
    imported.takeBack(1, 1);
    imported.put([{ t: start + 24 * hour, step: 'day', c: -3 }], 2);
    expect((await ask(silent, 2)).days[1]).toMatchObject({ meanC: -3, source: 'import', heating: 21 });
    // What the sensor knows stands before what a file says.
    imported.put([{ t: start, step: 'day', c: 99 }], 2);
    expect((await ask(silent, 2)).days[0]).toMatchObject({ meanC: 0, source: 'sensor' });
  });

  it('days of 23 and 25 hours are as long as they are; the running day has no mean yet and is no gap', async () => {
    const from = Date.UTC(2026, 9, 24, 22);
    const { days } = await weatherOf({ store: sensor(() => 1), imported, station, timezone: 'Europe/Berlin', from, to: from + 48 * hour, now: from + 40 * hour }); // biome-ignore format: one
    expect(days.map(({ of, meanC }) => [of, meanC])).toEqual([[25, 1], [24, null]]); // biome-ignore format: one
    const { gaps } = await weatherOf({ store: sensor(() => 1), imported, station, timezone: 'Europe/Berlin', from, to: from + 48 * hour, now: from + 40 * hour }); // biome-ignore format: one
    expect(gaps).toEqual([]);
  });

  it('without a sensor and without an import says so for every day', async () => {
    const { station: none, days } = await weatherOf({ store: sensor(() => 1), imported, station: undefined, timezone: zone, from: start, to: start + 48 * hour, now: start + 99 * hour }); // biome-ignore format: one
    expect(none).toBeNull();
    expect(days.map(({ meanC }) => meanC)).toEqual([null, null]);
  });
});

it('the station is the one that the site file names, else the one of role outdoor', () => {
  const site = siteOf({ gw1: [['boiler', 'boiler'], ['roof', 'environment']] }).config; // biome-ignore format: one
  const [boiler, roof] = site.gateways[0]!.buses[0]!.devices;
  Object.assign(boiler!, { profile: 'sola' });
  Object.assign(roof!, { profile: 'station' });
  const measures = (profile: string) => (profile === 'none' ? [] : ['outdoor_temp_c']);
  expect(stationOf(site, measures)?.device).toBe('boiler');
  Object.assign(roof!, { role: 'outdoor' });
  expect(stationOf(site, measures)).toEqual({ device: 'roof', measurement: 'environment', quantity: 'outdoor_temp_c' });
  expect(stationOf({ ...site, weather: { device: 'boiler', quantity: 'outdoor_temp_c' } }, measures)?.device).toBe('boiler');
  expect(stationOf(siteOf({ gw1: [['a', 'water']] }).config)).toBeUndefined();
});
