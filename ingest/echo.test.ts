import { expect, test } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { Echo } from './echo.ts';
import type { SeriesPoint, StorePoint } from './store.ts';

const point = (t: number): StorePoint => ({
  measurement: 'oxygen',
  tags: { site: 's', device: 'o2', gateway: 'g' },
  t,
  fields: { pressure_kpa: 400 },
});

function setUp(answer: (t: number) => SeriesPoint[]) {
  const clock = manualClock();
  let asked = 0;
  const echo = new Echo({
    clock,
    log: silentLog(),
    store: {
      async series({ from }) {
        asked++;
        return answer(from);
      },
    },
  });
  return { clock, echo, asked: () => asked };
}

test('what is there is asked for once, and again only after minutes', async () => {
  const { clock, echo, asked } = setUp((t) => [[t, 400]]);
  for (let i = 0; i < 50; i++) {
    echo.written([point(i)]);
    await clock.advance(1_000);
  }
  expect(asked()).toBe(1);
  await clock.advance(300_000);
  echo.written([point(99)]);
  await clock.advance(0);
  expect(asked()).toBe(2);
  expect(echo.missing).toBe(undefined);
});

test('a store that shows it a little later is believed', async () => {
  let ready = false;
  const { clock, echo } = setUp((t) => (ready ? [[t, 400]] : []));
  echo.written([point(1)]);
  await clock.advance(5_000);
  ready = true;
  await clock.advance(60_000);
  expect(echo.missing).toBe(undefined);
});

test('what was confirmed and is not there is told, until a later batch can be read back', async () => {
  let kept = false;
  const { clock, echo } = setUp((t) => (kept ? [[t, 400]] : []));
  echo.written([point(1), point(7), point(3)]);
  await clock.advance(60_000);
  expect(echo.missing).toMatch(/oxygen pressure_kpa of o2 at 1970-01-01T00:00:00.007Z/);
  kept = true;
  echo.written([point(8)]);
  await clock.advance(0);
  expect(echo.missing).toBe(undefined);
});

test('a store that cannot be asked proves nothing', async () => {
  const { clock, echo } = setUp(() => {
    throw new Fault('store/query', 'no such endpoint');
  });
  echo.written([point(1)]);
  await clock.advance(60_000);
  expect(echo.missing).toBe(undefined);
});
