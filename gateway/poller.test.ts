import { describe, expect, it } from 'vitest';
import { plant, profile } from '../test/modbus-plant.ts';
import { profileSchema } from './device.ts';

describe('the schedule', () => {
  it('readings fall on the ticks of plant time, hour after hour, and slow points on theirs', async () => {
    const { clock, good, asked, undo } = plant([{ poll: '5s', slow_poll: '60s' }], () => 7);
    await clock.advance(3_600_100);
    const times = good('m1').map(({ t }) => t % 5_000);
    expect(times.length).toBe(721);
    expect(new Set(times.slice(1))).toEqual(new Set([7, 14]));
    const slow = good('m1').filter(({ v }) => v.energy_import_kwh !== undefined);
    expect(slow.length).toBe(61);
    expect(new Set(slow.slice(1).map(({ t }) => t % 60_000))).toEqual(new Set([14]));
    // One request for ten neighbours, one more for the counter.
    expect(asked.length).toBe(721 + 61);
    await undo();
  });

  it('a timer that fires early serves no tick twice', async () => {
    const { clock, good, undo } = plant([{ poll: '1s' }], () => 0.1, { earlyMs: 0.4 });
    await clock.advance(60_500);
    expect(good('m1').length).toBeGreaterThanOrEqual(60);
    expect(good('m1').length).toBeLessThanOrEqual(61);
    await undo();
  });

  it('a clock that is set, forward or back, has no device asked twice at once', async () => {
    let aheadMs = 0;
    let answers = 0;
    // Set during a poll, while somebody waits for its answer.
    const { clock, asked, good, undo } = plant(
      [{ poll: '1s', slow_poll: '1s' }],
      () => {
        answers++;
        if (answers % 10 === 0) aheadMs = [3_600_300, -1_799_900, 0][(answers / 10) % 3]!;
        return 3;
      },
      { aheadMs: () => aheadMs },
    );
    await clock.advance(120_000);
    const rounds = asked.filter(({ address }) => address === 0);
    const gaps = rounds.slice(1).map(({ t }, index) => t - rounds[index]!.t);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000);
    expect(good('m1').length).toBe(rounds.length);
    await undo();
  });

  it('a poll that cannot be kept is skipped, not queued, and devices take turns', async () => {
    const { clock, good, undo } = plant(
      [{}, {}, {}].map(() => ({ poll: '1s' })),
      () => 900,
    );
    await clock.advance(60_000);
    const counts = ['m1', 'm2', 'm3'].map((device) => good(device).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(counts[0]! + counts[1]! + counts[2]!).toBeGreaterThan(55);
    await undo();
  });

  it('requests to different units go together where the bus allows it, to one unit never', async () => {
    const { clock, asked, undo } = plant(
      [{}, {}, {}, { unit: 1 }].map((device) => ({ poll: '1s', ...device })),
      () => 300,
      { inFlight: 3 },
    );
    await clock.advance(900);
    expect(asked.slice(0, 3).map(({ unit }) => unit)).toEqual([1, 2, 3]);
    expect(new Set(asked.slice(0, 3).map(({ t }) => t)).size).toBe(1);
    const ofOne = asked.filter(({ unit }) => unit === 1).map(({ t }) => t);
    for (let at = 1; at < ofOne.length; at++) expect(ofOne[at]! - ofOne[at - 1]!).toBeGreaterThanOrEqual(300);
    await undo();
  });
});

