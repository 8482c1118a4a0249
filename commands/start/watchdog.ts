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

export class Watchdog<Name> {
  readonly #quiet = new Map<Name, { looks: number; spoke: boolean }>();
  readonly #limits: WatchdogLimits;

  constructor(limits: WatchdogLimits) {
    this.#limits = limits;
  }

  started(name: Name): void {
    this.#quiet.set(name, { looks: 0, spoke: false });
  }

  ended(name: Name): void {
    this.#quiet.delete(name);
  }

  spoke(name: Name): void {
    if (this.#quiet.has(name)) this.#quiet.set(name, { looks: 0, spoke: true });
  }

  /** One look; gives those who hang, each once. */
  look(): Name[] {
    const hung: Name[] = [];
    for (const [name, state] of this.#quiet) {
      state.looks++;
      if (state.looks <= (state.spoke ? this.#limits.quietLooks : this.#limits.firstLooks)) continue;
      hung.push(name);
      this.#quiet.delete(name);
    }
    return hung;
  }
}
