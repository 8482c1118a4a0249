/** The past goes into store and desk once, goes on after a kill, and is never written over a past that is there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookForMissed } from '../../dashboards/books/watch.ts';
import { deviceFacts } from '../../dashboards/device-facts.ts';
import { dueThings } from '../../dashboards/plant/deadlines.ts';
import { type Database, importAlarms, loadBooks, openBooks, openDatabase, openDesk, openPlant } from '../../desk/index.ts';
import {
  consumptionOf,
  counterOptionsOf,
  edgesOf,
  keptAround,
  metersIn,
  metersOf,
  openCorrections,
  openSuspects,
  recountSpan,
} from '../../energy/index.ts';
import { openStore } from '../../ingest/open-store.ts';
import type { Store } from '../../ingest/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { silentLog } from '../../shared/log.ts';
import type { HistoryEvent } from '../../shared/simulated-past.ts';
import { loadSite } from '../../shared/site-file.ts';
import { simulateHistory } from '../../simulators/history.ts';
import { completeSite } from '../complete-site.ts';
import { pastAlarms } from './alarms.ts';
import { pastBooks, writePastBooks } from './books.ts';
import { simulatedDoubts } from './doubts.ts';
import { simulatedPapers } from './papers.ts';
import { writeHistory } from './write.ts';

const site = completeSite(loadSite(join(import.meta.dirname, '..', '..', 'sites', 'demo.yaml')));
const meters = metersOf(site.config, (profile) => site.profileFacts?.(profile)?.quantities);
const hour = 3_600_000;
const to = Date.UTC(2026, 10, 27, 12, 30);
/** A range of a begun marker, so that the test is of days and not of years. */
const range = { from: to - 0.5 * hour - 9 * 24 * hour, to };

let dataDir: string;
let store: Store;
let db: Database;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plantroom-history-'));
  store = await openStore({ url: `sqlite:${join(dataDir, 'readings.db')}`, site: 'demo' });
  db = openDatabase(join(dataDir, 'operations.db'));
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  db[Symbol.dispose]();
  rmSync(dataDir, { recursive: true, force: true });
});
const begun = () =>
  writeFileSync(
    join(dataDir, 'simulated-history.json'),
    JSON.stringify({ ...range, seed: site.config.site.seed, state: 'begun', events: [] }),
  );
const write = (now = to + 60_000) => writeHistory({ site, dataDir, store, db, now });
const marker = () => JSON.parse(readFileSync(join(dataDir, 'simulated-history.json'), 'utf8')) as { state: string; events: unknown[] };
const tickets = () => {
  using desk = openDesk({ db, clock: systemClock() });
  return desk.tickets({ state: 'all', limit: 10_000 });
};

it('writes every meter, as days and hours add it up, and repairs; a second time nothing', async () => {
  begun();
  const done = await write();
  const history = await simulateHistory(site.config, range);
  expect(done).toMatchObject({ state: 'done', series: meters.length + 1 + history.registers.length });
  for (const step of ['1h', '1d', '1mo'] as const) {
    const rows = await consumptionOf(
      store,
      metersIn(meters, 'site', undefined, 'electricity'),
      edgesOf(step, 'Asia/Shanghai', range.from, range.to),
    );
    const truth = history.meters.find(({ device }) => device === 'incomer')?.values.reduce((sum, value) => sum + value, 0) as number;
    expect(
      rows.reduce((sum, row) => sum + (row.value ?? 0), 0),
      step,
    ).toBeCloseTo(truth, 1);
  }
  const [t] = await store.series({ measurement: 'environment', device: 'outdoor', field: 'outdoor_temp_c', from: range.from, to: range.from + 24 * hour, every: 24 * hour, offset: range.from % (24 * hour), aggregate: 'mean' }); // biome-ignore format: one
  expect(t?.[1]).toBeCloseTo(history.outdoorC.slice(0, 96).reduce((sum, value) => sum + value, 0) / 96, 5);
  const counted = (field: string, device: string, measurement: 'electricity' | 'wastewater' | 'generator') =>
    store.series({ measurement, device, field, from: range.from, to: range.to, every: hour, aggregate: 'last' });
  const reactive = (await counted('reactive_energy_import_kvarh', 'incomer', 'electricity')).flatMap(([, value]) => value ?? []);
  expect(reactive.length).toBe(9 * 24);
  expect(reactive.every((value, i) => value > 0 && (i === 0 || value >= (reactive[i - 1] as number)))).toBe(true);
  const [chlorine] = (await counted('residual_chlorine_mgl', 'wastewater-analyser', 'wastewater')).slice(30);
  expect(chlorine?.[1]).toBeGreaterThan(2);
  const found = tickets();
  expect(found.length).toBe(done.tickets);
  expect(found.length).toBeGreaterThan(8);
  for (const one of found) {
    expect(one.life.closedAt).not.toBeNull();
    if (one.state === 'closed')
      expect((one.resolvedAt as number) > one.openedAt && (one.verifiedAt as number) > (one.resolvedAt as number)).toBe(true);
  }
  expect(marker()).toMatchObject({ state: 'done' });
  expect(await write()).toMatchObject({ state: 'done', series: 0, tickets: 0 });
  expect(tickets().length).toBe(found.length);
});

