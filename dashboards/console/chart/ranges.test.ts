import { expect, test } from 'vitest';
import { dataStart } from './ranges.ts';

test('a chart that follows its data begins with the first reading, shows ten minutes at least, and the whole span when there is none', () => {
  const [from, to] = [0, 180 * 60_000];
  const at = (minutes: number) => minutes * 60_000;
  expect(dataStart([[at(0), null], [at(120), 5], [at(150), 6]], { from, to })).toBe(at(120)); // biome-ignore format: short
  expect(dataStart([[at(178), 400]], { from, to })).toBe(at(170));
  expect(dataStart([[at(-1), 3]], { from, to })).toBe(from);
  expect(dataStart([[at(5), null]], { from, to })).toBe(from);
  expect(dataStart([], { from, to })).toBe(from);
});
