import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

const hour = 3_600_000;
let app: DashboardsApp;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  const people = ['technician', 'engineer', 'zhang'].map((id) => ({ id, name: `name of ${id}` }));
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }, { people, on_call: [{ trade: 'boiler', people: ['zhang'] }] }));
  for (const role of ['technician', 'engineer', 'head', 'manager'] as const) tokens[role] = await app.signIn(role);
}, 240_000);
afterAll(() => app?.[Symbol.asyncDispose]());

const post = (role: string, path: string, body: unknown) => app.call('POST', `/api/rosters/${path}`, { token: tokens[role]!, body });
const onCall = async (at = Date.now() + 500) =>
  (await app.call('GET', `/api/rosters/boiler/on-call?at=${at}`, { token: tokens.technician! })).json;
const soon = (hours = 0) => new Date(Date.now() + 400 + hours * hour).toISOString();

describe('rosters over HTTP', () => {
  test('the site file is the first roster, and says who is on call now', async () => {
    const { json } = await app.call('GET', '/api/rosters', { token: tokens.technician! });
    expect(json).toMatchObject([
      {
        id: 'boiler',
        source: 'site',
        version: 1,
        now: [{ person: 'zhang', by: 'layer' }],
        people: expect.arrayContaining([expect.objectContaining({ id: 'zhang', name: 'name of zhang', phone: null })]),
      },
    ]);
  });

  test('each change is audited, and the list of intervals, the answer at a moment and the calendar agree', async () => {
    const turns = [[{ person: 'technician' }], [{ person: 'engineer' }]];
    const layers = [{ kind: 'daily', length: 1, start: '2026-01-05T08:00', turns }];
    const body = { name: { zh: '锅炉班', en: 'Boiler crew' }, trades: ['boiler'], layers, version: 1 };
    expect((await app.call('PUT', '/api/rosters/boiler', { token: tokens.technician!, body })).status).toBe(403);
    const saved = await app.call('PUT', '/api/rosters/boiler', { token: tokens.head!, body });
    expect(saved.json).toMatchObject({ version: 2, source: 'console', changedBy: 'head' });
    expect((await app.call('PUT', '/api/rosters/boiler', { token: tokens.head!, body })).status).toBe(409);

    const override = await post('head', 'boiler/overrides', { from: soon(), to: soon(2), add: 'zhang', remove: null, reason: 'training' });
    expect(override.status).toBe(201);
    expect((await onCall()).map(({ person }: { person: string }) => person)).toContain('zhang');
    const [from, to] = [Date.now() + 1_000, Date.now() + 72 * hour];
    const list = (await app.call('GET', `/api/rosters/boiler/on-call?from=${from}&to=${to}`, { token: tokens.technician! })).json;
    for (const one of list.filter((interval: { from: number }) => interval.from > from)) {
      expect(await onCall(one.from)).toContainEqual(expect.objectContaining({ person: one.person, from: one.from }));
    }
    const calendar = await app.call('GET', '/api/rosters/boiler/calendar.ics', { token: tokens.technician! });
    expect(calendar.headers.get('content-type')).toMatch(/text\/calendar/);
    const stampOf = (t: number) => new Date(t).toISOString().replace(/[-:]|\.\d+/g, '');
    for (const one of list.filter((interval: { from: number; to: number }) => interval.from > from && interval.to < to))
      expect(calendar.json).toContain(`DTSTART:${stampOf(one.from)}`);
    expect(calendar.json).toMatch(/SUMMARY:锅炉班 · name of zhang/);

    const log = (await app.call('GET', '/api/audit?object=boiler', { token: tokens.manager! })).json;
    expect(log.map(({ action, who }: { action: string; who: string }) => [action, who])).toEqual([
      ['roster.override', 'head'],
      ['roster.save', 'head'],
    ]);
  });

  test('a technician moves his own shifts only; a swap counts when the other has confirmed', async () => {
    expect((await post('technician', 'boiler/absences', { person: 'engineer', from: soon(), to: soon(1), reason: 'ill' })).status).toBe(
      403,
    );
    const away = await post('technician', 'boiler/absences', { from: soon(200), to: soon(201), reason: 'dentist' });
    expect(away.json).toMatchObject({ change: { person: 'technician' }, uncovered: [] });
    // Somebody else has the shift by a plan of its own.
    const alone = { from: soon(300), to: soon(301), shifts: [{ from: soon(300), to: soon(301), people: ['zhang'] }], reason: 'x' };
    const plan = await post('head', 'boiler/temporary', alone);
    expect(plan.status).toBe(201);
    const none = await post('technician', 'boiler/swaps', { from: alone.from, to: alone.to, other: 'engineer' });
    expect([none.status, none.json.detail]).toEqual([409, expect.stringContaining('neither of the two')]);
    const swap = await post('technician', 'boiler/swaps', { from: soon(100), to: soon(160), other: 'engineer' });
    expect(swap.json.change.confirmedBy).toEqual(['technician']);
    const before = await onCall(Date.now() + 130 * hour);
    expect((await post('head', `boiler/swaps/${swap.json.id}/confirm`, {})).status).toBe(409);
    const done = await post('engineer', `boiler/swaps/${swap.json.id}/confirm`, {});
    expect(done.json.change.confirmedBy).toEqual(['technician', 'engineer']);
    const after = await onCall(Date.now() + 130 * hour);
    expect([before[0].by, after[0].person]).toEqual(['layer', 'engineer']);
    expect((await app.call('DELETE', `/api/rosters/boiler/changes/${away.json.id}`, { token: tokens.engineer! })).status).toBe(403);
    expect((await app.call('DELETE', `/api/rosters/boiler/changes/${away.json.id}`, { token: tokens.technician! })).status).toBe(204);
  });

  test('"I take over now" is at once in force, for those whom a notice reaches', async () => {
    const taken = await Promise.all([1, 2, 3].map(() => post('technician', 'boiler/take-over', {})));
    expect(taken.map(({ status, json }) => [status, json.id])).toEqual(Array(3).fill([201, taken[0]?.json.id]));
    expect((await post('technician', 'boiler/take-over', {})).json.id).toBe(taken[0]?.json.id);
    expect(await onCall()).toMatchObject([{ person: 'technician', by: 'taken' }]);
    const stranger = await post('manager', 'boiler/take-over', {});
    expect([stranger.status, stranger.json.errors[0].field]).toEqual([400, 'person']);
  });

  test('what is wrong is named', async () => {
    const { status, json } = await post('head', 'boiler/overrides', { from: soon(), to: soon(1), add: 'nobody', reason: 'x' });
    expect([status, json.errors[0].field]).toEqual([400, 'add']);
    expect((await post('head', 'boiler/overrides', { from: soon(1), to: soon(), add: 'zhang', reason: 'x' })).json.detail).toMatch(
      /end after/,
    );
    expect((await post('head', 'none/overrides', { from: soon(), to: soon(1), add: 'zhang', reason: 'x' })).status).toBe(404);
  });
});

