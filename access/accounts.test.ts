import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../desk/index.ts';
import { manualClock, systemClock } from '../shared/clock.ts';
import { operationsFile } from '../shared/role.ts';
import { Accounts, sessionLimits } from './accounts.ts';
import { ensureFirstPassword } from './first-password.ts';
import { fromAllAddresses, GuessLimit } from './guess-limit.ts';
import { hashPassword, makePassword, passwordFits } from './password.ts';
import { runUserCommand } from './user-command.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plantroom-accounts-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('the first start', () => {
  it('makes a password once and never says it again', async () => {
    const first = await ensureFirstPassword(dataDir, {});
    expect(first.password).toMatch(/^[a-zA-Z2-9]{4}(-[a-zA-Z2-9]{4}){3}$/);
    expect(await ensureFirstPassword(dataDir, {})).toEqual({ user: 'admin' });
    using accounts = new Accounts(dataDir, manualClock());
    expect((await accounts.passwordOf('admin', first.password!))?.role).toBe('admin');
    expect(await accounts.passwordOf('admin', 'admin')).toBeUndefined();
    expect(await accounts.passwordOf('nobody', first.password!)).toBeUndefined();
    expect(readFileSync(operationsFile(dataDir)).includes(first.password!)).toBe(false);
  });

  it('takes the one from the environment, and refuses one that is too short', async () => {
    await expect(ensureFirstPassword(dataDir, { PLANTROOM_ADMIN_PASSWORD: 'short' })).rejects.toMatchObject({ code: 'api/invalid' });
    expect(await ensureFirstPassword(dataDir, { PLANTROOM_ADMIN_PASSWORD: 'long-enough-1' })).toEqual({ user: 'admin' });
  });
});

describe('sessions', () => {
  it('end when they are not used, and after the longest time even when they are', async () => {
    await ensureFirstPassword(dataDir, { PLANTROOM_ADMIN_PASSWORD: 'long-enough-1' });
    const wall = manualClock();
    using accounts = new Accounts(dataDir, wall, wall);
    const idle = accounts.openSession('admin').token;
    wall.advanceSync(sessionLimits.idleMs + 1);
    expect(accounts.session(idle)).toBeUndefined();
    const used = accounts.openSession('admin').token;
    let lived = 0;
    for (; accounts.session(used); lived += sessionLimits.idleMs / 2) wall.advanceSync(sessionLimits.idleMs / 2);
    expect(Math.abs(lived - sessionLimits.longestMs)).toBeLessThanOrEqual(sessionLimits.idleMs);
  });

  it('are kept as hashes, and the oldest go when there are too many', async () => {
    await ensureFirstPassword(dataDir, { PLANTROOM_ADMIN_PASSWORD: 'long-enough-1' });
    const wall = manualClock();
    using accounts = new Accounts(dataDir, wall, wall);
    const first = accounts.openSession('admin').token;
    for (let index = 0; index < sessionLimits.mostPerUser; index++) {
      wall.advanceSync(1);
      accounts.openSession('admin');
    }
    expect(accounts.session(first)).toBeUndefined();
    expect(readFileSync(`${operationsFile(dataDir)}-wal`).includes(first)).toBe(false);
  });
});

describe('passwords', () => {
  it('fit in any Unicode form, and their cost stands in the hash', async () => {
    const hash = await hashPassword('pässwörd-äöü');
    expect(hash).toMatch(/^scrypt\$16384\$8\$5\$/);
    expect(await passwordFits('pässwörd-äöü'.normalize('NFD'), hash)).toBe(true);
    expect(await passwordFits('passwort', hash)).toBe(false);
    expect(await passwordFits('x', 'plain$x')).toBe(false);
    expect(new Set(Array.from({ length: 50 }, makePassword)).size).toBe(50);
  });

  it('guessing is stopped after ten failures and free again after a minute', async () => {
    const clock = manualClock();
    const limit = new GuessLimit(clock);
    const right = async () => 'user';
    for (let index = 0; index < 10; index++) expect(await limit.try('a', async () => undefined)).toBeUndefined();
    await expect(limit.try('a', right)).rejects.toThrow(/wait a minute/);
    expect(await limit.try('b', right)).toBe('user');
    clock.advanceSync(60_001);
    expect(await limit.try('a', right)).toBe('user');
  });

  it('from many addresses at once guessing is slowed for the user, and never stopped', async () => {
    const clock = manualClock();
    const limit = new GuessLimit(clock, fromAllAddresses);
    const wrong = async () => undefined;
    const right = async () => 'user';
    for (let index = 0; index < 30; index++) expect(await limit.try('zhang', wrong)).toBeUndefined();
    // One try, then a few seconds none; another name is not touched.
    expect(await limit.try('zhang', wrong)).toBeUndefined();
    await expect(limit.try('zhang', right)).rejects.toThrow(/few seconds/);
    expect(await limit.try('li', right)).toBe('user');
    let tried = 0;
    for (let second = 0; second < 60; second++) {
      clock.advanceSync(1_000);
      await limit.try('zhang', async () => void tried++).catch(() => undefined);
    }
    expect(tried).toBe(20);
    clock.advanceSync(3_000);
    expect(await limit.try('zhang', right)).toBe('user');
  });

  it('sixty guesses at once are no better than one after the other, and right ones at once all pass', async () => {
    const limit = new GuessLimit(manualClock());
    let tried = 0;
    const guess = async () => {
      tried++;
      await new Promise((resolve) => setImmediate(resolve));
      return undefined;
    };
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => limit.try('a', guess)));
    expect(tried).toBe(10);
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(50);
    const passed = await Promise.all(Array.from({ length: 60 }, () => limit.try('b', async () => 'user')));
    expect(passed).toHaveLength(60);
  });
});

