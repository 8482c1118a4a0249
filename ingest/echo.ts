/**
 * Is what the store confirmed really there? After a start and then now and then, the newest value of a batch that was just written is read back. While
 * it cannot be found nothing is committed any more: the gateways keep their readings and send them again. A store that cannot be asked proves nothing.
 */
import type { Clock } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { Store, StorePoint } from './store.ts';

const everyMs = 5 * 60_000;
/** Some databases show what they took only a moment later. */
const looksAfterMs = [0, 1_000, 2_000, 5_000, 10_000, 20_000];

export interface EchoDeps {
  store: Pick<Store, 'series'>;
  /** Real time. */
  clock: Clock;
  log: Log;
}

export class Echo {
  readonly #deps: EchoDeps;
  readonly #stop = new AbortController();
  #dueAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  /** What was confirmed and is not there; undefined: all is well, as far as is known. */
  missing: string | undefined;

  constructor(deps: EchoDeps) {
    this.#deps = deps;
  }

  /** A batch was confirmed. */
  written(points: readonly StorePoint[]): void {
    const { clock } = this.#deps;
    if (this.#running || (this.missing === undefined && clock.monotonic() < this.#dueAt)) return;
    let newest: StorePoint | undefined;
    for (const point of points) if (!newest || point.t >= newest.t) newest = point;
    const [field] = Object.entries(newest?.fields ?? {});
    if (!newest || !field) return;
    this.#running = this.#look(newest, field).finally(() => {
      this.#running = undefined;
      this.#dueAt = clock.monotonic() + everyMs;
    });
  }

  async #look({ measurement, tags: { device }, t }: StorePoint, [field, value]: [string, number]): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      for (const ms of looksAfterMs) {
        if (ms > 0) await clock.sleep(ms, this.#stop.signal);
        const found = await store.series({ measurement, device, field, from: t, to: t + 1 });
        // Another message may have corrected the value since: that there is one at this time is the echo.
        if (found.some(([at, one]) => at === t && one !== null)) {
          if (this.missing !== undefined) log.info('what the store confirms can be read back again');
          this.missing = undefined;
          return;
        }
      }
      const what = `${measurement} ${field} of ${device} at ${new Date(t).toISOString()} (${value})`;
      if (this.missing === undefined)
        log.error({ what }, 'the store confirmed a reading that it does not have; nothing is committed until it has');
      this.missing = what;
    } catch (error) {
      if (!this.#stop.signal.aborted) log.debug({ reason: reasonOf(error) }, 'the store could not be asked for an echo');
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    await this.#running;
  }
}
