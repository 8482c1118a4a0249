/** What the store and its two threads say to each other. Numbers travel as typed arrays that change hands without a copy. */
import type { FaultCode } from '../../shared/errors.ts';
import type { EvenSeries, Measurement, SeriesQuery } from '../store.ts';
import type { SqliteSettings } from './schema.ts';

export interface WorkerSetup {
  purpose: 'write' | 'read';
  settings: SqliteSettings;
}

/** A series and its place in the list of all that were ever named to the writing thread. Told with every write until one has gone in. */
export type SeriesName = [measurement: string, device: string, field: string, place: number];

export type Request =
  | {
      kind: 'write';
      names: SeriesName[];
      tags: [device: string, since: number, tags: string][];
      series: Uint32Array;
      t: Float64Array;
      value: Float64Array;
    }
  | { kind: 'write-even'; series: readonly EvenSeries[] }
  | { kind: 'retain'; rawMs: number; hourlyMs: number; now: number }
  | { kind: 'series'; queries: readonly SeriesQuery[] }
  | { kind: 'newest'; known: number; devices?: readonly string[] | undefined }
  | { kind: 'scan-open'; series: readonly { measurement: Measurement; device: string; fields?: string[] }[] }
  | { kind: 'scan-block'; ids: Float64Array; from: number; to: number; windowMs: number }
  | { kind: 'check' }
  | { kind: 'close' };

export interface Replies {
  /** Rows older than the retention, by index into the arrays of the request. */
  write: { tooOld: number[] };
  'write-even': boolean;
  /** True when there is more to drop: ask again. */
  retain: { more: boolean };
  series: { t: Float64Array; value: Float64Array }[];
  newest: { names: [id: number, device: string, field: string][]; ids: Float64Array; t: Float64Array; value: Float64Array };
  'scan-open': { ids: Float64Array; devices: string[]; fields: string[]; earliest: number; latest: number };
  'scan-block': { key: Uint32Array; t: Float64Array; value: Float64Array };
  check: boolean;
  close: boolean;
}

export type Reply = { id: number; value: unknown } | { id: number; code: FaultCode; message: string; trouble?: unknown };
