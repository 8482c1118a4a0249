/**
 * Writes points and keeps the hourly roll-ups. A write marks the hours it touches as dirty in the same transaction; finished hours are made anew
 * from their points, whoever wrote them and however late, so roll-ups always equal a clean recomputation.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { systemClock } from '../../shared/clock.ts';
import { hourMs } from '../buckets.ts';
import type { EvenSeries } from '../store.ts';
import type { Replies, Request, SeriesName } from './messages.ts';

/** Fixed-width records that are not readings are kept as long as the hourly values. */
const keptLong = new Set<string>(['consumption']);
const sliceRows = 20_000;
const hourColumns = 9;
const hourRow = '(?, ?, ?, ?, ?, ?, ?, ?, ?)';
/** Rows of one statement: calling it costs as much as several rows. */
const hoursAtOnce = 40;
/** Real time: how long a slice of work may take. */
const clock = systemClock();

export class SqliteWriter {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #markDirty: StatementSync;
  readonly #meta: StatementSync;
  readonly #roll: StatementSync;
  readonly #due: StatementSync;
  readonly #clean: StatementSync;
  /** Per place in the sender's list: its name, its id in the file, and the hour last marked dirty. */
  readonly #names: SeriesName[] = [];
  readonly #ids: number[] = [];
  readonly #dirtyHour: number[] = [];
  readonly #keptLong: boolean[] = [];
  #rolls = -1;
  #newestHour = 0;
  /** True while finished hours may be waiting to be rolled up. */
  hoursDue = true;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('insert or replace into points values (?, ?, ?)');
    this.#markDirty = database.prepare('insert or ignore into dirty values (?, ?)');
    this.#meta = database.prepare('select key, value from meta');
    this.#due = database.prepare('select series, hour from dirty where hour < ? limit 200');
    this.#clean = database.prepare('delete from dirty where series = ? and hour = ?');
    this.#roll = database.prepare(`insert or replace into hourly
      select ?1, ?2, count(*), sum(value), min(value), max(value),
        (select value from points where series = ?1 and t >= ?3 and t < ?4 order by t limit 1),
        (select value from points where series = ?1 and t >= ?3 and t < ?4 order by t desc limit 1), max(t)
      from points where series = ?1 and t >= ?3 and t < ?4 having count(*) > 0`);
    this.#newestHour = Number(database.prepare('select max(hour) as hour from dirty').get()?.hour ?? 0);
  }

  write(request: Extract<Request, { kind: 'write' }>): Replies['write'] {
    for (const name of request.names) {
      const place = name[3];
      if (this.#names[place]) continue;
      this.#keptLong[place] = keptLong.has(name[0]);
      this.#names[place] = name;
      this.#ids[place] = 0;
      this.#dirtyHour[place] = -1;
    }
    return this.#transaction(() => {
      const meta = this.#readMeta();
      if (meta.rolls !== this.#rolls) this.#dirtyHour.fill(-1);
      this.#rolls = meta.rolls;
      this.#keepTags(request.tags);
      const { series, t, value } = request;
      const tooOld: number[] = [];
      for (let i = 0; i < t.length; i++) {
        const place = series[i] as number;
        const at = t[i] as number;
        if (at < (this.#keptLong[place] ? meta.hourlyFloor : meta.rawFloor)) {
          tooOld.push(i);
          continue;
        }
        const id = this.#ids[place] || this.#identify(place);
        this.#insert.run(id, at, value[i] as number);
        const hour = Math.floor(at / hourMs);
        if (this.#dirtyHour[place] !== hour) this.#touch(place, id, hour);
      }
      return { tooOld };
    });
  }

  /** Points and finished hours in one transaction, without passing through `dirty`. What is not kept long is rolled up only. */
  writeEven(all: readonly EvenSeries[]): true {
    return this.#transaction((): true => {
      for (const series of all) this.#even(series);
      return true;
    });
  }

  #even({ measurement, tags, field, from, everyMs, values }: EvenSeries): void {
    const { device } = tags;
    this.#keepTags([[device, from, JSON.stringify(tags)]]);
    this.#database.prepare('insert or ignore into series (measurement, device, field) values (?, ?, ?)').run(measurement, device, field);
    const find = this.#database.prepare('select id from series where measurement = ? and device = ? and field = ?');
    const id = Number(find.get(measurement, device, field)?.id);
    if (keptLong.has(measurement))
      this.#database
        .prepare('insert or replace into points select ?1, ?2 + key * ?3, value from json_each(?4) where value is not null')
        .run(id, from, everyMs, JSON.stringify(Array.from(values, (value) => (Number.isNaN(value) ? null : value))));
    const one = this.#database.prepare(`insert or replace into hourly values ${hourRow}`);
    const many = this.#database.prepare(`insert or replace into hourly values ${Array(hoursAtOnce).fill(hourRow).join()}`);
    const rows: number[] = [];
    for (let i = 0; i < values.length; ) {
      const hour = Math.floor((from + i * everyMs) / hourMs);
      let [count, sum, min, max, first, last, lastT] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
      for (; i < values.length && from + i * everyMs < (hour + 1) * hourMs; i++) {
        const value = values[i] as number;
        if (Number.isNaN(value)) continue;
        if (count === 0) first = value;
        count++;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
        last = value;
        lastT = from + i * everyMs;
      }
      if (count > 0) rows.push(id, hour, count, sum, min, max, first, last, lastT);
      if (rows.length === hoursAtOnce * hourColumns) many.run(...rows.splice(0));
    }
    for (let i = 0; i < rows.length; i += hourColumns) one.run(...rows.slice(i, i + hourColumns));
  }

  #touch(place: number, id: number, hour: number): void {
    this.#markDirty.run(id, hour);
    this.#dirtyHour[place] = hour;
    if (hour > this.#newestHour) this.#newestHour = hour;
    this.hoursDue = true;
  }

  /** Inside the transaction; the id is only remembered for good when the transaction is, see #transaction. */
  #identify(place: number): number {
    const [measurement, device, field] = this.#names[place] as SeriesName;
    const find = this.#database.prepare('select id from series where measurement = ? and device = ? and field = ?');
    let row = find.get(measurement, device, field);
    if (!row) {
      this.#database.prepare('insert into series (measurement, device, field) values (?, ?, ?)').run(measurement, device, field);
      row = find.get(measurement, device, field);
    }
    const id = Number(row?.id);
    this.#ids[place] = id;
    return id;
  }

  #keepTags(all: readonly [device: string, since: number, tags: string][]): void {
    for (const [device, since, tags] of all) {
      const last = this.#database.prepare('select tags from tags where device = ? order by since desc limit 1').get(device);
      if (last?.tags !== tags) this.#database.prepare('insert or replace into tags values (?, ?, ?)').run(device, since, tags);
    }
  }

  #readMeta(): { rolls: number; rawFloor: number; hourlyFloor: number } {
    const meta = Object.fromEntries(this.#meta.all().map((row) => [String(row.key), Number(row.value)]));
    return { rolls: meta.rolls ?? 0, rawFloor: meta.raw_floor ?? 0, hourlyFloor: meta.hourly_floor ?? 0 };
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('begin immediate');
    try {
      const value = work();
      this.#database.exec('commit');
      return value;
    } catch (error) {
      // Whatever was found out inside did not happen.
      this.#ids.fill(0);
      this.#dirtyHour.fill(-1);
      this.#rolls = -1;
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  /**
   * Rolls up finished hours for at most about `ms`; true when more are waiting. Finished means: points at least one whole hour newer exist, so that
   * an hour is not made again with each of its points.
   */
  rollSlice(ms: number, before = this.#newestHour - 1): boolean {
    const due = this.#due.all(before);
    if (due.length === 0) {
      this.hoursDue = false;
      return false;
    }
    const end = clock.monotonic() + ms;
    this.#transaction(() => {
      this.#database.prepare("update meta set value = value + 1 where key = 'rolls'").run();
      for (const row of due) {
        const [series, hour] = [Number(row.series), Number(row.hour)];
        this.#roll.run(series, hour, hour * hourMs, (hour + 1) * hourMs);
        this.#clean.run(series, hour);
        if (clock.monotonic() > end) break;
      }
    });
    return true;
  }

  /** One slice of the work, so that writes come in between; the caller asks again while there is more. */
  retain({ rawMs, hourlyMs, now }: Extract<Request, { kind: 'retain' }>): Replies['retain'] {
    const rawFloor = Math.floor((now - rawMs) / hourMs) * hourMs;
    const hourlyFloor = Math.floor((now - Math.max(rawMs, hourlyMs)) / hourMs) * hourMs;
    // First no more points below the floor come in, then what is there is rolled up, only then dropped.
    const set = this.#database.prepare('update meta set value = ? where key = ? and value < ?');
    set.run(rawFloor, 'raw_floor', rawFloor);
    set.run(hourlyFloor, 'hourly_floor', hourlyFloor);
    if (this.rollSlice(50, rawFloor / hourMs)) return { more: true };
    const floors = this.#readMeta();
    let dropped = 0;
    this.#transaction(() => {
      const drop = this.#database.prepare(
        'delete from points where series = ?1 and t < ?2 and t <= coalesce((select t from points where series = ?1 order by t limit 1 offset ?3), ?2)',
      );
      for (const row of this.#database.prepare('select id, measurement from series').all()) {
        const floor = keptLong.has(String(row.measurement)) ? floors.hourlyFloor : floors.rawFloor;
        dropped += Number(drop.run(Number(row.id), floor, sliceRows - dropped).changes);
        if (dropped >= sliceRows) return;
        dropped += Number(
          this.#database.prepare('delete from hourly where series = ? and hour < ?').run(Number(row.id), floors.hourlyFloor / hourMs)
            .changes,
        );
        if (dropped >= sliceRows) return;
      }
    });
    return { more: dropped >= sliceRows };
  }
}
