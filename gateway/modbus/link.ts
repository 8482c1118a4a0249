/** What a poller needs of a bus, whatever the wire. */
import type { Request } from './pdu.ts';

export interface Link extends AsyncDisposable {
  /** Requests to different units that may be under way at once. */
  readonly inFlight: number;
  /** Connected, or the port open. */
  readonly open: boolean;
  /**
   * The data bytes of the answer. @throws Fault transport/timeout, transport/closed, transport/garbled, transport/mismatch, modbus/exception (detail.exception)
   */
  read(unit: number, request: Request, timeoutMs: number): Promise<Uint8Array>;
  /** Time that question and answer take on the line itself, ms; 0 where that does not count. */
  lineTimeMs(request: Request): number;
  readonly counts: Readonly<LinkCounts>;
  /** Told of each unit whose answer came too late: it lives after all. */
  onLate: ((unit: number) => void) | undefined;
  /** Told when the connection opens and closes. */
  onState: ((open: boolean, reason: string) => void) | undefined;
}

export interface LinkCounts {
  late: number;
  foreign: number;
  garbled: number;
  timeouts: number;
  reconnects: number;
}

/** A byte pipe that keeps itself open: a socket or a serial port, or a simulated line. */
export interface Port extends AsyncDisposable {
  readonly open: boolean;
  /** A connection is being made just now. */
  readonly connecting?: boolean;
  write(bytes: Uint8Array): void;
  /** Somebody wants to use it: when it is closed, try again now rather than after the pause. */
  wake(): void;
  /** Drops the connection and makes a new one, with growing pauses. */
  reset(reason: string): void;
  /** Called once, before anything happens. */
  start(events: PortEvents): void;
}

export interface PortEvents {
  data(bytes: Uint8Array): void;
  opened(): void;
  closed(reason: string): void;
}
