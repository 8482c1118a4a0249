import { connect, type Socket } from 'node:net';
import type { Deps } from '../../shared/deps.ts';
import type { Port, PortEvents } from './link.ts';

const firstPauseMs = 250;
const longestPauseMs = 10_000;
const connectTimeoutMs = 5_000;
/** All connections read into it, one after the other: a buffer of this size for each answer of a hundred bytes is costly garbage. */
const readInto = Buffer.allocUnsafeSlow(1 << 16);

/** A TCP connection that comes back by itself, with pauses of 0.25 s doubling to 10 s. */
export function socketPort(host: string, port: number, { clock, log }: Deps): Port {
  let events: PortEvents | undefined;
  let socket: Socket | undefined;
  let isOpen = false;
  let ended = false;
  let pauseMs = firstPauseMs;
  let lastAttempt = Number.NEGATIVE_INFINITY;
  let cancel = () => {};
  let told = false;
  /** The last connection gave something: when the other side closes it, a new one is welcome at once. */
  let spoke = false;

  const attempt = () => {
    if (ended || socket) return;
    cancel();
    lastAttempt = clock.monotonic();
    spoke = false;
    const own = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      onread: {
        buffer: readInto,
        callback(count) {
          // Only an answer proves the other side; one that accepts and closes at once is not to be hammered.
          pauseMs = firstPauseMs;
          spoke = true;
          if (!isOpen || socket !== own) return true;
          const bytes = Buffer.allocUnsafe(count);
          readInto.copy(bytes, 0, 0, count);
          events?.data(bytes);
          return true;
        },
      },
    });
    socket = own;
    const giveUp = clock.after(connectTimeoutMs, () => own.destroy(new Error('no answer to the connection request')));
    let reason = 'closed by the other side';
    let wasOpen = false;
    own.on('connect', () => {
      giveUp();
      isOpen = true;
      wasOpen = true;
      if (told) log.info({ host, port }, 'bus connected again');
      told = false;
      events?.opened();
    });
    own.on('error', (error) => {
      reason = error.message;
    });
    own.on('close', () => {
      giveUp();
      socket = undefined;
      isOpen = false;
      if (ended) return;
      // Many devices close idle connections, and we drop suspect ones: worth a line only when it does not come back at once.
      if (!told && !wasOpen) {
        log.warn({ host, port, reason }, 'bus not reachable, trying on');
        told = true;
      }
      cancel = clock.after(pauseMs, attempt);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      events?.closed(reason);
    });
  };

  return {
    get open() {
      return isOpen;
    },
    get connecting() {
      return socket !== undefined && !isOpen;
    },
    start(handlers) {
      events = handlers;
      attempt();
    },
    write(bytes) {
      socket?.write(bytes);
    },
    wake() {
      if (spoke || clock.monotonic() - lastAttempt >= firstPauseMs) attempt();
    },
    reset(reason) {
      isOpen = false;
      socket?.destroy(new Error(reason));
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      cancel();
      isOpen = false;
      socket?.destroy();
    },
  };
}
