import { describe, expect, it } from 'vitest';
import { plant, profile } from '../test/modbus-plant.ts';
import { type Profile, profileSchema } from './device.ts';

describe('registers that do not exist', () => {
  it('one of ten: found at once, its neighbours flow in the same round, later rounds ask around it', async () => {
    const { clock, good, asked, of, undo } = plant([{ poll: '5s', slow_poll: '60s' }], (_unit, { address, count }) =>
      address <= 3 && address + count > 3 ? { exception: 2 } : 5,
    );
    await clock.advance(1_000);
    const first = good('m1')[0]!;
    expect(Object.keys(first.v).length).toBe(10);
    expect(first.bad).toEqual({ current_l1_a: 'exception' });
    expect(first.v.current_l2_a).toBe(4);
    expect(asked.length).toBeLessThanOrEqual(10);
    asked.length = 0;
    await clock.advance(600_000);
    // It is tried alone after growing pauses: after 1, 3 and 7 minutes.
    const tries = asked.filter(({ address, count }) => address <= 3 && address + count > 3);
    expect(tries.map(({ address, count }) => `${address}+${count}`)).toEqual(['3+1', '3+1', '3+1']);
    expect(good('m1').at(-1)!.v.current_n_a).toBe(6);
    // Fast rounds: registers 0 to 2 and 4 to 9; each twelfth also the counter.
    expect(asked.length).toBe(120 * 2 + 10 + tries.length);
    expect(of('m1').filter(({ bad }) => bad.current_l1_a === 'exception').length).toBe(11);
    await undo();
  });

  it('is tried again after pauses that grow to a day, and used from then on', async () => {
    let fitted = false;
    const { clock, good, asked, undo } = plant([{ poll: '60s', slow_poll: '60s' }], (_unit, { address, count }) =>
      !fitted && address <= 3 && address + count > 3 ? { exception: 2 } : 5,
    );
    await clock.advance(5 * 24 * 3_600_000);
    const tries = asked.filter(({ address, count }) => address === 3 && count === 1).map(({ t }) => t);
    const pauses = tries.slice(1).map((t, at) => Math.round((t - tries[at]!) / 60_000));
    expect(pauses.slice(0, 6)).toEqual([2, 2, 4, 8, 16, 32]);
    expect(Math.max(...pauses)).toBe(24 * 60);
    fitted = true;
    await clock.advance(24 * 3_600_000);
    expect(good('m1').at(-1)!.v.current_l1_a).toBe(3);
    await undo();
  }, 240_000);

  it('a register missing in a gap costs a cut, not a value', async () => {
    const gappy = { ...profile, id: 'meter', points: profile.points.filter(({ address }) => address !== 5) };
    const { clock, good, undo } = plant([{ poll: '5s' }], (_unit, { address, count }) =>
      address <= 5 && address + count > 5 ? { exception: 2 } : 5,
    );
    expect(gappy.points.length).toBe(10);
    await clock.advance(20_000);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBe(9);
    await undo();
  });

  it('a device that gives at most four registers at once is read in fours', async () => {
    const { clock, good, asked, undo } = plant([{ poll: '5s', slow_poll: '5s' }], (_unit, { count }) => (count > 4 ? { exception: 3 } : 5));
    await clock.advance(30_000);
    asked.length = 0;
    await clock.advance(5_000);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBe(11);
    expect(asked.length).toBeLessThanOrEqual(5);
    await undo();
  });

  it('one request that gets no answer while others do makes only its own values bad, never old, and may not hold up the bus', async () => {
    let silent = false;
    const { clock, good, asked, undo } = plant([{ poll: '5s', slow_poll: '5s' }], (_unit, { address }) =>
      silent && address >= 50 ? 'silent' : 5,
    );
    await clock.advance(11_000);
    expect(good('m1').at(-1)!.v.energy_import_kwh).toBe(50 * 65_536 + 51);
    silent = true;
    await clock.advance(60_000);
    asked.length = 0;
    await clock.advance(600_000);
    const last = good('m1').at(-1)!;
    expect(Object.keys(last.v).length).toBe(10);
    expect(last.bad).toEqual({ energy_import_kwh: 'comm' });
    expect(asked.filter(({ address }) => address >= 50).reduce((sum, { tookMs }) => sum + tookMs, 0)).toBeLessThanOrEqual(0.02 * 600_000);
    silent = false;
    await clock.advance(250_000);
    expect(good('m1').at(-1)!.v.energy_import_kwh).toBe(50 * 65_536 + 51);
    await undo();
  });

  it('busy and device failure set nothing aside', async () => {
    let busy = true;
    const { clock, good, of, undo } = plant([{ poll: '5s' }], () => (busy ? { exception: 6 } : 5));
    await clock.advance(31_000);
    expect(of('m1').at(-1)!.bad.voltage_l1_v).toBe('exception');
    busy = false;
    await clock.advance(5_100);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBeGreaterThanOrEqual(10);
    await undo();
  });
});

