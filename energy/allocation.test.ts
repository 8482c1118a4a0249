/** Allocated and not allocated are the main meter to 0.01 kWh and the bill to the cent, whatever the tree. */
import { describe, expect, it, test } from 'vitest';
import { random as randomFrom } from '../test/random.ts';
import { type AllocationInput, type AllocationMeter, type AllocationRule, allocate, type Receiver, shareKeys } from './allocation.ts';
import { cut } from './shares.ts';

const receivers: Receiver[] = [
  { id: 'icu', kind: 'department', area: 900, beds: 20, headcount: 61 },
  { id: 'theatre', kind: 'department', area: 1_700, beds: 0, headcount: 44 },
  { id: 'ward', kind: 'department', area: 2_400, beds: 43 },
  { id: 'canteen', kind: 'tenant', area: 310, headcount: 17 },
];
const hundredth = (value: number) => Math.round(value * 100);
const sum = (values: number[]) => values.reduce((all, one) => all + one, 0);
const parts = (peak: number, flat: number, basic = 0): AllocationInput['parts'] => [
  { id: 'peak', cost: peak },
  { id: 'flat', cost: flat },
  ...(basic === 0 ? [] : [{ id: 'capacity', cost: basic, quantity: false as const }]),
];
const meter = (id: string, peak: number | null, flat = 0, more: Partial<AllocationMeter> = {}): AllocationMeter => ({
  id,
  values: peak === null ? null : { peak, flat },
  ...more,
});

function holds(input: AllocationInput, told: string): void {
  const out = allocate(input);
  expect(hundredth(out.allocated) + hundredth(out.unallocated), told).toBe(hundredth(out.main));
  expect(hundredth(out.allocatedCost) + hundredth(out.unallocatedCost), told).toBe(sum(input.parts.map(({ cost }) => hundredth(cost))));
  expect(sum(out.receivers.map(({ quantity }) => hundredth(quantity))), told).toBe(hundredth(out.allocated));
  expect(sum(out.receivers.map(({ cost }) => hundredth(cost))), told).toBe(hundredth(out.allocatedCost));
  expect(sum(out.items.map(({ quantity }) => hundredth(quantity))), told).toBe(hundredth(out.main));
  expect(sum(out.items.map(({ cost }) => hundredth(cost))), told).toBe(hundredth(out.cost));
  for (const { meter: id } of out.negative)
    expect(
      out.lines.filter((line) => line.meter === id).every((line) => line.receiver === null && line.why === 'negative'),
      told,
    ).toBe(true);
}

describe('a month allocated', () => {
  const month: AllocationInput = {
    parts: parts(1_000, 500, 300),
    receivers,
    meters: [
      meter('main', 1_000, 1_000, { rule: { by: 'area', among: ['icu', 'theatre', 'ward'] } }),
      meter('icu-board', 300, 500, { parent: 'main', rule: { to: 'icu' }, item: '01D10' }),
      meter('canteen-board', 200, 0, { parent: 'main', rule: { shares: { canteen: 0.9 } } }),
    ],
  };

  it('goes by sub-meter, by area and by fixed share, each part at its own price', () => {
    const out = allocate(month);
    // Residual 500 peak and 500 flat by 900, 1700 and 2400 of 5000 m²; the basic charge by all kWh.
    expect(out.lines).toEqual([
      { receiver: 'icu', meter: 'main', item: null, quantity: 180, cost: 90 + 45 + 27 },
      { receiver: 'theatre', meter: 'main', item: null, quantity: 340, cost: 170 + 85 + 51 },
      { receiver: 'ward', meter: 'main', item: null, quantity: 480, cost: 240 + 120 + 72 },
      { receiver: 'icu', meter: 'icu-board', item: '01D10', quantity: 800, cost: 300 + 250 + 120 },
      { receiver: 'canteen', meter: 'canteen-board', item: null, quantity: 180, cost: 180 + 27 },
      { receiver: null, why: 'short-of-one', meter: 'canteen-board', item: null, quantity: 20, cost: 20 + 3 },
    ]);
    expect(out).toMatchObject({
      main: 2_000,
      cost: 1_800,
      allocated: 1_980,
      unallocated: 20,
      unallocatedCost: 23,
      missing: [],
      negative: [],
    });
    expect(out.items).toEqual([{ item: null, quantity: 1_200, cost: 1_130 }, { item: '01D10', quantity: 800, cost: 670 }]); // biome-ignore format: two
  });

  it('names a meter that told nothing; its use stays with the meter above, its children too', () => {
    const meters = [
      ...month.meters.slice(0, 2),
      meter('floor', null, 0, { parent: 'main', rule: { to: 'theatre' } }),
      meter('room', 100, 100, { parent: 'floor', rule: { to: 'ward' } }),
    ];
    const out = allocate({ ...month, meters });
    expect(out.missing).toEqual(['floor']);
    expect(sum(out.lines.filter((line) => line.meter === 'main').map(({ quantity }) => quantity))).toBe(2_000 - 800 - 200);
    holds({ ...month, meters }, 'missing');
  });

  it('shows a remainder below zero and spreads it on nobody', () => {
    const meters = [month.meters[0] as AllocationMeter, meter('a', 900, 900, { parent: 'main', rule: { to: 'icu' } }), meter('b', 200, 150, { parent: 'main', rule: { to: 'ward' } })]; // biome-ignore format: three
    const out = allocate({ ...month, meters });
    expect(out.negative).toEqual([{ meter: 'main', quantity: -150 }]);
    expect(out.lines[0]).toMatchObject({ receiver: null, why: 'negative', quantity: -150 });
    expect(out).toMatchObject({ main: 2_000, allocated: 2_150, unallocated: -150 });
    holds({ ...month, meters }, 'negative');
  });

  it('adds and takes away in a virtual meter, which tells nothing when one of its meters does not', () => {
    const with_ = (boiler: number | null) => [
      meter('main', 1_000, 0),
      meter('plant', 600, 0, { parent: 'main' }),
      meter('boiler', boiler, 0, { parent: 'plant' }),
      meter('rest', 0, 0, { parent: 'main', virtual: [{ meter: 'plant', share: 0.5 }, { meter: 'boiler', share: -1 }], rule: { to: 'ward' } }), // biome-ignore format: one
    ];
    const quantity = (boiler: number | null) =>
      allocate({ parts: parts(100, 0), receivers, meters: with_(boiler) }).receivers.find(({ id }) => id === 'ward')?.quantity;
    expect(quantity(100)).toBe(200);
    expect(quantity(null)).toBe(0);
    expect(allocate({ parts: parts(100, 0), receivers, meters: with_(null) }).missing).toEqual(['boiler', 'rest']);
  });

  it('is nobody’s where nobody has the key, and where there is cost without use', () => {
    const meters = [meter('main', 10, 0, { rule: { by: 'beds', among: ['theatre', 'canteen'] } })];
    expect(allocate({ parts: parts(5, 0), receivers, meters }).lines).toMatchObject([
      { receiver: null, why: 'no-key', quantity: 10, cost: 5 },
    ]);
    expect(allocate({ parts: parts(0, 0, 77.77), receivers, meters: [meter('main', 0)] })).toMatchObject({ main: 0, cost: 77.77, unallocatedCost: 77.77 }); // biome-ignore format: one
  });

  it('says every mistake of tree and rules', () => {
    const of = (...meters: AllocationMeter[]) => allocate({ parts: parts(1, 1), receivers, meters });
    expect(() => of(meter('a', 1, 1, { rule: { to: 'nobody' } }), meter('b', 1, 1, { rule: { shares: { icu: 0.7, ward: 0.4 } } }))).toThrow(/"nobody".*\n.*meter b: its shares add up to 1\.1/); // biome-ignore format: one
    expect(() => of(meter('a', 1, 1, { parent: 'x' }), meter('a', Number.NaN))).toThrow(/twice.*\n.*"x" is not in the tree\n.*peak is NaN/);
    expect(() => of(meter('a', 1, 1, { parent: 'b' }), meter('b', 1, 1, { parent: 'a' }))).toThrow(/fed by itself/);
    expect(() => of(meter('a', 1, 1, { virtual: [{ meter: 'a', share: 1 }] }))).toThrow(/adds up itself/);
  });
});

