/**
 * Modbus TCP client (Modbus Messaging on TCP/IP V1.0b): requests are told apart by transaction id, so late answers cannot be mistaken.
 * Anything that is not a frame drops the connection, for the stream cannot be trusted from there on.
 */
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import { exceptionFault } from './exceptions.ts';
import type { Link, LinkCounts, Port } from './link.ts';
import { openingOf } from './opening.ts';
import { encodeRequest, guardReadOnly, matchAnswer, type Request } from './pdu.ts';

const headerBytes = 7;
/** Unit id and protocol data unit: 1 + 253 (4.1). */
const longestBody = 254;
/** Timeouts in a row, without any answer between, after which the connection itself is suspect. */
const suspectTimeouts = 4;

interface Waiting {
  id: number;
  unit: number;
  request: Request;
  deadline: number;
  overdue: boolean;
  /** An answer came that would fit but for its number. */
  mismatch: string | undefined;
  resolve(data: Uint8Array): void;
  reject(fault: Fault): void;
}

/** What devices get wrong and a site may forgive them; only with one request under way at a time. */
export interface Forgiving {
  transactionIds?: boolean | undefined;
  unitIds?: boolean | undefined;
}

/** A device is asked the same for ever. */
const encoded = new WeakMap<Request, Uint8Array>();

