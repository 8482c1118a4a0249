import { expect, test } from 'vitest';
import { committedPayload } from '../shared/topic.ts';
import { random } from '../test/random.ts';
import { Commits, rangesOf } from './commits.ts';

test('numbers in any order become ranges that include both ends', () => {
  expect(rangesOf([])).toEqual([]);
  expect(rangesOf([5])).toEqual([[5, 5]]);
  expect(rangesOf([3, 1, 2, 2, 9, 7, 8, 20])).toEqual([[1, 3], [7, 9], [20, 20]]);
}); // biome-ignore format: a table

test('a range never takes in a number that was not given: that message would count as stored and be lost', () => {
  expect(rangesOf([1, 2, 4, 5])).toEqual([[1, 2], [4, 5]]);
  expect(rangesOf([0, 2])).toEqual([[0, 0], [2, 2]]);
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const next = random(seed);
  for (let round = 0; round < 2_000; round++) {
    const given = Array.from({ length: Math.floor(next() * 12) }, () => Math.floor(next() * 16));
    const ranges = rangesOf(given);
    const covered = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    expect(covered, `SEED=${seed} ${given}`).toEqual([...new Set(given)].sort((a, b) => a - b));
    for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0], `SEED=${seed} ${given}`).toBeGreaterThan(ranges[i - 1]![1] + 1);
  }
}); // biome-ignore format: a table

test('one message per gateway and boot, and nothing said twice', () => {
  const commits = new Commits();
  for (const seq of [2, 1, 3]) commits.add({ gateway: 'a', boot: 'x', seq });
  commits.add({ gateway: 'a', boot: 'y', seq: 0 });
  commits.add({ gateway: 'b', boot: 'x', seq: 1 });
  expect(commits.count).toBe(5);
  const said = commits.take();
  expect(said).toEqual([
    { gateway: 'a', payload: { boot: 'x', seqs: [[1, 3]] } },
    { gateway: 'a', payload: { boot: 'y', seqs: [[0, 0]] } },
    { gateway: 'b', payload: { boot: 'x', seqs: [[1, 1]] } },
  ]);
  for (const { payload } of said) expect(committedPayload.safeParse(payload).success).toBe(true);
  expect(commits.take()).toEqual([]);
});
