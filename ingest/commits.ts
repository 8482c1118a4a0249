import type { CommittedPayload } from '../shared/topic.ts';

/** Names a message for good. */
export interface MessageName {
  gateway: string;
  boot: string;
  seq: number;
}

/** Collects what is committed and says it in as few messages as there are gateways and boots, as ranges. */
export class Commits {
  #gateways = new Map<string, Map<string, number[]>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add({ gateway, boot, seq }: MessageName): void {
    let boots = this.#gateways.get(gateway);
    if (!boots) {
      boots = new Map();
      this.#gateways.set(gateway, boots);
    }
    const seqs = boots.get(boot);
    if (seqs) seqs.push(seq);
    else boots.set(boot, [seq]);
    this.#count++;
  }

  /** Everything added since the last call. */
  take(): { gateway: string; payload: CommittedPayload }[] {
    const all = [...this.#gateways].flatMap(([gateway, boots]) =>
      [...boots].map(([boot, seqs]) => ({ gateway, payload: { boot, seqs: rangesOf(seqs) } })),
    );
    this.#gateways = new Map();
    this.#count = 0;
    return all;
  }
}

/** Numbers in any order, with repetitions, as ascending ranges that include both ends. */
export function rangesOf(numbers: readonly number[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = Math.max(last[1], number);
    else ranges.push([number, number]);
  }
  return ranges;
}
