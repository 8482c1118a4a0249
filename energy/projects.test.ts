/** Retrofits from quarter hours to yuan: what is in a store comes out as a band, and a workbook repeats it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../desk/index.ts';
import { savingsSheets } from '../reports/savings-workbook.ts';
import { systemClock } from '../shared/clock.ts';
import { projectSchema } from '../shared/energy-site.ts';
import { siteSchema } from '../shared/site.ts';
import { momentOf } from '../shared/zone.ts';
import { Workbook } from '../test/energy/formulas.ts';
import { MemoryStore } from '../test/energy/memory-store.ts';
import { random } from '../test/random.ts';
import { openFitsAhead } from './fits-ahead.ts';
import { type KeptFits, openKeptFits } from './kept-fits.ts';
import { keepNothing } from './kept-months.ts';
import { openLedger } from './ledger.ts';
import { metersOf } from './meters.ts';
import { questionsOf } from './project-questions.ts';
import { type ProjectResult, projectResult, spanOf } from './projects.ts';
import { openImportedWeather } from './weather.ts';

const zone = 'Asia/Shanghai';
const dayMs = 86_400_000;
const at = (text: string) => momentOf(zone, Date.parse(text));
const now = at('2026-07-01');
const name = { zh: '风机改造', en: 'Fans' };
const plain = (more: object[] = [], projects: object[] = []) => siteSchema.parse({
  site: { id: 's', name, timezone: zone, simulated: true },
  gateways: [{ id: 'g', name, buses: [{ id: 'b', type: 'modbus-tcp', host: '192.0.2.1', devices: [{ id: 'ahu', name, system: 'electricity', profile: 'x', unit: 1, role: 'feeder' }, ...more] }] }],
  tariffs: [{ id: 'flat', price_per_kwh: 0.8 }],
  projects,
}); // biome-ignore format: a site
const site = plain();
const project = (more: object = {}) =>
  projectSchema.parse({
    ...{ id: 'fans', name, meters: ['ahu'], baseline: { from: '2025-01-01', to: '2025-12-31' }, reporting: { from: '2026-01-01' } },
    ...more,
  });

const store = new MemoryStore();
const db = openDatabase(':memory:');
const station = { device: 'outdoor', measurement: 'environment', quantity: 'outdoor_temp_c' } as const;
const clock = { ...systemClock(), now: () => now };
const ledger = openLedger({ site, folder: '.', store: () => store, db, clock, wall: clock });
const result = (more: object = {}) => projectResult({ ledger, store, weather: openImportedWeather(db), station, now }, project(more));

/** 400 kWh a day and 8 for each degree above 18 °C; a fifth less since 2026. */
let quarterOfJune: number;
beforeAll(() => {
  const dice = random(7);
  for (let day = at('2025-01-01'); day < now; day += dayMs) {
    const c = 13 - 14 * Math.cos((2 * Math.PI * ((day / dayMs) % 365.25)) / 365.25) + 4 * (dice() - 0.5);
    const use = (400 + 8 * Math.max(0, c - 18)) * (0.96 + 0.08 * dice()) * (day >= at('2026-01-01') ? 0.8 : 1);
    if (day === at('2025-06-10')) quarterOfJune = use / 96;
    for (let q = 0; q < 96; q++) store.set('consumption', 'ahu', 'value', day + q * 900_000, use / 96);
    for (let h = 0; h < 24; h++) store.set('environment', 'outdoor', 'outdoor_temp_c', day + h * 3_600_000, c);
  }
});

