import { expect, test } from 'vitest';
import { nameHeights } from './options.ts';

test('names of limits close together stand above each other; each line has its name', () => {
  // A circuit of 63 A: heavily loaded at 50.4, close to its rating at 59.8, at its rating. Pixels from the top.
  expect(nameHeights([180, 150, 142], 14)).toEqual([180, 150, 136]);
  expect(nameHeights([100, 99, 98, 20], 14)).toEqual([100, 86, 72, 20]);
  expect(nameHeights([], 14)).toEqual([]);
});