describe('the own shifts in the calendar of a phone', () => {
  const ask = (method: string, token = tokens.technician) => app.call(method, '/api/calendar-feed', token ? { token } : {});
  const fetched = async (url: string) => {
    const answer = await fetch(`${app.url}${new URL(url).pathname}`);
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  };

  test('an address nobody guesses, told once, read without a session, with the shifts of that person in all rosters and of nobody else', async () => {
    expect((await ask('GET')).json).toBeNull();
    const made = await ask('POST');
    expect(made.status).toBe(201);
    expect(made.json.url).toMatch(/\/c\/[A-Za-z0-9_-]{22}\.ics$/);
    expect(JSON.stringify((await ask('GET')).json)).not.toContain(made.json.url.slice(-26, -4));
    const { status, type, text } = await fetched(made.json.url);
    expect([status, type]).toEqual([200, expect.stringContaining('text/calendar')]);
    const summaries = [...text.matchAll(/SUMMARY:(.*)/g)].map(([, words]) => words);
    expect(summaries.length).toBeGreaterThan(20);
    expect(summaries.every((words) => words?.includes('name of technician'))).toBe(true);
    expect((await ask('GET')).json.readAt).toBeGreaterThan(0);
    // Nothing that was stored opens it.
    const { openDatabase } = await import('../desk/index.ts');
    const { operationsFile } = await import('../shared/role.ts');
    using db = openDatabase(operationsFile(app.dataDir));
    const [{ hash } = { hash: '' }] = db.all<{ hash: string }>('SELECT hash FROM calendar_feeds');
    expect((await fetched(`${app.url}/c/${hash}.ics`)).status).toBe(404);
  });

  test('a new address ends the old one; one that was ended, guessed or belongs to a removed account is refused', async () => {
    const first = (await ask('POST')).json.url as string;
    const second = (await ask('POST')).json.url as string;
    expect((await fetched(first)).status).toBe(404);
    expect((await fetched(second)).status).toBe(200);
    expect((await ask('DELETE')).status).toBe(204);
    expect((await fetched(second)).status).toBe(404);
    expect((await fetched(`${app.url}/c/${'A'.repeat(22)}.ics`)).status).toBe(404);
    expect((await ask('POST', '')).status).toBe(401);
  });

  test('an address ends with its account, also for a later account of the same name', async () => {
    const admin = { token: await app.signIn('admin') };
    const body = { name: 'gao', role: 'technician', password: 'a long enough one' };
    const add = async () => expect((await app.call('POST', '/api/users', { ...admin, body })).status).toBe(201);
    await add();
    const { token } = (await app.call('POST', '/api/login', { body: { user: 'gao', password: body.password } })).json;
    const { url } = (await ask('POST', token)).json;
    expect((await fetched(url)).status).toBe(200);
    const { openAnswerLinks, openDatabase } = await import('../desk/index.ts');
    const { operationsFile } = await import('../shared/role.ts');
    using db = openDatabase(operationsFile(app.dataDir));
    const links = openAnswerLinks(db);
    const link = links.make({ delivery: 'd', alarm: 'a', occurrence: 1, person: 'gao', language: 'zh' }, Date.now());
    expect((await app.call('DELETE', '/api/users/gao', admin)).status).toBe(204);
    await add();
    expect((await fetched(url)).status).toBe(404);
    expect(links.find(link)?.endsAt).toBeLessThanOrEqual(Date.now());
    expect((await ask('GET', token)).status).toBe(401);
  });
});
