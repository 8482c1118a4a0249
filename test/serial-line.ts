/**
 * A half-duplex RS-485 line in simulated time, with slaves that may misbehave: bytes take their time, who talks while another talks spoils
 * both. Written from the standard; it shares nothing with the gateway's client but the interface it stands in for.
 */

import type { Port, PortEvents } from '../gateway/modbus/link.ts';
import type { Clock } from '../shared/clock.ts';

export function crc(bytes: Uint8Array): [number, number] {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0xa001 : value >> 1;
  }
  return [value & 255, value >> 8];
}
export const withCrc = (bytes: Uint8Array): Uint8Array => Uint8Array.of(...bytes, ...crc(bytes));

export interface LineRequest {
  unit: number;
  code: number;
  address: number;
  count: number;
  /** How many requests this line carried before. */
  number: number;
}

/** One transmission of a slave: what, and how long after the end of the request at the earliest. */
export interface Transmission {
  bytes: Uint8Array;
  delayMs: number;
}

export interface SerialLine extends Port {
  /** Time in which bytes were on the line, ms. */
  busyMs: number;
  requests: number;
  collisions: number;
}

export interface LineOptions {
  charMs: number;
  clock: Clock;
  /** What the slaves send on a request; nothing when they are silent. */
  respond(request: LineRequest): readonly Transmission[];
}

/** Bytes that a driver hands over together. */
const lump = 32;

export function serialLine({ charMs, clock, respond }: LineOptions): SerialLine {
  let events: PortEvents | undefined;
  /** Transmissions on the line: until when, and whether spoilt. */
  let onLine: { until: number; spoilt: boolean }[] = [];
  let open = true;
  /** Until when each slave talks. */
  const freeAt = new Map<number, number>();

  /** Puts bytes on the line; returns when they are through, and whether somebody talked into them. */
  const occupy = (bytes: number) => {
    const now = clock.monotonic();
    onLine = onLine.filter(({ until }) => until > now + 1e-6);
    const own = { until: now + bytes * charMs, spoilt: onLine.length > 0 };
    if (own.spoilt) {
      line.collisions++;
      for (const other of onLine) other.spoilt = true;
    }
    onLine.push(own);
    line.busyMs += bytes * charMs;
    return own;
  };

  const line: SerialLine = {
    busyMs: 0,
    requests: 0,
    collisions: 0,
    get open() {
      return open;
    },
    start(handlers) {
      events = handlers;
      events.opened();
    },
    wake() {},
    reset() {},
    write(frame) {
      const own = occupy(frame.length);
      const number = line.requests++;
      clock.after(own.until - clock.monotonic(), () => {
        if (own.spoilt || frame.length < 8) return;
        const request = {
          unit: frame[0]!,
          code: frame[1]!,
          address: (frame[2]! << 8) | frame[3]!,
          count: (frame[4]! << 8) | frame[5]!,
          number,
        };
        for (const { bytes, delayMs } of respond(request)) {
          // A slave answers in the order of asking: who is late with one answer is later with the next.
          const startsAt = Math.max(clock.monotonic() + delayMs, (freeAt.get(request.unit) ?? 0) + 4 * charMs);
          freeAt.set(request.unit, startsAt + bytes.length * charMs);
          clock.after(startsAt - clock.monotonic(), () => {
            const talk = occupy(bytes.length);
            // Drivers hand over what came so far, USB adapters each 16 ms or so.
            const deliver = (from: number, to: number) => {
              if (!open) return;
              const piece = bytes.slice(from, to);
              if (talk.spoilt) for (const at of piece.keys()) piece[at] = piece[at]! ^ 0x55;
              events?.data(piece);
            };
            for (let from = 0; from < bytes.length; from += lump) {
              const to = Math.min(from + lump, bytes.length);
              clock.after(to === bytes.length ? talk.until - clock.monotonic() : to * charMs, () => deliver(from, to));
            }
          });
        }
      });
    },
    async [Symbol.asyncDispose]() {
      open = false;
    },
  };
  return line;
}
