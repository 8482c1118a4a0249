import { describe, expect, test } from 'vitest';
import { inRounds, manualClock, systemClock, untilRound } from './clock.ts';

describe('rounds', () => {
  test('rounds of different length fall together, whenever they were begun', () => {
    const clock = manualClock();
    const heard: [string, number][] = [];
    clock.advanceSync(130);
    inRounds(clock, 250, () => heard.push(['quarter', clock.monotonic()]));
    clock.advanceSync(40);
    inRounds(clock, 500, () => heard.push(['half', clock.monotonic()]));
    clock.advanceSync(830);
    expect(heard).toEqual([
      ['quarter', 500],
      ['half', 500],
      ['quarter', 750],
      ['half', 1_000],
      ['quarter', 1_000],
    ]);
  });

  test('none is so near to the one before that it would be held twice, and none is left out for longer than one and a half', () => {
    const at = (now: number) => untilRound({ monotonic: () => now }, 500);
    expect([at(0), at(1), at(250), at(251), at(499.7)]).toEqual([500, 499, 250, 749, 500.3].map((ms) => expect.closeTo(ms, 6)));
  });

  test('what stops them from within is the last', () => {
    const clock = manualClock();
    let rounds = 0;
    const stop = inRounds(clock, 100, () => {
      if (++rounds === 2) stop();
    });
    clock.advanceSync(1_000);
    expect(rounds).toBe(2);
  });

  test('the clocks of one process agree on when rounds are, at any speed', () => {
    const [real, fast] = [systemClock(), systemClock({ speed: 60, realStart: 0, plantStart: 0 })];
    expect(Math.abs(real.monotonic() - fast.monotonic() / 60)).toBeLessThan(50);
  });
});
