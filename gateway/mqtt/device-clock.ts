/**
 * How far is the clock of a device from ours? A message can be late for many reasons but never early, so the least delay of the last ones
 * tells. Pure: each message brings its own time and ours.
 */

/** A clock is called right again when it is nearer than the second. */
export const clockLimitMs = 30_000;
const rightAgainMs = 20_000;
/** Delays are looked at in lots of so long, or of one message where a device speaks more rarely; so many lots must agree. */
const lotMs = 15_000;
const lots = 3;
/** Of a buffer that is emptied the delays shrink; those of a wrong clock agree. */
const agreeMs = 10_000;

export class DeviceClock {
  /** Least delay of the newest lots, the newest last. */
  #least: number[] = [];
  #lotSince = Number.NEGATIVE_INFINITY;
  #said: number | undefined;

  /** Ahead of our clock, behind: negative, whole seconds in ms; undefined while it is right or not known. */
  get offMs(): number | undefined {
    return this.#said;
  }

  /** `t`: by the device; `at`: by us; `now`: monotonic ms. True when there is something new to say. */
  note(t: number, at: number, now: number): boolean {
    const delay = at - t;
    if (now - this.#lotSince >= lotMs) {
      this.#lotSince = now;
      this.#least.push(delay);
      if (this.#least.length > lots) this.#least.shift();
    } else {
      const last = this.#least.length - 1;
      this.#least[last] = Math.min(this.#least[last] as number, delay);
    }
    // What is early proves it at once; what is late may be a buffer that is emptied.
    const least = Math.min(...this.#least);
    const agree = this.#least.length === lots && Math.max(...this.#least) - least <= agreeMs;
    const limit = this.#said === undefined ? clockLimitMs : rightAgainMs;
    let off: number | undefined;
    if (Math.abs(least) > limit) {
      if (least < -clockLimitMs || agree) off = Math.round(-least / 1_000) * 1_000;
      else off = this.#said;
    }
    const changed =
      off === undefined || this.#said === undefined
        ? off !== this.#said
        : Math.abs(off - this.#said) > Math.max(clockLimitMs, Math.abs(this.#said) / 10);
    if (changed) this.#said = off;
    return changed;
  }
}
