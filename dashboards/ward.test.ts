import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openPlaces } from '../desk/index.ts';
import { systemClock } from '../shared/clock.ts';
import { placesOf } from '../shared/places.ts';
import { operationsFile } from '../shared/role.ts';
import type { Ticket } from '../shared/ticket.ts';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { needs } from '../test/servers.ts';
import { siteOf } from '../test/site-of.ts';
import { progressPage } from './ward/page.ts';

const text = { zh: '病区', en: 'Ward' };
let app: DashboardsApp;
beforeAll(async () => {
  const places = [
    { id: 'ward-3', name: { zh: '三病区 <b>', en: 'Ward 3 <b>' }, phone: '8120' },
    { id: 'ward-4', name: { zh: '四病区', en: 'Ward 4' } },
  ];
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { places, public_url: 'https://plant.example' }));
}, 240_000);
afterAll(() => app?.[Symbol.asyncDispose]());

const codeOf = (place: string) => {
  using db = openDatabase(operationsFile(app.dataDir));
  return openPlaces(db, systemClock()).codeOf(place, 'test');
};
const dataUrl = async (type: 'png' | 'jpeg') => {
  const made = await sharp({ create: { width: 200, height: 80, channels: 3, background: 'white' } })
    .toFormat(type)
    .toBuffer();
  return `data:image/${type};base64,${made.toString('base64')}`;
};

