/**
 * Modbus RTU client on a serial line or on a raw TCP converter. RTU answers carry no request number, so trust is earned: unit, function,
 * byte count and CRC must fit the one outstanding request, and what came before is dropped before asking. After a failed request its late
 * answer could be taken for the answer to the next one of the same look (telegraf#9253: the second read got the first one's bytes). Since a
 * device answers in the order of asking, a shorter read comes first then: once that is answered, nothing older can come any more.
 */
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/errors.ts';
import { exceptionFault } from './exceptions.ts';
import type { Link, LinkCounts, Port } from './link.ts';
import { openingOf } from './opening.ts';
import type { Request } from './pdu.ts';
import { answerBytes, encodeFrame, matchAt, type Shape, sameShape, shapeOf } from './rtu-frame.ts';

export interface RtuTiming {
  /** Time of one character on the line, ms; 0 on TCP. */
  charMs: number;
  /** Silence between frames, ms: 3.5 characters, 1.75 ms above 19200 baud (Modbus over Serial Line V1.02, 2.5.1.1). */
  gapMs: number;
  /** Silence after which a frame that is not whole will never be, ms. Wider than the line needs: adapters deliver in lumps. */
  settleMs: number;
}

/** A request that failed, whose answer may still come. */
interface Doubt {
  shape: Shape;
  until: number;
}

interface Current {
  shape: Shape;
  timeoutMs: number;
  /** No first byte by then: silent. */
  firstBy: number;
  /** Not whole by then: given up. */
  wholeBy: number;
  overdue: boolean;
  resolve(data: Uint8Array): void;
  reject(fault: Fault): void;
}

/** How long a device may be late before its answer is given up for good, in timeouts; and at least so many ms. */
const lateTimeouts = 10;
const leastLateMs = 10_000;
/** Single registers have no shorter read: they are held back for so many timeouts, at least so many ms. */
const waitTimeouts = 2;
const leastWaitMs = 500;

/** Longest time to listen for the late answer of a unit that used to answer, ms. */
const longestListenMs = 300;

/** Timers and clocks do not agree to the last microsecond. */
const toleranceMs = 0.01;

/** Failures in a row, without any answer between, after which a converter's connection itself is suspect. */
const suspectFailures = 8;

