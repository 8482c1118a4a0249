import { describe, expect, test } from 'vitest';
import { DiskForecast, roomOf } from './disk-watch.ts';

const gb = 1_073_741_824;
const hour = 3_600_000;
const run = (freeAt: (hour: number) => number, hours: number, totalBytes = 100 * gb) => {
  const forecast = new DiskForecast();
  let state = forecast.look({ freeBytes: freeAt(0), totalBytes }, 0);
  for (let t = 0; t <= hours; t += 1 / 6) state = forecast.look({ freeBytes: freeAt(t), totalBytes }, t * hour);
  return state;
};

describe('the disk', () => {
  test('is told of long before it is full: 40 GB free and 5 GB a day are eight days', () => {
    expect(run((t) => 40 * gb - (t * 5 * gb) / 24, 48)).toMatchObject({
      state: 'filling',
      detail: expect.stringMatching(/full in about 6 days/),
    });
    expect(run((t) => 40 * gb - (t * 0.5 * gb) / 24, 48).state).toBe('fine');
  });

  test('one large file is no pace, nor are the first minutes', () => {
    expect(run((t) => (t < 20 ? 60 * gb : 50 * gb), 48).state).toBe('fine');
    expect(run((t) => 40 * gb - t * 5 * gb, 2).state).toBe('fine');
  });

  test('that is nearly full is told of at once, and that has no room but the spare is full', () => {
    expect(run(() => 4 * gb, 0).state).toBe('filling');
    expect(run(() => gb / 20, 0)).toMatchObject({ state: 'full', detail: '51 MB of 100.0 GB free' });
  });

  test('of a folder that is not there nobody knows', () => {
    expect(roomOf('/nowhere/at/all')).toBe(undefined);
    expect(roomOf('/')?.totalBytes).toBeGreaterThan(0);
  });
});
