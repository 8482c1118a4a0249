/** One message of readings, checked by hand: this is the hot path, and what is wrong is left out, never thrown. */
import type { BadReason } from '../shared/reading.ts';

export interface Message {
  boot: string;
  seq: number;
  t: number;
  /** When the gateway heard it, where the device stamps its values by its own clock. */
  at?: number | undefined;
  v: Record<string, number>;
  bad: Record<string, BadReason> | undefined;
}

/** Undefined for anything that is not of the agreed form (shared/topic.ts, readingsPayload). Ingest keeps such messages with the reason. */
export function parseReadings(payload: Uint8Array | string): Message | undefined {
  let json: unknown;
  try {
    json = JSON.parse(
      typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString(),
    );
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { boot, seq, t, at, v, bad } = json as Partial<Message>;
  if (typeof boot !== 'string' || typeof seq !== 'number' || typeof t !== 'number' || !Number.isSafeInteger(t) || t < 0) return undefined;
  if (at !== undefined && (!Number.isSafeInteger(at) || at < 0)) return undefined;
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return undefined;
  for (const quantity in v) {
    if (typeof v[quantity] !== 'number' || !Number.isFinite(v[quantity])) return undefined;
  }
  if (bad !== undefined && (typeof bad !== 'object' || bad === null)) return undefined;
  return { boot, seq, t, at, v, bad };
}
