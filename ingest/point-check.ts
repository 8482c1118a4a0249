import type { StorePoint } from './store.ts';

/** InfluxDB counts nanoseconds in 64 bits: the last millisecond it can hold is in 2262. All stores keep to that. */
export const latestTimeMs = 9_223_372_036_854;

/** Why no store can take this point, the same for all of them; undefined when it is fine. */
export function refusalOf(point: StorePoint): string | undefined {
  const { t, tags, fields } = point;
  if (!Number.isSafeInteger(t) || t < 0 || t > latestTimeMs) return `time ${t} is not a whole number of milliseconds between 1970 and 2262`;
  if (!tags.device || !tags.site || !tags.gateway) return 'the tags site, gateway and device must not be empty';
  let count = 0;
  for (const field in fields) {
    const value = fields[field] as number;
    if (!Number.isFinite(value)) return `${field} is ${value}, not a finite number`;
    if (field === '' || field === 'time') return `"${field}" cannot be the name of a field`;
    count++;
  }
  return count === 0 ? 'no fields' : undefined;
}
