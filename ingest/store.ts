/**
 * The contract of a store. One implementation per file in `stores/`; `test/contracts/store.ts` is the suite that every one passes.
 * Ingest writes readings and what devices say of themselves, rules what happens to alarms; all others read.
 */
import type { QuantityId } from '../shared/quantity.ts';
import type { SeriesPoint } from '../shared/reading.ts';
import type { System } from '../shared/system.ts';

export type { SeriesPoint };

/**
 * `device_status`: field `online`. `consumption`: 15-minute energy and volume, written by energy. `alarm_transition`: what happened to an alarm,
 * written by rules (docs/decisions/0012).
 */
export type Measurement = System | 'device_status' | 'consumption' | 'alarm_transition';

export interface Tags {
  site: string;
  building?: string | undefined;
  department?: string | undefined;
  device: string;
  gateway: string;
  circuit?: string | undefined;
  /** The following in `alarm_transition` only: there a device has a series for each rule and transition. */
  system?: System | undefined;
  rule?: string | undefined;
  priority?: string | undefined;
  transition?: string | undefined;
  /** Names for people; they follow from rule and device, so they make no series more. */
  title_zh?: string | undefined;
  title_en?: string | undefined;
  device_zh?: string | undefined;
  device_en?: string | undefined;
}

/** One row: fields of one device at one time. Writing it twice changes nothing; another field at the same time is merged. */
export interface StorePoint {
  measurement: Measurement;
  tags: Tags;
  /** UTC milliseconds, a whole number. */
  t: number;
  /** Always written as floats; finite numbers only. */
  fields: Record<string, number>;
}

export interface Refusal {
  /** Index in the batch. */
  index: number;
  reason: string;
}

export type Aggregate = 'mean' | 'min' | 'max' | 'first' | 'last' | 'sum' | 'count';

export interface SeriesQuery {
  measurement: Measurement;
  device: string;
  /** In `alarm_transition`: which of the device's series. */
  alarm?: { rule: string; transition: string };
  field: QuantityId | (string & {});
  /** UTC ms, inclusive. */
  from: number;
  /** UTC ms, exclusive. */
  to: number;
  /**
   * Bucket width in ms, aligned to the epoch (plus `offset`); raw points when absent. Empty buckets are null. A bucket is named by its start;
   * the first one may start before `from`, but only holds what is inside from..to.
   */
  every?: number;
  offset?: number;
  aggregate?: Aggregate;
  /** Most points to return; more is an error that says so. Default 100,000. */
  limit?: number;
}

export interface Newest {
  device: string;
  field: string;
  t: number;
  value: number;
}

export interface ScanQuery {
  /** Which series, not of `alarm_transition`; all fields of the measurement's device when `fields` is absent. */
  series: { measurement: Measurement; device: string; fields?: string[] }[];
  from: number;
  to: number;
}

export interface ScanRow {
  device: string;
  field: string;
  t: number;
  value: number;
}

/** Rows as columns, for those who read millions: row i is `keys[key[i]]` at `t[i]` with `value[i]`, for i below `count`. */
export interface ScanBlock {
  keys: readonly { device: string; field: string }[];
  key: Uint32Array;
  t: Float64Array;
  value: Float64Array;
  count: number;
}

/**
 * Values of one series at equal distance, for histories of years: `values[i]` at `from + i * everyMs`, NaN where there is none. A store that keeps
 * readings for a shorter time keeps their hours.
 */
export interface EvenSeries {
  measurement: Measurement;
  tags: Tags;
  field: string;
  from: number;
  /** A part of an hour, so that whole hours can be rolled up. */
  everyMs: number;
  values: Float64Array;
}

export interface Store extends AsyncDisposable {
  /** What it is, for logs and health; without secrets. */
  readonly name: string;
  /**
   * Returns when the points are durable. Points refused for good are named; all others of the batch are in.
   * @throws Fault store/unavailable or store/denied: nothing is certain, write the same batch again.
   */
  write(points: readonly StorePoint[]): Promise<Refusal[]>;
  /** All or none, with their roll-ups; several times faster than `write`. @throws as `write` */
  writeEven?(series: readonly EvenSeries[]): Promise<void>;
  /** @throws Fault store/query, store/unavailable */
  series(query: SeriesQuery): Promise<SeriesPoint[]>;
  /** Several series at once; same order as asked. */
  seriesMany(queries: readonly SeriesQuery[]): Promise<SeriesPoint[][]>;
  /** Newest value of every field of the devices (all when absent); alarms are not among them. */
  newest(devices?: readonly string[]): Promise<Newest[]>;
  /** Streams rows in time order, for backtests and rollups. */
  scan(query: ScanQuery): AsyncIterable<ScanRow>;
  /** The same as `scan` in blocks of some ten thousand rows: several times faster. `keys` is the same array in every block. */
  scanBlocks?(query: ScanQuery): AsyncIterable<ScanBlock>;
  /** Drops what is older than the retention settings; returns once done. */
  retain(settings: { rawMs: number; hourlyMs: number }, now: number): Promise<void>;
  /** Called every few minutes by ingest: roll-ups that the store does not keep by itself. `now` is plant time. */
  maintain?(now: number): Promise<void>;
  /** @throws Fault when it cannot serve. */
  check(): Promise<void>;
}

export interface StoreOptions {
  /** PLANTROOM_STORE_URL: sqlite:<file>, influx1://user:pass@host:port/db, influx2://token@host:port/org/bucket, influx3://token@host:port/db (add ?tls=1 for https; ?token_file=F or, for InfluxDB 1, ?password_file=F reads the secret from a file). */
  url: string;
  site: string;
  /** True for ingest alone: it may set a damaged file aside and begin an empty one. */
  mend?: boolean;
}
