/** A foreign JSON payload to quantities, by the paths of the site file. Pure: text and arrival time in, a poll result or a reason out. */
import { compile, type JSONPathQuery, type JSONValue } from 'json-p3';
import { inRange, type QuantityId, quantity } from '../../shared/quantity.ts';
import type { RawField } from '../../shared/raw.ts';
import type { BadReason } from '../../shared/reading.ts';
import type { MqttDevice } from '../../shared/site.ts';
import type { PollResult } from '../transport.ts';

const longestFound = 200;

interface Field {
  quantity: QuantityId;
  path: string;
  query: JSONPathQuery;
  scale: number;
  offset: number;
  states: Readonly<Record<string, number>> | undefined;
}

/** What one topic says about one device. */
export interface Mapping {
  device: string;
  topic: string;
  time: { query: JSONPathQuery; unit: 'ms' | 's' | 'iso' } | undefined;
  fields: readonly Field[];
}

/** Compiles the paths once. A device whose points name own topics yields one mapping per topic. */
export function mappingsOf(device: MqttDevice): Mapping[] {
  const time = device.time ? { query: compile(device.time.path), unit: device.time.unit } : undefined;
  const byTopic = new Map<string, Field[]>();
  for (const point of device.points) {
    const topic = point.topic ?? device.topic;
    const fields = byTopic.get(topic) ?? [];
    byTopic.set(topic, fields);
    fields.push({
      quantity: point.quantity,
      path: point.path,
      query: compile(point.path),
      scale: point.scale,
      offset: point.offset,
      states: point.states,
    });
  }
  return [...byTopic].map(([topic, fields]) => ({ device: device.id, topic, time, fields }));
}

/** Undefined: the text is not JSON. */
export function parsePayload(text: string): JSONValue | undefined {
  try {
    return JSON.parse(text) as JSONValue;
  } catch {
    return undefined;
  }
}

/**
 * A payload that should carry its time and does not makes all its values bad at the time of arrival: a value without its time could be
 * old, and passing an old one as new is worse than none.
 */
export function extract(mapping: Mapping, payload: JSONValue, arrived: number): PollResult {
  const result: PollResult = { device: mapping.device, t: arrived, v: {}, bad: {} };
  const t = mapping.time ? timeOf(mapping.time.query.match(payload)?.value, mapping.time.unit) : arrived;
  for (const field of mapping.fields) {
    const value = t === undefined ? 'path' : readField(field, payload);
    if (typeof value === 'number') result.v[field.quantity] = value;
    else result.bad[field.quantity] = value;
  }
  if (t !== undefined) result.t = t;
  if (mapping.time && t !== undefined) result.at = arrived;
  return result;
}

/** What stands in the payload at each path, and what it means; for those who look. Without a payload nothing came yet. */
export function rawFields(mapping: Mapping, payload: JSONValue | undefined, result: PollResult | undefined): RawField[] {
  return mapping.fields.map(({ quantity: id, path, query }) => {
    const found = payload === undefined ? undefined : query.match(payload)?.value;
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

function timeOf(value: JSONValue | undefined, unit: 'ms' | 's' | 'iso'): number | undefined {
  let ms = Number.NaN;
  // Without a zone, Date.parse would read local time of the gateway.
  if (unit === 'iso' && typeof value === 'string' && /(?:Z|[+-]\d\d:?\d\d)$/i.test(value)) ms = Date.parse(value);
  else if (unit !== 'iso') ms = Math.round((numberOf(value) ?? Number.NaN) * (unit === 's' ? 1_000 : 1));
  return Number.isFinite(ms) && ms >= 0 && ms <= 8.64e15 ? ms : undefined;
}

function readField(field: Field, payload: JSONValue): number | BadReason {
  const raw = field.query.match(payload)?.value;
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
  return numberOf(raw);
}

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Many devices send numbers as text; an empty text is none, although Number('') is 0. */
function numberOf(raw: JSONValue | undefined): number | undefined {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && decimal.test(raw) ? Number(raw) : undefined;
}
