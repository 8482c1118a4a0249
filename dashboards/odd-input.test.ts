/** Whatever a client sends, the answer is an answer: no route fails with 500, hangs or ends the role. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DashboardsApp, startDashboardsApp } from '../test/dashboards-app.ts';
import { random as randomFrom } from '../test/random.ts';
import { siteOf } from '../test/site-of.ts';
import { isTooDeep } from './parse-json.ts';

const testSeed = Number(process.env.PLANTROOM_TEST_SEED ?? Date.now() % 1_000_000);
let app: DashboardsApp;
let token: string;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating'], ['main', 'electricity']] })); // biome-ignore format: short
  token = await app.signIn('admin');
});
afterAll(() => app?.[Symbol.asyncDispose]());

interface Parameter {
  name: string;
  in: string;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: { properties?: Record<string, unknown>; $ref?: string } }> };
}

const numbers = ['0', '-1', '1e308', '-1e308', '1e999', 'NaN', '9007199254740993', '8640000000000001', '-8640000000000001', '0x10', '1.5'];
const texts = [
  '', ' ', 'null', 'undefined', '__proto__', 'constructor', 'toString', '../../etc/passwd', '%', '\u0000', '\ud800', '𝕏'.repeat(90), "' or 1=1 --", ',', ',,,', '[', '{}', '{"a":1}',
  '9'.repeat(400), 'loop-1', 'loop-1,loop-1', 'main', 'pressure_kpa', 'active_power_kw', 'mean', 'last', 'viewer', 'admin', 'overview', 'zh',
]; // biome-ignore format: a table
/** Who removes himself, or sets himself a new password, is signed out: the rest of the routes would only answer 401. */
const otherUsers = texts.filter((text) => text !== 'admin');
const times = [
  'now',
  '1970-01-01',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '2026-02-30',
];
const widths = ['1ms', '0s', '1s', '15m', '99999999d', '9'.repeat(300).concat('d')];
const oddText = [...numbers, ...texts, ...times, ...widths];
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const oddBodies = [
  '',
  'null',
  '0',
  '"x"',
  '[]',
  '[[]]',
  '{',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{}}}',
  '\ufeff{}',
  'nan',
  deep(60_000),
  `{"a":${deep(30_000)}}`,
  `"${'x'.repeat(200_000)}"`,
  `{${'"a":1,'.repeat(20_000)}"b":2}`,
];
const oddValues = [
  null,
  0,
  -1,
  1e308,
  2 ** 53,
  true,
  '',
  'x',
  '\u0000',
  '__proto__',
  'x'.repeat(5_000),
  [],
  [null],
  {},
  { a: { b: [] } },
  '2026-02-30',
  8.64e15 + 1,
];
/** Ends the session that asks, goes on for ever, or says that no role runs here. */
const left = new Set(['POST /api/logout', 'GET /api/live', 'GET /healthz']);

describe('odd input', () => {
  it(`is answered with what is wrong, on every route (seed ${testSeed})`, { timeout: 240_000 }, async () => {
    const random = randomFrom(testSeed);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    const { json } = await app.call('GET', '/api/openapi.json', { token });
    const wrong: string[] = [];
    for (const [path, methods] of Object.entries(json.paths as Record<string, Record<string, Operation>>)) {
      for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
        if (left.has(`${method.toUpperCase()} ${path}`)) continue;
        const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
        const schema = requestBody?.content?.['application/json']?.schema;
        const fields = Object.keys(schema?.properties ?? {});
        const rounds = 8 + 4 * names.length + 3 * fields.length;
        for (let round = 0; round < rounds; round++) {
          const filled = path.replace(/\{[^}]+\}/g, () =>
            encodeURIComponent(safe(pick(path.startsWith('/api/users/') ? otherUsers : texts)) || 'x'),
          );
          const query = new URLSearchParams(names.filter(() => random() < 0.7).map((name) => [name, safe(pick(oddText))]));
          const body =
            random() < 0.5 ? pick(oddBodies) : JSON.stringify(Object.fromEntries(fields.map((field) => [field, pick(oddValues)])));
          const hasBody = !['get', 'delete'].includes(method);
          const url = `${filled}${names.length > 0 ? `?${query}` : ''}`;
          const answer = await fetch(app.url + url, {
            method: method.toUpperCase(),
            headers: { authorization: `Bearer ${token}`, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
            ...(hasBody ? { body } : {}),
            signal: AbortSignal.timeout(30_000),
          }).catch((error: Error) => error);
          if (answer instanceof Error) wrong.push(`${method} ${url.slice(0, 300)} ${hasBody ? body.slice(0, 80) : ''}: ${answer.message}`);
          else {
            const text = await answer.text().catch((error: Error) => `broken off: ${error.message}`);
            const isKnown = answer.status < 500 || (answer.status >= 503 && text.includes('urn:plantroom:'));
            if (!isKnown || text.startsWith('broken off'))
              wrong.push(`${method} ${url.slice(0, 300)} ${hasBody ? body.slice(0, 80) : ''}: ${answer.status} ${text.slice(0, 200)}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect((await app.call('GET', '/api/session', { token })).status).toBe(200);
  });

  it('an impossible range of an export is named', async () => {
    for (const range of ['from=0&to=1e308', 'from=8640000000000000&to=8640000000000001', 'from=-8640000000000001&to=-8640000000000000']) {
      const { status, json } = await app.call('GET', `/api/export?device=main&${range}`, { token });
      expect([range, status, json.type]).toEqual([range, 400, 'urn:plantroom:api/invalid']);
    }
  });

  it('nested sixty thousand deep is refused, brackets in texts are not counted', async () => {
    const answer = await fetch(`${app.url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: deep(60_000),
    });
    expect(answer.status).toBe(400);
    expect(isTooDeep(deep(64))).toBe(false);
    expect(isTooDeep(deep(65))).toBe(true);
    expect(isTooDeep(`{"a":"${'['.repeat(100)}\\"${'['.repeat(100)}"}`)).toBe(false);
  });

  it('HEAD is answered at once where GET would go on', async () => {
    for (const path of ['/api/live', '/api/export?device=main', '/healthz', '/api/site']) {
      const answer = await fetch(app.url + path, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(20_000),
      });
      expect([path, await answer.text()]).toEqual([path, '']);
      if (path !== '/healthz') expect([path, answer.status]).toEqual([path, 200]);
    }
  });
});

/** A lone surrogate cannot stand in an address. */
const safe = (text: string) => text.toWellFormed();