export function rtuLink(port: Port, timing: RtuTiming, clock: Clock): Link {
  const counts: LinkCounts = { late: 0, foreign: 0, garbled: 0, timeouts: 0, reconnects: 0 };
  const opening = openingOf(port, clock);
  const buffer = new Uint8Array(2048);
  let length = 0;
  let lastByteAt = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let current: Current | undefined;
  let doubts: Doubt[] = [];
  let tail: Promise<void> = Promise.resolve();
  let failuresInARow = 0;
  const silentUnits = new Set<number>();
  let listenUntil = Number.NEGATIVE_INFINITY;
  let cancelTimer = () => {};
  let wakeDoubter = () => {};

  const finish = (outcome: Uint8Array | Fault) => {
    const entry = current;
    if (!entry) return;
    current = undefined;
    cancelTimer();
    if (outcome instanceof Fault) entry.reject(outcome);
    else entry.resolve(outcome);
  };

  const fail = (code: 'transport/timeout' | 'transport/garbled', reason: string) => {
    if (!current) return;
    const { shape, timeoutMs } = current;
    doubts.push({ shape, until: clock.monotonic() + Math.max(leastLateMs, lateTimeouts * timeoutMs) });
    if (doubts.length > 64) doubts.shift();
    if (code === 'transport/timeout') {
      counts.timeouts++;
      // A unit that used to answer is most likely just late: listen on for a while rather than talk into its answer. A dead one is not
      // waited for twice.
      if (!silentUnits.has(shape.unit)) listenUntil = clock.monotonic() + Math.min(timeoutMs, longestListenMs);
      silentUnits.add(shape.unit);
    } else counts.garbled++;
    length = 0;
    finish(new Fault(code, reason));
    if (++failuresInARow >= suspectFailures) {
      failuresInARow = 0;
      port.reset('no answers any more');
    }
  };

  /** Goes through the buffer; true when the outstanding request is done. `final`: nothing more will come, half frames are none. */
  const scan = (final: boolean): boolean => {
    let at = 0;
    outer: while (at < length) {
      if (current) {
        const match = matchAt(buffer, at, length, current.shape);
        if (match.kind === 'frame') {
          accept(at, match.end, match.exception);
          return true;
        }
        if (match.kind === 'partial' && !final) break;
      }
      for (const doubt of doubts) {
        const match = matchAt(buffer, at, length, doubt.shape);
        if (match.kind === 'frame') {
          settle(doubt);
          at = match.end;
          continue outer;
        }
        if (match.kind === 'partial' && !final) break outer;
      }
      at++;
    }
    buffer.copyWithin(0, at, length);
    length -= at;
    return false;
  };

  const accept = (at: number, end: number, exception: number | undefined) => {
    const shape = current!.shape;
    const own = doubts.filter((doubt) => doubt.shape.unit === shape.unit);
    const data = buffer.slice(at + (shape.bytes === undefined ? 2 : 3), end - 2);
    if (at > 0) counts.foreign++;
    length = 0;
    failuresInARow = 0;
    silentUnits.delete(shape.unit);
    if (exception !== undefined && own.some((doubt) => doubt.shape.code === shape.code)) {
      // A refusal looks the same whatever was asked: this one may answer the request before. It settles that one, and we ask again.
      doubts = doubts.filter((doubt) => doubt.shape.unit !== shape.unit);
      counts.late++;
      finish(new Fault('transport/garbled', 'a refusal that may belong to an earlier request'));
      return;
    }
    // Devices answer in the order of asking: whatever was open before at this unit will not come any more.
    if (own.length > 0) doubts = doubts.filter((doubt) => doubt.shape.unit !== shape.unit);
    finish(exception === undefined ? data : exceptionFault(exception));
  };

  const settle = (doubt: Doubt) => {
    doubts = doubts.filter((other) => other !== doubt);
    counts.late++;
    silentUnits.delete(doubt.shape.unit);
    listenUntil = Number.NEGATIVE_INFINITY;
    wakeDoubter();
    link.onLate?.(doubt.shape.unit);
  };

  const mentions = (shape: Shape): boolean => {
    for (let at = 0; at + 1 < length; at++) if (buffer[at] === shape.unit && (buffer[at + 1]! & 0x7f) === shape.code) return true;
    return false;
  };

  /** Looks again when the silence after the last byte is long enough, or when time is up. */
  const arm = ({ firstBy, wholeBy }: Current) => {
    const now = clock.monotonic();
    const deadline = now < firstBy - toleranceMs ? firstBy : wholeBy;
    const next = lastByteAt > sentAt ? Math.min(deadline, Math.max(now, lastByteAt) + timing.settleMs) : deadline;
    cancelTimer();
    cancelTimer = clock.after(next - now, look);
  };

  const look = () => {
    if (!current) return;
    const now = clock.monotonic();
    const receiving = lastByteAt > sentAt && now - lastByteAt < timing.settleMs - toleranceMs;
    const over = now >= current.wholeBy - toleranceMs || (now >= current.firstBy - toleranceMs && !receiving);
    if ((over || (length > 0 && !receiving)) && !current.overdue) {
      // After a stall of the event loop timers run before ports: let bytes that are already here be read first.
      current.overdue = true;
      cancelTimer();
      cancelTimer = clock.after(1, look);
      return;
    }
    if (length > 0 && !receiving) {
      const had = mentions(current.shape);
      if (scan(true)) return;
      if (had) return fail('transport/garbled', 'an answer that is cut or disturbed');
      // Noise, or somebody else's: the answer may still come.
      length = 0;
      current.overdue = false;
    }
    if (over) {
      const had = length > 0;
      if (scan(true)) return;
      return fail(had ? 'transport/garbled' : 'transport/timeout', had ? 'an answer that is cut' : 'no answer');
    }
    arm(current);
  };

  const exchange = async (unit: number, request: Request, timeoutMs: number): Promise<Uint8Array> => {
    const shape = shapeOf(unit, request);
    await listened();
    if (isDoubtful(shape)) {
      const other = discriminator(unit, request);
      if (other) await prove(unit, other, timeoutMs);
      else await waitFor(shape, timeoutMs);
    }
    return send(unit, request, timeoutMs);
  };

  const listened = async () => {
    while (port.open && clock.monotonic() < listenUntil - toleranceMs) {
      await new Promise<void>((resolve) => {
        wakeDoubter = resolve;
        clock.after(listenUntil - clock.monotonic(), resolve);
      });
    }
  };

  const isDoubtful = (shape: Shape): boolean => {
    const now = clock.monotonic();
    doubts = doubts.filter((doubt) => doubt.until > now);
    return doubts.some((doubt) => sameShape(doubt.shape, shape));
  };

  /** A shorter read of the same registers, legal where the long one is, whose answer looks like no other that may still come. */
  const discriminator = (unit: number, request: Request): Request | undefined => {
    if (request.kind !== 'registers') return undefined;
    for (let count = 1; count < request.count; count++) {
      const other = { ...request, count };
      if (!isDoubtful(shapeOf(unit, other)) && !sameShape(shapeOf(unit, other), shapeOf(unit, request))) return other;
    }
    return undefined;
  };

  /** Any answer to this other request, a refusal too, means that no answer to an earlier one will come any more. */
  const prove = async (unit: number, other: Request, timeoutMs: number) => {
    try {
      await send(unit, other, timeoutMs);
    } catch (error) {
      if (doubts.some((doubt) => doubt.shape.unit === unit)) throw error;
    }
  };

  /** Nothing can tell the answers apart: hold this request back until the late one has come, or would be later than we believe. */
  const waitFor = async (shape: Shape, timeoutMs: number) => {
    const undo = clock.after(Math.max(leastWaitMs, waitTimeouts * timeoutMs), () => {
      doubts = doubts.filter((doubt) => !sameShape(doubt.shape, shape));
      wakeDoubter();
    });
    while (isDoubtful(shape) && port.open) {
      await new Promise<void>((resolve) => {
        wakeDoubter = resolve;
      });
    }
    undo();
  };

  const send = async (unit: number, request: Request, timeoutMs: number): Promise<Uint8Array> => {
    const shape = shapeOf(unit, request);
    const frame = encodeFrame(unit, request);
    for (;;) {
      const missingMs = timing.gapMs - (clock.monotonic() - lastByteAt);
      if (missingMs < toleranceMs) break;
      await clock.sleep(missingMs);
    }
    if (!port.open) throw new Fault('transport/closed');
    scan(true);
    length = 0;
    return new Promise<Uint8Array>((resolve, reject) => {
      sentAt = clock.monotonic();
      const firstBy = sentAt + frame.length * timing.charMs + timeoutMs;
      const wholeBy = firstBy + answerBytes(shape) * timing.charMs + timing.settleMs;
      current = { shape, timeoutMs, firstBy, wholeBy, overdue: false, resolve, reject };
      port.write(frame);
      if (current) arm(current);
    });
  };

  const link: Link = {
    inFlight: 1,
    counts,
    onLate: undefined,
    onState: undefined,
    get open() {
      return port.open;
    },
    lineTimeMs: (request) => timing.charMs * (8 + answerBytes(shapeOf(0, request))) + 2 * timing.gapMs,
    async read(unit, request, timeoutMs) {
      if (!port.open) await opening.wait(timeoutMs);
      // One question at a time on the line, in the order of asking.
      const turn = tail;
      let release = () => {};
      tail = new Promise((resolve) => {
        release = resolve;
      });
      await turn;
      try {
        return await exchange(unit, request, timeoutMs);
      } finally {
        release();
      }
    },
    async [Symbol.asyncDispose]() {
      cancelTimer();
      await port[Symbol.asyncDispose]();
      finish(new Fault('transport/closed', 'closing down'));
      opening.closed('closing down');
      wakeDoubter();
    },
  };
  port.start({
    data(bytes) {
      lastByteAt = clock.monotonic();
      if (current) current.overdue = false;
      if (bytes.length > buffer.length - length) {
        // Nobody sends so much between two questions: a jabbering node. Keep the newest.
        counts.garbled++;
        length = 0;
      }
      buffer.set(bytes.subarray(Math.max(0, bytes.length - buffer.length)), length);
      length = Math.min(buffer.length, length + bytes.length);
      if (!scan(false) && current && length > 0) arm(current);
    },
    opened() {
      length = 0;
      opening.opened();
      link.onState?.(true, '');
    },
    closed(reason) {
      length = 0;
      counts.reconnects++;
      if (current) doubts.push({ shape: current.shape, until: clock.monotonic() + leastLateMs });
      finish(new Fault('transport/closed', reason));
      wakeDoubter();
      opening.closed(reason);
      link.onState?.(false, reason);
    },
  });
  return link;
}
