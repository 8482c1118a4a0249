/** The message as it waits in the outbox: written once as JSON, named for good by (boot, seq). */
import type { DeviceReadings } from '../transport.ts';

/**
 * `unsent` never given to the link; `sent` under way; `due` to be sent (again); `done` ingest has said "committed".
 */
export type MessageState = 'unsent' | 'sent' | 'due' | 'done';

/** A row of the journal whose messages are also in memory; it is deleted when none of them is left. */
export interface Held {
  readonly id: number;
  readonly messages: readonly Message[];
  left: number;
}

export interface Message {
  readonly boot: string;
  readonly seq: number;
  readonly device: string;
  /** Plant time of the reading, UTC ms. */
  readonly t: number;
  /** The JSON of `readingsPayload`. */
  readonly payload: string;
  /** Wire time (monotonic ms) when it came in. */
  readonly addedAt: number;
  /** Fresh from the device in this life of the process; all others are backlog. */
  live: boolean;
  state: MessageState;
  /** Wire time; -1: never. */
  sentAt: number;
  held: Held | undefined;
}

/** The payload of one poll; v and bad are stringified once, here. A value that JSON cannot hold becomes bad. */
export function encodePayload(boot: string, seq: number, result: DeviceReadings): string {
  let values = JSON.stringify(result.v);
  let bad = result.bad;
  if (values.includes('null')) {
    const v: DeviceReadings['v'] = {};
    bad = { ...bad };
    for (const [name, value] of Object.entries(result.v) as [keyof DeviceReadings['v'], number][]) {
      if (Number.isFinite(value)) v[name] = value;
      else bad[name] = 'decode';
    }
    values = JSON.stringify(v);
  }
  let tail = '}';
  for (const _ in bad) {
    tail = `,"bad":${JSON.stringify(bad)}}`;
    break;
  }
  const at = result.at === undefined ? '' : `,"at":${Math.round(result.at)}`;
  return `{"boot":"${boot}","seq":${seq},"t":${Math.round(result.t)}${at},"v":${values}${tail}`;
}

const head = /^\{"boot":"([^"]{1,64})","seq":(\d{1,16}),"t":(\d{1,16}),/;

/** A message read back from the journal; undefined when the text is not one. */
export function decodeMessage(device: string, payload: string, addedAt: number): Message | undefined {
  const match = head.exec(payload);
  if (!match) return undefined;
  return {
    boot: match[1] as string,
    seq: Number(match[2]),
    device,
    t: Number(match[3]),
    payload,
    addedAt,
    live: false,
    state: 'unsent',
    sentAt: -1,
    held: undefined,
  };
}
