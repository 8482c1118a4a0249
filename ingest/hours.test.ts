import { describe, expect, test } from 'vitest';
import { hourMs } from './buckets.ts';
import { pointSpans, wholeHours } from './hours.ts';

const at = (hour: number, minute = 0) => hour * hourMs + minute * 60_000;

/** Points before hour 100 are gone; hour 100 itself still has all of its own. */
describe('the hour at the edge of the retention', () => {
  test('an hour that has all its points and is cut by the range is read from them', () => {
    expect(wholeHours(at(100, 30), at(110), 100)).toEqual({ first: 101, end: 110 });
    expect(pointSpans(at(100, 30), at(110), wholeHours(at(100, 30), at(110), 100), [])).toEqual([[at(100, 30), at(101)]]);
    expect(wholeHours(at(90), at(100, 30), 100)).toEqual({ first: 90, end: 100 });
  });

  test('the hour before it, whose points are gone, counts whole', () => {
    expect(wholeHours(at(99, 30), at(110), 100)).toEqual({ first: 99, end: 110 });
    expect(wholeHours(at(90), at(99, 30), 100)).toEqual({ first: 90, end: 100 });
  });

  test('a range of whole hours is read from the roll-ups alone', () => {
    expect(wholeHours(at(99), at(110), 100)).toEqual({ first: 99, end: 110 });
    expect(pointSpans(at(99), at(110), { first: 99, end: 110 }, [])).toEqual([]);
  });
});
