/**
 * Who looks at which device, and for how long. A request shows at once what was read last and then what each poll brings, at most once a
 * second; it ends by itself. Nothing is asked of a device because somebody looks, and nothing is worked out while nobody does.
 */
import type { Clock } from '../shared/clock.ts';
import type { RawPayload, WatchPayload } from '../shared/raw.ts';
import type { Look } from './transport.ts';

/** Limits of one gateway, whoever asks. */
export const watchLimits = { devices: 8, longestMs: 30_000, everyMs: 1_000 } as const;

interface Watch {
  until: number;
  /** Of the last message, monotonic ms. */
  shownAt: number;
  cancel: (() => void) | undefined;
}

export class RawWatch {
  readonly #clock: Clock;
  readonly #show: (device: string, payload: RawPayload) => void;
  readonly #looks = new Map<string, Look>();
  readonly #watches = new Map<string, Watch>();

  /** `clock`: real time. */
  constructor(clock: Clock, show: (device: string, payload: RawPayload) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  offer(device: string, look: Look): void {
    this.#looks.set(device, look);
  }

  /** Answers false when it shows nothing: an unknown device, or too many at once. */
  request(device: string, { seconds }: WatchPayload): boolean {
    const now = this.#clock.monotonic();
    for (const [id, watch] of this.#watches) if (watch.until <= now) this.#end(id, watch);
    if (!this.#looks.has(device)) return false;
    const until = now + Math.min(seconds * 1_000, watchLimits.longestMs);
    const watch = this.#watches.get(device);
    if (watch) watch.until = until;
    else if (this.#watches.size >= watchLimits.devices) return false;
    else this.#watches.set(device, { until, shownAt: Number.NEGATIVE_INFINITY, cancel: undefined });
    this.polled(device);
    return true;
  }

  /** There is something new of this device. */
  polled(device: string): void {
    if (this.#watches.size === 0) return;
    const watch = this.#watches.get(device);
    if (!watch || watch.cancel) return;
    const now = this.#clock.monotonic();
    const wait = watch.shownAt + watchLimits.everyMs - now;
    if (watch.until <= now) this.#end(device, watch);
    else if (wait <= 0) this.#tell(device, watch);
    else {
      watch.cancel = this.#clock.after(wait, () => {
        watch.cancel = undefined;
        this.#tell(device, watch);
      });
    }
  }

  #tell(device: string, watch: Watch): void {
    const payload = this.#looks.get(device)?.();
    if (!payload) return;
    watch.shownAt = this.#clock.monotonic();
    this.#show(device, payload);
  }

  #end(device: string, watch: Watch): void {
    watch.cancel?.();
    this.#watches.delete(device);
  }

  [Symbol.dispose](): void {
    for (const [device, watch] of this.#watches) this.#end(device, watch);
  }
}
