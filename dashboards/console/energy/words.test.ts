import { expect, test } from 'vitest';
import type { Words } from '../i18n/i18n.tsx';
import { dayRange, isoDay, percent, periodName } from './words.ts';

const words = { number: (value: number, digits = 0) => value.toFixed(digits) } as Words;

test('what shows as nought goes neither way, and a sign stays with its number', () => {
  expect([-0.04, 0, 0.04, -0.06, 4.24, -25.2, null].map((value) => percent(words, value))).toEqual(
    ['±0.0 %', '±0.0 %', '±0.0 %', '−0.1 %', '+4.2 %', '−25 %', '–'].map((text) => text.replace(' ', '\u00a0')),
  );
});

test('days and periods are written as people say them, by the clocks of the site', () => {
  expect(isoDay('Asia/Shanghai', Date.UTC(2026, 9, 31, 16))).toBe('2026-11-01');
  expect(dayRange('Asia/Shanghai', { from: Date.UTC(2026, 8, 30, 16), to: Date.UTC(2026, 9, 31, 16) })).toBe('2026-10-01 – 2026-10-31');
  const said = { language: 'en', t: (key: string, values: object) => `${key} ${JSON.stringify(values)}` } as Words;
  expect(periodName(said, '2026-H1')).toBe('bills.firstHalf {"year":"2026"}');
  expect(periodName(said, '2025-H2')).toContain('bills.secondHalf');
  expect(periodName(said, '2026-10')).toBe('October 2026');
});
