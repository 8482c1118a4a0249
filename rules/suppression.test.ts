import { describe, expect, test } from 'vitest';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { ruleSchema } from '../shared/rule.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import { type Instance, openInstance } from './pack.ts';
import type { Plant, PlantDevice } from './plant.ts';
import { openSuppression } from './suppression.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '试', en: 'Try' };
const anna = { id: 'anna' };
const hour = 3_600_000;

function bookOf(rules: object[]) {
  const instances = rules.map((over) => {
    const rule = ruleSchema.parse({
      kind: 'below', title: text, select: {}, quantity: 'pressure_kpa', params: { limit: 100 }, priority: 'high', trade: 'plumbing', check: text,
      source: 'proposal', ...over,
    }); // biome-ignore format: a table
    return openInstance(rule, examplePlace(rule.quantity)) as Instance;
  });
  return { plant: (instances[0] as Instance).place.plant, instances, inForce: [] };
}
function open(rules: object[], clock: ManualClock = manualClock()) {
  const { plant, instances } = bookOf(rules);
  const desk = openEngineDesk({ file: ':memory:', clock });
  const seasons = { heating: { from: '11-15', to: '03-15' } };
  const conditionHandler = openConditionHandler({ plant, instances, inForce: [] }, desk, clock, seasons);
  const pending: Condition[] = [];
  const engine = openEngine(instances, (condition) => void pending.push(condition));
  const read = (quantity: string, value: number) => {
    engine.reading('example', quantity, clock.now(), value);
    conditionHandler.attend(pending.splice(0));
    clock.advanceSync(1_000);
  };
  return { desk, clock, conditionHandler, read };
}

test('a parent alarm hides what follows from it, in whichever order they come, and releases it', () => {
  const { desk, read } = open([
    { id: 'PARENT', quantity: 'voltage_l1_v' },
    { id: 'CHILD', suppressed_by: ['PARENT'] },
  ]);
  read('pressure_kpa', 50);
  expect(desk.alarm('child.example')).toMatchObject({ state: 'UNACK' });
  read('voltage_l1_v', 0);
  expect(desk.alarm('child.example')).toMatchObject({ state: 'DSUPR', suppressedBy: 'parent.example', active: true });
  read('pressure_kpa', 150);
  read('pressure_kpa', 50);
  expect(desk.alarm('child.example')).toMatchObject({ state: 'DSUPR', occurrence: 2 });
  read('voltage_l1_v', 230);
  expect(desk.alarm('child.example')).toMatchObject({ state: 'UNACK', suppressedBy: null });
});

test('maintenance mode keeps the alarms of a device silent until its end, and records them', () => {
  const { desk, clock, conditionHandler, read } = open([{ id: 'LOW' }]);
  expect(() => desk.startMaintenance('example', anna, { reason: '', until: clock.now() + hour })).toThrow(/reason/);
  expect(() => desk.startMaintenance('example', anna, { reason: 'x', until: clock.now() + 8 * 24 * hour })).toThrow(/7 days/);
  desk.startMaintenance('example', anna, { reason: 'valve exchange', until: clock.now() + hour });
  expect(() => desk.startMaintenance('example', anna, { reason: 'again', until: clock.now() + hour })).toThrow(/already/);
  conditionHandler.look();
  read('pressure_kpa', 50);
  expect(desk.alarm('low.example')).toMatchObject({ state: 'DSUPR', suppressedBy: 'maintenance:example', ticket: null });
  clock.advanceSync(hour);
  conditionHandler.look();
  expect(desk.maintenance()).toEqual([]);
  expect(desk.alarm('low.example')).toMatchObject({ state: 'UNACK', ticket: 'T-1' });
  desk.startMaintenance('example', anna, { reason: 'once more', until: clock.now() + hour });
  conditionHandler.look();
  expect(desk.alarm('low.example')?.state).toBe('DSUPR');
  desk.endMaintenance('example', anna);
  conditionHandler.look();
  expect(desk.alarm('low.example')?.state).toBe('UNACK');
  expect(() => desk.endMaintenance('example', anna)).toThrow(/not in maintenance/);
});

test('a rule of a season calls nobody outside it', () => {
  const clock = manualClock(Date.UTC(2026, 2, 15, 12));
  const { desk, conditionHandler, read } = open([{ id: 'COLD', season: 'heating' }, { id: 'ALWAYS' }], clock);
  read('pressure_kpa', 50);
  expect(desk.alarm('cold.example')?.state).toBe('UNACK');
  clock.advanceSync(12 * hour);
  conditionHandler.look();
  expect(desk.alarm('cold.example')).toMatchObject({ state: 'DSUPR', suppressedBy: 'season:heating' });
  expect(desk.alarm('always.example')?.state).toBe('UNACK');
});

