import { expect, it } from 'vitest';
import { LateReadings } from './late-readings.ts';

it('a late reading counts once the store has it, or when nobody says so for two minutes', () => {
  const told: [string, number][] = [];
  const late = new LateReadings((device, t) => told.push([device, t]));
  for (const seq of [4, 5, 9]) late.heard('g', { boot: 'b', seq, t: 100 + seq }, 'm', 0);
  late.committed('other', { boot: 'b', seqs: [[0, 99]] });
  late.committed('g', { boot: 'another', seqs: [[0, 99]] });
  expect(told).toEqual([]);
  late.committed('g', { boot: 'b', seqs: [[5, 5]] });
  expect(told).toEqual([['m', 105]]);
  late.committed('g', { boot: 'b', seqs: [[0, 4]] });
  late.committed('g', { boot: 'b', seqs: [[0, 5]] });
  expect(told).toEqual([['m', 105], ['m', 104]]); // biome-ignore format: one
  late.overdue(120_000);
  expect(told).toHaveLength(2);
  late.overdue(120_001);
  expect(told).toHaveLength(3);
});
