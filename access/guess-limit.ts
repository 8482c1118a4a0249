/** Slows guessing of passwords: so many failures a minute for one user from one address, then none is tried any more until the minute is over. */
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';

const windowMs = 60_000;
const mostFailures = 10;
/** Bounded: with more names than this the oldest are forgotten; the limit per address still holds. */
const mostKeys = 10_000;

export class GuessLimit {
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #wall: Clock;

  constructor(wall: Clock) {
    this.#wall = wall;
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
    if (found.until <= this.#wall.monotonic()) this.#failures.delete(key);
    else if (found.count >= mostFailures) {
      throw new Fault('api/denied', 'Too many wrong passwords; wait a minute', { detail: { status: 429 } });
    }
  }

  #failed(key: string): void {
    const found = this.#failures.get(key);
    if (found) {
      found.count++;
      return;
    }
    if (this.#failures.size >= mostKeys) this.#failures.delete(this.#failures.keys().next().value!);
    this.#failures.set(key, { count: 1, until: this.#wall.monotonic() + windowMs });
  }
}