describe('a dead device', () => {
  const mates = [{}, {}, {}, {}].map(() => ({ poll: '5s' }));

  it('is bad once when lost and once when it counts as gone, then there is silence; values never get old', async () => {
    let dead = false;
    const { clock, of, good, states, undo } = plant(mates, (unit) => (dead && unit === 2 ? 'silent' : 10));
    await clock.advance(12_000);
    expect(states.map(({ device, online }) => `${device} ${online}`)).toEqual(['m1 true', 'm2 true', 'm3 true', 'm4 true']);
    dead = true;
    const before = good('m2').length;
    await clock.advance(600_000);
    expect(good('m2').length).toBe(before);
    const bad = of('m2').slice(before);
    expect(bad.length).toBe(2);
    for (const { v, bad: reasons } of bad) {
      expect(v).toEqual({});
      expect(Object.values(reasons)).toEqual(Array(11).fill('comm'));
    }
    const gone = states.at(-1)!;
    expect(gone).toMatchObject({ device: 'm2', online: false, reason: 'no answer' });
    // Three missed polls would be 15 s; a minute is later.
    expect(bad[1]!.t - gone.since).toBeGreaterThanOrEqual(60_000);
    expect(bad[1]!.t - gone.since).toBeLessThanOrEqual(66_000);
    await undo();
  });

  it('costs its bus at most 2 % after three failures, loses its mates nothing, and is back within two rounds', async () => {
    let dead = false;
    const { clock, good, asked, states, undo } = plant(mates, (unit) => (dead && unit === 2 ? 'silent' : 10));
    await clock.advance(60_000);
    dead = true;
    await clock.advance(30_000);
    asked.length = 0;
    const rounds = good('m1').length;
    await clock.advance(600_000);
    const cost = asked.filter(({ unit }) => unit === 2).reduce((sum, { tookMs }) => sum + tookMs, 0);
    expect(cost / 600_000).toBeLessThanOrEqual(0.02);
    expect(cost).toBeGreaterThan(0);
    expect(good('m1').length - rounds).toBe(120);
    expect(states.at(-1)).toMatchObject({ device: 'm2', online: false });
    dead = false;
    const returned = clock.now();
    const before = good('m2').length;
    await clock.advance(60_000);
    const back = good('m2').slice(before);
    expect(back[0]!.t - returned).toBeLessThanOrEqual(2 * 5_000);
    expect(back.length).toBeGreaterThanOrEqual(11);
    expect(states.at(-1)).toMatchObject({ device: 'm2', online: true });
    await undo();
  });

  it('behind a gateway that holds the bus for it, pays for the time of the others too', async () => {
    const ten = Array.from({ length: 10 }, () => ({ poll: '1s' }));
    const { clock, good, of, undo } = plant(ten, (unit) => (unit === 4 ? 'silent' : 10), { holdMs: 1_500, retries: 0 });
    await clock.advance(600_000);
    for (const device of ['m1', 'm5', 'm10']) {
      expect(good(device).length).toBeGreaterThanOrEqual(0.95 * 600);
      // Who has to wait behind the dead one is given the time, and not taken for dead too.
      expect(of(device).filter(({ bad }) => Object.keys(bad).length > 0)).toEqual([]);
    }
    await undo();
  });

  it('alone on its bus, is asked at each of its ticks', async () => {
    let dead = true;
    const { clock, good, asked, undo } = plant([{ poll: '5s' }], () => (dead ? 'silent' : 10));
    await clock.advance(100_000);
    expect(asked.length).toBeGreaterThanOrEqual(19);
    dead = false;
    await clock.advance(10_100);
    expect(good('m1').length).toBeGreaterThanOrEqual(2);
    await undo();
  });

  it('one lost answer is asked again at once and nobody notices', async () => {
    let lose = 0;
    const { clock, results, states, undo } = plant([{ poll: '5s' }], () => (lose-- > 0 ? 'silent' : 10));
    await clock.advance(11_000);
    lose = 1;
    await clock.advance(20_000);
    expect(results.every(({ bad }) => Object.keys(bad).length === 0)).toBe(true);
    expect(states.length).toBe(1);
    await undo();
  });

  it('that answers late is asked in full as soon as it is heard', async () => {
    let dead = true;
    const { clock, good, link, undo } = plant([{ poll: '60s' }, { poll: '1s' }], (unit) => (dead && unit === 1 ? 'silent' : 10));
    await clock.advance(90_000);
    dead = false;
    link.onLate?.(1);
    await clock.advance(100);
    expect(good('m1').length).toBe(1);
    await undo();
  });
});

describe('a lost connection', () => {
  it('makes values bad once, takes devices offline after a minute, and asks all at once when it is back', async () => {
    const { clock, link, results, states, good, undo } = plant([{ poll: '5s' }, { poll: '60s' }], () => 10);
    await clock.advance(10_100);
    Object.assign(link, { open: false });
    link.onState?.(false, 'gone');
    const before = results.length;
    await clock.advance(200_000);
    expect(results.slice(before).map(({ device, v }) => [device, Object.keys(v).length])).toEqual([
      ['m1', 0],
      ['m2', 0],
      ['m1', 0],
      ['m2', 0],
    ]);
    expect(
      states
        .slice(2)
        .map(({ device, online }) => `${device} ${online}`)
        .sort(),
    ).toEqual(['m1 false', 'm2 false']);
    Object.assign(link, { open: true });
    const goods = good('m2').length;
    link.onState?.(true, '');
    await clock.advance(100);
    expect(good('m2').length).toBe(goods + 1);
    await undo();
  });
});

describe('F26 a module that answers', () => {
  it('is online although its only loop is dead: the sensor is bad, not the communication', async () => {
    const loop = profileSchema.parse({
      ...profile,
      points: [{ input: 'ai0', table: 'input', address: 0, type: 'uint16', scale: 0.001, signal: '4-20ma' }],
    });
    const inputs = { ai0: { quantity: 'level_pct', low: 0, high: 100 } };
    const { clock, results, states, undo } = plant([{ poll: '5s', inputs }], () => 5, { profile: loop });
    await clock.advance(300_000);
    expect(states.map(({ online }) => online)).toEqual([true]);
    expect(results.length).toBeGreaterThanOrEqual(60);
    for (const { v, bad } of results) expect({ v, bad }).toEqual({ v: {}, bad: { level_pct: 'sensor' } });
    await undo();
  });
});
