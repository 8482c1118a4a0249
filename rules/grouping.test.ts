/** What stands under what, by `explained_by`; the meter tree has flood.test.ts. */
import { describe, expect, test } from 'vitest';
import { ruleSchema } from '../shared/rule.ts';
import { openGrouping } from './grouping.ts';
import { type Instance, loadPacks, openInstance } from './pack.ts';
import type { Plant } from './plant.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '试', en: 'Try' };
const minute = 60_000;

/** A loop, what it feeds, and a leak rope in one building, a rope in another. */
function open() {
  const { device, plant: none } = examplePlace('pressure_kpa');
  const places = { loop: 'a', below: 'a', rope: 'a', far: 'b' };
  const devices = new Map(Object.entries(places).map(([id, building]) => [id, { ...device, id, building }]));
  const plant: Plant = { ...none, devices, ancestors: (id) => (id === 'below' ? ['loop'] : []) };
  const at = (place: keyof typeof places, id: string, over: object = {}): Instance =>
    openInstance(
      ruleSchema.parse({
        id, kind: 'below', title: text, select: {}, quantity: 'pressure_kpa', params: { limit: 100 }, priority: 'high', trade: 'plumbing', check: text,
        source: 'proposal', ...over,
      }),
      { device: devices.get(place) as Plant['devices'] extends ReadonlyMap<string, infer D> ? D : never, quantity: 'pressure_kpa', plant },
    ) as Instance; // biome-ignore format: a table
  return { grouping: openGrouping(plant), at };
}
const nearby = { explained_by: [{ rule: 'BURST', same: 'building', within: '1h' }] };

test('an alarm stands under what explains it at its device, whichever of the two is seen first', () => {
  for (const rootFirst of [true, false]) {
    const { grouping, at } = open();
    const burst = at('loop', 'BURST');
    const flow = at('loop', 'FLOW', { explained_by: ['BURST'] });
    const first = grouping.raised(rootFirst ? burst : flow, 0);
    const second = grouping.raised(rootFirst ? flow : burst, 2 * minute);
    expect(first).toEqual({ under: undefined, adopts: [] });
    expect(second).toEqual(rootFirst ? { under: burst, adopts: [] } : { under: undefined, adopts: [flow] });
  }
});

test('what was there long before is no consequence', () => {
  const { grouping, at } = open();
  grouping.raised(at('loop', 'FLOW', { explained_by: ['BURST'] }), 0);
  expect(grouping.raised(at('loop', 'BURST'), 11 * minute).adopts).toEqual([]);
});

test('water on the floor of the same building within the hour belongs to the burst; of another, or of another day, it does not', () => {
  const { grouping, at } = open();
  const burst = at('loop', 'BURST');
  const [rope, far] = [at('rope', 'LEAK', nearby), at('far', 'LEAK', nearby)];
  grouping.raised(burst, 0);
  expect(grouping.raised(far, minute).under).toBeUndefined();
  expect(grouping.raised(rope, 61 * minute).under).toBeUndefined();
  grouping.cleared(rope);
  expect(grouping.raised(rope, 59 * minute).under).toBe(burst);
  // It dries and is wet again while the burst goes on: still the same water.
  grouping.cleared(rope);
  expect(grouping.raised(rope, 300 * minute).under).toBe(burst);
  grouping.cleared(burst);
  grouping.cleared(rope);
  expect(grouping.raised(rope, 301 * minute).under).toBeUndefined();
});

test('what stood under an alarm follows it under its own root', () => {
  const { grouping, at } = open();
  const pressure = at('loop', 'PRESSURE', { explained_by: ['BURST'] });
  const flow = at('loop', 'FLOW', { explained_by: ['PRESSURE'] });
  const burst = at('loop', 'BURST');
  grouping.raised(pressure, 0);
  expect(grouping.raised(flow, minute).under).toBe(pressure);
  expect(grouping.raised(burst, 2 * minute).adopts).toEqual([pressure, flow]);
});

test('nothing stands under what is less urgent than itself: it would be told of too late', () => {
  const { grouping, at } = open();
  grouping.raised(at('loop', 'BURST', { priority: 'medium' }), 0);
  expect(grouping.raised(at('loop', 'FLOW', { explained_by: ['BURST'] }), minute).under).toBeUndefined();
});

test('down the meter tree neither, whichever comes first', () => {
  for (const rootFirst of [true, false]) {
    const { grouping, at } = open();
    const imbalance = at('loop', 'FEEDER', { priority: 'medium' });
    const trip = at('below', 'TRIP', { priority: 'critical' });
    grouping.raised(rootFirst ? imbalance : trip, 0);
    expect(grouping.raised(rootFirst ? trip : imbalance, 1_000)).toEqual({ under: undefined, adopts: [] });
  }
});

test('what is gone explains nothing more, though what stood under it is still there', () => {
  const { grouping, at } = open();
  const burst = at('loop', 'BURST');
  const pressure = at('loop', 'PRESSURE', { explained_by: ['BURST'] });
  grouping.raised(burst, 0);
  grouping.raised(pressure, minute);
  grouping.cleared(burst);
  expect(grouping.raised(at('loop', 'FLOW', { explained_by: ['BURST', 'PRESSURE'] }), 2 * minute).under).toBe(pressure);
});

describe('life safety', () => {
  test('stands under nothing, whatever its rule says', () => {
    const { grouping, at } = open();
    grouping.raised(at('loop', 'BURST', { priority: 'critical' }), 0);
    const oxygen = at('loop', 'OXYGEN', { explained_by: ['BURST'], priority: 'critical', life_safety: true });
    expect(grouping.raised(oxygen, minute).under).toBeUndefined();
  });
  test('is explained away by no rule of the packs', () => {
    const rules = loadPacks().flatMap((pack) => pack.rules);
    expect(rules.filter((rule) => rule.life_safety && rule.explained_by.length > 0).map(({ id }) => id)).toEqual([]);
    // And each that is named exists.
    const ids = new Set(rules.map(({ id }) => id));
    const named = rules.flatMap((rule) => rule.explained_by.map((one) => (typeof one === 'string' ? one : one.rule)));
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });
});
