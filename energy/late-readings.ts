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
  readonly #underWay = new Map<string, UnderWay>();
  readonly #stored: (device: string, t: number) => void;

  /** @param stored told of each reading once it is in the store */
  constructor(stored: (device: string, t: number) => void) {
    this.#stored = stored;
  }

  /** @param now real time, ms */
  heard(gateway: string, { boot, seq, t }: { boot: string; seq: number; t: number }, device: string, now: number): void {
    if (this.#underWay.size >= most) this.overdue(Number.POSITIVE_INFINITY);
    this.#underWay.set(`${gateway} ${boot} ${seq}`, { device, t, since: now });
  }

  committed(gateway: string, { boot, seqs }: CommittedPayload): void {
    for (const [first, last] of seqs) {
      if (last - first > this.#underWay.size) {
        for (const [key, one] of this.#underWay) {
          const [from, of, seq] = key.split(' ');
          if (from === gateway && of === boot && Number(seq) >= first && Number(seq) <= last) this.#done(key, one);
        }
        continue;
      }
      for (let seq = first; seq <= last; seq++) {
        const key = `${gateway} ${boot} ${seq}`;
        const one = this.#underWay.get(key);
        if (one) this.#done(key, one);
      }
    }
  }

  /** Lets go of what nobody confirmed. */
  overdue(now: number): void {
    for (const [key, one] of this.#underWay) if (now - one.since > longestMs) this.#done(key, one);
  }

  #done(key: string, { device, t }: UnderWay): void {
    this.#underWay.delete(key);
    this.#stored(device, t);
  }
}