describe('a ward reports without an account', () => {
  test('page, report with photo, progress, signature and stars on the same link; not before it is repaired, not twice', async () => {
    const code = codeOf('ward-3');
    for (const [lang, words] of [
      ['zh', '提交'],
      ['en', 'Send'],
    ] as const) {
      const { status, json: page } = await app.call('GET', `/r/${code}?lang=${lang}`);
      expect([status, page]).toEqual([200, expect.stringContaining(words)]);
      expect(page).toContain('tel:8120');
      expect(page).not.toContain('<b>');
    }
    const sent = await app.call('POST', `/r/${code}`, { body: { kind: 'water', words: '漏水 <i>', photo: await dataUrl('jpeg') } });
    expect(sent.status).toBe(201);
    const { link } = sent.json as { link: string };
    // Pressed again, at once or after the words were lost on the way: the same report, on a link that opens it.
    const again = await Promise.all([1, 2].map(() => app.call('POST', `/r/${code}`, { body: { kind: 'water', words: '漏水 <i>' } })));
    const headers = { 'idempotency-key': 'made-when-it-was-opened' };
    const keyed = async (words: string) => (await app.call('POST', `/r/${code}`, { headers, body: { kind: 'water', words } })).status;
    expect([await keyed('漏水 <i>'), await keyed('漏水 <i>'), await keyed('other')]).toEqual([201, 201, 422]);
    for (const { json } of again) expect((await app.call('GET', json.link)).status).toBe(200);
    // And once more, now with another photo: it is kept, once.
    const photo = await dataUrl('png');
    for (let n = 0; n < 2; n++)
      expect((await app.call('POST', `/r/${code}`, { body: { kind: 'water', words: '漏水 <i>', photo } })).status).toBe(201);
    expect(app.desk.tickets()).toHaveLength(1);
    const [ticket] = app.desk.tickets();
    expect(ticket).toMatchObject({ state: 'open', system: 'water', trade: 'plumbing', openedBy: 'ward:ward-3' });
    const id = ticket!.id;
    const files = await app.call('GET', `/api/tickets/${id}/files`, { token: await app.signIn('viewer') });
    expect(files.json.map(({ purpose, type }: { purpose: string; type: string }) => [purpose, type])).toEqual([['before', 'image/jpeg'], ['before', 'image/png']]); // biome-ignore format: one
    const sign = (more: object = {}) => app.call('POST', `${link}/sign`, { body: { name: '王护士', ...more } });
    expect((await sign()).status).toBe(409);
    expect((await app.call('GET', `${link}?lang=en`)).json).not.toContain('id="pad"');
    app.desk.resolve(id, { id: 'technician' }, 'new washer');
    expect((await app.call('GET', `${link}?lang=en`)).json).toContain('id="pad"');
    // Not under the name of who repaired it, however it is written.
    expect((await sign({ name: 'Techni cian' })).json).toMatchObject({ status: 400, errors: [{ field: 'name' }] });
    expect((await sign({ signature: await dataUrl('png'), stars: 5 })).status).toBe(200);
    expect(app.desk.ticket(id)).toMatchObject({ state: 'verified', life: { signature: { name: '王护士', by: 'ward:ward-3', stars: 5 } } });
    expect((await sign()).status).toBe(409);
    // The link of one place is none of another.
    expect((await app.call('GET', `/r/${codeOf('ward-4')}/${link.split('/').at(-1)}`)).status).toBe(404);
  });

  test('a report that cannot wait says that it came in, whom to ring, and of oxygen what comes first', () => {
    const ticket = (system: string, more: object = {}) =>
      ({
        id: 'T-1',
        state: 'open',
        system,
        title: { zh: '报修', en: 'fault' },
        openedAt: 0,
        startedAt: null,
        resolvedAt: null,
        resolution: null,
        waitingReason: null,
        life: {},
        ...more,
      }) as unknown as Ticket;
    const place = (phone?: string) => ({ name: { zh: '三病区', en: 'Ward 3' }, phone });
    const page = (system: string, phone?: string, more: object = {}, language: 'zh' | 'en' = 'zh') =>
      progressPage(place(phone), ticket(system, { ...more, life: { arrivedAt: null, signature: null } }), language, 'Asia/Shanghai');
    const oxygen = page('oxygen', '8120');
    expect(oxygen.indexOf('氧气瓶')).toBeGreaterThan(0);
    expect(oxygen.indexOf('氧气瓶')).toBeLessThan(oxygen.indexOf('已收到'));
    expect(oxygen).toContain('tel:8120');
    expect(page('oxygen', '8120', {}, 'en')).toMatch(/local alarm panel.*cylinders.*Received\..*tel:8120/s);
    expect(page('electricity', '8120')).toMatch(/已收到.*tel:8120/s);
    expect(page('electricity')).toMatch(/已收到.*电话通知值班人员/s);
    expect(page('electricity')).not.toContain('氧气瓶');
    expect(page('oxygen', '8120', { state: 'started', startedAt: 9 })).not.toContain('已收到');
  });

  test('where a place has no number of its own, that of the duty of the site is there', () => {
    const { config } = siteOf(
      { gw1: [['loop-1', 'heating']] },
      {
        places: [
          { id: 'a', name: text },
          { id: 'b', name: text, phone: '1' },
        ],
      },
    );
    const phones = placesOf({ ...config, site: { ...config.site, duty_phone: '8000' } }).map(({ phone }) => phone);
    expect(phones).toEqual(['8000', '1']);
    expect(placesOf(config).map(({ phone }) => phone)).toEqual([undefined, '1']);
  });

  test('what is no picture is refused and opens nothing', async () => {
    const before = app.desk.tickets({ state: 'all' }).length;
    const photo = `data:image/jpeg;base64,${Buffer.from('<script>alert(1)</script>').toString('base64')}`;
    expect((await app.call('POST', `/r/${codeOf('ward-4')}`, { body: { kind: 'lift', photo } })).status).toBe(415);
    expect(app.desk.tickets({ state: 'all' })).toHaveLength(before);
  });

  test('an abused code is replaced: the old one opens nothing, the card is printed again', async () => {
    const old = codeOf('ward-4');
    const token = await app.signIn('engineer');
    expect((await app.call('POST', '/api/places/ward-4/replace', { token })).status).toBe(204);
    expect((await app.call('GET', `/r/${old}`)).status).toBe(404);
    expect((await app.call('GET', `/r/${codeOf('ward-4')}`)).status).toBe(200);
    const cards = await app.call('GET', '/api/places/cards.pdf?lang=zh', { token });
    expect([cards.status, cards.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    if (needs('pdftotext')) {
      const pdf = await (await fetch(`${app.url}/api/places/cards.pdf`, { headers: { authorization: `Bearer ${token}` } })).bytes();
      const printed = execFileSync('pdftotext', ['-raw', '-', '-'], { input: pdf, encoding: 'utf8' }).replace(/\s/g, '');
      // For whoever cannot scan.
      for (const place of ['ward-3', 'ward-4']) expect(printed).toContain(`https://plant.example/r/${codeOf(place)}`);
    }
    expect((await app.call('GET', '/api/places/cards.pdf', { token: await app.signIn('technician') })).status).toBe(403);
  });

  test('who plans sees each place: its card, what was replaced, how often it was used; never the code itself', async () => {
    const { status, json } = await app.call('GET', '/api/places', { token: await app.signIn('engineer') });
    expect(status).toBe(200);
    expect(json.address).toBe('https://plant.example');
    expect(json.places).toMatchObject([
      { id: 'ward-3', phone: '8120', replaced: 0, reports: { day: 1, month: 1, all: 1 }, open: 0, suspicious: false },
      { id: 'ward-4', phone: null, replaced: 1, reports: { day: 0, month: 0, all: 0 }, open: 0 },
    ]);
    expect(json.places[1].madeAt).toBeGreaterThanOrEqual(json.places[1].replacedAt);
    expect(JSON.stringify(json)).not.toContain(codeOf('ward-3'));
    expect((await app.call('GET', '/api/places', { token: await app.signIn('technician') })).status).toBe(403);
  });

  test('a guessed code answers 404, and many guesses 429; a ward at the same address reports all the same, up to its own limit', async () => {
    const code = codeOf('ward-3');
    const report = async (at: string, body: object) => (await app.call('POST', `/r/${at}`, { body })).status;
    const guessed: number[] = [];
    for (let n = 0; n < 11; n++) guessed.push(await report(`guess${n}`, { kind: 'other' }));
    expect([guessed[0], guessed.at(-1)]).toEqual([404, 429]);
    for (let n = 0; n < 11; n++) expect(await report(code, { kind: 'nothing' })).toBe(400);
    expect(await report(code, { kind: 'other', words: 'heard' })).toBe(201);
    const reports: number[] = [];
    for (let n = 0; n < 20; n++) reports.push(await report(code, { kind: 'other', words: `${n}` }));
    expect([reports[0], reports.at(-1)]).toEqual([201, 429]);
    const guesses: number[] = [];
    for (let n = 0; n < 61; n++) guesses.push((await app.call('GET', `/r/guess${n}`)).status);
    expect([guesses[0], guesses.at(-1)]).toEqual([404, 429]);
    expect((await app.call('GET', `/r/${code}`)).status).toBe(200);
    // A phone that scanned an old card sees a page, not the words of a program.
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const old = await app.call('GET', `/r/${code}/nothing`, { headers });
    expect([old.status, old.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(old.json).toMatch(/没有此报修单 \/ There is no such report/);
    const often = await app.call('GET', '/r/guess', { headers });
    expect([often.status, often.json]).toEqual([429, expect.stringMatching(/<html.*访问过于频繁.*Too many/s)]);
    expect((await app.call('GET', '/r/guess')).json.type).toBe('urn:plantroom:api/too-many');
  });
});
