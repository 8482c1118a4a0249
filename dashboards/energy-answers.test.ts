import { expect, it } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { sharedAnswers } from './energy-answers.ts';

it('an answer is worked out once for all who ask, and anew as soon as what it hangs on is another', async () => {
  const clock = manualClock();
  const answers = sharedAnswers(clock);
  let made = 0;
  const ask = (standing: string) => answers('project', standing, async () => ++made);
  expect(await Promise.all([ask('2026-10 1'), ask('2026-10 1'), ask('2026-10 1')])).toEqual([1, 1, 1]);
  expect(await ask('2026-10 2')).toBe(2);
  expect(await ask('2026-10 2')).toBe(2);
  await clock.advance(1_500);
  expect(await ask('2026-10 2')).toBe(3);
});

it('one that failed is worked out anew, and takes no newer one with it', async () => {
  const answers = sharedAnswers(manualClock());
  let fail = (_: Error) => {};
  const first = answers('project', '1', () => new Promise<number>((_, reject) => (fail = reject)));
  const caught = expect(first).rejects.toThrow('store away');
  let made = 0;
  const second = () => answers('project', '2', async () => ++made);
  expect(await second()).toBe(1);
  fail(new Error('store away'));
  await caught;
  expect(await second()).toBe(1);
  expect(await answers('project', '1', async () => 7)).toBe(7);
});
