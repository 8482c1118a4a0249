/**
 * Slows guessing of passwords. For one user from one address: so many failures a minute, then none is tried any more until the minute is over. For one user
 * from all addresses together: after more failures than a person makes, one try every few seconds, so that a thousand addresses guess no faster than one,
 * and nobody is locked out by others: it goes on, slowly, and whoever is known is not asked to wait at all.
 */
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';

interface Pace {
  windowMs: number;
  mostFailures: number;
  /** After them one try in so long; absent: none before the window ends. */
  everyMs?: number;
}
export const fromOneAddress: Pace = { windowMs: 60_000, mostFailures: 10 };
export const fromAllAddresses: Pace = { windowMs: 600_000, mostFailures: 30, everyMs: 3_000 };
/** Bounded: with more names than this the oldest are forgotten; the limit per address still holds. */
const mostKeys = 10_000;

export class GuessLimit {
  readonly #failures = new Map<string, { count: number; until: number; nextAt: number }>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #wall: Clock;
  readonly #pace: Pace;

  constructor(wall: Clock, pace: Pace = fromOneAddress) {
    this.#wall = wall;
    this.#pace = pace;
  }

  /**
   * Tries after those that came before for the same key: sixty guesses at once are still one after the other, and the eleventh is not tried.
   * Gives what `attempt` gives; undefined counts as a wrong guess.
   * @throws Fault api/denied with status 429
   */
  async try<T>(key: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    const before = this.#turns.get(key);
    const turn = (async () => {
      await before?.catch(() => undefined);
      this.#check(key);
      const found = await attempt();
      if (found === undefined) this.#failed(key);
      return found;
    })();
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  #check(key: string): void {
    const found = this.#failures.get(key);
    if (!found) return;
    const now = this.#wall.monotonic();
    const { mostFailures, everyMs } = this.#pace;
    if (found.until <= now) this.#failures.delete(key);
    else if (found.count >= mostFailures) {
      if (everyMs === undefined) throw new Fault('api/denied', 'Too many wrong passwords; wait a minute', { detail: { status: 429 } });
      if (now < found.nextAt)
        throw new Fault('api/denied', 'Too many wrong passwords for this user; try again in a few seconds', { detail: { status: 429 } });
      found.nextAt = now + everyMs;
    }
  }

  #failed(key: string): void {
    const now = this.#wall.monotonic();
    const found = this.#failures.get(key);
    if (found) {
      found.count++;
      return;
    }
    if (this.#failures.size >= mostKeys) this.#failures.delete(this.#failures.keys().next().value!);
    this.#failures.set(key, { count: 1, until: now + this.#pace.windowMs, nextAt: now });
  }
}
