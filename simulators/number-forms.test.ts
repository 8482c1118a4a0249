import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ValueType, wordsOf } from '../gateway/device.ts';
import { wordsOfForm } from './number-forms.ts';

interface Vector {
  type: Exclude<ValueType, 'string'>;
  order: string;
  words: number[];
  value: number;
}
const vectors = (JSON.parse(readFileSync(new URL('../test/vectors/decode-vectors.json', import.meta.url), 'utf8')) as Vector[]).filter(
  ({ order, value }) => order === 'big' && Math.abs(value) <= 2 ** 53,
);

test('the words are those that Python packs', () => {
  let compared = 0;
  for (const { type, words, value } of vectors) {
    const form = wordsOfForm(type, wordsOf[type]);
    if (!form) continue;
    compared++;
    const found = form(value);
    if (!type.endsWith('decimal32')) expect(found, `${type} ${value}`).toEqual(words);
    else {
      // Several pairs of exponent and mantissa are one number.
      const [first = 0, second = 0] = found;
      const mantissa = ((first & 255) << 16) | second;
      const signed = type === 'decimal32' ? (mantissa << 8) >> 8 : mantissa;
      expect(signed * 10 ** ((first << 16) >> 24), `${type} ${value}`).toBeCloseTo(value, 3);
    }
  }
  expect(compared).toBeGreaterThan(40);
});
