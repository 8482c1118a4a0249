import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AlarmDefinition, EngineDesk } from '../desk/desk.ts';
import { openEngineDesk } from '../desk/open.ts';
import { openStore } from '../ingest/open-store.ts';
import type { Refusal, StorePoint } from '../ingest/store.ts';
import { type ManualClock, manualClock } from '../shared/clock.ts';
import { Fault } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { demoSite } from '../test/board-site.ts';
import { temporaryFolder } from '../test/servers.ts';
import { openAlarmRecord } from './alarm-record.ts';
import { plantOf } from './plant.ts';
import { pointsOf } from './transitions.ts';

const minute = 60_000;
const plant = plantOf(demoSite().config);
const definition: AlarmDefinition = {
  id: 'o2-area-low.o2-icu',
  rule: 'O2-AREA-LOW',
  device: 'o2-icu',
  quantity: 'pressure_kpa',
  system: 'oxygen',
  priority: 'critical',
  trade: 'medical-gas',
  lifeSafety: true,
  latching: false,
  unit: 'kPa',
  title: { zh: '区域氧气\n压力低', en: 'Zone oxygen \\ low' },
  message: { zh: '低', en: 'low' },
  check: { zh: '查', en: 'check' },
  location: { zh: '重症', en: 'ICU' },
  building: null,
  department: 'icu',
  source: 'GB 50751-2012',
  ticket: false,
  causeKey: 'O2-AREA-LOW.o2-icu',
};
const anna = { id: 'anna' };

let clock: ManualClock;
let start: number;
let desk: EngineDesk;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  clock = manualClock();
  start = clock.now();
  folder = temporaryFolder('alarm-record');
  desk = openEngineDesk({ file: join(folder.path, 'operations.db'), clock });
});
afterEach(() => {
  desk[Symbol.dispose]();
  folder[Symbol.dispose]();
});
const raise = (hiddenBy?: string) => desk.raise(definition, { at: clock.now(), value: 310, limit: 320 }, hiddenBy);
const clear = () => desk.clear(definition.id, { at: clock.now(), value: 400 });
const points = () => pointsOf(desk.journalSince(0), plant, (id) => desk.alarm(id));
const brief = (list: StorePoint[]) => list.map(({ tags, t, fields }) => [tags.transition, (t - start) / minute, fields]);

describe('moves of alarms as points', () => {
  test('one point for each move, and the point of the raise tells how it went on', () => {
    raise();
    clock.advanceSync(minute);
    desk.acknowledge(definition.id, anna, 'on my way');
    desk.comment(definition.id, anna, 'valve open');
    clock.advanceSync(minute);
    clear();
    expect(brief(points())).toEqual([
      ['raised', 0, { open: 1, annunciated: 1, returned_at_ms: start + 2 * minute, value: 310, limit: 320 }],
      ['acknowledged', 1, { open: 1 }],
      ['returned', 2, { open: 0, value: 400, limit: 320 }],
    ]);
    expect(points()[0]?.tags).toEqual({
      site: 'demo', building: plant.devices.get('o2-icu')?.building, department: 'icu', device: 'o2-icu', gateway: 'gw-plant',
      system: 'oxygen', rule: 'O2-AREA-LOW', priority: 'critical', transition: 'raised', title_zh: '区域氧气 压力低', title_en: 'Zone oxygen   low',
      device_zh: plant.devices.get('o2-icu')?.name.zh, device_en: plant.devices.get('o2-icu')?.name.en,
    }); // biome-ignore format: a table
  });

  test('what was hidden when it came has called nobody, and has once it comes into the open', () => {
    raise('el-mains-lost.incomer');
    expect(brief(points())[1]).toEqual(['raised', 0, { open: 1, annunciated: 0, returned_at_ms: 0, value: 310, limit: 320 }]);
    clock.advanceSync(minute);
    desk.releaseFrom(definition.id, 'el-mains-lost.incomer');
    expect(brief(points()).filter(([transition]) => transition !== 'suppressed')).toEqual([
      ['raised', 0, expect.objectContaining({ annunciated: 1, returned_at_ms: 0 })],
      ['released', 1, { open: 1 }],
    ]);
  });

  test('a shelf says until when, an alarm that returns twice is two occurrences', () => {
    raise();
    desk.shelve(definition.id, anna, { reason: 'tank change', until: start + 5 * minute });
    clock.advanceSync(6 * minute);
    desk.endShelves();
    clear();
    clock.advanceSync(minute);
    desk.acknowledge(definition.id, anna);
    raise();
    const all = brief(points());
    expect(all.map(([transition, t]) => `${transition} ${t}`)).toEqual([
      'raised 0',
      'shelved 0',
      'unshelved 6',
      'returned 6',
      'acknowledged 7',
      'raised 7',
    ]);
    expect(all[1]?.[2]).toMatchObject({ until_ms: start + 5 * minute });
    expect(all[4]?.[2]).toEqual({ open: 0 });
    expect(all[5]?.[2]).toMatchObject({ returned_at_ms: 0 });
  });
});

