/** What a record of a book is filled with by itself: readings at its time or since the record before, with when they were read. Never an old value. */

import type { SeriesPoint, SeriesQuery, Store } from '../../ingest/store.ts';
import type { Book, BookField, BookPoint, BookValue } from '../../shared/book.ts';
import type { QuantityId } from '../../shared/quantity.ts';
import { devicesOf, type SiteConfig } from '../../shared/site.ts';
import type { DeviceFacts } from '../device-facts.ts';

export interface FillFrame {
  site: SiteConfig;
  devices: ReadonlyMap<string, DeviceFacts>;
  store: Store;
  book: Book;
  /** The device of the series; null for a book of the whole site. */
  device: string | null;
  due: number;
  /** When the record before was due: mean, min, max and diff count from there. */
  since: number;
  now: number;
}

/** The device that a point means; undefined where this site has none. */
export function deviceOf(site: SiteConfig, point: BookPoint, own: string | null): string | undefined {
  if (point.device !== undefined) return point.device;
  if (point.role === undefined) return own ?? undefined;
  return devicesOf(site).filter(({ device }) => device.role === point.role)[point.index]?.device.id;
}

const dayMs = 86_400_000;

/** By field id; a field that cannot be filled is absent, and a person writes it. */
export async function fillRecord(frame: FillFrame): Promise<Record<string, BookValue>> {
  const { site, devices, store, book, device, due, since, now } = frame;
  const asked: { field: BookField; point: BookPoint; query: SeriesQuery }[] = [];
  for (const field of book.fields) {
    const { point } = field;
    const id = point && deviceOf(site, point, device);
    const facts = id === undefined ? undefined : devices.get(id);
    if (!point || !facts) continue;
    const to = Math.min(due, now) + 1;
    const base = { measurement: facts.system, device: facts.id, field: point.quantity satisfies QuantityId, to };
    const span = Math.max(1, to - since);
    const query: SeriesQuery =
      point.take === 'last'
        ? { ...base, from: to - point.within }
        : point.take === 'diff'
          ? { ...base, from: since - point.within }
          : {
              ...base,
              from: since,
              every: span <= dayMs ? span : dayMs,
              offset: since % (span <= dayMs ? span : dayMs),
              aggregate: point.take,
            };
    asked.push({ field, point, query });
  }
  const answers = await store.seriesMany(asked.map(({ query }) => query));
  const values: Record<string, BookValue> = {};
  for (const [index, { field, point }] of asked.entries()) {
    const found = takenOf(point, answers[index] ?? [], since);
    if (found) values[field.id] = { v: rounded(found.value), from: 'reading', t: found.t };
  }
  return values;
}

function takenOf(point: BookPoint, points: readonly SeriesPoint[], since: number): { value: number; t: number } | undefined {
  const known = points.flatMap(([t, value]) => (value === null ? [] : [{ t, value }]));
  const last = known.at(-1);
  if (!last) return undefined;
  if (point.take === 'last') return last;
  if (point.take === 'diff') {
    const first = known.findLast(({ t }) => t <= since) ?? known[0];
    // A counter that fell was reset or exchanged: what passed is not known here, and a person writes it.
    return first && last.t > first.t && last.value >= first.value ? { value: last.value - first.value, t: last.t } : undefined;
  }
  const values = known.map(({ value }) => value);
  const value =
    point.take === 'min'
      ? Math.min(...values)
      : point.take === 'max'
        ? Math.max(...values)
        : values.reduce((sum, one) => sum + one, 0) / values.length;
  return { value, t: last.t };
}

/** What a person would write: three decimals at the most. */
const rounded = (value: number) => Number(value.toFixed(Math.abs(value) >= 100 ? 1 : 3));
