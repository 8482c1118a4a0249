/** Outages of the mains in a span of time, and what the generators did in it. */
import type { Store } from '../ingest/store.ts';
import type { Outages } from '../reports/index.ts';
import type { QuantityId } from '../shared/quantity.ts';
import type { DeviceFacts } from './device-facts.ts';
import { outagesIn } from './transfers.ts';

const dayMs = 86_400_000;

export interface OutageSource {
  devices: ReadonlyMap<string, DeviceFacts>;
  store: Store;
  /** What counters counted in the range; null before there were two readings. */
  counted(wanted: readonly DeviceFacts[], field: QuantityId, range: { from: number; to: number }): Promise<{ used: number | null }[]>;
}

export async function outagesOf(
  { devices, store, counted }: OutageSource,
  range: { from: number; to: number },
): Promise<Omit<Outages, 'source'>> {
  const all = [...devices.values()];
  const transfer = all.find(({ role }) => role === 'transfer-switch');
  const sets = all.filter(({ role }) => role === 'genset');
  const [hours, kwh] = await Promise.all([counted(sets, 'run_hours_h', range), counted(sets, 'energy_import_kwh', range)]);
  const sum = (list: { used: number | null }[]) =>
    list.some((one) => one.used !== null) ? list.reduce((total, one) => total + (one.used ?? 0), 0) : null;
  const base = { generatorHours: sum(hours), generatorKwh: sum(kwh) };
  const unknown = { ...base, count: null, minutes: null, watchedFrom: null };
  if (!transfer || range.to <= range.from) return unknown;
  const days = await store.series({
    ...{ measurement: transfer.system, device: transfer.id, field: 'mains_available', every: dayMs, aggregate: 'min' },
    ...range,
  });
  const first = days.find(([, value]) => value !== null);
  if (!first) return unknown;
  return { ...base, ...(await outagesIn(store, transfer, range)), watchedFrom: Math.max(range.from, first[0]) };
}
