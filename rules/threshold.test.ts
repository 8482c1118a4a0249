import { describe, expect, test } from 'vitest';
import { openThreshold } from './threshold.ts';

/** Verdict of one value, fresh (nothing stands) or while a breach stands. */
const verdict = (low: number, high: number, deadband: number, value: number, breached: boolean) =>
  openThreshold(1, low, high, deadband).reading(0, 0, value, breached);
const none = Number.POSITIVE_INFINITY;

describe('the edges of limit and deadband', () => {
  test('on the limit nothing begins, beyond it by the least step it does', () => {
    expect(verdict(-none, 8, 1, 8, false)).toBe('clear');
    expect(verdict(-none, 8, 1, 8.000001, false)).toBe('breach');
    expect(verdict(320, none, 8, 320, false)).toBe('clear');
    expect(verdict(320, none, 8, 319.999999, false)).toBe('breach');
  });

  test('on the near edge of the deadband a breach goes on, past it by the least step it ends', () => {
    expect(verdict(-none, 8, 1, 7, true)).toBe('breach');
    expect(verdict(-none, 8, 1, 6.999999, true)).toBe('clear');
    expect(verdict(320, none, 8, 328, true)).toBe('breach');
    expect(verdict(320, none, 8, 328.000001, true)).toBe('clear');
    expect(verdict(6, 9, 0.5, 8.5, true)).toBe('breach');
    expect(verdict(6, 9, 0.5, 6.5, true)).toBe('breach');
    expect(verdict(6, 9, 0.5, 6.500001, true)).toBe('clear');
  });

  test('without a deadband the limit itself ends a breach', () => {
    expect(verdict(-none, 8, 0, 8, true)).toBe('clear');
    expect(verdict(320, none, 0, 320, true)).toBe('clear');
    expect(verdict(320, none, 0, 319.999999, true)).toBe('breach');
  });
});
