import { Fault } from '../shared/errors.ts';
import type { Aggregate, SeriesQuery } from './store.ts';

export const defaultLimit = 100_000;
export const hourMs = 3_600_000;

export interface Buckets {
  everyMs: number;
  /** Start of the first bucket; not later than `from`. */
  startMs: number;
  count: number;
  aggregate: Aggregate;
}

/** @throws Fault store/query for a range or width that makes no sense, or for more buckets than the limit. */
export function bucketsOf(query: SeriesQuery): Buckets | undefined {
  const { from, to, every, offset = 0, limit = defaultLimit } = query;
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw new Fault('store/query', `from ${from} and to ${to} must be numbers`);
  if (every === undefined) return undefined;
  if (!Number.isSafeInteger(every) || every <= 0) throw new Fault('store/query', `every ${every} is not a positive number of milliseconds`);
  if (!Number.isSafeInteger(offset)) throw new Fault('store/query', `offset ${offset} is not a whole number of milliseconds`);
  const startMs = Math.floor((from - offset) / every) * every + offset;
  const count = to > from ? Math.ceil((to - startMs) / every) : 0;
  if (count > limit) throw tooMany(count, limit);
  return { everyMs: every, startMs, count, aggregate: query.aggregate ?? 'mean' };
}

export function tooMany(count: number | string, limit: number): Fault {
  return new Fault(
    'store/query',
    `the answer would have ${count} points, the limit is ${limit}: ask for wider buckets or a shorter range`,
    {
      detail: { limit },
    },
  );
}
