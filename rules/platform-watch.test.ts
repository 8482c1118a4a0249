/** The platform's alarms about itself, on a real desk and a clock that is moved. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineDesk, openEngineDesk } from '../desk/index.ts';
import { manualClock } from '../shared/clock.ts';
import { RoleHealth } from '../shared/role-health.ts';
import { type TroubleCode, Troubles, troubleKinds } from '../shared/trouble.ts';
import { backupTrouble, certificateEnd, lookAtUpkeep, oldestBackupMs, tlsAddresses } from './platform-upkeep.ts';
import { openPlatformWatch, platformAlarmId, platformRule } from './platform-watch.ts';

let folder: string;
let desk: EngineDesk & Disposable;
const clock = manualClock(Date.UTC(2026, 10, 27));
const roles = ['gateway', 'ingest'];
let connected = true;
let health: RoleHealth;
let own: Troubles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-platform-'));
  desk = openEngineDesk({ file: join(folder, 'operations.db'), clock }) as typeof desk;
  connected = true;
  own = new Troubles(clock);
  health = new RoleHealth('demo', [...roles, 'rules'], clock, 'rules');
  health.follow({ get connected() { return connected; }, on: () => undefined, subscribe: () => undefined } as never); // biome-ignore format: short
});
afterEach(() => {
  desk[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const open = () => openPlatformWatch({ health, own, connected: () => connected, desk, clock, wire: clock });
const beat = (role: string, codes: TroubleCode[] = [], online = true, place = '') =>
  health.heard(
    role,
    Buffer.from(
      JSON.stringify({
        online,
        t: clock.now(),
        troubles: codes.map((code) => ({ code, place, since: clock.now(), detail: 'db:8086 does not answer' })),
      }),
    ),
  );
/** Seconds of looks, each after the heartbeats. */
const run = (watch: { look(): boolean }, seconds: number, each: () => void) => {
  for (let second = 0; second < seconds; second++) {
    each();
    clock.advanceSync(1_000);
    watch.look();
  }
};
const standing = () =>
  desk
    .alarms({ state: 'all', limit: 1_000 })
    .filter(({ active }) => active)
    .map(({ rule }) => rule);
const all =
  (codes: TroubleCode[] = []) =>
  () => {
    beat('gateway');
    beat('ingest', codes);
  };

