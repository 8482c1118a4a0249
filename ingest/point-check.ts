import type { StorePoint, Tags } from './store.ts';

/** InfluxDB counts nanoseconds in 64 bits: the last millisecond it can hold is in 2262. All stores keep to that. */
export const latestTimeMs = 9_223_372_036_854;

/**
 * Line protocol has no way to write a line break, and none that all versions agree on for a backslash before a character that it would escape. Such
 * names are refused by every store, so that a site can change its store.
 */
const unwritable = /\p{Cc}|\\(?=[\\,= "]|$)/u;
const fineNames = new Set<string>();
const fineTags = new WeakSet<Tags>();

function isWritable(name: string): boolean {
  if (fineNames.has(name)) return true;
  if (unwritable.test(name)) return false;
  if (fineNames.size < 10_000) fineNames.add(name);
  return true;
}

/** Why no store can take this point, the same for all of them; undefined when it is fine. */
export function refusalOf(point: StorePoint): string | undefined {
  const { t, tags, fields } = point;
  if (!Number.isSafeInteger(t) || t < 0 || t > latestTimeMs) return `time ${t} is not a whole number of milliseconds between 1970 and 2262`;
  if (!tags.device || !tags.site || !tags.gateway) return 'the tags site, gateway and device must not be empty';
  if (!fineTags.has(tags)) {
    for (const [name, value] of Object.entries(tags)) {
      if (value !== undefined && unwritable.test(value))
        return `the tag ${name} has a control character or a backslash that cannot be written`;
    }
    fineTags.add(tags);
  }
  let count = 0;
  for (const field in fields) {
    const value = fields[field] as number;
    if (!Number.isFinite(value)) return `${field} is ${value}, not a finite number`;
    if (field === '' || field === 'time' || !isWritable(field)) return `${JSON.stringify(field)} cannot be the name of a field`;
    count++;
  }
  return count === 0 ? 'no fields' : undefined;
}
