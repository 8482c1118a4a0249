/**
 * The embedded store: one SQLite file in the data directory, for sites without a time series database. One thread writes, one reads, so that a
 * long query never delays a write; other processes read the same file at the same time (WAL).
 */

import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../shared/errors.ts';
import type { StoreKind } from '../open-store.ts';
import { refusalOf } from '../point-check.ts';
import { rowsOf } from '../scan-rows.ts';
import { SqliteLink } from '../sqlite/link.ts';
import type { SeriesName } from '../sqlite/messages.ts';
import { type SqliteSettings, tableMeasurement } from '../sqlite/schema.ts';
import type { EvenSeries, Newest, Refusal, ScanBlock, ScanQuery, SeriesPoint, SeriesQuery, Store, StorePoint, Tags } from '../store.ts';

export function settingsOf(url: string): SqliteSettings {
  const [path = '', search = ''] = url.slice('sqlite:'.length).split('?', 2);
  if (path === '') throw new Fault('store/query', 'a SQLite store is named sqlite:<file>');
  const file = path.startsWith('///') ? fileURLToPath(`file:${path}`) : isAbsolute(path) ? path : resolve(path);
  const settings = new URLSearchParams(search);
  const number = (name: string) => (settings.has(name) ? Number(settings.get(name)) : undefined);
  return { file, maxMb: number('max_mb'), cacheMb: number('cache_mb') };
}

const scanRowsWanted = 60_000;

class SqliteStore implements Store {
  readonly name: string;
  readonly #writing: SqliteLink;
  readonly #reading: SqliteLink;
  /** What the writing thread was told: place of each series in its list, by measurement, device and field. */
  #places = new Map<string, Map<string, Map<string, number>>>();
  #count = 0;
  /** Series of which it is not certain that the writing thread knows their place: a write that failed may never have reached it. */
  #untold: SeriesName[] = [];
  #generation = 0;
  #readingGeneration = 0;
  #tags = new Map<string, Tags>();
  /** Names of series by id, as far as `newest` has learned them. */
  readonly #names = new Map<number, { device: string; field: string }>();
  #known = 0;
  #closed = false;

  constructor(settings: SqliteSettings) {
    this.name = `sqlite:${settings.file}`;
    this.#writing = new SqliteLink({ purpose: 'write', settings });
    this.#reading = new SqliteLink({ purpose: 'read', settings });
  }