export function tcpLink(port: Port, inFlight: number, clock: Clock, forgiving: Forgiving = {}): Link {
  const opening = openingOf(port, clock);
  /** A few at most. Not a map: one that fills and empties with each request costs a new table each time. */
  const waiting: Waiting[] = [];
  /** Requests given up, to know whose late answer it is. Bounded: the oldest goes first. */
  const givenUp = new Map<number, number>();
  const counts: LinkCounts = { late: 0, foreign: 0, garbled: 0, timeouts: 0, reconnects: 0 };
  let transaction = 0;
  let rest: Buffer | undefined;
  let timeoutsInARow = 0;
  let timerAt = Number.POSITIVE_INFINITY;
  let cancelTimer = () => {};

  const failAll = (reason: string) => {
    for (const { reject } of waiting.splice(0)) reject(new Fault('transport/closed', reason));
  };

  const of = (id: number): Waiting | undefined => {
    for (const entry of waiting) if (entry.id === id) return entry;
    return undefined;
  };
  const leave = (entry: Waiting) => {
    const last = waiting.pop() as Waiting;
    if (last !== entry) waiting[waiting.indexOf(entry)] = last;
  };

  const expire = () => {
    timerAt = Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    let soonest = Number.POSITIVE_INFINITY;
    for (const entry of [...waiting]) {
      if (entry.deadline > now + 0.5) {
        soonest = Math.min(soonest, entry.deadline);
        continue;
      }
      if (!entry.overdue) {
        // After a stall of the event loop timers run before sockets: let an answer that is already here be read first.
        entry.overdue = true;
        soonest = Math.min(soonest, now + 1);
        continue;
      }
      leave(entry);
      givenUp.set(entry.id, entry.unit);
      if (givenUp.size > 64) givenUp.delete(givenUp.keys().next().value as number);
      counts.timeouts++;
      timeoutsInARow++;
      if (entry.mismatch) entry.reject(new Fault('transport/mismatch', entry.mismatch));
      else entry.reject(new Fault('transport/timeout', `unit ${entry.unit} did not answer`));
    }
    // Without numbers a late answer would be taken for the next one: let it come on a connection that is no more.
    if (timeoutsInARow >= suspectTimeouts || (timeoutsInARow > 0 && forgiving.transactionIds)) {
      timeoutsInARow = 0;
      port.reset('no answers any more');
    } else if (soonest !== Number.POSITIVE_INFINITY) arm(soonest);
  };
  // One timer for the connection, not one for each request: it is left to fire early and looks again.
  const arm = (deadline: number) => {
    if (deadline >= timerAt) return;
    cancelTimer();
    timerAt = deadline;
    cancelTimer = clock.after(deadline - clock.monotonic(), expire);
  };

  /** The request that this answer fits but for its transaction id. */
  const alike = (unit: number, pdu: Uint8Array): Waiting | undefined =>
    waiting.find((entry) => (unit === entry.unit || forgiving.unitIds) && matchAnswer(entry.request, pdu).kind !== 'mismatch');

  const frame = (id: number, unit: number, pdu: Uint8Array) => {
    let entry = of(id);
    if (!entry && !givenUp.has(id)) {
      const fitting = alike(unit, pdu);
      if (fitting && forgiving.transactionIds) entry = fitting;
      else if (fitting) fitting.mismatch = `answers with another transaction id (${id} instead of ${fitting.id})`;
    }
    if (!entry) {
      const late = givenUp.get(id);
      givenUp.delete(id);
      if (late === undefined) counts.foreign++;
      else {
        counts.late++;
        timeoutsInARow = 0;
        if (late === unit) link.onLate?.(unit);
      }
      return;
    }
    leave(entry);
    const answer = matchAnswer(entry.request, pdu);
    const isOther = unit !== entry.unit && !forgiving.unitIds;
    if (isOther || answer.kind === 'mismatch') {
      counts.garbled++;
      if (answer.kind === 'mismatch') entry.reject(new Fault('transport/garbled', answer.reason));
      else entry.reject(new Fault('transport/mismatch', `answers with another unit id (${unit} instead of ${entry.unit})`));
      port.reset('an answer that does not fit its request');
      return;
    }
    timeoutsInARow = 0;
    if (answer.kind === 'data') entry.resolve(answer.data);
    else entry.reject(exceptionFault(answer.code));
  };

  const data = (chunk: Uint8Array) => {
    let bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (rest) bytes = Buffer.concat([rest, bytes]);
    rest = undefined;
    let at = 0;
    while (bytes.length - at >= headerBytes) {
      const length = bytes.readUInt16BE(at + 4);
      if (bytes.readUInt16BE(at + 2) !== 0 || length < 3 || length > longestBody) {
        counts.garbled++;
        port.reset('bytes that are no Modbus TCP frame');
        return;
      }
      if (bytes.length - at < 6 + length) break;
      frame(bytes.readUInt16BE(at), bytes[at + 6]!, bytes.subarray(at + headerBytes, at + 6 + length));
      // The frame may have made us drop the connection; what came with it is then void.
      if (!port.open) return;
      at += 6 + length;
    }
    if (at < bytes.length) rest = bytes.subarray(at);
  };

  const link: Link = {
    inFlight,
    counts,
    onLate: undefined,
    onState: undefined,
    get open() {
      return port.open;
    },
    lineTimeMs: () => 0,
    read(unit, request, timeoutMs) {
      if (!port.open) {
        const startedAt = clock.monotonic();
        return opening.wait(timeoutMs).then(() => link.read(unit, request, timeoutMs - (clock.monotonic() - startedAt)));
      }
      let pdu = encoded.get(request);
      if (!pdu) {
        pdu = encodeRequest(request);
        encoded.set(request, pdu);
      }
      guardReadOnly(pdu);
      do transaction = (transaction + 1) & 0xffff;
      while (of(transaction) || givenUp.has(transaction));
      const bytes = Buffer.allocUnsafe(headerBytes + pdu.length);
      bytes.writeUInt16BE(transaction, 0);
      bytes.writeUInt16BE(0, 2);
      bytes.writeUInt16BE(pdu.length + 1, 4);
      bytes[6] = unit;
      bytes.set(pdu, headerBytes);
      return new Promise((resolve, reject) => {
        const deadline = clock.monotonic() + timeoutMs;
        waiting.push({ id: transaction, unit, request, deadline, overdue: false, mismatch: undefined, resolve, reject });
        port.write(bytes);
        arm(deadline);
      });
    },
    async [Symbol.asyncDispose]() {
      cancelTimer();
      await port[Symbol.asyncDispose]();
      failAll('closing down');
      opening.closed('closing down');
    },
  };
  port.start({
    data,
    opened() {
      rest = undefined;
      timeoutsInARow = 0;
      opening.opened();
      link.onState?.(true, '');
    },
    closed(reason) {
      rest = undefined;
      counts.reconnects++;
      givenUp.clear();
      failAll(reason);
      opening.closed(reason);
      link.onState?.(false, reason);
    },
  });
  return link;
}