describe('life safety', () => {
  /** An oxygen zone on a gateway and behind a meter, with a rule for each; conditions are told to the suppression alone. */
  function zone(over: object = {}) {
    const place = examplePlace('pressure_kpa');
    const above: PlantDevice = { ...place.device, id: 'above' };
    const plant: Plant = {
      ...place.plant,
      devices: new Map([['example', place.device], ['above', above]]),
      ancestors: (device) => (device === 'example' ? ['above'] : []),
    }; // biome-ignore format: a table
    const at = (device: PlantDevice, more: object) =>
      openInstance(
        ruleSchema.parse({
          kind: 'below', title: text, select: {}, quantity: 'pressure_kpa', params: { limit: 100 }, priority: 'high', trade: 'plumbing', check: text,
          source: 'proposal', ...more,
        }),
        { device, quantity: 'pressure_kpa', plant },
      ) as Instance; // biome-ignore format: a table
    const oxygen = at(place.device, { id: 'OXYGEN', priority: 'critical', life_safety: true, ...over });
    const others = [
      at(place.device, { id: 'NEAR', priority: 'critical', site_wide: true }),
      at(place.device, { id: 'SYS-COMM', priority: 'critical' }),
      at(above, { id: 'ABOVE', priority: 'critical', site_wide: true }),
    ];
    const suppression = openSuppression({ plant, instances: [oxygen, ...others] }, { heating: { from: '11-15', to: '03-15' } });
    for (const other of others) suppression.note(other, true);
    return { oxygen, suppression, summer: Date.UTC(2026, 6, 1) };
  }

  test('nothing hides it but what it names itself', () => {
    const free = zone();
    free.suppression.look(['above', 'gateway'], free.summer);
    expect(free.suppression.hiddenBy(free.oxygen)).toBeUndefined();
    const named = zone({ suppressed_by: ['NEAR'] });
    expect(named.suppression.hiddenBy(named.oxygen)).toBe('near.example');
  });
  test('no season hides it', () => {
    const { oxygen, suppression, summer } = zone({ season: 'heating' });
    suppression.look([], summer);
    expect(suppression.hiddenBy(oxygen)).toBeUndefined();
  });
  test('maintenance hides it only at the very device', () => {
    const { oxygen, suppression, summer } = zone();
    suppression.look(['example'], summer);
    expect(suppression.hiddenBy(oxygen)).toBe('maintenance:example');
  });
});

test('silence hides what is no more urgent than itself, and no process alarm above it', () => {
  const { desk, read } = open([
    { id: 'SYS-COMM', quantity: 'voltage_l1_v', priority: 'medium' },
    { id: 'URGENT', priority: 'critical' },
    { id: 'EQUAL', priority: 'medium' },
  ]);
  read('pressure_kpa', 50);
  read('voltage_l1_v', 0);
  expect(desk.alarm('urgent.example')).toMatchObject({ state: 'UNACK' });
  expect(desk.alarm('equal.example')).toMatchObject({ state: 'DSUPR', suppressedBy: 'sys-comm.example' });
});

describe('after a restart', () => {
  test('the alarm of a rule that is gone is cleared, and of one that stands it is kept', () => {
    const clock = manualClock();
    const { desk, read } = open([{ id: 'GONE' }, { id: 'STAYS' }], clock);
    read('pressure_kpa', 50);
    expect(desk.alarms().map(({ id, active }) => [id, active])).toEqual(
      [
        ['gone.example', true],
        ['stays.example', true],
      ].sort(),
    );
    const again = openConditionHandler(bookOf([{ id: 'STAYS' }]), desk, clock);
    expect(desk.alarm('gone.example')).toMatchObject({ active: false, state: 'RTNUN' });
    expect(desk.alarm('stays.example')).toMatchObject({ active: true, state: 'UNACK' });
    expect([...again.active]).toEqual(['stays.example']);
  });
  test('however many alarms were hidden by what is no longer in force, all come into the open', () => {
    const clock = manualClock();
    const { desk } = open([{ id: 'LOW' }], clock);
    const many = Array.from({ length: 1_200 }, (_, i) => `low-${i}`);
    const [instance] = bookOf([{ id: 'LOW' }]).instances as [Instance];
    desk.batch(() => {
      for (const id of many) desk.raise({ ...instance.definition, id, message: text }, { at: 1, value: 1, limit: 2 }, 'parent.gone');
    });
    const instances = many.map((id) => ({ ...instance, id }));
    openConditionHandler({ plant: instance.place.plant, instances, inForce: [] }, desk, clock);
    expect(desk.alarms({ state: 'DSUPR', limit: 5_000 })).toEqual([]);
    expect(desk.alarms({ state: 'UNACK', limit: 5_000 })).toHaveLength(1_200);
  });
});
