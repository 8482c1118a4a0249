/** A signed webhook on every change: in order, signed, tried again over a restart, and never with its secret in sight. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../access/accounts.ts';
import { type Database, openDatabase } from '../desk/index.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { Secret } from '../shared/secret.ts';
import { type HttpReceiver, startHttpReceiver } from '../test/http-receiver.ts';
import { siteOf } from '../test/site-of.ts';
import { isClosed, openLookup } from './addresses.ts';
import { type Hooks, openHooks } from './hooks.ts';

const secret = 'a-key-of-at-least-16-characters';
let db: Database;
let clock: ManualClock;
let receiver: HttpReceiver;
let accounts: Accounts;
let lines: string[];
let hooks: Hooks;
const open = () => {
  const site = siteOf({ gw1: [['loop-1', 'heating']] }, { hooks: [{ id: 'erp', url: receiver.url, secret: { env: 'HOOK_KEY' } }] }).config;
  const say = (...words: unknown[]) => void lines.push(JSON.stringify(words));
  const log = { info: say, warn: say, error: say, debug: say } as unknown as Log;
  const scrub = (text: string) => text.replaceAll(secret, '<secret>');
  return openHooks(db, site, { wire: clock, secret: () => new Secret(secret), scrub, hookSecret: () => new Secret(secret) }, log);
};
const move = (id: string, to: string) =>
  db.run(
    "INSERT INTO journal (t, kind, id, event, from_state, to_state, who, why, detail) VALUES (?,'alarm',?,'raise','NORM',?,'engine',null,'{}')",
    ...[clock.now(), id, to],
  );
const look = async () => {
  hooks.look();
  await hooks.idle();
};
const rows = () => db.all<{ key: string; state: string; attempts: number; answer: string | null }>('SELECT * FROM hook_events ORDER BY id');
beforeEach(async () => {
  db = openDatabase(':memory:');
  clock = manualClock();
  receiver = await startHttpReceiver();
  accounts = new Accounts('/nowhere', clock, clock, db);
  lines = [];
  hooks = open();
  move('before', 'UNACK');
  await look();
});
afterEach(async () => {
  await hooks[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  db[Symbol.dispose]();
});

describe('a webhook on every change', () => {
  test('tells moves and changes from its first look on, in order, signed as Standard Webhooks says; signing in is no change', async () => {
    move('a1', 'UNACK');
    accounts.audit('chen', 'roster.override', 'boiler', null, { reason: '培训' });
    accounts.audit('chen', 'login', 'chen', null, null);
    await look();
    const bodies = receiver.posts.map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([
      { site: 'demo', kind: 'alarm', object: 'a1', action: 'raise', to: 'UNACK', who: 'engine' },
      { kind: 'change', object: 'boiler', action: 'roster.override', who: 'chen', before: null, after: { reason: '培训' } },
    ]);
    for (const { headers, body } of receiver.posts) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
      expect(headers['idempotency-key']).toBe(JSON.parse(body).key);
    }
    await look();
    expect(receiver.posts.length).toBe(2);
  });

  test('what could not be told waits, also over a restart, and keeps its order; the same key when again', async () => {
    receiver.reply = () => ({ status: 503 });
    move('a1', 'UNACK');
    await look();
    move('a2', 'UNACK');
    await look();
    expect(receiver.posts.length).toBe(1);
    await hooks[Symbol.asyncDispose]();
    hooks = open();
    receiver.reply = () => ({});
    await clock.advance(6_000);
    await look();
    const keys = receiver.posts.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0], keys[2]]);
    expect(rows().map(({ state, attempts }) => [state, attempts])).toEqual([
      ['sent', 2],
      ['sent', 1],
    ]);
  });

  test('a refused change is on record as failed and does not stop the next; one that nobody takes for 72 hours ends', async () => {
    receiver.reply = ({ body }) => ({ status: body.includes('"a1"') ? 422 : 200 });
    move('a1', 'UNACK');
    move('a2', 'UNACK');
    await look();
    expect(rows().map(({ state }) => state)).toEqual(['failed', 'sent']);
    receiver.reply = () => ({ cut: true });
    move('a3', 'UNACK');
    await look();
    await clock.advance(73 * 3_600_000);
    await look();
    expect(rows().map(({ state }) => state)).toEqual(['failed', 'sent', 'failed']);
  });

  test('its secret stands in no record and no line of the log, also where the receiver sends it back', async () => {
    receiver.reply = () => ({ status: 500, body: `bad key ${secret}` });
    move('a1', 'UNACK');
    await look();
    expect(rows()[0]?.answer).toBe('HTTP 500 bad key <secret>');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).not.toContain(secret);
  });
});

describe('where no change is told', () => {
  const closed = ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', '[febf::2]', '::ffff:169.254.169.254', '100.100.100.200', 'fd00:ec2::254']; // biome-ignore format: a list
  const fine = ['127.0.0.1', '::1', '10.0.0.5', '192.168.1.9', '169.253.1.1', 'fec0::1', 'fd00::1', 'erp.hospital.example'];
  test('link-local and metadata addresses, however they are written; this machine and its network are fine', () => {
    expect(closed.filter((one) => !isClosed(one))).toEqual([]);
    expect(fine.filter(isClosed)).toEqual([]);
  });

  /** What comes of one change for a receiver at that address. */
  const told = async (url: string, addresses: readonly string[]) => {
    const site = siteOf({ gw1: [['loop-1', 'heating']] }, { hooks: [{ id: 'far', url, secret: { env: 'HOOK_KEY' } }] }).config;
    const log = { info() {}, warn() {}, error() {}, debug() {} } as unknown as Log;
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const lookup = openLookup((_name, _options, done) => done(null, found));
    const deps = { wire: clock, secret: () => new Secret(secret), scrub: (text: string) => text, hookSecret: () => new Secret(secret) };
    await using far = openHooks(db, site, deps, log, lookup);
    far.look();
    await far.idle();
    move('a9', 'UNACK');
    far.look();
    await far.idle();
    return db.get<{ state: string; answer: string }>("SELECT state, answer FROM hook_events WHERE hook = 'far'");
  };
  test.each([
    ['an address', 'http://169.254.169.254/latest', []],
    ['one written as a number', 'http://2852039166/', []],
    ['IPv6', 'http://[fe80::1]/', []],
    ['a name that is looked up', 'http://erp.hospital.example:9/', ['169.254.169.254']],
    ['a name with a good address beside it', 'http://erp.hospital.example:9/', ['127.0.0.1', 'fe80::1']],
  ])('%s', async (_, url, addresses) => {
    expect((await told(url, addresses))?.answer).toMatch(/link-local or metadata address/);
  });
  test('a name of this machine is told as ever', async () => {
    expect(await told(receiver.url.replace('127.0.0.1', 'erp.hospital.example'), ['127.0.0.1'])).toMatchObject({ state: 'sent' });
  });
});
