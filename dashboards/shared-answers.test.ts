import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { SharedAnswers } from './shared-answers.ts';

const textOf = (bytes: Buffer) => gunzipSync(bytes).toString();

describe('shared answers', () => {
  it('are made once for all who ask while they are made or kept', async () => {
    const clock = manualClock();
    const answers = new SharedAnswers(clock);
    let made = 0;
    const make = async () => `answer ${++made}`;
    const first = await Promise.all(Array.from({ length: 50 }, () => answers.get('a', 5_000, make)));
    expect(new Set(first).size).toBe(1);
    expect(textOf(first[0]!)).toBe('answer 1');
    await clock.advance(4_999);
    expect(await answers.get('a', 5_000, make)).toBe(first[0]);
    await clock.advance(1);
    expect(textOf(await answers.get('a', 5_000, make))).toBe('answer 2');
    expect(made).toBe(2);
  });

  it('never hold more bytes than the limit, and none that have expired', async () => {
    const clock = manualClock();
    const answers = new SharedAnswers(clock, 20_000);
    // Digits of a power do not compress to nothing.
    const large = (seed: number) => Array.from({ length: 3_000 }, (_, i) => ((i + seed) ** 1.7).toString(36)).join();
    for (let i = 0; i < 40; i++) {
      await answers.get(`${i}`, 60_000, async () => large(i));
      expect(answers.bytes).toBeLessThanOrEqual(20_000);
    }
    await clock.advance(60_000);
    await answers.get('small', 5_000, async () => 'x');
    expect(answers.bytes).toBeLessThan(100);
  });

  it('that could not be made are asked for again', async () => {
    const answers = new SharedAnswers(manualClock());
    await expect(answers.get('a', 5_000, () => Promise.reject(new Error('store away')))).rejects.toThrow('store away');
    expect(textOf(await answers.get('a', 5_000, async () => 'there'))).toBe('there');
  });
});
