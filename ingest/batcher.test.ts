import { describe, expect, test } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { type Batch, Batcher, type BatchLimits } from './batcher.ts';
import type { Refusal, StorePoint } from './store.ts';

const point = (t: number): StorePoint => ({
  measurement: 'water',
  tags: { site: 's', device: 'd', gateway: 'g' },
  t,
  fields: { flow_m3h: t },
});
const name = (seq: number) => ({ gateway: 'g', boot: 'b', seq });

function setUp(write: (points: readonly StorePoint[]) => Promise<Refusal[]>, limits: Partial<BatchLimits> = {}) {
  const clock = manualClock();
  const written: Batch[] = [];
  const refused: { point: StorePoint; reason: string }[] = [];
  const batcher = new Batcher(
    {
      store: { write },
      clock,
      log: silentLog(),
      refused: (list) => void refused.push(...list),
      written: (batch) => void written.push(batch),
    },
    limits,
  );
  const seqs = () => written.map(({ names }) => names.map(({ seq }) => seq));
  return { clock, batcher, written, refused, seqs };
}

describe('batches', () => {
  test('are written when they are full or old, whichever comes first', async () => {
    const { clock, batcher, seqs } = setUp(async () => [], { maxValues: 3, maxAgeMs: 250 });
    for (let i = 0; i < 4; i++) batcher.add([point(i)], 1, name(i));
    await clock.advance(0);
    expect(seqs()).toEqual([[0, 1, 2]]);
    await clock.advance(249);
    expect(seqs()).toEqual([[0, 1, 2]]);
    await clock.advance(1);
    expect(seqs()).toEqual([[0, 1, 2], [3]]);
    expect(batcher.messages).toBe(0);
  });

  test('are written when a burst is over; messages that trickle in make no batch each', async () => {
    const { clock, batcher, seqs } = setUp(async () => [], { maxAgeMs: 250, quietMs: 50 });
    const add = async (seq: number, thenMs: number) => {
      batcher.add([point(seq)], 1, name(seq));
      await clock.advance(thenMs);
    };
    for (const seq of [0, 1, 2]) await add(seq, 30);
    expect(seqs()).toEqual([]);
    await clock.advance(60);
    expect(seqs()).toEqual([[0, 1, 2]]);
    for (let seq = 3; seq < 28; seq++) await add(seq, 70);
    expect(seqs().length).toBeLessThanOrEqual(1 + Math.ceil((25 * 70) / 250));
    expect(seqs().flat()).toEqual(Array.from({ length: seqs().flat().length }, (_, i) => i));
    await clock.advance(250);
    expect(seqs().flat()).toHaveLength(28);
  });

  test('a message without values is committed with its batch', async () => {
    const { clock, batcher, seqs } = setUp(async () => Promise.reject(new Error('nothing to write, nobody asked')));
    batcher.add([], 0, name(7));
    await clock.advance(250);
    expect(seqs()).toEqual([[7]]);
  });

  test('are tried until they are in, less and less often, and never more than two at once', async () => {
    const tries: number[] = [];
    let away = true;
    let most = 0;
    let now = 0;
    const { clock, batcher, seqs } = setUp(
      async (points) => {
        if (points[0]?.t === 0) tries.push(clock.monotonic());
        most = Math.max(most, ++now);
        await Promise.resolve();
        now--;
        if (away) throw new Fault('store/unavailable');
        return [];
      },
      { maxValues: 1, firstRetryMs: 100, longestRetryMs: 400 },
    );
    for (let i = 0; i < 6; i++) batcher.add([point(i)], 1, name(i));
    await clock.advance(1_600);
    expect(tries).toEqual([0, 100, 300, 700, 1_100, 1_500]);
    expect(batcher.storeUp).toBe(false);
    expect(seqs()).toEqual([]);
    expect(batcher.messages).toBe(6);
    away = false;
    await clock.advance(400);
    expect(seqs().flat().sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(batcher.storeUp).toBe(true);
    expect(most).toBe(2);
  });

  test('that wait for a store that is away are joined: they hold up nothing once it is back', async () => {
    let away = true;
    let writes = 0;
    const { clock, batcher, seqs } = setUp(
      async () => {
        if (away) throw new Fault('store/unavailable');
        writes++;
        return [];
      },
      { maxValues: 100 },
    );
    for (let i = 0; i < 250; i++) {
      batcher.add([point(i)], 1, name(i));
      await clock.advance(300);
    }
    away = false;
    await clock.advance(10_000);
    expect(
      seqs()
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 250 }, (_, i) => i));
    // Two were under way with one message each.
    expect(writes).toBe(2 + 3);
  });

  test('one that is refused as a whole is halved until the wrong point stands alone', async () => {
    const { clock, batcher, refused, seqs } = setUp(async (points) => {
      if (points.some(({ t }) => t === 5)) throw new Fault('store/refused', 'five is wrong');
      return points.flatMap(({ t }, index) => (t === 9 ? [{ index, reason: 'nine is refused' }] : []));
    });
    for (let i = 0; i < 12; i++) batcher.add([point(i)], 1, name(i));
    await clock.advance(250);
    expect(refused.map(({ point: { t }, reason }) => [t, reason])).toEqual([[5, 'five is wrong'], [9, 'nine is refused']]); // biome-ignore format: short
    expect(seqs()).toEqual([Array.from({ length: 12 }, (_, i) => i)]);
  });

  test('an unexpected error of the store loses nothing: it is tried again', async () => {
    let calls = 0;
    const { clock, batcher, seqs } = setUp(async () => {
      if (++calls === 1) throw new TypeError('a mistake of ours');
      return [];
    });
    batcher.add([point(0)], 1, name(0));
    await clock.advance(1_000);
    expect(seqs()).toEqual([[0]]);
  });

  test('refused points that cannot be kept hold their batch back', async () => {
    const { clock, batcher, seqs, refused } = setUp(async () => [{ index: 0, reason: 'no' }]);
    let full = true;
    const push = refused.push.bind(refused);
    refused.push = (...list) => {
      if (full) throw new Fault('store/unavailable', 'the dead-letter table cannot be written');
      return push(...list);
    };
    batcher.add([point(0)], 1, name(0));
    await clock.advance(3_000);
    expect(seqs()).toEqual([]);
    full = false;
    await clock.advance(5_000);
    expect(seqs()).toEqual([[0]]);
    expect(refused.length).toBe(1);
  });

  test('stopping writes what is there, and gives up what the store does not take', async () => {
    const fine = setUp(async () => []);
    fine.batcher.add([point(0)], 1, name(0));
    const stopped = fine.batcher.stop(1_000);
    await fine.clock.advance(1);
    await stopped;
    expect(fine.seqs()).toEqual([[0]]);

    const stuck = setUp(async () => Promise.reject(new Fault('store/unavailable')));
    stuck.batcher.add([point(0)], 1, name(0));
    const gaveUp = stuck.batcher.stop(1_000);
    await stuck.clock.advance(1_001);
    await gaveUp;
    await stuck.clock.advance(60_000);
    expect(stuck.seqs()).toEqual([]);
  });

  test('F18 of a point with one value that can never go in, the others are stored and the letter names that value only', async () => {
    const stored: Record<string, number>[] = [];
    const { clock, batcher, refused, seqs } = setUp(async (points) =>
      points.flatMap(({ fields }, index) => {
        if ('active_power_kw' in fields) return [{ index, reason: 'partial write: field type conflict' }];
        stored.push(fields);
        return [];
      }),
    );
    batcher.add([{ ...point(1), fields: { energy_import_kwh: 5, active_power_kw: 6, current_a: 7 } }], 3, name(0));
    await clock.advance(250);
    expect(stored).toEqual([{ energy_import_kwh: 5 }, { current_a: 7 }]);
    expect(refused).toMatchObject([{ point: { fields: { active_power_kw: 6 } }, reason: 'partial write: field type conflict' }]);
    expect(Object.keys(refused[0]?.point.fields ?? {})).toEqual(['active_power_kw']);
    expect(seqs()).toEqual([[0]]);
  });

  test('F16 a point that the store chokes on does not stop all storing: the others go in, it alone is set aside', async () => {
    const stored = new Set<number>();
    const { clock, batcher, refused, seqs } = setUp(
      async (points) => {
        if (points.some(({ t }) => t === 77)) throw new Fault('store/unavailable', 'HTTP 500: panic', { detail: { status: 500 } });
        for (const { t } of points) stored.add(t);
        return [];
      },
      { maxValues: 100 },
    );
    for (let i = 0; i < 200; i++) batcher.add([point(i)], 1, name(i));
    await clock.advance(120_000);
    expect(stored.size).toBe(199);
    expect(refused.map(({ point: { t } }) => t)).toEqual([77]);
    expect(seqs().flat().length).toBe(200);
  });

  test('a flaky store that answers 500 now and then loses nothing', async () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 20; round++) {
      const stored = new Set<number>();
      const { clock, batcher, refused } = setUp(
        async (points) => {
          if (random() < 0.5) throw new Fault('store/unavailable', 'HTTP 500: internal error', { detail: { status: 500 } });
          for (const { t } of points) stored.add(t);
          return [];
        },
        { maxValues: 20 },
      );
      for (let i = 0; i < 60; i++) batcher.add([point(i)], 1, name(i));
      await clock.advance(600_000);
      expect(refused, `round ${round}`).toEqual([]);
      expect(stored.size).toBe(60);
    }
  });

  test('a store that answers 500 to everything, or is overloaded, is down: nothing is set aside', async () => {
    for (const [message, passes] of [['HTTP 500: broken', false], ['HTTP 500: cache maximum memory size exceeded', true]] as const) {
      const { clock, batcher, refused, seqs } = setUp(async (points) => {
        if (passes && points.every(({ t }) => t !== 3)) return [];
        throw new Fault('store/unavailable', message, { detail: { status: 500 } });
      });
      for (let i = 0; i < 8; i++) batcher.add([point(i)], 1, name(i));
      await clock.advance(600_000);
      expect(refused).toEqual([]);
      expect(seqs()).toEqual([]);
    }
  }); // biome-ignore format: a table
});
