import { describe, expect, it } from 'vitest';
import { isoInZone, momentOf } from '../../shared/zone.ts';
import { comparisons, earlier, earlierRange, laterMoments, ontoPresent } from './compare.ts';

const hour = 3_600_000;
const berlin = 'Europe/Berlin';
const at = (zone: string, text: string) => momentOf(zone, Date.parse(`${text}Z`));
const back = (zone: string, text: string, period: 'day' | 'week' | 'month' | 'year') =>
  isoInZone(zone, earlier(at(zone, text), period, zone)).slice(0, 16);

describe('the moment one period before', () => {
  it('shows the same time of day, also where the clocks change in between', () => {
    expect(back('Asia/Shanghai', '2026-03-01T08:00', 'day')).toBe('2026-02-28T08:00');
    // Clocks go forward on 29 March 2026 and back on 25 October 2026.
    expect(back(berlin, '2026-03-29T08:00', 'day')).toBe('2026-03-28T08:00');
    expect(at(berlin, '2026-03-29T08:00') - earlier(at(berlin, '2026-03-29T08:00'), 'day', berlin)).toBe(23 * hour);
    expect(back(berlin, '2026-10-26T00:00', 'week')).toBe('2026-10-19T00:00');
    expect(at(berlin, '2026-10-26T00:00') - earlier(at(berlin, '2026-10-26T00:00'), 'week', berlin)).toBe((7 * 24 + 1) * hour);
  });

  it('has the date of the year before, and 28 February for a day that only leap years have', () => {
    expect(back('Asia/Shanghai', '2026-11-22T10:30', 'year')).toBe('2025-11-22T10:30');
    expect(back('Asia/Shanghai', '2024-03-01T00:00', 'year')).toBe('2023-03-01T00:00');
    expect(back('Asia/Shanghai', '2024-02-29T10:30', 'year')).toBe('2023-02-28T10:30');
    expect(back('Asia/Shanghai', '2025-02-28T10:30', 'year')).toBe('2024-02-28T10:30');
    expect(back(berlin, '2026-03-29T12:00', 'year')).toBe('2025-03-29T12:00');
    expect(back('Asia/Shanghai', '2026-03-31T06:00', 'month')).toBe('2026-02-28T06:00');
    expect(back('Asia/Shanghai', '2026-01-15T06:00', 'month')).toBe('2025-12-15T06:00');
  });

  it.each([
    ['Asia/Shanghai', 0],
    [berlin, 4],
    ['Australia/Lord_Howe', 2],
  ])('is found again on the way back in %s, but in hours that one of two days has not or has twice', (zone, most) => {
    for (const period of comparisons) {
      let missed = 0;
      for (let t = Date.UTC(2023, 11, 20); t < Date.UTC(2025, 2, 10); t += 1.5 * hour) {
        if (!laterMoments(earlier(t, period, zone), period, zone).includes(t)) missed++;
      }
      expect(missed, period).toBeLessThanOrEqual(most);
    }
  });
});

describe('a range one period before', () => {
  it('keeps its length on 29 February, when both ends fall on one moment', () => {
    const zone = 'Asia/Shanghai';
    const to = at(zone, '2024-02-29T10:00');
    const { from, to: end } = earlierRange({ from: to - 24 * hour, to }, 'year', zone);
    expect(isoInZone(zone, from)).toBe('2023-02-27T10:00:00+08:00');
    expect(isoInZone(zone, end)).toBe('2023-02-28T10:00:00+08:00');
    const month = earlierRange({ from: at(zone, '2024-02-01T00:00'), to: at(zone, '2024-03-01T00:00') }, 'year', zone);
    expect((month.to - month.from) / hour / 24).toBe(28);
  });
});

describe('points on the axis of the present', () => {
  const hours = (zone: string, day: string, count: number) =>
    Array.from({ length: count }, (_, index) => [at(zone, `${day}T00:00`) + index * hour, index] as const);

  it('stand at the same time of day; the hour that spring leaves out is drawn nowhere, the hour that comes twice is drawn twice', () => {
    const spring = ontoPresent(hours(berlin, '2026-03-28', 24), 'day', berlin);
    expect(spring).toHaveLength(23);
    expect(spring.map(([t]) => t)).toEqual(hours(berlin, '2026-03-29', 23).map(([t]) => t));
    expect(spring.map(([, value]) => value)).not.toContain(2);
    const autumn = ontoPresent(hours(berlin, '2026-10-24', 24), 'day', berlin);
    expect(autumn.map(([t]) => t)).toEqual(hours(berlin, '2026-10-25', 25).map(([t]) => t));
    expect(autumn.filter(([, value]) => value === 2)).toHaveLength(2);
  });

  it('serve 28 and 29 February of a leap year with 28 February, and draw a leap day nowhere in a common year', () => {
    const zone = 'Asia/Shanghai';
    const into = (text: string) => laterMoments(at(zone, text), 'year', zone).map((t) => isoInZone(zone, t).slice(0, 10));
    expect(into('2023-02-28T10:00')).toEqual(['2024-02-28', '2024-02-29']);
    expect(into('2024-02-29T10:00')).toEqual([]);
    expect(into('2024-03-01T10:00')).toEqual(['2025-03-01']);
  });
});