describe('F2 exceptions that pass', () => {
  it.each([1, 2, 3, 4])(
    'exception %i to everything for seconds: bad meanwhile, all good at the first poll after, nothing set aside',
    async (exception) => {
      let ill = false;
      const { clock, good, of, asked, states, undo } = plant([{ poll: '1s' }], () => (ill ? { exception } : 5));
      await clock.advance(60_500);
      ill = true;
      asked.length = 0;
      await clock.advance(7_000);
      const during = of('m1').slice(-6);
      for (const { v, bad } of during) expect([Object.keys(v).length, new Set(Object.values(bad))]).toEqual([0, new Set(['exception'])]);
      ill = false;
      // The device refuses for whole minutes, too: it is asked on, and not much.
      expect(asked.length).toBeLessThan(7 * 3 + 40);
      const before = good('m1').length;
      await clock.advance(2_000);
      expect(Object.keys(good('m1')[before]!.v).length).toBeGreaterThanOrEqual(10);
      expect(
        good('m1')
          .slice(before)
          .every(({ bad }) => Object.keys(bad).length === 0),
      ).toBe(true);
      // A device that refuses is there.
      expect(states.map(({ online }) => online)).toEqual([true]);
      await undo();
    },
  );

  it('refused for 20 minutes: still good at once when it is over', async () => {
    let ill = false;
    const { clock, good, undo } = plant([{ poll: '5s' }], () => (ill ? { exception: 1 } : 5));
    await clock.advance(60_500);
    ill = true;
    await clock.advance(1_200_000);
    ill = false;
    const before = good('m1').length;
    await clock.advance(6_000);
    expect(Object.keys(good('m1')[before]!.v).length).toBeGreaterThanOrEqual(10);
    await undo();
  });

  it('a device that wakes up refusing everything is read as soon as it gives something', async () => {
    let ill = true;
    const { clock, good, undo } = plant([{ poll: '5s' }], () => (ill ? { exception: 2 } : 5));
    await clock.advance(120_000);
    ill = false;
    await clock.advance(6_000);
    expect(Object.keys(good('m1').at(-1)!.v).length).toBeGreaterThanOrEqual(10);
    await undo();
  });

  it('some registers that were read well are refused for seconds while their neighbours answer: back within a few polls', async () => {
    let ill = false;
    const { clock, good, of, undo } = plant([{ poll: '1s' }], (_unit, { address, count }) =>
      ill && address < 5 && address + count > 3 ? { exception: 2 } : 5,
    );
    await clock.advance(60_500);
    const from = clock.now();
    ill = true;
    await clock.advance(7_000);
    const during = of('m1').filter(({ t }) => t > from);
    expect(during[0]!.bad).toEqual({ current_l1_a: 'exception', current_l2_a: 'exception' });
    for (const { v } of during) expect(Object.keys(v).length).toBe(8);
    ill = false;
    await clock.advance(9_000);
    expect(good('m1').at(-1)!.bad).toEqual({});
    await undo();
  });

  it.each([5, 6])('exception %i is asked again shortly and never shown as bad; the bus is not held up when it stays', async (exception) => {
    let left = 2;
    const { clock, good, results, asked, undo } = plant([{ poll: '5s' }], () => (left-- > 0 ? { exception } : 5));
    await clock.advance(4_000);
    expect(good('m1')).toHaveLength(1);
    left = 2;
    await clock.advance(60_000);
    expect(results.every(({ bad }) => Object.keys(bad).length === 0)).toBe(true);
    expect(good('m1').length).toBe(13);
    left = Number.POSITIVE_INFINITY;
    await clock.advance(60_000);
    asked.length = 0;
    await clock.advance(60_000);
    expect(asked.length).toBeLessThanOrEqual(14);
    expect(results.at(-1)!.bad.voltage_l1_v).toBe('exception');
    await undo();
  });
});

describe('F14 a device that gives no single registers', () => {
  const single: Profile = profileSchema.parse({
    ...profile,
    points: [{ quantity: 'voltage_l1_v', address: 2001, type: 'uint16', scale: 0.1 }],
  });
  it.each([
    ['is found out', {}],
    ['is said by the profile', { min_registers: 2 }],
  ])('%s', async (_how, more) => {
    const { clock, good, asked, undo } = plant([{ poll: '5s' }], (_unit, { count }) => (count === 2 ? 5 : { exception: 3 }), {
      profile: { ...single, ...more },
    });
    await clock.advance(31_000);
    expect(good('m1').at(-1)!.v.voltage_l1_v).toBeCloseTo((2001 & 255) / 10, 9);
    expect(good('m1').length).toBe(7);
    expect(asked.slice(3).every(({ count }) => count === 2)).toBe(true);
    await undo();
  });
});
