import { describe, expect, test } from 'vitest';
import { openEngineDesk } from '../desk/open.ts';
import { manualClock } from '../shared/clock.ts';
import { ruleSchema } from '../shared/rule.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import { type Instance, openInstance } from './pack.ts';
import type { Plant, PlantDevice } from './plant.ts';
import { examplePlace } from './try-kind.ts';

const text = { zh: '试', en: 'Try' };

/** A feeder, boards behind it, sockets behind these: 500 places with a voltage, and an oxygen zone that has nothing to do with them. */
function openPlant() {
  const devices = new Map<string, PlantDevice>();
  const add = (id: string, fedBy?: string) => devices.set(id, { ...examplePlace(undefined).device, id, fedBy, gateway: 'g' });
  add('feeder');
  for (let board = 0; board < 19; board++) {
    add(`board-${board}`, 'feeder');
    for (let socket = 0; socket < 25; socket++) add(`socket-${board}-${socket}`, `board-${board}`);
  }
  for (let spare = 0; spare < 5; spare++) add(`spare-${spare}`, 'feeder');
  add('zone');
  const plant: Plant = {
    site: 's',
    timezone: 'Asia/Shanghai',
    speed: 1,
    devices,
    children: (id) => [...devices.values()].filter((device) => device.fedBy === id),
    byRole: () => [],
    usersBehind: () => [],
    ancestors(id) {
      const up = devices.get(id)?.fedBy;
      return up === undefined ? [] : [up, ...this.ancestors(up)];
    },
  };
  const rule = (id: string, quantity: string, over: object) =>
    ruleSchema.parse({
      id, kind: 'below', title: text, select: {}, quantity, params: { limit: 100 }, priority: 'high', trade: 'electrical', check: text, source: 'proposal', ...over,
    }); // biome-ignore format: a table
  const dead = rule('EL-DEAD', 'voltage_l1_v', {});
  const low = rule('O2-AREA-LOW', 'pressure_kpa', { priority: 'critical', trade: 'medical-gas', life_safety: true });
  const instances = [...devices.values()].map((device) =>
    device.id === 'zone'
      ? openInstance(low, { device, quantity: 'pressure_kpa', plant })
      : openInstance(dead, { device, quantity: 'voltage_l1_v', plant }),
  ) as Instance[];
  const clock = manualClock();
  const desk = openEngineDesk({ file: ':memory:', clock });
  const conditionHandler = openConditionHandler({ plant, instances, inForce: [] }, desk, clock);
  const pending: Condition[] = [];
  const engine = openEngine(instances, (condition) => void pending.push(condition));
  const read = (device: string, quantity: string, value: number) => {
    engine.reading(device, quantity, clock.now(), value);
    conditionHandler.attend(pending.splice(0));
  };
  return { desk, clock, devices, read };
}

describe('a flood', () => {
  test('of 500 alarms in 10 s shows one root with 499 under it, all recorded, and an oxygen alarm on its own at once', () => {
    const { desk, clock, devices, read } = openPlant();
    const electrical = [...devices.keys()].filter((id) => id !== 'zone');
    expect(electrical).toHaveLength(500);
    // The deepest are heard first, the feeder in the middle: the root is known late.
    const order = electrical.toReversed();
    order.splice(250, 0, ...order.splice(order.indexOf('feeder'), 1));
    for (const [index, id] of order.entries()) {
      read(id, 'voltage_l1_v', 0);
      if (index === 300) {
        read('zone', 'pressure_kpa', 50);
        expect(desk.alarm('o2-area-low.zone')).toMatchObject({ state: 'UNACK', cause: null, priority: 'critical' });
        expect(desk.ticket(desk.alarm('o2-area-low.zone')?.ticket ?? '')).toMatchObject({
          trade: 'medical-gas',
          alarm: 'o2-area-low.zone',
        });
      }
      clock.advanceSync(20);
    }
    const all = desk.alarms({ limit: 2_000 });
    expect(all).toHaveLength(501);
    expect(desk.journal({ kind: 'alarm', event: 'raise', limit: 2_000 })).toHaveLength(501);
    expect(all.filter((alarm) => alarm.cause === null).map((alarm) => alarm.id)).toEqual(['o2-area-low.zone', 'el-dead.feeder']);
    expect(desk.alarms({ cause: 'el-dead.feeder', limit: 2_000 })).toHaveLength(499);
    expect(
      desk
        .tickets({ limit: 2_000 })
        .map((ticket) => ticket.alarm)
        .sort(),
    ).toEqual(['el-dead.feeder', 'o2-area-low.zone']);
    expect(desk.tickets({ alarm: 'el-dead.socket-3-7' })[0]?.alarms).toHaveLength(499);
  });

  test('does not swallow what comes later, or what somebody is already working on', () => {
    const { desk, clock, read } = openPlant();
    read('board-1', 'voltage_l1_v', 0);
    const own = desk.alarm('el-dead.board-1')?.ticket ?? '';
    desk.assign(own, { id: 'anna' }, 'bo');
    clock.advanceSync(5_000);
    read('feeder', 'voltage_l1_v', 0);
    expect(desk.alarm('el-dead.board-1')).toMatchObject({ cause: 'el-dead.feeder', ticket: own });
    expect(desk.ticket(own)?.state).toBe('assigned');
    clock.advanceSync(61_000);
    read('board-2', 'voltage_l1_v', 0);
    expect(desk.alarm('el-dead.board-2')?.cause).toBeNull();
  });
});