/** Any tree of up to thirty meters, with silent, virtual and wrong ones. */
function anyMonth(seed: number): AllocationInput {
  const random = randomFrom(seed);
  const ids = receivers.map(({ id }) => id);
  const some = () => ids.filter(() => random.chance(0.6));
  const rule = (): AllocationRule | undefined => {
    const kind = random.below(4);
    if (kind === 0) return undefined;
    if (kind === 1) return { to: ids[random.below(ids.length)] as string };
    if (kind === 2) return { by: shareKeys[random.below(3)] as (typeof shareKeys)[number], among: some() };
    return { shares: Object.fromEntries(some().map((id) => [id, random.below(250_001) / 1_000_000])) };
  };
  const meters = Array.from(
    { length: 1 + random.below(30) },
    (_, i): AllocationMeter => ({
      id: `m${i}`,
      parent: i === 0 || random.chance(0.1) ? undefined : `m${random.below(i)}`,
      values: random.chance(0.1) ? null : { peak: random() * 10_000, flat: random() * 10_000 },
      virtual: i > 1 && random.chance(0.1) ? [{ meter: `m${random.below(i)}`, share: 1 }, { meter: `m${random.below(i)}`, share: -random() }] : undefined, // biome-ignore format: one
      rule: rule(),
      item: random.chance(0.5) ? `01A${random.below(3)}` : undefined,
    }),
  );
  const cost = () => random.below(10_000_000) / 100;
  return { meters, receivers, parts: parts(cost(), cost(), cost()) };
}

test('any tree is allocated to 0.01 kWh and to the cent (seeds 1 to 1000)', () => {
  for (let seed = 1; seed <= 1_000; seed++) holds(anyMonth(seed), `seed ${seed}`);
});

test('parts of a whole are at most one away from their share and add up (seeds 1 to 2000)', () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = randomFrom(seed);
    const whole = BigInt(random.below(1_000_000) - 300_000);
    const weights = Array.from({ length: 1 + random.below(9) }, () => BigInt(random.below(5_000) - (seed % 2 ? 0 : 2_000)));
    const all = weights.reduce((total, one) => total + one, 0n);
    const pieces = cut(whole, weights);
    if (all === 0n) expect(pieces, `seed ${seed}`).toBeUndefined();
    else {
      expect(
        pieces?.reduce((total, one) => total + one, 0n),
        `seed ${seed}`,
      ).toBe(whole);
      for (const [at, weight] of weights.entries())
        expect(Math.abs(Number(pieces?.[at]) - Number(whole * weight) / Number(all)), `seed ${seed}`).toBeLessThan(1.000001);
    }
  }
});
