import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLocalProgram } from '../access/auth.ts';
import { may, type Permission, permissionIds, type UserRole, userRoles } from '../access/permissions.ts';
import { type DashboardsApp, passwordOf, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';
import { withoutKey } from './once-posts.ts';

let app: DashboardsApp;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }));
});
afterAll(() => app?.[Symbol.asyncDispose]());

/** Every route with what it needs. A route that is missing here fails the test below. */
const routes: Record<string, Permission | 'open' | 'loopback'> = {
  'POST /api/login': 'open',
  'GET /healthz': 'open',
  'GET /a/{token}': 'open',
  'POST /a/{token}/{answer}': 'open',
  'GET /metrics': 'loopback',
  'POST /api/logout': 'plant:read',
  'GET /api/session': 'plant:read',
  'POST /api/password': 'password:change',
  'GET /api/site': 'plant:read',
  'GET /api/site/balance': 'plant:read',
  'GET /api/site/today': 'plant:read',
  'GET /api/people': 'plant:read',
  'GET /api/devices': 'plant:read',
  'GET /api/devices/{id}': 'plant:read',
  'GET /api/devices/{id}/profile': 'plant:read',
  'GET /api/devices/{id}/raw': 'device:raw',
  'GET /api/series': 'plant:read',
  'GET /api/export': 'plant:read',
  'GET /api/transfers': 'plant:read',
  'GET /api/outages': 'plant:read',
  'GET /api/pipeline': 'metrics:read',
  'GET /api/live': 'plant:read',
  'GET /api/boards': 'plant:read',
  'GET /api/boards/{board}': 'plant:read',
  'GET /api/boards/{board}/panels/{panel}': 'plant:read',
  'GET /api/alarms': 'plant:read',
  'GET /api/alarms/{id}': 'plant:read',
  'GET /api/alarms/{id}/journal': 'plant:read',
  'GET /api/alarm-kpis': 'plant:read',
  'GET /api/alarm-journal': 'plant:read',
  'GET /api/deliveries': 'plant:read',
  'POST /api/alarms/{id}/acknowledge': 'alarm:acknowledge',
  'POST /api/alarms/{id}/reset': 'alarm:acknowledge',
  'POST /api/alarms/{id}/shelve': 'alarm:shelve',
  'POST /api/alarms/{id}/unshelve': 'alarm:shelve',
  'POST /api/alarms/{id}/suppress': 'alarm:suppress',
  'POST /api/alarms/{id}/unsuppress': 'alarm:suppress',
  'POST /api/alarms/{id}/out-of-service': 'alarm:out-of-service',
  'POST /api/alarms/{id}/return': 'alarm:out-of-service',
  'POST /api/alarms/{id}/comment': 'alarm:comment',
  'GET /api/alarms/{id}/deliveries': 'plant:read',
  'GET /api/alarms/{id}/trail': 'plant:read',
  'GET /api/alarm-path': 'plant:read',
  'POST /api/channels/{id}/test': 'channel:test',
  'GET /api/test-notices': 'plant:read',
  'POST /api/test-notices/confirm': 'plant:read',
  'POST /api/console/shown': 'plant:read',
  'GET /api/calendar-feed': 'plant:read',
  'POST /api/calendar-feed': 'plant:read',
  'DELETE /api/calendar-feed': 'plant:read',
  'GET /c/{token}': 'open',
  'GET /api/hooks': 'hook:change',
  'POST /api/hooks': 'hook:change',
  'GET /api/hooks/{id}/events': 'hook:change',
  'POST /api/hooks/{id}/test': 'hook:change',
  'DELETE /api/hooks/{id}': 'hook:change',
  'GET /api/push': 'plant:read',
  'POST /api/push': 'plant:read',
  'DELETE /api/push/{id}': 'plant:read',
  'POST /api/alertmanager': 'open',
  'GET /t/{token}': 'open',
  'POST /t/{token}': 'open',
  'GET /api/maintenance': 'plant:read',
  'POST /api/maintenance': 'maintenance:change',
  'DELETE /api/maintenance/{device}': 'maintenance:change',
  'GET /api/books': 'plant:read',
  'GET /api/books/{id}/pages': 'plant:read',
  'GET /api/books/{id}/draft': 'plant:read',
  'GET /api/books/{id}/verify': 'plant:read',
  'GET /api/books/{id}/export': 'plant:read',
  'GET /api/books/{id}/print': 'plant:read',
  'POST /api/books/{id}/entries': 'book:write',
  'POST /api/books/{id}/entries/{seq}/sign': 'book:write',
  'GET /api/tickets/statistics': 'plant:read',
  'GET /api/tickets/export': 'plant:read',
  'GET /api/reports': 'report:read',
  'GET /api/reports/{kind}': 'report:read',
  'GET /api/reports/schedules': 'report:read',
  'POST /api/reports/schedules/look': 'report:send',
  'GET /api/reports/mailings/{id}/document': 'report:read',
  'POST /api/reports/mailings/{id}/again': 'report:send',
  'GET /api/energy/consumption': 'plant:read',
  'GET /api/energy/bills': 'plant:read',
  'POST /api/energy/bills': 'energy:bill',
  'GET /api/energy/bills/{id}': 'plant:read',
  'GET /api/energy/bills/{id}/document': 'plant:read',
  'POST /api/energy/bills/{id}/payments': 'energy:bill',
  'POST /api/energy/payments/{payment}/undo': 'energy:bill',
  'POST /api/energy/bills/{id}/remind': 'energy:bill',
  'POST /api/energy/bills/{id}/cancel': 'energy:bill',
  'GET /api/energy/projects': 'plant:read',
  'GET /api/energy/savings/{project}': 'plant:read',
  'GET /api/energy/savings/{project}/workbook.xlsx': 'plant:read',
  'GET /api/energy/proposals': 'plant:read',
  'GET /api/energy/cost': 'plant:read',
  'GET /api/energy/readiness': 'plant:read',
  'GET /api/energy/allocation': 'plant:read',
  'POST /api/energy/months/{month}/close': 'energy:close',
  'POST /api/energy/months/{month}/reopen': 'energy:close',
  'GET /api/energy/suspects': 'plant:read',
  'GET /api/energy/suspects/picture': 'plant:read',
  'GET /api/energy/corrections': 'plant:read',
  'POST /api/energy/corrections': 'energy:change',
  'POST /api/energy/corrections/{id}/undo': 'energy:change',
  'POST /api/energy/swaps': 'energy:change',
  'POST /api/energy/meters/{device}/files': 'energy:enter',
  'GET /api/energy/meters/{device}/files/{file}': 'plant:read',
  'GET /api/energy/meters': 'plant:read',
  'GET /api/energy/meters/{device}/entry': 'plant:read',
  'POST /api/energy/readings': 'energy:enter',
  'GET /api/energy/figure-names': 'plant:read',
  'GET /api/energy/figures': 'plant:read',
  'POST /api/energy/figures': 'energy:change',
  'POST /api/energy/figures/{id}/undo': 'energy:change',
  'GET /api/energy/weather': 'plant:read',
  'GET /api/energy/imports': 'plant:read',
  'GET /api/energy/imports/{id}': 'plant:read',
  'POST /api/energy/imports': 'energy:change',
  'POST /api/energy/imports/{id}/take': 'energy:change',
  'POST /api/energy/imports/{id}/undo': 'energy:change',
  'GET /api/energy/overview': 'plant:read',
  'GET /api/energy/breakdown': 'plant:read',
  'GET /api/energy/months': 'plant:read',
  'GET /api/energy/targets': 'plant:read',
  'GET /api/energy/changes': 'plant:read',
  'GET /api/energy/flows': 'plant:read',
  'GET /api/energy/factors': 'plant:read',
  'GET /api/energy/tariffs': 'plant:read',
  'GET /api/tickets': 'plant:read',
  'POST /api/tickets': 'ticket:open',
  'GET /api/tickets/{id}': 'plant:read',
  'POST /api/tickets/next': 'ticket:work',
  'GET /api/tickets/{id}/crew': 'ticket:work',
  'POST /api/tickets/{id}/check': 'ticket:work',
  'POST /api/tickets/{id}/assign': 'ticket:work',
  'POST /api/tickets/{id}/start': 'ticket:work',
  'POST /api/tickets/{id}/wait': 'ticket:work',
  'POST /api/tickets/{id}/resolve': 'ticket:work',
  'POST /api/tickets/{id}/verify': 'ticket:verify',
  'POST /api/tickets/{id}/reopen': 'ticket:sign',
  'POST /api/tickets/{id}/arrive': 'ticket:work',
  'POST /api/tickets/{id}/approve': 'ticket:approve',
  'POST /api/tickets/{id}/work': 'ticket:work',
  'POST /api/tickets/{id}/sign': 'ticket:sign',
  'POST /api/tickets/{id}/close': 'ticket:close',
  'POST /api/tickets/{id}/priority': 'ticket:assign',
  'GET /api/tickets/{id}/files': 'plant:read',
  'GET /api/tickets/{id}/sheet.pdf': 'plant:read',
  'GET /api/tickets/{id}/files/{file}': 'plant:read',
  'POST /api/tickets/{id}/files': 'ticket:open',
  'POST /api/tickets/{id}/cancel': 'ticket:cancel',
  'POST /api/tickets/{id}/comment': 'ticket:sign',
  'GET /api/assets': 'plant:read',
  'POST /api/assets': 'plant:change',
  'GET /api/assets/cards.pdf': 'plant:read',
  'GET /api/assets/{id}/history': 'plant:read',
  'POST /api/assets/{id}/tickets': 'ticket:open',
  'GET /api/deadlines': 'plant:read',
  'GET /api/due': 'plant:read',
  'GET /api/certificates': 'plant:read',
  'POST /api/certificates': 'plant:change',
  'GET /api/contracts': 'plant:read',
  'POST /api/contracts': 'plant:change',
  'GET /api/places': 'place:codes',
  'GET /api/places/cards.pdf': 'place:codes',
  'POST /api/places/{id}/replace': 'place:codes',
  'GET /r/{code}': 'open',
  'POST /r/{code}': 'open',
  'GET /r/{code}/{token}': 'open',
  'POST /r/{code}/{token}/sign': 'open',
  'GET /api/parts': 'plant:read',
  'POST /api/parts': 'plant:change',
  'GET /api/parts/{id}/movements': 'plant:read',
  'POST /api/parts/{id}/movements': 'part:move',
  'GET /api/appliances': 'plant:read',
  'POST /api/appliances': 'plant:change',
  'GET /api/circuits': 'plant:read',
  'GET /api/alarms/{id}/appliances': 'plant:read',
  'GET /api/plans': 'plant:read',
  'POST /api/plans': 'plant:change',
  'GET /api/rounds': 'plant:read',
  'GET /api/rounds/{id}': 'plant:read',
  'GET /api/rounds/{id}/items/{asset}': 'plant:read',
  'POST /api/rounds': 'round:work',
  'GET /api/rosters': 'plant:read',
  'GET /api/rosters/{id}': 'plant:read',
  'PUT /api/rosters/{id}': 'roster:edit',
  'DELETE /api/rosters/{id}': 'roster:edit',
  'GET /api/rosters/{id}/on-call': 'plant:read',
  'GET /api/rosters/{id}/calendar.ics': 'plant:read',
  'POST /api/rosters/{id}/preview': 'roster:edit',
  'GET /api/rosters/{id}/history': 'plant:read',
  'POST /api/rosters/{id}/exchanges': 'roster:edit',
  'POST /api/rosters/{id}/overrides': 'roster:edit',
  'POST /api/rosters/{id}/temporary': 'roster:edit',
  'POST /api/rosters/{id}/absences': 'roster:swap',
  'POST /api/rosters/{id}/swaps': 'roster:swap',
  'POST /api/rosters/{id}/swaps/{change}/confirm': 'roster:swap',
  'POST /api/rosters/{id}/take-over': 'roster:swap',
  'DELETE /api/rosters/{id}/changes/{change}': 'roster:swap',
  'GET /api/faults': 'plant:read',
  'POST /api/faults/{name}': 'fault:change',
  'DELETE /api/faults/{name}': 'fault:change',
  'GET /api/rules': 'plant:read',
  'POST /api/backtests': 'rule:backtest',
  'POST /api/backtests/limits': 'rule:backtest',
  'GET /api/dead-letters': 'dead-letter:read',
  'GET /api/users': 'user:change',
  'POST /api/users': 'user:change',
  'PATCH /api/users/{name}': 'user:change',
  'PUT /api/users/{name}/password': 'user:change',
  'DELETE /api/users/{name}': 'user:change',
  'GET /api/audit': 'audit:read',
};
/** These would end the session or never answer. */
const notCalled = new Set(['POST /api/logout', 'GET /api/live', 'POST /api/login']);
const pathOf = (path: string) =>
  path
    .replace('{id}', 'nobody')
    .replace('{token}', 'nobody')
    .replace('{answer}', 'take')
    .replace('{name}', 'nobody')
    .replace('{board}', 'nobody')
    .replace('{device}', 'nobody')
    .replace('{panel}', 'nothing')
    .replace('{change}', '1')
    .replace('{code}', 'nothing')
    .replace('{token}', 'nothing')
    .replace('{asset}', 'nobody')
    .replace('/rounds/nobody', '/rounds/1')
    .replace('{file}', '1');

