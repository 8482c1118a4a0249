/** Books over the real API: filled in by the simulated plant, confirmed, corrected, signed, missed, printed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { completeSite } from '../commands/complete-site.ts';
import { loadBooks, openBooks, openDatabase } from '../desk/index.ts';
import { builtInProfiles, loadProfiles } from '../gateway/profiles.ts';
import { openStore } from '../ingest/open-store.ts';
import type { Store, StorePoint } from '../ingest/store.ts';
import type { Book } from '../shared/book.ts';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { loadSite } from '../shared/site-file.ts';
import { createHospital } from '../simulators/hospital.ts';
import { scenarios } from '../simulators/test-hospital.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { deviceOf, fillRecord } from './books/fill.ts';
import { lookForMissed } from './books/watch.ts';
import { deviceFacts } from './device-facts.ts';

const loaded = loadSite(join(import.meta.dirname, '../sites/demo.yaml'));
const site = completeSite(loaded);
const hour = 3_600_000;
const day = 24 * hour;

/** A month of the simulated plant, read every ten minutes, in the store. */
async function month(store: Store, from: number, to: number, wanted: ReadonlySet<string>): Promise<void> {
  const profiles = loadProfiles([builtInProfiles, ...loaded.config.profiles.map((folder) => join(loaded.folder, folder))]);
  const hospital = createHospital(loaded.config, profiles, { start: from, stepS: 300, scenarios });
  const devices = deviceFacts(site.config);
  let batch: StorePoint[] = [];
  for (let t = from; t <= to; t += 1_800_000) {
    hospital.advanceTo(t);
    for (const id of wanted) {
      const facts = devices.get(id);
      const reading = hospital.readDevice(id);
      if (!facts || !reading || Object.keys(reading.v).length === 0) continue;
      batch.push({
        measurement: facts.system,
        tags: { site: 'demo', device: id, gateway: facts.gateway },
        t,
        fields: reading.v as Record<string, number>,
      });
    }
    if (batch.length > 5_000) {
      await store.write(batch);
      batch = [];
    }
  }
  await store.write(batch);
}

