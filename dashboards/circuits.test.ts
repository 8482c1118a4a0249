/** The sum of what hangs on a circuit: spread evenly it may look well and yet be too much for one phase. */
import { expect, it } from 'vitest';
import type { Appliance } from '../shared/plant.ts';
import { siteOf } from '../test/site-of.ts';
import { deviceFacts } from './device-facts.ts';
import { circuitLoad } from './plant/circuits.ts';

const devices = deviceFacts(
  siteOf({
    gw1: [
      ['board', 'electricity'],
      ['ward', 'electricity'],
    ],
  }).config,
);
const board = { ...devices.get('board')!, attributes: { rating_a: 63 } };
const ward = { ...devices.get('ward')!, fedBy: 'board', attributes: { rating_a: 32, poles: 1 } };
const plant = new Map([['board', board], ['ward', ward]]); // biome-ignore format: short
const heater = (id: string, more: Partial<Appliance> = {}): Appliance => ({
  ...{ id, circuit: 'ward', name: '电暖器', kind: 'heater', watt: 2_200, count: 1, phase: 'unknown', owner: '李护士长', state: 'in-use' },
  ...more,
});
const today = '2026-01-15';

it('counts what the circuit feeds, and takes for the worst that all of unknown phase hang together', () => {
  const all = [
    heater('a', { count: 3 }),
    heater('b', { circuit: 'board', phase: 'l1', count: 4 }),
    heater('c', { state: 'removed', count: 50 }),
  ];
  expect(circuitLoad(ward, plant, all, today)).toMatchObject({ watt: 6_600, worstA: 30, evenA: 30, verdict: 'ok' });
  // 4 on L1 for sure are 40 A; 3 more may hang there too: 70 A. Spread evenly it is 40 A, since those on L1 cannot be spread.
  expect(circuitLoad(board, plant, all, today)).toMatchObject({ watt: 15_400, worstA: 70, evenA: 40, verdict: 'may' });
});

it('says that it is too much however it is spread, and does not judge without a rating', () => {
  const many = [heater('a', { count: 20, circuit: 'board', phase: 'three', watt: 2_310 })];
  expect(circuitLoad(board, plant, many, today)).toMatchObject({ evenA: 70, worstA: 70, verdict: 'over' });
  expect(circuitLoad({ ...board, attributes: {} }, plant, many, today).verdict).toBe('unknown');
  expect(circuitLoad(ward, plant, [heater('a', { count: 4 })], today).verdict).toBe('over');
});

it('reckons at the voltage of the circuit: what is 70 A in the house is 3 A on the 10 kV side', () => {
  const supply = { ...board, id: 'supply', attributes: { rating_a: 20, nominal_v: 5_774 } };
  const all = [heater('a', { count: 20, circuit: 'board', phase: 'three', watt: 2_310 })];
  const fed = new Map([...plant, ['supply', supply], ['board', { ...board, fedBy: 'supply' }]]);
  const load = circuitLoad(supply, fed, all, today);
  expect([Math.round(load.evenA * 10) / 10, load.verdict]).toEqual([2.7, 'ok']);
});

it('counts permits that are missing or past; most watts stand first', () => {
  const permit = { number: '12', by: '总务科' };
  const all = [heater('a'), heater('b', { permit, watt: 3_000 }), heater('c', { count: 2, permit: { ...permit, until: '2026-01-14' } })];
  const load = circuitLoad(ward, plant, all, today);
  expect([load.unpermitted, load.appliances.map(({ id }) => id)]).toEqual([3, ['c', 'b', 'a']]);
});
