import { describe, expect, it } from 'vitest';
import { history, wrongWith } from './histories.ts';

describe('random lives of meters', () => {
  // A million of them: node bench/energy-truth.ts
  it('come out as they were, live, late and in one go', () => {
    const first = Number(process.env.PLANTROOM_SEED ?? 1);
    const wrong: string[] = [];
    for (let seed = first; seed < first + 3000; seed++) {
      const what = wrongWith(history(seed));
      if (what) wrong.push(what);
    }
    expect(wrong, `first seed ${first}`).toEqual([]);
  });

  it('would tell if a reset were booked as a fall', () => {
    const one = history(1);
    expect(wrongWith({ ...one, truth: one.truth + 0.02 })).toMatch(/seed 1/);
  });
});
