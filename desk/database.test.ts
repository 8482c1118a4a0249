/** The operations database: versions, rows that cannot be read, and one transaction for a move and its audit row. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../access/accounts.ts';
import { openLedger } from '../notify/ledger.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { operationsFile } from '../shared/role.ts';
import { openDatabase } from './database.ts';
import { openDeliveries } from './deliveries.ts';
import type { AlarmDefinition, EngineDesk } from './desk.ts';
import { migrations, readMigrations } from './migrations.ts';
import { openDesk, openEngineDesk } from './open.ts';

const newest = migrations.at(-1)!.version;
let folder: string;
let file: string;
let clock: ManualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-database-'));
  file = operationsFile(folder);
  clock = manualClock(Date.UTC(2026, 9, 1, 8, 5));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const versionIn = (path: string) => {
  const db = new DatabaseSync(path);
  const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  db.close();
  return user_version;
};
const text = (en: string) => ({ zh: `中文${en}`, en });
const definition = (device: string, over: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  id: `o2.${device}`,
  rule: 'O2',
  device,
  quantity: 'pressure_kpa',
  system: 'oxygen',
  priority: 'critical',
  trade: 'medical-gas',
  lifeSafety: true,
  latching: false,
  unit: 'kPa',
  title: text('Oxygen low'),
  message: text('Oxygen low'),
  check: text('Valves'),
  location: text('Ward'),
  building: null,
  department: null,
  source: 'proposal',
  ticket: true,
  causeKey: `o2.${device}`,
  ...over,
});

describe('versions', () => {
  test('a database made before there were versions opens, with everything that is in it', async () => {
    const made = new DatabaseSync(file);
    made.exec(readFileSync(join(import.meta.dirname, 'fixtures', 'operations-before-versions.sql'), 'utf8'));
    made.close();
    expect(versionIn(file)).toBe(0);

    using desk = openEngineDesk({ file, clock });
    expect(versionIn(file)).toBe(newest);
    expect(desk.alarm('o2-area-low.ward-3')).toMatchObject({ state: 'ACKED', acknowledgedBy: 'anna', lifeSafety: true, ticket: 'T-1' });
    expect(desk.alarm('o2-area-low.ward-4')).toMatchObject({ state: 'SHLVD', shelvedReason: 'valve is being changed' });
    expect(desk.ticket('T-1')).toMatchObject({ state: 'waiting', waitingReason: 'a seal is on order', assignee: 'anna' });
    expect(desk.tickets({ state: 'verified' })).toMatchObject([{ resolvedBy: 'bo', verifiedBy: 'anna' }]);
    expect(desk.maintenance()).toMatchObject([{ device: 'ward-4', who: 'bo' }]);
    expect([desk.cursor('published'), desk.memory('verdicts')]).toEqual([4, { a: 1 }]);
    expect(desk.journal().length).toBeGreaterThan(8);
    using deliveries = openDeliveries({ file });
    expect(deliveries.deliveries()).toMatchObject([{ channel: 'mail', person: 'anna', state: 'waiting' }]);
    using accounts = new Accounts(folder, clock, clock);
    expect((await accounts.passwordOf('anna', 'first-password-1'))?.role).toBe('technician');
    expect(accounts.auditLog({ limit: 10 }).map(({ action }) => action)).toEqual(['user.add', 'user.add']);
    using db = openDatabase(file);
    expect(db.all('SELECT * FROM set_aside')).toEqual([]);
    // And it goes on from there.
    desk.unshelve('o2-area-low.ward-4', { id: 'bo' });
    expect(desk.alarm('o2-area-low.ward-4')?.state).toBe('UNACK');
  });

  test('a step is taken once, whoever opens the database and how often, and what it needs goes with it or not at all', () => {
    const steps = [
      ...migrations,
      { version: newest + 1, name: 'next', sql: 'CREATE TABLE next (id INTEGER); INSERT INTO next VALUES (1);' },
    ];
    openDatabase(file)[Symbol.dispose]();
    for (let times = 0; times < 3; times++) openDatabase(file, steps)[Symbol.dispose]();
    using db = openDatabase(file, steps);
    expect(db.all('SELECT id FROM next')).toHaveLength(1);

    const broken = [...steps, { version: newest + 2, name: 'broken', sql: 'CREATE TABLE half (id INTEGER); CREATE TABEL typo;' }];
    expect(() => openDatabase(file, broken)).toThrow(/syntax/);
    expect(versionIn(file)).toBe(newest + 1);
    expect(db.all("SELECT name FROM sqlite_master WHERE name = 'half'")).toEqual([]);
  });

  test('a database of a newer program is refused by name and left as it is', () => {
    openDatabase(file)[Symbol.dispose]();
    const later = new DatabaseSync(file);
    later.exec('PRAGMA user_version = 9999');
    later.close();
    expect(() => openDesk({ file, clock })).toThrow(/operations\.db has version 9999/);
    expect(versionIn(file)).toBe(9999);
  });

  test('numbers that are taken twice are refused; one that was reserved and not used may be missing', () => {
    const from = join(folder, 'steps');
    mkdirSync(from);
    writeFileSync(join(from, '0001-a.sql'), '');
    writeFileSync(join(from, '0003-c.sql'), '');
    expect(readMigrations(from).map(({ version }) => version)).toEqual([1, 3]);
    writeFileSync(join(from, '0002-b.sql'), '');
    writeFileSync(join(from, '0002-other.sql'), '');
    expect(() => readMigrations(from)).toThrow(/0002-other/);
  });

  test('every part waits for the disk', () => {
    using db = openDatabase(file);
    expect(db.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
  });
});

describe('rows that cannot be read', () => {
  const damage = (sql: string) => {
    using db = openDatabase(file);
    db.run(sql);
  };
  const open = () => openEngineDesk({ file, clock });
  const raised = (desk: EngineDesk, device: string, over: Partial<AlarmDefinition> = {}) =>
    desk.raise(definition(device, over), { at: clock.now(), value: 300, limit: 320 });

  test.each([
    ['no JSON', 'alarm = substr(alarm, 1, 80)'],
    ['a state that nobody knows', "alarm = replace(alarm, 'UNACK', 'ODD')"],
    ['a field that is missing', "alarm = json_remove(alarm, '$.active')"],
  ])('an alarm whose text has %s stays a danger on the screen, and the damage is an alarm of its own', (_, change) => {
    {
      using desk = open();
      raised(desk, 'ward-3');
      raised(desk, 'ward-4');
    }
    damage(`UPDATE alarms SET ${change} WHERE id = 'o2.ward-3'`);
    using desk = open();
    const alarms = desk.alarms();
    expect(alarms.map(({ id, state }) => [id, state])).toContainEqual(['o2.ward-3', 'UNACK']);
    expect(alarms.map(({ id, state }) => [id, state])).toContainEqual(['o2.ward-4', 'UNACK']);
    expect(desk.alarm('o2.ward-3')).toMatchObject({ priority: 'critical', lifeSafety: true, active: true, system: 'oxygen' });
    expect(desk.alarm('sys-record.alarms')).toMatchObject({ state: 'LUNACK', priority: 'high', rule: 'SYS-RECORD' });
    // It moves on like any other, and its text is whole again.
    expect(desk.acknowledge('o2.ward-3', { id: 'anna' }).state).toBe('ACKED');
    expect(desk.clear('o2.ward-3', { at: clock.now(), value: 400 }).state).toBe('NORM');
    using db = openDatabase(file);
    expect(db.all('SELECT place, row FROM set_aside')).toEqual([{ place: 'alarms', row: 'o2.ward-3' }]);
  });

  test('a ticket, a journal entry, a rule and a memory do not stop the role either', () => {
    {
      using desk = open();
      raised(desk, 'ward-3');
      desk.setMemory('verdicts', { a: 1 });
      desk.saveRules([{ rule: { id: 'O2' }, pack: 'site', enabled: true, overrides: [], parameters: [], places: [] } as never]);
    }
    damage("UPDATE tickets SET ticket = '{'");
    damage("UPDATE journal SET detail = 'x'");
    damage("UPDATE rules_memory SET value = 'x'");
    damage("UPDATE rules_in_force SET rule = '[]'");
    using desk = open();
    expect(desk.tickets()).toMatchObject([{ id: 'T-1', state: 'open', trade: 'medical-gas', device: 'ward-3' }]);
    expect(desk.tickets({ alarm: 'o2.ward-3' })).toEqual([]);
    expect(desk.start('T-1', { id: 'anna' }).state).toBe('started');
    expect(desk.journalSince(0).slice(0, 2)).toMatchObject([{ detail: { unreadable: true } }, { detail: { unreadable: true } }]);
    expect(desk.memory('verdicts')).toBeUndefined();
    expect(desk.rules()).toEqual([]);
    expect(
      desk
        .alarms({ rule: 'SYS-RECORD' })
        .map(({ device }) => device)
        .sort(),
    ).toEqual(['journal', 'rules_in_force', 'rules_memory', 'tickets']);
  });

  test('a notice whose snapshot is damaged goes out with the alarm as it is now', () => {
    using desk = open();
    const alarm = raised(desk, 'ward-3');
    using db = openDatabase(file);
    const ledger = openLedger(db);
    const one = { seq: 1, step: 'raised' as const, channel: 'mail', person: 'anna', alarm };
    ledger.add({ ...one, key: 'a' }, clock.now(), clock.now());
    ledger.add({ ...one, key: 'b', alarm: { ...alarm, id: 'gone.for-good' } }, clock.now(), clock.now());
    db.run("UPDATE deliveries SET alarm_then = '{'");
    expect(ledger.due('mail', true, clock.now(), clock.now(), 10).map((owed) => [owed.key, owed.alarm.id])).toEqual([['a', 'o2.ward-3']]);
    expect(db.get("SELECT state FROM deliveries WHERE key = 'b'")).toEqual({ state: 'failed' });
  });

  test('a user of a role that this version does not know cannot sign in; the others can', async () => {
    {
      using accounts = new Accounts(folder, clock, clock);
      await accounts.add({ name: 'anna', role: 'admin', password: 'first-password-1' }, 'test');
      await accounts.add({ name: 'bo', role: 'viewer', password: 'first-password-1' }, 'test');
    }
    damage("UPDATE users SET role = 'owner' WHERE name = 'bo'");
    using accounts = new Accounts(folder, clock, clock);
    expect(accounts.users().map(({ name }) => name)).toEqual(['anna']);
    expect(await accounts.passwordOf('bo', 'first-password-1')).toBeUndefined();
    expect((await accounts.passwordOf('anna', 'first-password-1'))?.name).toBe('anna');
  });
});

describe('one transaction', () => {
  test('a move whose audit row cannot be written did not happen', () => {
    using db = openDatabase(file);
    using desk = openEngineDesk({ db, clock });
    using accounts = new Accounts(folder, clock, clock, db);
    desk.raise(definition('ward-3'), { at: clock.now(), value: 300, limit: 320 });
    const seq = desk.lastSeq();
    db.run('DROP TABLE audit');
    expect(() =>
      db.transact(() => {
        desk.acknowledge('o2.ward-3', { id: 'anna' });
        accounts.audit('anna', 'alarm.acknowledge', 'o2.ward-3', null, null);
      }),
    ).toThrow(/audit/);
    expect([desk.alarm('o2.ward-3')?.state, desk.lastSeq()]).toEqual(['UNACK', seq]);
  });

  test('the first error is told, also where the database has undone all by itself', () => {
    using db = openDatabase(file);
    expect(() =>
      db.transact(() => {
        db.run('ROLLBACK');
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
    expect(db.transact(() => 1)).toBe(1);
  });
});
