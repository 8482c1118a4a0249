import { expect, test } from 'vitest';
import { openEngineDesk } from '../desk/open.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { ruleSchema } from '../shared/rule.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import { type Instance, openInstance } from './pack.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '试', en: 'Try' };
const anna = { id: 'anna' };
const hour = 3_600_000;

function open(rules: object[], clock: ManualClock = manualClock()) {
  const instances = rules.map((over) => {
    const rule = ruleSchema.parse({
      kind: 'below', title: text, select: {}, quantity: 'pressure_kpa', params: { limit: 100 }, priority: 'high', trade: 'plumbing', check: text,
      source: 'proposal', ...over,
    }); // biome-ignore format: a table
    return openInstance(rule, examplePlace(rule.quantity)) as Instance;
  });
  const { plant } = (instances[0] as Instance).place;
  const desk = openEngineDesk({ file: ':memory:', clock });
  const seasons = { heating: { from: '11-15', to: '03-15' } };
  const conditionHandler = openConditionHandler({ plant, instances, inForce: [] }, desk, clock, seasons);
  const pending: Condition[] = [];
  const engine = openEngine(instances, (condition) => void pending.push(condition));
  const read = (quantity: string, value: number) => {
    engine.point('example', quantity, clock.now(), value);
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
