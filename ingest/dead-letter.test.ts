import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isFault } from '../shared/errors.ts';
import { temporaryFolder } from '../test/servers.ts';
import { deadLetterFile, longestText, openDeadLetterBox, openDeadLetters } from './dead-letter.ts';

const letter = (i: number) => ({ t: 1_000 + i, topic: `topic/${i}`, reason: `reason ${i}`, payload: `payload ${i}` });

test('letters are read newest first, page by page, by other processes too; before the first one there are none', () => {
  using folder = temporaryFolder('letters');
  using reader = openDeadLetters(folder.path);
  expect(reader.list({ limit: 5 })).toEqual([]);
  expect(reader.count()).toBe(0);
  using box = openDeadLetterBox(folder.path);
  box.keep([]);
  box.keep([0, 1, 2, 3, 4].map(letter));
  expect(reader.count()).toBe(5);
  const page = reader.list({ limit: 2 });
  expect(page).toEqual([{ id: 5, ...letter(4) }, { id: 4, ...letter(3) }]); // biome-ignore format: a table
  expect(reader.list({ limit: 9, before: page.at(-1)?.id }).map(({ id }) => id)).toEqual([3, 2, 1]);
});

test('the table is bounded: the oldest go first, long texts are cut', () => {
  using folder = temporaryFolder('letters');
  using box = openDeadLetterBox(folder.path, 10);
  for (let i = 0; i < 25; i++) box.keep([{ ...letter(i), payload: 'x'.repeat(10_000) }]);
  using reader = openDeadLetters(folder.path);
  expect(reader.count()).toBe(10);
  expect(reader.list({ limit: 20 }).map(({ topic }) => topic)).toEqual(Array.from({ length: 10 }, (_, i) => `topic/${24 - i}`));
  expect(reader.list({ limit: 1 })[0]?.payload.length).toBe(longestText);
});

test('what cannot be kept is told, and kept once it can be', () => {
  using folder = temporaryFolder('letters');
  const away = `${folder.path}/later`;
  using box = openDeadLetterBox(away);
  expect(() => box.keep([letter(1)])).toThrow(expect.toSatisfy((error) => isFault(error, 'store/unavailable')));
});

test('a damaged file is set aside, which is a letter itself, and the new letters are kept', () => {
  using folder = temporaryFolder('letters');
  writeFileSync(deadLetterFile(folder.path), 'this is no database, and long enough to be looked at as one'.repeat(20));
  using box = openDeadLetterBox(folder.path);
  box.keep([letter(1)]);
  using reader = openDeadLetters(folder.path);
  expect(reader.list({ limit: 5 }).map(({ reason }) => reason)).toEqual(['reason 1', expect.stringMatching(/damaged/)]);
  expect(existsSync(`${deadLetterFile(folder.path)}.damaged-1`)).toBe(true);
});