describe('a retrofit', () => {
  let one: ProjectResult;
  beforeAll(async () => {
    one = await result();
  });

  it('has the truth in its band, is worth what the bills say, and may be called a saving', () => {
    const truth = (one.result!.observed / 0.8) * 0.2;
    expect(one.result).toMatchObject({ claimed: true, method: 'daily' });
    expect(one.result!.low).toBeLessThan(truth);
    expect(one.result!.high).toBeGreaterThan(truth);
    expect(one.price).toBeCloseTo(0.8, 3);
    expect(one.yuan?.saved).toBeCloseTo(one.result!.saved * 0.8, 0);
    expect(one.baseline.coverage).toBeCloseTo(1, 9);
  });

  it('comes out of its workbook again, formula by formula', () => {
    const book = new Workbook(savingsSheets(one, 'en', zone));
    const { counterfactual, observed, saved, low, high, half } = one.result!;
    for (const [
      address,
      value,
    ] of [['B2', counterfactual], ['B3', observed], ['B4', saved], ['B15', half.opendsm], ['B18', low], ['B19', high]] as const) // biome-ignore format: cells
      expect(book.number('Result', address) / value, address).toBeCloseTo(1, 9);
  });

  it('counts an event only when it is signed, and says both', async () => {
    const event = { id: 'ward', cause: name, from: '2026-03-01', to: '2026-03-31', kwh_per_day: 100, method: name };
    const unsigned = await result({ adjustments: [event] });
    expect(unsigned.result!.saved).toBe(one.result!.saved);
    const signed = await result({ adjustments: [{ ...event, signed: 'Li' }] });
    expect(signed.result!.saved - one.result!.saved).toBeCloseTo(3_100, 6);
    expect(signed.unadjusted?.saved).toBe(one.result!.saved);
    expect(signed.sha256).not.toBe(one.sha256);
  });

  it('keeps its fingerprint when the same sum comes out another way in its last bits', async () => {
    const day = at('2025-06-10');
    for (let q = 0; q < 96; q++) store.set('consumption', 'ahu', 'value', day + q * 900_000, quarterOfJune * (1 + 2e-15));
    const again = await result();
    expect(again.sha256).toBe(one.sha256);
  });

  it('is not fitted anew after a restart: a fit is kept in the operations database by the fingerprint of what went into it', async () => {
    const fits = openKeptFits(db, clock);
    const kept: string[] = [];
    const put: KeptFits['put'] = (key, fit) => {
      kept.push(key);
      fits.put(key, fit);
    };
    const from = (get: KeptFits['get']) => {
      const period = {
        baseline: { from: '2025-01-01', to: '2025-12-30' },
        reporting: { from: kept.length === 0 ? '2026-01-02' : '2026-01-03' },
      };
      return projectResult({ ledger, store, weather: openImportedWeather(db), station, now, fits: { get, put } }, project(period));
    };
    const first = await from(fits.get);
    expect(kept.length).toBe(1);
    expect(openKeptFits(db, clock).get(kept[0] as string)).toEqual(first.result);
    // What is kept is told, and not worked out.
    const told = { ...first.result!, saved: 1 };
    expect((await from(() => told)).result).toBe(told);
    expect(kept.length).toBe(1);
    for (let i = 0; i < 70; i++) fits.put(`key-${i}`, told);
    expect(db.get('SELECT count(*) AS n FROM energy_fits')).toEqual({ n: 60 });
  });

  it('is fitted ahead once a day and for each count of its months, so that who opens its page waits for no fit', async () => {
    const outdoor = { id: 'outdoor', name, system: 'environment', profile: 'y', unit: 2, role: 'outdoor' };
    const retrofit = {
      id: 'fans',
      name,
      meters: ['ahu'],
      baseline: { from: '2025-01-01', to: '2025-12-29' },
      reporting: { from: '2026-01-01' },
    };
    const measured = plain([outdoor], [retrofit]);
    let [today, version] = [now, 1];
    const ahead = openFitsAhead({
      ...{ site: measured, folder: '.', profileFacts: () => ({ quantities: ['outdoor_temp_c', 'energy_import_kwh'] }) as never, meters: metersOf(measured) },
      ...{ store, db, kept: keepNothing, versions: { of: () => version }, clock: { ...clock, now: () => today } },
    }); // biome-ignore format: one
    const fits = openKeptFits(db, clock);
    const fitted: string[] = [];
    const opened = () =>
      projectResult(
        { ledger, store, weather: openImportedWeather(db), station, now, fits: { get: fits.get, put: (key) => fitted.push(key) } },
        measured.projects[0]!,
      );
    db.run('DELETE FROM energy_fits');
    expect([await ahead.next(), await ahead.next()]).toEqual([true, false]);
    // For another process: what this one remembers by itself does not count.
    expect(db.get('SELECT count(*) AS n FROM energy_fits')).toEqual({ n: 1 });
    expect((await opened()).result?.claimed).toBe(true);
    expect(fitted).toEqual([]);
    version = 2;
    expect([await ahead.next(), await ahead.next()]).toEqual([true, false]);
    today += dayMs;
    expect([await ahead.next(), await ahead.next()]).toEqual([true, false]);
  });

  it('is no saving where nothing was saved, and says why', async () => {
    const nothing = await result({
      baseline: { from: '2025-01-01', to: '2025-11-30' },
      reporting: { from: '2025-12-01', to: '2025-12-31' },
    });
    expect(nothing.result?.claimed).toBe(false);
    expect(nothing.result?.reasons.map(({ id }) => id)).toContain('within-error');
    const text = questionsOf(nothing, {
      timezone: zone,
      program: '1',
      tariffs: 'flat',
      nameOf: (id) => ({ zh: `表 ${id}`, en: `Meter ${id}` }),
    });
    expect(text).toHaveLength(10);
    expect(text[0]?.answers[1]?.en).toMatch(/^Meter /);
    expect(JSON.stringify(text.find(({ id }) => id === 'result'))).not.toMatch(/"saved |"节约 /);
  });

  it('without data says what is missing', async () => {
    expect(await result({ baseline: { from: '2024-01-01', to: '2024-12-31' } })).toMatchObject({
      result: null,
      yuan: null,
      why: { en: expect.stringContaining('not enough data') },
    });
  });

  it('has days that go with the calendar, ends not inside', () => {
    expect(spanOf({ from: '-12mo', to: '-6mo' }, zone, now)).toEqual({ from: at('2025-07-01'), to: at('2026-01-01') });
    expect(spanOf({ from: '2026-01-01', to: '2026-01-31' }, zone, now)).toEqual({ from: at('2026-01-01'), to: at('2026-02-01') });
  });
});