it('leaves the data doctor a history: an exchange with its papers, what was looked at, and one step to decide, with its readings; once', async () => {
  const history = await simulateHistory(site.config, range);
  const at = (hours: number) => range.from + hours * hour;
  const event = (kind: HistoryEvent['kind'], device: string, from: number, to: number): HistoryEvent => ({ kind, devices: [device], from: at(from), to: at(to), value: 50_000.25, first: 0.4 }); // biome-ignore format: one
  const told = { ...history, events: [event('swap', 'dm-orthopaedics', 24, 24.5), event('reset', 'fd-lab', 30, 32), event('outage', 'water-rear', 40, 60)] }; // biome-ignore format: one
  // As at a start that comes later: the living meter has been read many times.
  const laundry = meters.find(({ device }) => device === 'fd-laundry')!;
  await store.write(Array.from({ length: 50 }, (_, i) => ({ measurement: 'electricity' as const, tags: { site: 'demo', device: 'fd-laundry', gateway: 'gw-power' }, t: to + i * 10_000, fields: { [laundry.field]: 90_000 + i / 10 } }))); // biome-ignore format: one
  for (let i = 0; i < 2; i++)
    expect(await simulatedDoubts({ db, store, meters, timezone: 'Asia/Shanghai', history: told, now: to + hour })).toBe(4);
  const suspects = openSuspects(db).list({});
  expect(suspects.map(({ verdict }) => verdict).sort()).toEqual(['gap', 'jump', 'reset', 'swap']);
  const made = openCorrections(db, systemClock()).list();
  expect(made.map(({ body }) => body.kind).sort()).toEqual(['review', 'review', 'swap']);
  expect(made.every(({ madeBy, madeAt, t }) => madeBy === 'simulated-history' && madeAt > t)).toBe(true);
  const swap = made.find(({ body }) => body.kind === 'swap');
  expect(swap).toMatchObject({ device: 'dm-orthopaedics', t: at(24.5), body: { final: 50_000.25, first: 0.4, serial: expect.stringMatching(/^SIM-/) } }); // biome-ignore format: one
  const jump = suspects.find(({ verdict }) => verdict === 'jump')!;
  expect(jump.b).toBeLessThan(90_000);
  expect(jump.b).toBeGreaterThan(85_000);
  const readings = await store.series({ measurement: 'electricity', device: jump.device, field: jump.quantity, from: jump.from - hour, to: jump.to + hour, limit: 100 }); // biome-ignore format: one
  const steps = readings.map(([, v], i) => (v as number) - ((readings[i - 1]?.[1] ?? v) as number));
  expect(steps.filter((step) => step > 1_000)).toHaveLength(1);
  expect(steps.every((step) => step >= 0)).toBe(true);
});

it('books the months as the engine counts the readings that are kept of them: a decision changes what its preview says, and nothing else', async () => {
  begun();
  await write();
  const [jump] = openSuspects(db).list({ device: 'fd-laundry' });
  expect(jump).toMatchObject({ verdict: 'jump', delta: 0, to: range.to - 6 * 24 * hour });
  const laundry = meters.find(({ device }) => device === 'fd-laundry')!;
  const span = await keptAround(store, laundry, jump!.to, range.to);
  expect([span?.from, span?.to]).toEqual([range.to - 9 * 24 * hour, range.to - 3 * 24 * hour]);
  const corrections = openCorrections(db, systemClock());
  const recount = () => recountSpan({ store, suspects: openSuspects(db) }, laundry, span!, corrections.of(laundry.device, laundry.field), counterOptionsOf(laundry, 'Asia/Shanghai')); // biome-ignore format: one
  const booked = async () => (await consumptionOf(store, [laundry], edgesOf('1mo', 'Asia/Shanghai', range.from, range.to))).reduce((sum, { value }) => sum + (value ?? 0), 0); // biome-ignore format: one
  expect(await recount()).toBe(0);
  const before = await booked();
  corrections.add({ device: laundry.device, quantity: laundry.field, t: jump!.to, body: { kind: 'decision', verdict: 'accept' }, reason: 'x' }, 'li'); // biome-ignore format: one
  expect(await recount()).toBe(1);
  expect((await booked()) - before).toBeCloseTo(jump!.b - jump!.a, 6);
});

