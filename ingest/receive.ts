/**
 * One message: JSON to a valid payload, or the reason why not. Written by hand because the zod schema of shared/topic.ts costs several times
 * the rest of the work at thousands of messages a second; receive.test.ts proves that both accept the same.
 */
import { reasonOf } from '../shared/errors.ts';
import { quantities } from '../shared/quantity.ts';
import { badReasons } from '../shared/reading.ts';
import type { DeviceStatusPayload, ReadingsPayload } from '../shared/topic.ts';

/** A poll of a device with every quantity of the vocabulary stays below this by far. */
export const maxPayloadBytes = 65_536;
const latestMs = 8.64e15;
const reasons = new Set<unknown>(badReasons);
const limits = new Map<string, { min: number; max: number; whole: boolean }>(
  Object.entries(quantities).map(([id, { range, kind }]) => [id, { min: range[0], max: range[1], whole: kind === 'state' }]),
);

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
export function readReadings(bytes: Buffer): ReadingsPayload | Rejection {
  if (bytes.length > maxPayloadBytes) return { reason: `${bytes.length} bytes, the limit is ${maxPayloadBytes}` };
  let payload: unknown;
  try {
    payload = JSON.parse(bytes.toString());
  } catch (error) {
    return { reason: `not JSON: ${reasonOf(error)}`.slice(0, 200) };
  }
  const reason = readingsMistake(payload);
  if (reason === undefined) return payload as ReadingsPayload;
  return rejection(reason, payload);
}

export function rejection(reason: string, payload: unknown): Rejection {
  if (!isPlain(payload)) return { reason };
  const { boot, seq } = payload;
  if (!isBoot(boot) || !Number.isSafeInteger(seq) || (seq as number) < 0) return { reason };
  return { reason, boot, seq: seq as number };
}

export const isRejection = (value: ReadingsPayload | Rejection): value is Rejection => 'reason' in value;

/** Physically impossible values: the gateway calls them bad; whoever sends one all the same does not get it stored. */
export function impossible(id: string, value: number): boolean {
  const limit = limits.get(id);
  return limit === undefined || value < limit.min || value > limit.max || (limit.whole && !Number.isInteger(value));
}

export function readDeviceStatus(bytes: Buffer): DeviceStatusPayload | undefined {
  if (bytes.length > maxPayloadBytes) return undefined;
  try {
    const payload = JSON.parse(bytes.toString()) as unknown;
    return isPlain(payload) && typeof payload.online === 'boolean' && isTime(payload.since) ? (payload as DeviceStatusPayload) : undefined;
  } catch {
    return undefined;
  }
}