describe('plantroom user', () => {
  const run = async (action: string, name?: string, more: { role?: string; password?: string } = {}) => {
    const said: string[] = [];
    const environment = more.password ? { PLANTROOM_USER_PASSWORD: more.password } : {};
    await runUserCommand({ dataDir, action, name, role: more.role, environment, say: (line) => said.push(line) });
    return said;
  };

  it('adds, lists, changes the password and removes', async () => {
    await ensureFirstPassword(dataDir, { PLANTROOM_ADMIN_PASSWORD: 'long-enough-1' });
    expect(await run('add', 'li.si', { role: 'technician', password: 'given-password' })).toEqual(['added li.si (technician)']);
    expect(await run('list')).toEqual(['admin\tadmin\tadmin', 'li.si\ttechnician\tli.si']);
    expect((await run('password', 'li.si')).at(-1)).toMatch(/^password .{19} {3}\(shown this once\)$/);
    expect(await run('remove', 'li.si')).toEqual(['removed li.si']);
    await expect(run('remove', 'admin')).rejects.toMatchObject({ code: 'api/invalid' });
    await expect(run('add', 'x', { role: 'chief' })).rejects.toThrow(/viewer, .*technician, engineer, .*manager, admin/);
    await expect(run('add', 'Bad Name', { role: 'viewer' })).rejects.toMatchObject({ code: 'usage/command' });
    await expect(run('dance')).rejects.toMatchObject({ code: 'usage/command' });
  });
});

describe('two administrators at the same moment', () => {
  it('add the same user: one is told so; change the password of one who is being removed: refused, and not on record', async () => {
    using accounts = new Accounts(dataDir, systemClock());
    const wang = { name: 'wang', role: 'technician', password: 'a long password' } as const;
    const both = await Promise.allSettled([accounts.add(wang, 'a'), accounts.add(wang, 'b')]);
    expect(both[0]).toMatchObject({ status: 'fulfilled', value: { name: 'wang' } });
    expect(both[1]).toMatchObject({ status: 'rejected', reason: { code: 'api/invalid', message: 'there is already a user "wang"' } });
    const changed = accounts.setPassword('wang', 'another password', 'a');
    accounts.remove('wang', 'b');
    await expect(changed).rejects.toMatchObject({ code: 'api/unknown' });
    expect(accounts.auditLog({ limit: 10 }).map(({ who, action }) => `${who} ${action}`)).toEqual(['b user.remove', 'a user.add']);
  });
});

describe('while the disk is full', () => {
  it('people sign in and out without a row of it; what could not be written is written once there is room', async () => {
    const clock = manualClock(1_770_000_000_000);
    using db: Database = openDatabase(operationsFile(dataDir));
    let full = false;
    const refuse = () => {
      if (full) throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
    };
    const accounts = new Accounts(dataDir, clock, clock, {
      ...db,
      run: (sql, ...values) => {
        refuse();
        return db.run(sql, ...values);
      },
    });
    await accounts.add({ name: 'wang', role: 'technician', password: 'a long password' }, 'test');
    const before = accounts.openSession('wang');
    full = true;
    const during = accounts.openSession('wang');
    accounts.note('wang', 'login', '10.0.0.9');
    clock.advanceSync(10 * 60_000);
    expect(accounts.session(during.token)?.user.name).toBe('wang');
    expect(accounts.session(before.token)?.user.name).toBe('wang');
    expect(() => accounts.change('wang', { role: 'admin' }, 'test')).toThrow(/disk is full/);
    accounts.closeSession(during.token);
    expect(accounts.session(during.token)).toBeUndefined();
    full = false;
    accounts.note('wang', 'logout', '10.0.0.9');
    const signs = accounts.auditLog({ limit: 9 }).filter(({ action }) => /^log/.test(action));
    expect(signs.map(({ action, at }) => [action, at])).toEqual([['logout', clock.now()], ['login', clock.now() - 600_000]]);
    accounts.note('wang', 'login', '10.0.0.9');
    expect(accounts.auditLog({ limit: 9, who: 'wang' }).length).toBe(3);
  }); // biome-ignore format: short
});