it('has papers and past pages of books, marked as simulated, which hold in their chains and are written once', async () => {
  const { registers } = await simulateHistory(site.config, { from: to - 40 * 24 * hour, to });
  const source = { site: site.config, definitions: loadBooks(), range: { from: to - 40 * 24 * hour, to }, registers, seed: 3 };
  const books = openBooks(db);
  const writeBooks = () => writePastBooks(books, source, (work) => db.transact(work), async () => {}); // biome-ignore format: one
  expect(await writeBooks()).toBeGreaterThan(200);
  expect(await writeBooks()).toBe(0);
  for (const id of pastBooks) expect(books.verify(id).breaks, id).toEqual([]);
  const daily = books.records('wastewater-daily', source.range.from, to);
  expect(daily.every(({ who }) => who === 'simulated-history')).toBe(true);
  expect(daily.some(({ values }) => values.chlorine_mgl?.from === 'reading')).toBe(true);
  const [filling] = books.records('oxygen-filling', source.range.from, to);
  expect(filling?.values.amount_t?.v).toBeGreaterThan(3);
  // What nobody has written since is seen as missed by the desk itself, and nothing of before.
  expect(lookForMissed({ site: site.config, books, definitions: source.definitions, kept: new Set(), desk: { createTicket: () => { throw new Error('missed'); } }, clock: { ...systemClock(), now: () => to }, log: silentLog(), since: to })).toBe(0); // biome-ignore format: one
  expect(simulatedPapers(db, site.config, to)).toBeGreaterThan(30);
  expect(simulatedPapers(db, site.config, to)).toBe(0);
  const due = dueThings(
    { ...openPlant(db), site: site.config, devices: deviceFacts(site.config) },
    new Date(to).toISOString().slice(0, 10),
  );
  expect(new Set(due.map(({ stage }) => stage))).toEqual(new Set(['overdue', 'urgent', 'soon', 'notice', 'ok']));
});

it('has alarms of before that nobody is told of, and stand in the figures of their time', async () => {
  using desk = openDesk({ db, clock: systemClock() });
  const events: HistoryEvent[] = [
    { kind: 'mains-lost', devices: ['ats'], from: to - 40 * 24 * hour, to: to - 39.9 * 24 * hour, value: null, first: null },
  ];
  const past = pastAlarms(site.config, { from: to - 730 * 24 * hour, to, events }, 7);
  const raised = importAlarms(db, past);
  expect(raised).toBeGreaterThan(200);
  expect(importAlarms(db, past)).toBe(0);
  past[Symbol.dispose]();
  expect(desk.journalSince(0, 10)).toEqual([]);
  const year = desk.kpis(to - 365 * 24 * hour, to);
  const before = desk.kpis(to - 730 * 24 * hour, to - 365 * 24 * hour);
  expect(year.annunciated + before.annunciated).toBeGreaterThan(raised * 0.8);
  expect(before.annunciated).toBeGreaterThan(year.annunciated);
  expect(year.medianSecondsToAcknowledge).toBeGreaterThan(30);
  expect(desk.alarms({ state: 'all', limit: 10_000 }).filter(({ active, state }) => active || state !== 'NORM')).toEqual([]);
  expect(
    desk.alarms({ state: 'all', limit: 10_000 }).filter(({ rule, lifeSafety }) => rule === 'GS-MAINS' || lifeSafety).length,
  ).toBeGreaterThan(1);
});

it('killed in the middle it is written again at the next start, and nothing stands twice', async () => {
  begun();
  const failing: Store = Object.assign(Object.create(store) as Store, {
    count: 0,
    writeEven(this: { count: number }, series: Parameters<NonNullable<Store['writeEven']>>[0]) {
      if (++this.count > 1) throw new Error('killed');
      return store.writeEven?.(series);
    },
  });
  await expect(writeHistory({ site, dataDir, store: failing, db, now: to, mostAtOnce: 20_000 })).rejects.toThrow('killed');
  expect(marker().state).toBe('begun');
  const { tickets: count } = await write(to + 3 * hour);
  const counted = await store.series({
    measurement: 'consumption',
    device: 'incomer',
    field: 'value',
    from: range.from,
    to: to + 24 * hour,
  });
  expect(counted.length).toBe(9 * 96 + 2);
  expect(tickets().length).toBe(count);
});

it('is not written over readings of before, nor at a real site', async () => {
  const meter = meters[0] as (typeof meters)[number];
  await store.write([{ measurement: meter.measurement, tags: meter.tags, t: to - 30 * 24 * hour, fields: { [meter.field]: 1 } }]);
  expect(await write()).toMatchObject({ state: 'not-empty', series: 0 });
  expect(marker()).toMatchObject({ state: 'not-empty' });
  const real = { ...site, config: { ...site.config, site: { ...site.config.site, simulated: false } } };
  rmSync(join(dataDir, 'simulated-history.json'));
  begun();
  expect(await writeHistory({ site: real, dataDir, store, db, now: to })).toMatchObject({ series: 0 });
  expect(tickets()).toEqual([]);
});
