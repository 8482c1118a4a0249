/** The folder's lock, what a killed start leaves behind, and who counts as hung. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdFolder } from './hold-folder.ts';
import { endOrphans, identityOf, rememberRoles } from './orphans.ts';
import { freePort } from './ports.ts';
import { hungLimits } from './supervise.ts';
import { Watchdog } from './watchdog.ts';

const rangeFile = '/proc/sys/net/ipv4/ip_local_port_range';
let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plantroom-start-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** A process that runs the code and says "there" when it has. */
async function run(code: string): Promise<ChildProcess> {
  const script = `${code}\nprocess.stdout.write('there'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}
const holder = () =>
  run(`import { holdFolder } from ${JSON.stringify(join(import.meta.dirname, 'hold-folder.ts'))};
       globalThis.hold = holdFolder(${JSON.stringify(dataDir)});`);

describe('the data folder', () => {
  it('has one holder: the second is refused and told who it is', async () => {
    const first = await holder();
    expect(() => holdFolder(dataDir)).toThrow(`in use by process ${first.pid}`);
  });

  it('is free at once when its holder was killed', async () => {
    const first = await holder();
    first.kill('SIGKILL');
    await once(first, 'exit');
    using _hold = holdFolder(dataDir);
    expect(readFileSync(join(dataDir, 'run', 'supervisor.pid'), 'utf8')).toBe(String(process.pid));
  });

  it('is free though the pid file names a living stranger', async () => {
    const stranger = await run('');
    mkdirSync(join(dataDir, 'run'));
    writeFileSync(join(dataDir, 'run', 'supervisor.pid'), String(stranger.pid));
    using _hold = holdFolder(dataDir);
    expect(identityOf(stranger.pid!)).toBeDefined();
  });

  it('is free though something was written over the lock', () => {
    mkdirSync(join(dataDir, 'run'));
    writeFileSync(join(dataDir, 'run', 'supervisor.lock'), 'not a database, and long enough to be taken for a damaged one'.repeat(20));
    using _hold = holdFolder(dataDir);
    expect(() => holdFolder(dataDir)).toThrow('in use by');
  });

  it('leaves no pid file behind and can be taken again', () => {
    holdFolder(dataDir)[Symbol.dispose]();
    expect(existsSync(join(dataDir, 'run', 'supervisor.pid'))).toBe(false);
    holdFolder(dataDir)[Symbol.dispose]();
  });
});

describe('roles of a start that was killed', () => {
  const remember = (roles: Record<string, number>) => {
    mkdirSync(join(dataDir, 'run'), { recursive: true });
    rememberRoles(dataDir, new Map(Object.entries(roles)));
  };

  it('are ended when they hang, stopped ones too', async () => {
    const hung = await run('');
    hung.kill('SIGSTOP');
    remember({ gateway: hung.pid! });
    const gone = once(hung, 'exit');
    expect(await endOrphans(dataDir, 0)).toEqual(['gateway']);
    expect((await gone)[1]).toBe('SIGKILL');
    expect(await endOrphans(dataDir, 0)).toEqual([]);
  });

  it('are not sought among strangers that have got their numbers', async () => {
    const stranger = await run('');
    remember({ gateway: stranger.pid! });
    const file = join(dataDir, 'run', 'roles.json');
    const [entry] = JSON.parse(readFileSync(file, 'utf8'));
    for (const text of [JSON.stringify([{ ...entry, identity: `${entry.identity}1` }]), '[{"pid":"1"}]', '{}', 'torn', '[null]']) {
      writeFileSync(file, text);
      expect(await endOrphans(dataDir, 0), text).toEqual([]);
    }
    expect(identityOf(stranger.pid!)).toBe(entry.identity);
  });
});

describe('who hangs', () => {
  it('is who has said nothing for so many looks, once; a slow start has longer', () => {
    const dog = new Watchdog<string>({ quietLooks: 3, firstLooks: 6 });
    dog.started('talks');
    dog.started('stops');
    dog.started('slow');
    dog.spoke('stops');
    const found = Array.from({ length: 8 }, () => {
      dog.spoke('talks');
      return dog.look();
    });
    expect(found).toEqual([[], [], [], ['stops'], [], [], ['slow'], []]);
  });

  it('is nobody who has ended, and a late word of the dead brings nobody back', () => {
    const dog = new Watchdog<string>({ quietLooks: 1, firstLooks: 1 });
    dog.started('a');
    dog.ended('a');
    dog.spoke('a');
    expect([dog.look(), dog.look(), dog.look()]).toEqual([[], [], []]);
  });

  it('gets twice the time with each hang, so that a slow machine comes up; who has been well for a while is as others again', () => {
    const dog = new Watchdog<string>({ quietLooks: 2, firstLooks: 5 });
    /** Speaks once after its start and is then busy; looks until it is called hung. */
    const looksUntilHung = () => {
      dog.started('slow');
      dog.spoke('slow');
      for (let looks = 1; looks < 100; looks++) if (dog.look().length > 0) return looks;
      return undefined;
    };
    expect([looksUntilHung(), looksUntilHung(), looksUntilHung(), looksUntilHung(), looksUntilHung()]).toEqual([3, 5, 9, 17, 17]);
    dog.started('slow');
    for (let word = 0; word < 100; word++) dog.spoke('slow');
    expect([dog.look(), dog.look(), dog.look()]).toEqual([[], [], ['slow']]);
  });

  it('can be told by the environment', () => {
    expect(hungLimits({})).toEqual({ quietLooks: 30, firstLooks: 120 });
    expect(hungLimits({ PLANTROOM_HUNG_AFTER: '3s' })).toEqual({ quietLooks: 3, firstLooks: 30 });
    for (const text of ['30', '1s', 'soon']) expect(() => hungLimits({ PLANTROOM_HUNG_AFTER: text })).toThrow('PLANTROOM_HUNG_AFTER');
  });
});

describe('a free port', () => {
  it('is none that a system gives to outgoing connections: a client that seeks it before anybody listens would find itself', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    const [first = 0] = existsSync(rangeFile) ? readFileSync(rangeFile, 'utf8').split(/\s+/).map(Number) : [49_152];
    for (const port of ports) expect(port).toBeLessThan(first);
    expect(new Set(ports).size).toBeGreaterThan(45);
  });
});
