/**
 * Two programs that run as one gateway take the name on the broker from each other for ever. The gateway's own status topic tells: after it has said
 * its status, another boot there is another program. Said once, told as a trouble, and from then on the tries are slow.
 */
import type { Log } from '../shared/log.ts';
import type { Troubles } from '../shared/trouble.ts';

/** How long after the last sign of it we believe that it is still there. */
const believedMs = 10 * 60_000;
export const slowTryMs = 30_000;

export class Twin {
  #seenAt = Number.NEGATIVE_INFINITY;
  #spoken = false;
  readonly #gateway: string;
  readonly #boot: string;
  readonly #log: Log;
  readonly #troubles: Troubles | undefined;

  constructor(options: { gateway: string; boot: string; log: Log; troubles: Troubles | undefined }) {
    this.#gateway = options.gateway;
    this.#boot = options.boot;
    this.#log = options.log;
    this.#troubles = options.troubles;
  }

  /** We have said our status: what comes from now on under another boot is another's. */
  spoke(): void {
    this.#spoken = true;
  }

  /** What was heard on the gateway's own status topic. */
  heard(payload: Buffer, now: number): void {
    if (!this.#spoken) return;
    try {
      const status = JSON.parse(payload.toString()) as { boot?: unknown; outbox?: { boot?: unknown } } | null;
      const boot = status?.boot ?? status?.outbox?.boot;
      if (typeof boot === 'string' && boot !== this.#boot) this.taken(now, `boot ${boot.slice(0, 64)}`);
    } catch {
      // Not ours, and says nothing.
    }
  }

  /** A broker of MQTT 5 says it in so many words. */
  taken(now: number, by = 'another client'): void {
    if (!this.isThere(now)) {
      this.#log.error(
        { by },
        `another client took over the id of gateway ${this.#gateway}: two programs run with it; stop one of them, or give it an id of its own`,
      );
    }
    this.#seenAt = now;
    this.#troubles?.set('gateway-twice', `another program runs as gateway ${this.#gateway} (${by})`, this.#gateway);
  }

  isThere(now: number): boolean {
    return now - this.#seenAt < believedMs;
  }

  /** Called now and then. */
  look(now: number): void {
    if (!this.isThere(now)) this.#troubles?.clear('gateway-twice', this.#gateway);
  }
}