  async write(points: readonly StorePoint[]): Promise<Refusal[]> {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    this.#writing.ensure();
    if (this.#generation !== this.#writing.generation) {
      this.#generation = this.#writing.generation;
      this.#places = new Map();
      this.#tags = new Map();
      this.#count = 0;
      this.#untold = [];
    }
    const refused: Refusal[] = [];
    const tags: [string, number, string][] = [];
    let size = 0;
    for (const point of points) for (const _ in point.fields) size++;
    const series = new Uint32Array(size);
    const t = new Float64Array(size);
    const value = new Float64Array(size);
    const owner = new Uint32Array(size);
    let row = 0;
    for (let index = 0; index < points.length; index++) {
      const point = points[index] as StorePoint;
      const reason = refusalOf(point);
      if (reason !== undefined) {
        refused.push({ index, reason });
        continue;
      }
      const device = point.tags.device;
      // Alarms have tags of their own, which do not say where the device hangs.
      if (point.measurement !== 'alarm_transition' && this.#tags.get(device) !== point.tags) {
        this.#tags.set(device, point.tags);
        tags.push([device, point.t, JSON.stringify(point.tags)]);
      }
      const measurement = tableMeasurement(point.measurement, point.tags);
      const places = this.#placesOf(measurement, device);
      for (const field in point.fields) {
        let place = places.get(field);
        if (place === undefined) {
          place = this.#count++;
          places.set(field, place);
          this.#untold.push([measurement, device, field, place]);
        }
        series[row] = place;
        t[row] = point.t;
        value[row] = point.fields[field] as number;
        owner[row++] = index;
      }
    }
    const used = row === size ? { series, t, value } : { series: series.slice(0, row), t: t.slice(0, row), value: value.slice(0, row) };
    const transfer = [used.series.buffer, used.t.buffer, used.value.buffer] as ArrayBuffer[];
    const names = this.#untold.slice();
    const generation = this.#generation;
    let tooOld: number[];
    try {
      ({ tooOld } = await this.#writing.call<'write'>({ kind: 'write', names, tags, ...used }, transfer));
    } catch (error) {
      // So are the places of devices.
      if (generation === this.#generation) this.#tags = new Map();
      throw error;
    }
    if (generation === this.#generation) {
      const known = new Set(names.map(([, , , place]) => place));
      this.#untold = this.#untold.filter(([, , , place]) => !known.has(place));
    }
    let last = -1;
    for (const at of tooOld) {
      const index = owner[at] as number;
      if (index === last) continue;
      last = index;
      refused.push({ index, reason: 'older than the retention' });
    }
    return refused.sort((a, b) => a.index - b.index);
  }

  async writeEven(series: readonly EvenSeries[]): Promise<void> {
    if (this.#closed) throw new Fault('store/unavailable', 'the store is closed');
    await this.#writing.call<'write-even'>({ kind: 'write-even', series });
  }

  #placesOf(measurement: string, device: string): Map<string, number> {
    const devices = this.#places.get(measurement) ?? new Map<string, Map<string, number>>();
    const places = devices.get(device) ?? new Map<string, number>();
    if (places.size === 0) {
      this.#places.set(measurement, devices);
      devices.set(device, places);
    }
    return places;
  }

  async series(query: SeriesQuery): Promise<SeriesPoint[]> {
    const [points] = await this.seriesMany([query]);
    return points ?? [];
  }

  async seriesMany(queries: readonly SeriesQuery[]): Promise<SeriesPoint[][]> {
    const columns = await this.#reading.call<'series'>({ kind: 'series', queries });
    return columns.map(({ t, value }) => {
      const points = new Array<SeriesPoint>(t.length);
      for (let i = 0; i < t.length; i++) {
        const at = value[i] as number;
        points[i] = [t[i] as number, Number.isNaN(at) ? null : at];
      }
      return points;
    });
  }

  async newest(devices?: readonly string[]): Promise<Newest[]> {
    this.#reading.ensure();
    if (this.#readingGeneration !== this.#reading.generation) {
      // Another thread may read another file, where the same number is another series.
      this.#readingGeneration = this.#reading.generation;
      this.#known = 0;
      this.#names.clear();
    }
    const { names, ids, t, value } = await this.#reading.call<'newest'>({ kind: 'newest', known: this.#known, devices });
    for (const [id, device, field] of names) {
      this.#names.set(id, { device, field });
      if (id > this.#known) this.#known = id;
    }
    const all = new Array<Newest>(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const { device, field } = this.#names.get(ids[i] as number) as { device: string; field: string };
      all[i] = { device, field, t: t[i] as number, value: value[i] as number };
    }
    return all;
  }

  async *scanBlocks(query: ScanQuery): AsyncIterable<ScanBlock> {
    const open = await this.#reading.call<'scan-open'>({ kind: 'scan-open', series: query.series });
    const keys = open.devices.map((device, i) => ({ device, field: open.fields[i] as string }));
    const end = Math.min(query.to, open.latest + 1);
    let from = Math.max(query.from, open.earliest);
    let windowMs = 600_000;
    const read = (start: number) => {
      const request = { kind: 'scan-block', ids: open.ids.slice(), from: start, to: Math.min(end, start + windowMs), windowMs } as const;
      return { request, reply: this.#reading.call<'scan-block'>(request) };
    };
    // The next block is read while the caller works on this one.
    let ahead = from < end ? read(from) : undefined;
    while (ahead) {
      const { request, reply } = ahead;
      const block = await reply;
      const count = block.t.length;
      windowMs = Math.max(1_000, Math.min(31 * 86_400_000, Math.round(windowMs * Math.min(8, scanRowsWanted / Math.max(1, count)))));
      from = request.to;
      ahead = from < end ? read(from) : undefined;
      ahead?.reply.catch(() => undefined);
      if (count > 0) yield { keys, ...block, count };
    }
  }

  scan(query: ScanQuery) {
    return rowsOf(this.scanBlocks(query));
  }

  async retain(settings: { rawMs: number; hourlyMs: number }, now: number): Promise<void> {
    for (;;) {
      const { more } = await this.#writing.call<'retain'>({ kind: 'retain', ...settings, now });
      if (!more) return;
    }
  }

  async check(): Promise<void> {
    await this.#reading.call<'check'>({ kind: 'check' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#writing.close(), this.#reading.close()]);
  }
}

export default {
  id: 'sqlite',
  open: async ({ url, mend }) => new SqliteStore({ ...settingsOf(url), mend }),
} satisfies StoreKind;
