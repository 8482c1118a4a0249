/** Readings that are under way: heard on the broker, not yet confirmed by the store. What is worked through again before that would not find them. */
import type { CommittedPayload } from '../shared/topic.ts';

/** After so long one that was never confirmed counts as stored: the word of it may have been lost. */
const longestMs = 120_000;
const most = 50_000;

interface UnderWay {
  device: string;
  t: number;
  since: number;
}

export class LateReadings {
  /** By gateway and boot, then by number. */
  readonly #boots = new Map<string, Map<number, UnderWay>>();
  readonly #stored: (device: string, t: number) => void;
  #count = 0;

  /** @param stored told of each reading once it is in the store */
  constructor(stored: (device: string, t: number) => void) {
    this.#stored = stored;
  }

  /** @param now real time, ms */
  heard(gateway: string, { boot, seq, t }: { boot: string; seq: number; t: number }, device: string, now: number): void {
    if (this.#count >= most) this.overdue(Number.POSITIVE_INFINITY);
    const key = `${gateway} ${boot}`;
    let messages = this.#boots.get(key);
    if (!messages) {
      messages = new Map();
      this.#boots.set(key, messages);
    }
    if (!messages.has(seq)) this.#count++;
    messages.set(seq, { device, t, since: now });
  }

  committed(gateway: string, { boot, seqs }: CommittedPayload): void {
    const messages = this.#boots.get(`${gateway} ${boot}`);
    if (!messages) return;
    for (const [first, last] of seqs) {
      if (last - first > messages.size) {
        for (const [seq, one] of messages) if (seq >= first && seq <= last) this.#done(messages, seq, one);
        continue;
      }
      for (let seq = first; seq <= last; seq++) {
        const one = messages.get(seq);
        if (one) this.#done(messages, seq, one);
      }
    }
  }

  /** Lets go of what nobody confirmed. */
  overdue(now: number): void {
    for (const [key, messages] of this.#boots) {
      for (const [seq, one] of messages) if (now - one.since > longestMs) this.#done(messages, seq, one);
      if (messages.size === 0) this.#boots.delete(key);
    }
  }

  #done(messages: Map<number, UnderWay>, seq: number, { device, t }: UnderWay): void {
    messages.delete(seq);
    this.#count--;
    this.#stored(device, t);
  }
}
