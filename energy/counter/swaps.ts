/** Which recorded exchange of a meter belongs to a step. */
import type { Swap } from './types.ts';

const reachMs = 48 * 3_600_000;
/** Final and first reading are noted within an hour or so of each other. */
const noteMs = 3_600_000;

export interface Step {
  ta: number;
  tb: number;
  a: number;
  b: number;
  unit: number;
  /** A fall, or more than can have passed: the step needs an explanation. */
  odd: boolean;
  possible: (delta: number, slackMs: number) => boolean;
}

export class SwapRecords {
  private readonly all: Swap[];
  /** Those that explained a step. */
  private taken: string[] = [];

  constructor(swaps: readonly Swap[]) {
    this.all = [...swaps].sort((x, y) => x.t - y.t);
  }

  /** The nearest one whose figures fit; taken out of the list. People note the day, not the minute: 48 hours either way for a step that is odd. */
  take(step: Step): Swap | undefined {
    let best: Swap | undefined;
    let nearest = Number.POSITIVE_INFINITY;
    for (const swap of this.unmatched) {
      const inside = swap.t > step.ta && swap.t <= step.tb;
      const away = inside ? 0 : Math.min(Math.abs(swap.t - step.ta), Math.abs(swap.t - step.tb));
      if (away > reachMs || (!step.odd && !inside)) continue;
      const old = swap.final - step.a;
      const young = step.b - swap.first;
      if (old < -1.01 * step.unit || young < -1.01 * step.unit || !step.possible(old + young, inside ? noteMs : 0)) continue;
      if (away >= nearest) continue;
      best = swap;
      nearest = away;
    }
    if (best) this.taken.push(nameOf(best));
    return best;
  }

  get unmatched(): Swap[] {
    return this.all.length === 0 ? this.all : this.all.filter((swap) => !this.taken.includes(nameOf(swap)));
  }
}

const nameOf = ({ t, final, first }: Swap) => `${t} ${final} ${first}`;
