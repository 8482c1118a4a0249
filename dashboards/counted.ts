/** What counters counted in a range, by daily steps, straight from their readings. */
import type { Store } from '../ingest/store.ts';
import { counterFacts } from '../shared/counter.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { DeviceFacts } from './device-facts.ts';
import { type Counter, readCounted } from './energy-today.ts';

const dayMs = 86_400_000;

/** @returns null before there were two readings, and the time from which on it is known */
export async function countedOf(
  store: Store,
  wanted: readonly DeviceFacts[],
  field: QuantityId,
  { from, to }: { from: number; to: number },
): Promise<{ used: number | null; from: number | null }[]> {
  if (wanted.length === 0 || to <= from) return wanted.map(() => ({ used: null, from: null }));
  const counters = wanted.map(
    (one): Counter => ({ measurement: one.system, device: one.id, field, facts: counterFacts(field, one.attributes) }),
  );
  const found = await readCounted(store, counters, { from, to, every: dayMs }, []);
  return found.map((one) => ({ used: one.used, from: one.from }));
}