describe('every role against every route', () => {
  it('the table names every route that there is', async () => {
    const { json } = await app.call('GET', '/api/openapi.json', { token: await app.signIn('admin') });
    const found = Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(found.sort()).toEqual(Object.keys(routes).sort());
    const post = (path: string) => (json.paths[path]?.post?.parameters ?? []) as { in: string; name: string }[];
    const keyless = found
      .filter((route) => route.startsWith('POST ') && routes[route] !== 'open')
      .map((route) => route.slice(5))
      .filter((path) => !post(path).some((one) => one.in === 'header' && one.name === 'idempotency-key'));
    expect(keyless.map((path) => path.replace(/\{(\w+)\}/g, ':$1')).sort()).toEqual([...withoutKey].sort());
  });

  it.each(userRoles)('%s gets what the table of permissions says, no more and no less', async (role: UserRole) => {
    const token = await app.signIn(role);
    const wrong: string[] = [];
    for (const [route, permission] of Object.entries(routes)) {
      if (notCalled.has(route)) continue;
      const [method, path] = route.split(' ') as [string, string];
      // An empty object is not valid for most, and "nobody" does not exist: who is let in gets 200, 400 or 404, never 401 or 403.
      const { status } = await app.call(method, pathOf(path), { token, ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) });
      const allowed = permission === 'open' || permission === 'loopback' || may(role, permission);
      if ((status !== 403 && status !== 401) !== allowed) wrong.push(`${route} ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('nobody gets anything but the open routes', async () => {
    for (const [route, permission] of Object.entries(routes)) {
      const [method, path] = route.split(' ') as [string, string];
      if (permission === 'open' || permission === 'loopback') continue;
      for (const token of [undefined, 'x'.repeat(43)]) {
        const { status, json } = await app.call(method, pathOf(path), {
          ...(token ? { token } : {}),
          ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
        });
        expect([route, status, json.type]).toEqual([route, 401, 'urn:plantroom:api/denied']);
      }
    }
  });

  it('higher roles may all that lower ones may', () => {
    for (const permission of permissionIds) {
      const allowed = userRoles.map((role) => may(role, permission));
      expect(allowed).toEqual([...allowed].sort());
      expect(allowed.at(-1)).toBe(true);
    }
  });
});

describe('sessions', () => {
  const login = (user: string, password: string, headers = {}) => app.call('POST', '/api/login', { body: { user, password }, headers });

  it('the cookie is for the browser only: HttpOnly, SameSite=Strict; a change needs the same origin', async () => {
    const answer = await login('technician', passwordOf('technician'));
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    expect(set).toMatch(/Max-Age=2592000/);
    const cookie = set.split(';')[0]!;
    const change = (headers: Record<string, string>) =>
      app.call('POST', '/api/alarms/nobody/acknowledge', { body: {}, headers: { cookie, ...headers } });
    expect((await app.call('GET', '/api/session', { headers: { cookie } })).json.user.name).toBe('technician');
    expect((await change({})).status).toBe(403);
    expect((await change({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await change({ origin: 'null' })).status).toBe(403);
    expect((await change({ origin: app.url })).status).toBe(404);
    expect((await change({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await app.call('POST', '/api/logout', { headers: { cookie, origin: app.url } })).status).toBe(204);
    expect((await app.call('GET', '/api/session', { headers: { cookie } })).status).toBe(401);
  });

  it('a token of a program has a fixed end and no cookie', async () => {
    const answer = await app.call('POST', '/api/login', { body: { user: 'viewer', password: passwordOf('viewer'), days: 30 } });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.json.expiresAt - Date.now()).toBeGreaterThan(29.9 * 86_400_000);
  });

  it('a new password ends every session; a removed user is out', async () => {
    const admin = await app.signIn('admin');
    const body = { name: 'zhang.san', fullName: '张三', role: 'technician', password: 'first-password-1' };
    expect((await app.call('POST', '/api/users', { token: admin, body })).status).toBe(201);
    const { token } = (await login('zhang.san', 'first-password-1')).json;
    expect((await app.call('PUT', '/api/users/zhang.san/password', { token: admin, body: { password: 'short' } })).status).toBe(400);
    expect((await app.call('PUT', '/api/users/zhang.san/password', { token: admin, body: { password: 'second-password-2' } })).status).toBe(
      204,
    );
    expect((await app.call('GET', '/api/session', { token })).status).toBe(401);
    const again = (await login('zhang.san', 'second-password-2')).json.token;
    expect((await app.call('PATCH', '/api/users/zhang.san', { token: admin, body: { role: 'viewer' } })).json.role).toBe('viewer');
    expect((await app.call('POST', '/api/tickets', { token: again, body: {} })).status).toBe(403);
    expect((await app.call('DELETE', '/api/users/zhang.san', { token: admin })).status).toBe(204);
    expect((await app.call('GET', '/api/session', { token: again })).status).toBe(401);
    const { json } = await app.call('GET', '/api/audit?object=zhang.san', { token: admin });
    expect(json.map(({ action }: { action: string }) => action)).toEqual(['user.remove', 'user.change', 'user.password', 'user.add']);
    expect(JSON.stringify(json)).not.toMatch(/password-\d/);
  });

  it('the last administrator stays', async () => {
    const admin = await app.signIn('admin');
    expect((await app.call('DELETE', '/api/users/admin', { token: admin })).status).toBe(400);
    expect((await app.call('PATCH', '/api/users/admin', { token: admin, body: { role: 'viewer' } })).status).toBe(400);
  });

  it('guessing is slowed down: eleven tries a minute are too many', async () => {
    const tries: number[] = [];
    for (let index = 0; index < 11; index++) tries.push((await login('manager', 'wrong')).status);
    expect(tries.slice(0, 10).every((status) => status === 401)).toBe(true);
    expect(tries[10]).toBe(429);
  });
});

describe('many guesses at once', () => {
  it('are no better than one after the other', async () => {
    const body = { user: 'engineer', password: 'wrong' };
    const answers = await Promise.all(Array.from({ length: 30 }, () => app.call('POST', '/api/login', { body })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  }, 240_000);
});

describe('headers', () => {
  it('allow no outside host, no framing, no sniffing', async () => {
    const { headers } = await app.call('GET', '/healthz');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('large answers', () => {
  it('are compressed for those who can read it, and say so', async () => {
    const token = await app.signIn('viewer');
    const plain = await app.call('GET', '/api/site', { token, headers: { 'accept-encoding': 'identity' } });
    const small = await app.call('GET', '/api/site', { token, headers: { 'accept-encoding': 'gzip' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(small.headers.get('content-encoding')).toBe('gzip');
    expect(small.json.quantities).toEqual(plain.json.quantities);
  });
});

describe('metrics without a token', () => {
  const asked = (headers: Record<string, string>, remoteAddress = '127.0.0.1') => isLocalProgram({ headers, socket: { remoteAddress } });

  it('are for programs on this machine only: by loopback address and name, not through a proxy', () => {
    expect(asked({ host: '127.0.0.1:8080' })).toBe(true);
    expect(asked({ host: 'localhost:8080' })).toBe(true);
    expect(asked({ host: 'rebound.example:8080' })).toBe(false);
    expect(asked({ host: 'localhost', 'x-forwarded-for': '10.0.0.9' })).toBe(false);
    expect(asked({ host: 'localhost' }, '10.0.0.9')).toBe(false);
  });

  it('a rebound name gets 401 from the server', async () => {
    const { hostname, port } = new URL(app.url);
    const status = await new Promise((resolve, reject) => {
      request({ hostname, port, path: '/metrics', headers: { host: 'rebound.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });
});
