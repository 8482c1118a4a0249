/** A foreign payload to quantities, by the paths of the site file. Pure: value and arrival time in, poll results out. */
import { compile, type JSONPathQuery, type JSONValue } from 'json-p3';
import { inRange, type QuantityId, quantity } from '../../shared/quantity.ts';
import type { RawField } from '../../shared/raw.ts';
import type { BadReason } from '../../shared/reading.ts';
import type { MqttDevice } from '../../shared/site.ts';
import type { DeviceReadings } from '../transport.ts';
import { parseInner } from './payload.ts';
import { type NumberForm, numberOf } from './payload-number.ts';
import { payloadTime, type TimeUnit } from './payload-time.ts';

const longestFound = 200;

/** Where something stands: at a path, or within the JSON text that stands there. */
interface Where {
  query: JSONPathQuery;
  inside: JSONPathQuery | undefined;
}

interface Field extends Where, NumberForm {
  quantity: QuantityId;
  path: string;
  scale: number;
  offset: number;
  states: Readonly<Record<string, number>> | undefined;
}

/** What one topic says about one device. */
export interface Mapping {
  device: string;
  topic: string;
  time: (Where & { unit: TimeUnit; zone: string | undefined }) | undefined;
  /** Several readings in one message. */
  rows: JSONPathQuery | undefined;
  /** Some value is the whole payload. */
  whole: boolean;
  /** What is absent is unchanged. */
  partial: boolean;
  fields: readonly Field[];
}

/** One reading of a message and the value that it was taken from. */
export interface Extracted {
  result: DeviceReadings;
  row: JSONValue;
}

const whereOf = ({ path, inside }: { path: string; inside?: string | undefined }): Where => ({
  query: compile(path),
  inside: inside === undefined ? undefined : compile(inside),
});

/** Compiles the paths once. A device whose points name own topics yields one mapping per topic. */
export function mappingsOf(device: MqttDevice, siteZone: string): Mapping[] {
  const { id, partial } = device;
  const time = device.time && {
    ...whereOf(device.time),
    unit: device.time.unit,
    zone: device.time.zone === 'site' ? siteZone : device.time.zone,
  };
  const rows = device.rows === undefined ? undefined : compile(device.rows);
  const byTopic = new Map<string, Field[]>();
  for (const { topic = device.topic, quantity: id, path, scale, offset, states, decimal, suffix, inside } of device.points) {
    const fields = byTopic.get(topic) ?? [];
    byTopic.set(topic, fields);
    fields.push({ quantity: id, path, ...whereOf({ path, inside }), scale, offset, states, decimal, suffix });
  }
  return [...byTopic].map(([topic, fields]) => ({
    device: id,
    topic,
    time,
    rows,
    partial,
    whole: fields.some(({ path }) => path === '$'),
    fields,
  }));
}

/** The readings of a message by time, the oldest first; none when nothing changed that we know. */
export function extractAll(mapping: Mapping, payload: JSONValue, arrived: number): Extracted[] {
  const rows = mapping.rows ? mapping.rows.query(payload).values() : [payload];
  if (rows.length === 0) return mapping.partial ? [] : [{ result: allBad(mapping, 'path', arrived), row: payload }];
  const found = rows.map((row) => ({ result: extract(mapping, row, arrived), row }));
  return found
    .filter(({ result }) => Object.keys(result.v).length + Object.keys(result.bad).length > 0)
    .sort((a, b) => a.result.t - b.result.t);
}

/** A message of which nothing can be read. */
export function allBad(mapping: Mapping, reason: BadReason, arrived: number): DeviceReadings {
  const bad = mapping.partial ? [] : mapping.fields.map(({ quantity: id }) => [id, reason] as const);
  return { device: mapping.device, t: arrived, v: {}, bad: Object.fromEntries(bad) };
}

/**
 * A payload that should carry its time and does not makes all its values bad at the time of arrival: a value without its time could be
 * old, and passing an old one as new is worse than none.
 */
export function extract(mapping: Mapping, payload: JSONValue, arrived: number): DeviceReadings {
  const result: DeviceReadings = { device: mapping.device, t: arrived, v: {}, bad: {} };
  const { time } = mapping;
  const t = time ? payloadTime(at(time, payload), time.unit, time.zone, arrived) : arrived;
  for (const field of mapping.fields) {
    const raw = at(field, payload);
    if (raw === undefined && mapping.partial) continue;
    const value = t === undefined ? 'path' : readField(field, raw);
    if (typeof value === 'number') result.v[field.quantity] = value;
    else result.bad[field.quantity] = value;
  }
  if (t !== undefined) result.t = t;
  if (time && t !== undefined) result.at = arrived;
  return result;
}

/** What stands in the payload at each path, and what it means; for those who look. Without a payload nothing came yet. */
export function rawFields(mapping: Mapping, payload: JSONValue | undefined, result: DeviceReadings | undefined): RawField[] {
  return mapping.fields.map((field) => {
    const { quantity: id, path } = field;
    const found = payload === undefined ? undefined : at(field, payload);
    return {
      quantity: id,
      topic: mapping.topic,
      path,
      found: found === undefined ? null : JSON.stringify(found).slice(0, longestFound),
      value: result?.v[id] ?? null,
      bad: result?.bad[id] ?? null,
      t: result?.t ?? null,
    };
  });
}

function at({ query, inside }: Where, payload: JSONValue): JSONValue | undefined {
  const found = query.match(payload)?.value;
  if (!inside) return found;
  const inner = parseInner(found);
  return inner === undefined ? undefined : inside.match(inner)?.value;
}

function readField(field: Field, raw: JSONValue | undefined): number | BadReason {
  if (raw === undefined) return 'path';
  if (raw === null) return 'sentinel';
  const number = field.states && Object.hasOwn(field.states, String(raw)) ? field.states[String(raw)] : decode(field, raw);
  if (number === undefined) return 'decode';
  const value = field.states ? number : number * field.scale + field.offset;
  return inRange(field.quantity, value) ? value : 'range';
}

function decode(field: Field, raw: JSONValue): number | undefined {
  // With a table of states, a text that is not in it has no meaning.
  if (field.states) return undefined;
  if (typeof raw === 'boolean') return quantity(field.quantity).kind === 'state' ? Number(raw) : undefined;
  return numberOf(raw, field);
}