describe('a month of the simulated plant', () => {
  test('fills at least 80 % of the fields of oxygen, wastewater, patrol and generator books by itself', async () => {
    const from = Date.UTC(2026, 0, 1);
    const to = from + 30 * day;
    const books = loadBooks();
    const devices = deviceFacts(site.config);
    const filledByItself = ['oxygen-duty', 'wastewater-daily', 'distribution-patrol', 'generator-test', 'oxygen-ward-round'].map(
      (id) => books.get(id)!,
    );
    const seriesOf = (book: Book) =>
      book.each ? [...devices.values()].filter((one) => one.role === book.each).map((one) => one.id) : [null];
    const wanted = new Set(
      filledByItself.flatMap((book) =>
        seriesOf(book).flatMap((own) => book.fields.flatMap(({ point }) => (point && deviceOf(site.config, point, own)) ?? [])),
      ),
    );
    const folder = mkdtempSync(join(tmpdir(), 'plantroom-month-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await using store = await openStore({ url: `sqlite:${join(folder, 'readings.db')}`, site: 'demo' });
    await month(store, from, to, wanted);
    const { dueTimes, dueBefore } = await import('../desk/index.ts');
    for (const book of filledByItself) {
      const { id } = book;
      const series = seriesOf(book);
      let [filled, fields] = [0, 0];
      const times = dueTimes(book.schedule, 'Asia/Shanghai', from + 8 * day, to);
      // One in five of a book that is written twelve times a day, at every hour of the day in turn.
      for (const due of times.filter((_, index) => times.length < 100 || index % 5 === 0)) {
        for (const device of series) {
          const since = dueBefore(book.schedule, 'Asia/Shanghai', due);
          const values = await fillRecord({ site: site.config, devices, store, book, device, due, since, now: to });
          // A drafted text is filled in by the platform too.
          filled += Object.keys(values).length + book.fields.filter(({ drafts }) => drafts !== undefined).length;
          fields += book.fields.length;
        }
      }
      expect(fields, id).toBeGreaterThan(0);
      console.info(`${id}: ${((100 * filled) / fields).toFixed(1)} % of ${fields} fields`);
      expect(filled / fields, `${id}: ${filled} of ${fields}`).toBeGreaterThanOrEqual(0.8);
    }
  }, 240_000);
});

describe('over the API', () => {
  let app: DashboardsApp;
  let token: string;
  const now = Date.now();
  const due = Math.floor(now / (2 * hour)) * 2 * hour;
  beforeAll(async () => {
    app = await startDashboardsApp(site);
    token = await app.signIn('technician');
    const tags = { site: 'demo', device: 'o2-source', gateway: 'gw-oxygen' };
    await app.store.write([{ measurement: 'oxygen', tags, t: due - 60_000, fields: { tank_level_pct: 61.25, pressure_kpa: 802 } }]);
  }, 240_000);
  afterAll(() => app?.[Symbol.asyncDispose]());
  const post = (path: string, body: unknown, as = token) => app.call('POST', path, { token: as, body });

  test('a reading is filled in with its time; an old one is not', async () => {
    const { json } = await app.call('GET', `/api/books/oxygen-duty/draft?due=${due}`, { token });
    expect(json.values.tank_level_pct).toEqual({ v: 61.25, from: 'reading', t: due - 60_000 });
    expect(json.values.left_kpa).toBeUndefined();
    const before = await app.call('GET', `/api/books/oxygen-duty/draft?due=${due - 2 * hour}`, { token });
    expect(before.json.values.tank_level_pct).toBeUndefined();
  });

  test('confirmed, or corrected with a reason; never invented by the browser', async () => {
    const path = '/api/books/oxygen-duty/entries';
    expect((await post(path, { due, values: { tank_level_pct: { v: 70 } } })).json.detail).toContain('another value needs a reason');
    expect((await post(path, { due, values: { left_kpa: 'as-read' } })).json.detail).toContain('written by a person');
    expect((await post(path, { due, values: { nothing: { v: 1 } } })).json.detail).toContain('a field of this book');
    expect((await post(path, { due, values: { frost: { v: 'ice' } } })).json.detail).toContain('one of normal, heavy');
    expect((await post(path, { due: now + day, values: {} })).json.detail).toContain('before its time');
    const done = await post(path, {
      due,
      values: { tank_level_pct: 'as-read', source_kpa: { v: 790, reason: '现场表读数' }, frost: { v: 'heavy' }, alarm_panel: { v: true } },
    });
    expect(done.status).toBe(201);
    expect((await post(path, { due, values: { frost: { v: 'normal' } } })).json.detail).toContain('wrote this record already');
    expect((await post(path, { due: due - 1, values: {} })).json.detail).toContain('no time at which this book is due');
    expect((await post(path, { due: Date.UTC(2005, 0, 1), values: {} })).json.detail).toContain('days ago');
    const other = { due: due - 4 * hour, values: { frost: { v: 'normal' } } };
    expect((await Promise.all([1, 2, 3].map(() => post(path, other)))).map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(done.json.values.source_kpa).toEqual({ v: 790, from: 'corrected', t: due - 60_000, was: 802, reason: '现场表读数' });
    const { json: lines } = await app.call('GET', `/api/books/oxygen-duty/pages?from=${due}&to=${due + 1}`, { token });
    expect(lines[0]).toMatchObject({ state: 'written', unsigned: ['second'], findings: ['frost'] });
  });

  test('a correction is a line of its own with a reason; a second person signs', async () => {
    const [line] = (await app.call('GET', `/api/books/oxygen-duty/pages?from=${due}&to=${due + 1}`, { token })).json;
    const { seq } = line.entry;
    const path = '/api/books/oxygen-duty/entries';
    expect((await post(path, { due, of: seq, values: { frost: { v: 'normal' } } })).json.detail).toContain('a correction says why');
    expect((await post(path, { due, of: seq, reason: '看错', values: { frost: { v: 'normal' } } })).status).toBe(201);
    expect((await post(`${path}/${seq}/sign`, { role: 'second' })).json.detail).toContain('two persons');
    const other = await app.signIn('engineer');
    expect((await post(`${path}/${seq}/sign`, { role: 'duty' }, other)).json.detail).toContain('signed already');
    expect((await post(`${path}/${seq}/sign`, { role: 'second' }, other)).status).toBe(201);
    const [after] = (await app.call('GET', `/api/books/oxygen-duty/pages?from=${due}&to=${due + 1}`, { token })).json;
    expect(after).toMatchObject({ unsigned: [], findings: [] });
    expect(after.corrections).toHaveLength(1);
    expect((await app.call('GET', '/api/books/oxygen-duty/verify', { token })).json.breaks).toEqual([]);
  });

  test('a viewer reads and cannot write', async () => {
    const viewer = await app.signIn('viewer');
    expect((await post('/api/books/oxygen-duty/entries', { due, values: {} }, viewer)).status).toBe(403);
  });

  test.each(['zh', 'en'])('prints in %s, with the font in it, and blank as well', async (lang) => {
    const print = async (more: string) => {
      const response = await fetch(`${app.url}/api/books/oxygen-duty/print?from=${due - day}&to=${due + day}&lang=${lang}${more}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.headers.get('content-type')).toBe('application/pdf');
      return Buffer.from(await response.arrayBuffer());
    };
    for (const pdf of [await print(''), await print('&blank=20')]) {
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.toString('latin1')).toMatch(/FontFile/);
    }
  });
});

test('what was not written is seen as missed after its grace, once, at its own time, with one ticket for a run of them', () => {
  using db = openDatabase(':memory:');
  const books = openBooks(db);
  const definitions = loadBooks();
  const tickets: string[] = [];
  let now = Date.UTC(2026, 0, 15, 0, 0);
  const clock = { ...systemClock(), now: () => now };
  const look = () =>
    lookForMissed({
      site: site.config, books, definitions, kept: new Set(['oxygen-duty']), clock, log: silentLog(), since: Date.UTC(2026, 0, 15),
      desk: { createTicket: (input) => { tickets.push(input.title.en); return undefined as never; } },
    }); // biome-ignore format: a call
  now += 14 * 60_000;
  expect(look()).toBe(0);
  now += 60_000;
  expect(look()).toBe(1);
  expect(look()).toBe(0);
  now += 4 * hour;
  expect(look()).toBe(2);
  const records = books.records('oxygen-duty', 0, now);
  expect(records.map(({ kind, due, at }) => [kind, at - due])).toEqual([['missed', 15 * 60_000], ['missed', 2 * hour + 15 * 60_000], ['missed', 15 * 60_000]]); // biome-ignore format: a table
  expect(tickets).toEqual(['Record missed: Oxygen station duty log']);
});
