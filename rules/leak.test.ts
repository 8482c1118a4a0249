import { describe, expect, test } from 'vitest';
import nightFlow from './kinds/night-flow.ts';
import { openLeakDetector } from './leak.ts';
import { matchLeaks, readTruth, timeOf, zoneOf } from './leak-table.ts';
import { examplePlace } from './try-kind.ts';

/** mulberry32: the seed is printed with each failure. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const gauss = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const detector = () => openLeakDetector({ learn: 14, spreads: 4, nights: 2, accept: 60, least: () => 0 });
/** A zone of 70 m³/h whose weekends are higher and whose summer is: what the night should be. */
const usual = (day: number) => 70 + (day % 7 === 5 ? 15 : day % 7 === 6 ? 20 : 0) + 4 * Math.sin((day / 365) * 2 * Math.PI);

/** Nights with a leak on top; hands back the nights on which an alarm was raised, and whether it stood at the end. */
function run(nights: number, leak: (day: number) => number, seed = 1, noise = 1.2, base = usual) {
  const random = randomOf(seed);
  const watch = detector();
  const raised: number[] = [];
  let leaking = false;
  for (let day = 0; day < nights; day++) {
    const night = watch.night(day % 7, base(day) + leak(day) + noise * gauss(random));
    if (night && ((night.leaking && !leaking) || night.again)) raised.push(day);
    leaking = night?.leaking ?? false;
  }
  return { raised, leaking };
}
const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

describe('leaks by night', () => {
  test('weekends and seasons of twenty years without a leak give at most one alarm in two years', () => {
    const alarms = seeds.map((seed) => run(365, () => 0, seed).raised.length);
    expect(
      alarms.reduce((sum, one) => sum + one, 0),
      alarms.join(' '),
    ).toBeLessThanOrEqual(10);
  });
  test('a burst of 15 m³/h is found in its second night', () => {
    for (const seed of seeds)
      expect(
        run(120, (day) => (day >= 100 ? 15 : 0), seed).raised.find((day) => day >= 100),
        `seed ${seed}`,
      ).toBeLessThanOrEqual(101);
  });
  test('a leak that grows by 0.3 m³/h a day is found, and is one alarm for two months', () => {
    for (const seed of seeds) {
      const { raised, leaking } = run(160, (day) => Math.max(0, day - 100) * 0.3, seed);
      const own = raised.filter((day) => day >= 100);
      expect(own.length, `seed ${seed}: ${own}`).toBe(1);
      expect(leaking, `seed ${seed}`).toBe(true);
    }
  });
  test('a known leak hides no second one', () => {
    for (const seed of seeds) {
      const { raised } = run(120, (day) => (day >= 100 ? 10 : 0) + (day >= 110 ? 14 : 0), seed);
      const own = raised.filter((day) => day >= 100);
      expect(own.length, `seed ${seed}: ${own}`).toBe(2);
      expect(own[1], `seed ${seed}`).toBeLessThanOrEqual(111);
    }
  });
  test('repair ends it, and the next leak of the same size is found again', () => {
    for (const seed of seeds) {
      const { raised, leaking } = run(135, (day) => ((day >= 100 && day < 110) || (day >= 125 && day < 132) ? 12 : 0), seed);
      expect(raised.filter((day) => day >= 100).length, `seed ${seed}: ${raised}`).toBe(2);
      expect(leaking, `seed ${seed}`).toBe(false);
    }
  });
  test('a weekday that moves for good is no weekly alarm', () => {
    const moved = (day: number) => 70 + (day % 7 === (day < 60 ? 5 : 3) ? 15 : 0);
    for (const seed of seeds) expect(run(150, () => 0, seed, 1.2, moved).raised.length, `seed ${seed}`).toBeLessThanOrEqual(1);
  });
  test('readings two hours apart are enough', () => {
    const place = examplePlace('flow_m3h');
    const slow = { ...place.device, pollMs: 7_200_000 };
    const plant = { ...place.plant, devices: new Map([[slow.id, slow]]) };
    const judge = nightFlow.open(nightFlow.params.parse({}), { ...place, device: slow, plant })!;
    let verdict = 'unknown';
    for (let i = 0; i < 12 * 20; i++) {
      const leak = i >= 12 * 17 ? 2 : 0;
      verdict = judge.reading(0, Date.UTC(2026, 0, 1) + i * 7_200_000, 4 + leak + 0.1 * ((i * 7) % 3), false);
    }
    expect(verdict).toBe('breach');
    expect(judge.note?.zh).toMatch(/估计漏量约 2(\.\d+)? m³\/h，自 2026-01-\d\d 起约 \d/);
  });
  test('the price tells yuan', () => {
    const judge = nightFlow.open(nightFlow.params.parse({ price_per_m3: 4.5 }), examplePlace('flow_m3h'))!;
    for (let i = 0; i < 24 * 20; i++) judge.reading(0, Date.UTC(2026, 0, 1) + i * 3_600_000, i >= 24 * 17 ? 6 : 4, false);
    expect(judge.note?.en).toMatch(/estimated at about 2(\.\d+)? m³\/h, some \d+(\.\d+)? m³ since 2026-01-\d\d, about \d+ yuan/);
  });
});

describe('the table of known leaks', () => {
  const leak = (name: string, from: number, to: number) => ({ name, from, to, kind: '' });
  const alarm = (t: number) => ({ t, note: '' });
  test('one alarm finds one leak, the newest; what finds none is false', () => {
    const [a, b] = [leak('a', 0, 100), leak('b', 50, 80)];
    const { rows, falseAlarms } = matchLeaks([a, b], [alarm(60), alarm(70), alarm(75), alarm(200)]);
    expect(rows.map((row) => row.alarm?.t)).toEqual([70, 60]);
    expect(falseAlarms.map((one) => one.t)).toEqual([75, 200]);
  });
  test('times without a zone are those of the network’s clocks', () => {
    expect(timeOf('2018-01-08 13:30', 'UTC')).toBe(Date.UTC(2018, 0, 8, 13, 30));
    expect(timeOf('2018-01-08T13:30:00', 'Asia/Shanghai')).toBe(Date.UTC(2018, 0, 8, 5, 30));
    expect(timeOf('2018-01-08T13:30:00Z', 'Asia/Shanghai')).toBe(Date.UTC(2018, 0, 8, 13, 30));
    expect(timeOf('08/01/2018', 'UTC')).toBeNaN();
  });
  test('pumps are subtracted unless the zone is written out; an unknown column is named', () => {
    expect(zoneOf(undefined, ['inlet_1', 'pump_1']).map(({ sign }) => sign)).toEqual([1, -1]);
    expect(zoneOf('a + b - c', ['a', 'b', 'c']).map(({ sign }) => sign)).toEqual([1, 1, -1]);
    expect(() => zoneOf('a + x', ['a', 'b'])).toThrow('no column "x"; allowed: a, b');
  });
  test('a truth file that is not there is told with its name', async () => {
    await expect(readTruth('nowhere.csv', 'UTC')).rejects.toThrow('nowhere.csv');
  });
});
