/**
 * One readings message: JSON to values, or the reason why not. The only parser there is, for ingest, rules and the live cache alike: what one of them
 * judges or shows the others store. Written by hand because the zod schema of topic.ts costs several times the rest of the work at thousands of messages a
 * second; readings.test.ts proves that both accept the same. Of a message with a wrong value the others are taken, and what was left out is told.
 */
import { reasonOf } from './errors.ts';
import { quantities } from './quantity.ts';
import { type BadReason, badReasons } from './reading.ts';
import { type DeviceStatusPayload, deviceStatusPayload } from './topic.ts';

/** A poll of a device with every quantity of the vocabulary stays below this by far. */
export const maxPayloadBytes = 65_536;
const latestMs = 8.64e15;
const reasons = new Set<unknown>(badReasons);
const limits = new Map<string, { min: number; max: number; whole: boolean }>(
  Object.entries(quantities).map(([id, { range, kind }]) => [id, { min: range[0], max: range[1], whole: kind === 'state' }]),
);

/** What a message says. A physically impossible value is among `bad`, as `range`. */
export interface Readings {
  boot: string;
  seq: number;
  /** When the values were true. */
  t: number;
  /** When the gateway heard them, where the device stamps its values by its own clock. */
  at?: number | undefined;
  v: Record<string, number>;
  bad?: Record<string, BadReason> | undefined;
  /** What could not be taken and was left out. */
  left?: string;
}

export interface Rejection {
  reason: string;
  /** What names the message, when that much could be read: it is done with for good, the gateway may let go of it. */
  boot?: string;
  seq?: number;
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= latestMs;
const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** 1 to 64 characters; a character outside the basic plane is one, as the schema counts. */
const isBoot = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && (value.length <= 64 || (value.length <= 128 && [...value].length <= 64));
const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);

/** Undefined when it is a ReadingsPayload. */
export function readingsMistake(payload: unknown): string | undefined {
  if (!isPlain(payload)) return 'not a JSON object';
  const { boot, seq, t, at, v, bad } = payload;
  if (!isBoot(boot)) return `boot is ${shown(boot)}, not a text of 1 to 64 characters`;
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return `seq is ${shown(seq)}, not a whole number from 0`;
  if (!isTime(t)) return `t is ${shown(t)}, not a time in UTC milliseconds`;
  if (at !== undefined && !isTime(at)) return `at is ${shown(at)}, not a time in UTC milliseconds`;
  if (!isPlain(v)) return 'v is not an object of quantity: number';
  for (const id in v) {
    if (!limits.has(id)) return `v.${id.slice(0, 60)} is not a known quantity`;
    if (!Number.isFinite(v[id])) return `v.${id} is ${shown(v[id])}, not a finite number`;
  }
  if (bad !== undefined) {
    if (!isPlain(bad)) return 'bad is not an object of quantity: reason';
    for (const id in bad) {
      if (!limits.has(id)) return `bad.${id.slice(0, 60)} is not a known quantity`;
      if (!reasons.has(bad[id])) return `bad.${id} is ${shown(bad[id])}, not a known reason`;
    }
  }
  for (const key in payload) {
    if (key !== 'boot' && key !== 'seq' && key !== 't' && key !== 'at' && key !== 'v' && key !== 'bad')
      return `"${key.slice(0, 60)}" is not part of a readings message`;
  }
  return undefined;
}

/** Parses and checks; a rejection names boot and seq when they can be read. */
export function readReadings(bytes: Uint8Array | string): Readings | Rejection {
  if (bytes.length > maxPayloadBytes) return { reason: `${bytes.length} bytes, the limit is ${maxPayloadBytes}` };
  let payload: unknown;
  try {
    payload = JSON.parse(typeof bytes === 'string' ? bytes : textOf(bytes));
  } catch (error) {
    return { reason: `not JSON: ${reasonOf(error)}`.slice(0, 200) };
  }
  const reason = readingsMistake(payload);
  const message = reason === undefined ? (payload as Readings) : salvaged(payload, reason);
  return message ? withoutImpossible(message) : rejection(reason as string, payload);
}

const head = /^\{"boot":"([\w-]{1,64})","seq":(\d{1,15}),"t":(\d{1,15})[,}]/;
/** Longer than any head. */
const headBytes = 128;

/** Name and time of a message as our gateways write it, without a look at its values; undefined where it is written otherwise. */
export function readHead(bytes: Buffer): Pick<Readings, 'boot' | 'seq' | 't'> | undefined {
  const found = head.exec(bytes.toString('latin1', 0, headBytes));
  return found ? { boot: found[1] as string, seq: Number(found[2]), t: Number(found[3]) } : undefined;
}

const textOf = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString();

/** The message without what is wrong in it; undefined when it cannot be named, timed or read at all. */
function salvaged(payload: unknown, reason: string): Readings | undefined {
  if (!isPlain(payload)) return undefined;
  const { boot, seq, t, at, v, bad } = payload;
  if (!isBoot(boot) || !Number.isSafeInteger(seq) || (seq as number) < 0 || !isTime(t) || !isPlain(v)) return undefined;
  const kept: Readings = { boot, seq: seq as number, t, v: {}, left: reason };
  if (at !== undefined) {
    // When it was heard is what silence is judged by: a wrong one is worse than none.
    if (!isTime(at)) return undefined;
    kept.at = at;
  }
  for (const id in v) if (limits.has(id) && Number.isFinite(v[id])) kept.v[id] = v[id] as number;
  if (isPlain(bad)) {
    kept.bad = {};
    for (const id in bad) if (limits.has(id) && reasons.has(bad[id])) kept.bad[id] = bad[id] as BadReason;
  }
  return Object.keys(kept.v).length > 0 || kept.bad ? kept : undefined;
}

function withoutImpossible(message: Readings): Readings {
  let { v, bad } = message;
  for (const id in v) {
    if (!impossible(id, v[id] as number)) continue;
    if (v === message.v) [v, bad] = [{ ...v }, { ...bad }];
    delete v[id];
    (bad as Record<string, BadReason>)[id] = 'range';
  }
  return v === message.v ? message : { ...message, v, bad };
}

export function rejection(reason: string, payload: unknown): Rejection {
  if (!isPlain(payload)) return { reason };
  const { boot, seq } = payload;
  if (!isBoot(boot) || !Number.isSafeInteger(seq) || (seq as number) < 0) return { reason };
  return { reason, boot, seq: seq as number };
}

export const isRejection = (value: Readings | Rejection): value is Rejection => 'reason' in value;

/** Physically impossible values: the gateway calls them bad; whoever sends one all the same does not get it judged, shown or stored. */
export function impossible(id: string, value: number): boolean {
  const limit = limits.get(id);
  return limit === undefined || value < limit.min || value > limit.max || (limit.whole && !Number.isInteger(value));
}

/** Undefined when it is not a device's status. */
export function readDeviceStatus(bytes: Uint8Array | string): DeviceStatusPayload | undefined {
  if (bytes.length > maxPayloadBytes) return undefined;
  try {
    const found = deviceStatusPayload.safeParse(JSON.parse(typeof bytes === 'string' ? bytes : textOf(bytes)));
    return found.success ? found.data : undefined;
  } catch {
    return undefined;
  }
}
