/** What keeps strangers and third-party devices from using up the broker: sockets that do not sign in, retained messages. */
import type { Socket } from 'node:net';

export const guardLimits = {
  /** A CONNECT with a last will fits; nothing else is read before the password is right. */
  bytesUnknown: 260 << 10,
  /** Connections that have not signed in yet: signing in takes milliseconds, so a plant that restarts never has so many. */
  unknown: 200,
  unknownOfAddress: 50,
  /** Of the user `device`, so that roles and gateways always find a place. */
  devices: 1_000,
  retainedTopics: 5_000,
  retainedBytes: 16 << 20,
} as const;

/**
 * Ends connections that send much before they have signed in, and of many that wait the one that has waited longest: who has a password is in
 * before its turn comes.
 */
export class Anteroom {
  readonly #waiting = new Set<Socket>();

  enter(socket: Socket, isKnown: () => boolean): void {
    const own = [...this.#waiting].filter(({ remoteAddress }) => remoteAddress === socket.remoteAddress);
    if (own.length >= guardLimits.unknownOfAddress) own[0]?.destroy();
    else if (this.#waiting.size >= guardLimits.unknown) this.#waiting.values().next().value?.destroy();
    this.#waiting.add(socket);
    const look = () => {
      if (isKnown()) leave();
      else if (socket.bytesRead > guardLimits.bytesUnknown) socket.destroy();
    };
    const leave = () => {
      socket.off('readable', look);
      this.#waiting.delete(socket);
    };
    socket.on('readable', look);
    socket.once('close', leave);
  }

  /** The password was right. */
  leave(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  get size(): number {
    return this.#waiting.size;
  }
}

/** Retained messages of third-party devices are kept in memory: so many and no more. */
export class RetainedBudget {
  readonly #bytes = new Map<string, number>();
  #total = 0;

  /** False: this one is passed on, but not kept. */
  take(topic: string, bytes: number): boolean {
    const before = this.#bytes.get(topic) ?? 0;
    if (bytes === 0) {
      this.#bytes.delete(topic);
      this.#total -= before;
      return true;
    }
    if (before === 0 && this.#bytes.size >= guardLimits.retainedTopics) return false;
    const size = topic.length + bytes;
    if (this.#total - before + size > guardLimits.retainedBytes) return false;
    this.#bytes.set(topic, size);
    this.#total += size - before;
    return true;
  }
}
