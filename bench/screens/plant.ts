/** The whole program on a year of data, in the embedded store or in InfluxDB 1.6.7. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../ingest/open-store.ts';
import { type Program, startProgram, until } from '../../test/program.ts';
import { startInfluxdb } from '../../test/servers.ts';
import { fillYear, type YearMade } from './year.ts';

export type StoreName = 'sqlite' | 'influx1';

export interface YearPlant extends AsyncDisposable {
  program: Program;
  /** Undefined for a store that was filled before. */
  made: YearMade | undefined;
}

export interface PlantOptions {
  store: StoreName;
  days: number;
  /** Keeps the filled SQLite folder there and takes it again while it is fresh. */
  keep: string | undefined;
  /** A store that is filled already, such as an InfluxDB that was left running. */
  url: string | undefined;
}

const denseMs = 6 * 3_600_000;
/** A kept folder that is older has a hole before now. */
const freshMs = 2 * 3_600_000;
const sites = join(import.meta.dirname, '..', '..', 'sites');

export async function startYearPlant({ store, days, keep, url: filled }: PlantOptions): Promise<YearPlant> {
  await using undo = new AsyncDisposableStack();
  const folder = keep && store === 'sqlite' ? keep : mkdtempSync(join(tmpdir(), 'plantroom-screens-'));
  if (folder !== keep) undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  let url = filled ?? `sqlite:${join(folder, 'readings.db')}`;
  if (!filled && store === 'influx1') {
    const server = undo.use(await startInfluxdb());
    url = `influx1://127.0.0.1:${server.port}/plantroom`;
  }
  const made = filled ? undefined : await filledFolder(folder, url, days);
  // Fifteen-minute values of thirteen months: longer than readings are kept by default.
  const site = join(folder, 'site.yaml');
  cpSync(join(sites, 'profiles'), join(folder, 'profiles'), { recursive: true });
  writeFileSync(site, `${readFileSync(join(sites, 'demo.yaml'), 'utf8')}\nretention: { raw: 400d }\n`);
  const program = undo.use(
    await startProgram({
      args: ['--site', site],
      dataDir: folder,
      environment: { PLANTROOM_STORE_URL: url, PLANTROOM_ADMIN_PASSWORD: password },
    }),
  );
  await until(async () => (await fetch(`${program.url}/healthz`)).ok, 'all roles');
  const stack = undo.move();
  return { program, made, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function filledFolder(folder: string, url: string, days: number): Promise<YearMade> {
  const note = join(folder, 'made.json');
  const made = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as YearMade & { at: number }) : undefined;
  if (made && Date.now() - made.at < freshMs) return made;
  if (url.startsWith('sqlite:')) rmSync(join(folder, 'readings.db'), { force: true });
  const at = Date.now();
  const fresh = { ...(await fill(url, days, at)), at };
  writeFileSync(note, JSON.stringify(fresh));
  return fresh;
}

/** A kept folder keeps its users. */
const password = 'a-password-for-the-bench';

async function fill(url: string, days: number, now: number): Promise<YearMade> {
  await using store = await openStore({ url, site: 'demo' });
  const made = await fillYear(store, { now, days, denseMs });
  await store.maintain?.(now);
  if (url.startsWith('sqlite:')) {
    using look = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5_000 });
    const waiting = look.prepare('select count(*) as n from (select 1 from dirty where hour < ? limit 1000)');
    while (Number(waiting.get(Math.floor(now / 3_600_000) - 1)?.n) > 0) await sleep(500);
  }
  return made;
}
