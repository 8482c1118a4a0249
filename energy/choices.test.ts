import { expect, it } from 'vitest';
import { bodyOf, pictureOf } from './choices.ts';
import { type Around, doubtOf, plausibleAt } from './entry-check.ts';

const quarter = 900_000;
const start = Date.UTC(2026, 6, 1);

it('accepting and rejecting change a figure only where the engine booked it otherwise', () => {
  const of = (verdict: Parameters<typeof bodyOf>[0]['verdict'], b = 9) => (['accept', 'reject'] as const).map((choice) => bodyOf({ verdict, a: 5, b }, choice)); // biome-ignore format: one
  const review = { kind: 'review' };
  expect(of('jump')).toMatchObject([{ kind: 'decision', verdict: 'accept' }, review]);
  expect(of('unknown', 1)).toMatchObject([{ kind: 'decision', verdict: 'reset' }, review]);
  for (const verdict of ['reset', 'gap', 'catch-up', 'return', 'above-rating'] as const) expect(of(verdict), verdict).toMatchObject([review, { kind: 'decision', verdict: 'split' }]); // biome-ignore format: one
});

it('the picture shows the quarter hours as they are and as they would be', () => {
  const points = Array.from({ length: 96 }, (_, i): [number, number] => [start + i * quarter, 100 + i + (i >= 60 ? 5_000 : 0)]);
  const t = start + 60 * quarter;
  const input = {
    points,
    known: { swaps: [], decisions: [], readings: [] },
    options: { rated: 50 },
    from: t - 4 * quarter,
    to: t + 4 * quarter,
    t,
  };
  const { before, after } = pictureOf({ ...input, body: { kind: 'decision', verdict: 'accept' } });
  const sum = (rows: typeof before) => rows.reduce((total, { value }) => total + value, 0);
  expect(sum(before)).toBeCloseTo(7, 6);
  expect(sum(after)).toBeCloseTo(5_008, 6);
  const swapped = pictureOf({ ...input, body: { kind: 'swap', final: 160, first: 5_159 } }).after;
  expect(sum(swapped)).toBeCloseTo(9, 6);
  expect(sum(pictureOf({ ...input, body: undefined }).after)).toBeCloseTo(7, 6);
});

it('a reading below the one before it, above the one after it or beyond the display is refused; one far above is asked about', () => {
  const day = 24 * 4 * quarter;
  const around: Around = { before: { t: start, v: 99_900, byHand: false }, after: undefined, mostPerDay: 10, meanPerDay: 6, digits: 5 };
  const t = start + 2 * day;
  expect(plausibleAt(t, around)).toEqual({ least: 99_900, most: 99_940, expected: 99_912 });
  expect([99_910, 99_899, 100_000, 99_950, 12].map((value) => doubtOf(value, t, around))).toEqual([undefined, 'below', 'digits', 'far-above', undefined]); // biome-ignore format: one
  expect(doubtOf(99_930, t, { ...around, after: { t: t + day, v: 99_920, byHand: true } })).toBe('above-next');
  expect(doubtOf(5, t, { before: undefined, after: undefined, mostPerDay: null, meanPerDay: null, digits: undefined })).toBeUndefined();
});