describe('the platform about itself', () => {
  it.each(Object.keys(troubleKinds) as TroubleCode[])(
    '%s becomes one alarm with text, advice and ticket, and ends with its trouble',
    (code) => {
      const watch = open();
      run(watch, 120, all([code]));
      const id = platformAlarmId(code, '');
      const alarm = desk.alarm(id);
      expect(alarm).toMatchObject({ rule: platformRule(code), active: true, state: 'UNACK', lifeSafety: false });
      expect(alarm?.message.zh).toContain(troubleKinds[code].title.zh);
      expect(alarm?.message.en).toContain('db:8086 does not answer');
      expect(alarm?.check).toEqual(troubleKinds[code].todo);
      expect(desk.tickets().filter((ticket) => ticket.alarm === id)).toHaveLength(1);
      run(watch, 120, all());
      expect(desk.alarm(id)?.active).toBe(false);
      expect(desk.journalSince(0, 1_000).filter((entry) => entry.kind === 'alarm' && entry.id === id)).toHaveLength(2);
    },
  );

  it('a restart is no alarm; a role that stays away or says nothing is one, each by its name', () => {
    const watch = open();
    run(watch, 30, all());
    beat('ingest', [], false);
    run(watch, 30, () => beat('gateway'));
    expect(standing()).toEqual([]);
    run(watch, 60, () => beat('gateway'));
    expect(standing()).toEqual(['SYS-PLATFORM-ROLE-DOWN']);
    expect(desk.alarm('sys-platform-role-down.ingest')?.title.en).toContain('(ingest)');
    run(watch, 60, () => beat('ingest'));
    expect(standing()).toEqual(['SYS-PLATFORM-ROLE-HUNG']);
    run(watch, 60, all());
    expect(standing()).toEqual([]);
  });

  it('what a role that is gone has said stands until it is back and takes it back', () => {
    const watch = open();
    run(watch, 90, all(['store-unreachable']));
    beat('ingest', [], false);
    run(watch, 600, () => beat('gateway'));
    expect(standing().sort()).toEqual(['SYS-PLATFORM-ROLE-DOWN', 'SYS-PLATFORM-STORE-UNREACHABLE']);
    run(watch, 60, all());
    expect(standing()).toEqual([]);
  });

  it('over a restart of rules nothing is doubled, cleared too early or forgotten', () => {
    run(open(), 90, all(['disk-full']));
    const again = open();
    run(again, 20, () => beat('gateway'));
    run(again, 60, all(['disk-full']));
    expect(standing()).toEqual(['SYS-PLATFORM-DISK-FULL']);
    expect(desk.alarm('sys-platform-disk-full')?.occurrence).toBe(1);
    run(open(), 60, all());
    expect(standing()).toEqual([]);
  });

  it('without the broker it says so, and blames no role for it', () => {
    const watch = open();
    run(watch, 30, all(['store-full']));
    connected = false;
    run(watch, 300, () => undefined);
    expect(standing().sort()).toEqual(['SYS-PLATFORM-BROKER-UNREACHABLE', 'SYS-PLATFORM-STORE-FULL']);
    connected = true;
    run(watch, 60, all());
    expect(standing()).toEqual([]);
  });

  it('tells two places of one trouble apart, and the same told by two roles is one', () => {
    const watch = open();
    run(watch, 90, () => {
      beat('gateway', ['disk-full'], true, '/data');
      beat('ingest', ['disk-full'], true, '/data');
      own.set('disk-full', 'x', '/other');
    });
    expect(
      desk
        .alarms({ state: 'all', limit: 10 })
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['sys-platform-disk-full.data', 'sys-platform-disk-full.other']);
  });
});

describe('upkeep', () => {
  const now = Date.UTC(2026, 10, 27);
  it('a backup is old after a day and two hours, or when there is none', () => {
    const backup = join(folder, 'backup');
    expect(backupTrouble(backup, now)).toContain('cannot be read');
    mkdirSync(join(backup, 'monday'), { recursive: true });
    expect(backupTrouble(backup, now)).toContain('no copy of operations.db');
    const file = join(backup, 'monday', 'operations.db');
    writeFileSync(file, '');
    utimesSync(file, (now - oldestBackupMs + 1_000) / 1_000, (now - oldestBackupMs + 1_000) / 1_000);
    expect(backupTrouble(backup, now)).toBeUndefined();
    expect(backupTrouble(backup, now + 2_000)).toContain('26 hours old');
  });

  it('finds our addresses that speak TLS, and when their certificates end', async () => {
    expect(
      tlsAddresses([
        'mqtts://user:pw@broker',
        'sqlite:/data/readings.db',
        'influx1://db:8086/x',
        undefined,
        'https://plant.example:8443/x',
        'https://plant.example:8443',
      ]),
    ).toEqual([
      { host: 'broker', port: 8883 },
      { host: 'plant.example', port: 8443 },
    ]);
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        'key.pem',
        '-out',
        'cert.pem',
        '-days',
        '10',
        '-subj',
        '/CN=plant',
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    const server = createServer({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const troubles = new Troubles(clock);
    try {
      const end = (await certificateEnd(address)) as number;
      await lookAtUpkeep({ backup: undefined, addresses: [address], now: end - 30 * 86_400_000, troubles });
      expect(troubles.list()).toEqual([]);
      await lookAtUpkeep({ backup: undefined, addresses: [address], now: end - 20 * 86_400_000, troubles });
      expect(troubles.list()).toMatchObject([{ code: 'certificate-ends', place: `127.0.0.1:${address.port}` }]);
      expect(await certificateEnd({ host: '127.0.0.1', port: 1 })).toBeUndefined();
    } finally {
      server.close();
    }
  });
});
