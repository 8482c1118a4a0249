/**
 * Points as InfluxDB line protocol, for every version and for VictoriaMetrics: our only encoder. Fields are always floats (a number without the
 * suffix "i" is one), so whole and broken numbers of a field never conflict. Points were checked by refusalOf: numbers are finite, names writable.
 */
import type { Measurement, StorePoint, Tags } from '../store.ts';

const tagNames = [
  'building',
  'circuit',
  'department',
  'device',
  'device_en',
  'device_zh',
  'gateway',
  'priority',
  'rule',
  'site',
  'system',
  'title_en',
  'title_zh',
  'transition',
] as const;

const escapeKey = (text: string) => text.replace(/[,= ]/g, '\\$&');
const prefixes = new WeakMap<Tags, Map<Measurement, string>>();
/** Of each field what stands before its value: in the first place, and in others. */
const keys = new Map<string, { first: string; later: string }>();
const mostKeys = 10_000;

/** Measurement and tags, in the alphabetical order that InfluxDB likes best; an absent or empty tag is left out. Ends with the space before the fields. */
export function startOf(measurement: Measurement, tags: Tags): string {
  let known = prefixes.get(tags);
  if (!known) {
    known = new Map();
    prefixes.set(tags, known);
  }
  let prefix = known.get(measurement);
  if (prefix === undefined) {
    prefix = measurement.replace(/[, ]/g, '\\$&');
    for (const name of tagNames) if (tags[name]) prefix += `,${name}=${escapeKey(tags[name])}`;
    prefix += ' ';
    known.set(measurement, prefix);
  }
  return prefix;
}

function keyOf(field: string): { first: string; later: string } {
  let key = keys.get(field);
  if (key === undefined) {
    const first = `${escapeKey(field)}=`;
    key = { first, later: `,${first}` };
    if (keys.size < mostKeys) keys.set(field, key);
  }
  return key;
}

/** One line without its line break; time in milliseconds. */
export function lineOf({ measurement, tags, fields, t }: StorePoint): string {
  let line = startOf(measurement, tags);
  let isFirst = true;
  for (const field in fields) {
    const { first, later } = keyOf(field);
    line += (isFirst ? first : later) + fields[field];
    isFirst = false;
  }
  return `${line} ${t}`;
}
