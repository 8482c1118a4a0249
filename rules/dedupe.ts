/** Which messages came already, by gateway, boot and number; in ranges, since numbers mostly follow each other. */
export class SeenMessages {
  readonly #boots = new Map<string, [from: number, to: number][]>();
  #last = { gateway: '', boot: '', key: '' };

  /** False when it was there before. */
  add(gateway: string, boot: string, seq: number): boolean {
    const key = this.#last.gateway === gateway && this.#last.boot === boot ? this.#last.key : `${gateway} ${boot}`;
    if (key !== this.#last.key) this.#last = { gateway, boot, key };
    const ranges = this.#boots.get(key);
    if (!ranges) {
      if (this.#boots.size >= mostBoots) this.#boots.delete(this.#boots.keys().next().value as string);
      this.#boots.set(key, [[seq, seq]]);
      return true;
    }
    // What is live is at the end, a backlog a little before it.
    let at = ranges.length - 1;
    while (at >= 0 && (ranges[at] as [number, number])[0] > seq) at--;
    const before = ranges[at];
    const after = ranges[at + 1];
    if (before && seq <= before[1]) return false;
    const joinsBefore = before !== undefined && before[1] === seq - 1;
    const joinsAfter = after !== undefined && after[0] === seq + 1;
    if (joinsBefore && joinsAfter) {
      before[1] = after[1];
      ranges.splice(at + 1, 1);
    } else if (joinsBefore) before[1] = seq;
    else if (joinsAfter) after[0] = seq;
    else ranges.splice(at + 1, 0, [seq, seq]);
    if (ranges.length > mostRanges) ranges.shift();
    return true;
  }
}

/** A gateway has a new boot at each start; old ones hardly send any more. */
const mostBoots = 1_000;
const mostRanges = 10_000;