describe('keeping moves of alarms in the store', () => {
  const waiting = async (metrics: Registry) => (await metrics.getSingleMetric('plantroom_rules_unrecorded_moves')?.get())?.values[0]?.value;
  const open = (write: (points: readonly StorePoint[]) => Promise<Refusal[]>) => {
    const metrics = new Registry();
    const wall = manualClock();
    const record = openAlarmRecord({ desk, plant, store: { write }, log: silentLog(), metrics, wallClock: wall });
    return { metrics, wall, close: () => record[Symbol.asyncDispose]() };
  };
  const settled = (check: () => void | Promise<void>, wall: ManualClock) =>
    vi.waitFor(async () => {
      wall.advanceSync(6_000);
      await check();
    });

  test('waits for a store that is away, and goes on where it stood after a restart', async () => {
    let away = true;
    let tries = 0;
    const kept: StorePoint[] = [];
    const write = async (list: readonly StorePoint[]) => {
      tries++;
      if (away) throw new Fault('store/unavailable', 'no database');
      kept.push(...list);
      return [];
    };
    raise();
    const first = open(write);
    await settled(() => expect(tries).toBeGreaterThan(2), first.wall);
    expect(await waiting(first.metrics)).toBe(1);
    await first.close();
    clock.advanceSync(minute);
    clear();
    away = false;
    const second = open(write);
    await settled(async () => expect(await waiting(second.metrics)).toBe(0), second.wall);
    await second.close();
    expect(kept.map(({ tags }) => tags.transition)).toEqual(['raised', 'returned']);
    const third = open(write);
    desk.acknowledge(definition.id, anna);
    await settled(async () => expect(await waiting(third.metrics)).toBe(0), third.wall);
    await third.close();
    expect(kept.map(({ tags }) => tags.transition)).toEqual(['raised', 'returned', 'acknowledged']);
  });

  test('is not held up by a point that the store can never take', async () => {
    const kept: StorePoint[] = [];
    raise();
    clock.advanceSync(minute);
    clear();
    const { wall, metrics, close } = open(async (list) => {
      if (list.some(({ tags }) => tags.transition === 'raised')) throw new Fault('store/query', 'not like this');
      kept.push(...list);
      return [];
    });
    await settled(async () => expect(await waiting(metrics)).toBe(0), wall);
    await close();
    expect(kept.map(({ tags }) => tags.transition)).toEqual(['returned']);
  });

  test('ends in the same points whatever was written before it died', async () => {
    await using store = await openStore({ url: `sqlite:${join(folder.path, 'readings.db')}`, site: 'demo' });
    raise();
    clock.advanceSync(minute);
    clear();
    const read = (field: string) => {
      const alarm = { rule: definition.rule, transition: 'raised' };
      return store.series({ measurement: 'alarm_transition', device: 'o2-icu', alarm, field, from: start, to: start + 1 });
    };
    const entries = desk.journalSince(0);
    for (let from = 0; from < entries.length; from++) {
      for (let to = from + 1; to <= entries.length; to++) {
        await store.write(pointsOf(entries.slice(0, to), plant, (id) => desk.alarm(id)));
        await store.write(pointsOf(entries.slice(from), plant, (id) => desk.alarm(id)));
        expect(await read('returned_at_ms')).toEqual([[start, start + minute]]);
        expect(await read('annunciated')).toEqual([[start, 1]]);
      }
    }
  });
});
