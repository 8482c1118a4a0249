/**
 * Every time the mains failed at a transfer switch: how long until the generator carried the load, and until the mains were back. As exact as the
 * switch is polled; safety services must be supplied within 15 s (IEC 60364-7-710, class 15).
 */
import type { SeriesPoint, SeriesQuery, Store } from '../ingest/store.ts';

export interface Transfer {
  device: string;
  lostAt: number;
  /** When the switch stood on the generator; null when it never did. */
  suppliedAt: number | null;
  /** null while the mains are away. */
  restoredAt: number | null;
}

const hour = 3_600_000;
const minute = 60_000;
const onGenerator = 2;
/** Of a long outage only its beginning and its end are read. */
const ends = 6;

export async function readTransfers(
  store: Store,
  device: { id: string; system: SeriesQuery['measurement'] },
  range: { from: number; to: number },
): Promise<Transfer[]> {
  const of = { measurement: device.system, device: device.id };
  const hours = await store.series({ ...of, ...range, field: 'mains_available', every: hour, aggregate: 'min' });
  const mains: SeriesPoint[] = [];
  const position: SeriesPoint[] = [];
  for (const [from, to] of spans(hours)) {
    const raw = (field: string) => store.series({ ...of, field, from: from - minute, to: Math.min(to + minute, range.to) });
    mains.push(...(await raw('mains_available')));
    position.push(...(await raw('transfer_position')));
  }
  return transfersOf(device.id, mains, position);
}

/**
 * How often and how long the mains were away. Where the readings of an hour are rolled up, by what part of the hour they were there: then outages in the same or in
 * neighbouring hours are one.
 */
export async function outagesIn(
  store: Store,
  device: { id: string; system: SeriesQuery['measurement'] },
  range: { from: number; to: number },
): Promise<{ count: number; minutes: number }> {
  const of = { measurement: device.system, device: device.id, ...range, field: 'mains_available', every: hour } as const;
  const [least, part, found] = await Promise.all([
    store.series({ ...of, aggregate: 'min' }),
    store.series({ ...of, aggregate: 'mean' }),
    readTransfers(store, device, range),
  ]);
  const there = new Map(part);
  const exact = found.filter(({ lostAt }) => lostAt >= range.from);
  let [count, minutes] = [exact.length, exact.reduce((sum, one) => sum + ((one.restoredAt ?? range.to) - one.lostAt) / minute, 0)];
  let before = Number.NaN;
  for (const [t, value] of least) {
    if (value !== 0 || exact.some(({ lostAt, restoredAt }) => lostAt < t + hour && (restoredAt ?? range.to) >= t)) continue;
    if (before !== t - hour) count++;
    before = t;
    minutes += (1 - (there.get(t) ?? 1)) * 60;
  }
  return { count, minutes };
}

/** Hours in which the mains were away at some time, joined; of more than twice six the middle is left out. */
function spans(hours: readonly SeriesPoint[]): [from: number, to: number][] {
  const joined: [number, number][] = [];
  for (const [t, value] of hours) {
    if (value !== 0) continue;
    const last = joined.at(-1);
    if (last && last[1] === t) last[1] = t + hour;
    else joined.push([t, t + hour]);
  }
  return joined.flatMap(([from, to]): [number, number][] =>
    to - from <= 2 * ends * hour
      ? [[from, to]]
      : [
          [from, from + ends * hour],
          [to - ends * hour, to],
        ],
  );
}

/** Newest first. Points in order of time. */
export function transfersOf(device: string, mains: readonly SeriesPoint[], position: readonly SeriesPoint[]): Transfer[] {
  const found: Transfer[] = [];
  let open: Transfer | undefined;
  for (const [t, value] of mains) {
    if (value === 0 && !open) {
      open = { device, lostAt: t, suppliedAt: null, restoredAt: null };
      found.push(open);
    } else if (value === 1 && open) {
      open.restoredAt = t;
      open = undefined;
    }
  }
  for (const one of found) {
    const end = one.restoredAt ?? Number.POSITIVE_INFINITY;
    one.suppliedAt = position.find(([t, value]) => value === onGenerator && t >= one.lostAt && t <= end)?.[0] ?? null;
  }
  return found.reverse();
}
