import { describe, expect, test } from 'vitest';
import { random } from '../test/random.ts';
import { newSeriesTime, takeTime, timeMistake } from './series-time.ts';

const s = 1_000;
const hour = 3_600 * s;
const now = Date.UTC(2026, 10, 27, 8);

/** Orders of readings given as [time, arrival] in seconds from now. */
const orders = (readings: [t: number, arrivedAt: number][]) => {
  const series = newSeriesTime();
  return readings.map(([t, at]) => takeTime(series, now + t * s, now + at * s));
};

describe('the time of readings', () => {
  test('five minutes ahead is the future, before 2020 a clock that was never set', () => {
    expect(
      [now + 300 * s, now + 300 * s + 1, now - 30 * 24 * hour, Date.UTC(2020, 0, 1), Date.UTC(2020, 0, 1) - 1].map((t) =>
        timeMistake(t, now),
      ),
    ).toEqual([undefined, 'future', undefined, undefined, 'unset']);
  });

  test('one stamp from the future does not keep out what follows', () => {
    expect(
      orders([
        [0, 0],
        [3_600, 1],
        [2, 2],
        [3, 3],
      ]),
    ).toEqual(['next', 'next', 'anew', 'next']);
    expect(
      orders([
        [0, 0],
        [240, 1],
        [2, 2],
        [3, 3],
      ]),
    ).toEqual(['next', 'next', 'anew', 'next']);
  });
  test('our clock and all clocks set back by an hour: the series begins anew with the first reading', () => {
    expect(
      orders([
        [3_600, 3_600],
        [0, 0],
        [1, 1],
      ]),
    ).toEqual(['next', 'anew', 'next']);
  });
  test('the clock of a device set back by 90 s: begins anew once it is plain that older readings keep coming', () => {
    expect(
      orders([
        [0, 0],
        [-89, 1],
        [-88, 2],
        [-87, 3],
        [-86, 4],
      ]),
    ).toEqual(['next', 'late', 'late', 'anew', 'next']);
  });
  test('a device that is always 90 s behind or ahead is simply read', () => {
    expect(
      orders([
        [-90, 0],
        [-89, 1],
        [-88, 2],
      ]),
    ).toEqual(['next', 'next', 'next']);
    expect(
      orders([
        [90, 0],
        [91, 1],
        [92, 2],
      ]),
    ).toEqual(['next', 'next', 'next']);
  });
  test('a backlog that comes in a burst is late, also without live readings between', () => {
    const backlog = Array.from({ length: 500 }, (_, i): [number, number] => [-600 + i, 1 + i / 100]);
    expect(new Set(orders([[0, 0], ...backlog]).slice(1))).toEqual(new Set(['late']));
  });
  test('a backlog beside live readings is late, whatever its pace', () => {
    const mixed = Array.from({ length: 60 }, (_, i): [number, number][] => [
      [-600 + i, i + 0.5],
      [i + 1, i + 1],
    ]).flat();
    expect(orders([[0, 0], ...mixed]).filter((_, i) => i % 2 === 1)).toEqual(Array(60).fill('late'));
  });
  test('what is sent again is the same, once or in a burst, and restarts nothing', () => {
    expect(
      orders([
        [0, 0],
        [0, 1],
        [0, 2],
        [0, 60],
      ]),
    ).toEqual(['next', 'same', 'same', 'same']);
    expect(
      orders([
        [0, 0],
        [1, 1],
        [2, 2],
        [0, 2.1],
        [1, 2.1],
        [2, 2.1],
        [3, 3],
      ]),
    ).toEqual(['next', 'next', 'next', 'late', 'late', 'same', 'next']);
  });
  test('in a replay, where nothing arrives, nothing is anew', () => {
    const series = newSeriesTime();
    expect([5, 1, 2, 3, 4].map((t) => takeTime(series, t * s, undefined))).toEqual(['next', 'late', 'late', 'late', 'late']);
  });

  test('after any jump of a clock a series is heard again within three readings', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
    console.info(`SEED=${seed}`);
    const next = random(seed);
    for (let round = 0; round < 500; round++) {
      const series = newSeriesTime();
      const every = 1_000 + Math.floor(next() * 60_000);
      let offset = Math.floor((next() - 0.5) * 600_000);
      let ours = 0;
      let real = now;
      let deaf = 0;
      for (let i = 1; i < 100; i++) {
        real += every;
        // Somebody sets a clock every tenth reading: the device's, or ours.
        if (i % 10 === 0) {
          const jump = Math.floor((next() - 0.5) * 2 * hour);
          if (next() < 0.5) offset = jump;
          else ours = jump;
        }
        const order = takeTime(series, real + offset, real + ours);
        deaf = order === 'late' ? deaf + 1 : 0;
        expect(deaf, `round ${round}, reading ${i}`).toBeLessThanOrEqual(2);
      }
    }
  });
});
