/**
 * The tables of the embedded store, and how a connection is opened. A series is measurement, device and field: where a device hangs (building,
 * department, gateway) may change without cutting its history in two, so those are kept apart in `tags`.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openOrSetAside } from '../../shared/damaged.ts';
import { Fault, reasonOf } from '../../shared/errors.ts';

const version = 1;
const tables = `
create table if not exists meta (key text primary key, value integer not null) without rowid;
create table if not exists series (
  id integer primary key, measurement text not null, device text not null, field text not null, unique (device, measurement, field)
);
create table if not exists tags (device text not null, since integer not null, tags text not null, primary key (device, since)) without rowid;
create table if not exists points (
  series integer not null, t integer not null, value real not null, primary key (series, t)
) without rowid;
-- One row per series and UTC hour, made from points; not valid while the hour stands in dirty.
create table if not exists hourly (
  series integer not null, hour integer not null, count integer not null, sum real not null, min real not null, max real not null,
  first real not null, last real not null, last_t integer not null, primary key (series, hour)
) without rowid;
create table if not exists dirty (series integer not null, hour integer not null, primary key (series, hour)) without rowid;
insert or ignore into meta values ('rolls', 0), ('raw_floor', 0), ('hourly_floor', 0);
`;

const alarmPrefix = 'alarm_transition/';
/** What stands in `series.measurement`: a device has a series of `alarm_transition` for each rule and transition. */
export const tableMeasurement = (measurement: string, alarm: { rule?: string | undefined; transition?: string | undefined } | undefined) =>
  measurement === 'alarm_transition' ? `${alarmPrefix}${alarm?.rule}/${alarm?.transition}` : measurement;
export const noAlarms = `measurement not like '${alarmPrefix}%'`;

export interface SqliteSettings {
  file: string;
  /** Upper limit of the file; writing beyond it is the same as a full disk. */
  maxMb?: number | undefined;
  /** True for the one process that may set a damaged file aside and begin anew: ingest. */
  mend?: boolean | undefined;
  /** Page cache of each connection; 64 MB by default, less for those who only look at a few series. */
  cacheMb?: number | undefined;
}

/**
 * The pragmas that the benches use too. FULL: a commit that was confirmed survives a power cut, because the gateway lets go of it. The WAL is
 * merged every 80 MB: merging more often halves the write rate (stack of reasons in docs/decisions/0005).
 */
export const pragmas =
  'pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 20000; pragma journal_size_limit = 100000000; pragma cache_size = -65536;';

export function openDatabase(settings: SqliteSettings, purpose: 'write' | 'read'): DatabaseSync {
  const { file, mend } = settings;
  try {
    // Not recursive: a whole path that is missing is more likely a disk that is not mounted.
    if (!existsSync(dirname(file))) mkdirSync(dirname(file));
    // Who reads meanwhile finds the new file at its next try.
    return mend ? openOrSetAside(file, () => opened(settings, purpose)) : opened(settings, purpose);
  } catch (error) {
    throw faultOf(error);
  }
}

function opened({ file, maxMb, cacheMb }: SqliteSettings, purpose: 'write' | 'read'): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(pragmas);
    const found = Number(database.prepare('pragma user_version').get()?.user_version ?? 0);
    if (found > version) throw new Fault('store/unavailable', `${file} was made by a newer version (${found}, this one knows ${version})`);
    if (found < version) database.exec(`begin immediate; ${tables} pragma user_version = ${version}; commit;`);
    if (purpose === 'read') database.exec('pragma query_only = on');
    if (cacheMb !== undefined) database.exec(`pragma cache_size = ${-Math.round(cacheMb * 1_024)}`);
    if (maxMb !== undefined) {
      const size = Number(database.prepare('pragma page_size').get()?.page_size ?? 4096);
      database.exec(`pragma max_page_count = ${Math.max(1, Math.floor((maxMb * 1_048_576) / size))}`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const full = 13;
const misuse = 21;
const schemaError = 1;
/**
 * Full disk (13), input-output error (10), locked (5, 6), read only (8), cannot open (14), damaged file (11, 26): the same batch may go in
 * later, so nothing may be let go. Only a wrong statement is not worth a second try.
 */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : -1;
  if (code === schemaError || code === misuse) return new Fault('store/query', reasonOf(error), { cause: error });
  const detail = code === full ? { detail: { trouble: 'store-full' } } : {};
  return new Fault('store/unavailable', `SQLite: ${reasonOf(error)}`, { cause: error, ...detail });
}
