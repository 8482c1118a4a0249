/**
 * Which roles have stopped answering. It counts its own looks and not time: when the whole machine slept, or was so loaded that the supervisor
 * did not run either, nobody is blamed for it.
 */
export interface WatchdogLimits {
  /** Looks without a word from a role that has spoken before. */
  quietLooks: number;
  /** Looks until the first word: loading the code on a slow disk takes its time. */
  firstLooks: number;
}

const mostPatience = 8;
/** Who has spoken so often since its start is up and well. */
const soundWords = 60;

export class Watchdog<Name> {
  readonly #quiet = new Map<Name, { looks: number; words: number }>();
  /** Times the limits: doubled with each hang, so that a machine that is slower than the limits comes up all the same. */
  readonly #patience = new Map<Name, number>();
  readonly #limits: WatchdogLimits;

  constructor(limits: WatchdogLimits) {
    this.#limits = limits;
  }

  started(name: Name): void {
    this.#quiet.set(name, { looks: 0, words: 0 });
  }

  ended(name: Name): void {
    this.#quiet.delete(name);
  }

  spoke(name: Name): void {
    const state = this.#quiet.get(name);
    if (!state) return;
    state.looks = 0;
    if (++state.words >= soundWords) this.#patience.delete(name);
  }

  /** One look; gives those who hang, each once. */
  look(): Name[] {
    const hung: Name[] = [];
    for (const [name, state] of this.#quiet) {
      state.looks++;
      const patience = this.#patience.get(name) ?? 1;
      if (state.looks <= patience * (state.words > 0 ? this.#limits.quietLooks : this.#limits.firstLooks)) continue;
      this.#patience.set(name, Math.min(mostPatience, patience * 2));
      hung.push(name);
      this.#quiet.delete(name);
    }
    return hung;
  }
}
