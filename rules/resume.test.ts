import { describe, expect, test } from 'vitest';
import { openEngineDesk } from '../desk/open.ts';
import { manualClock } from '../shared/clock.ts';
import { demoSite } from '../test/board-site.ts';
import { openConditionHandler } from './condition-handler.ts';
import { type Condition, openEngine } from './engine.ts';
import type { History } from './history.ts';
import { openRuleBook } from './pack.ts';
import { catchUp, loadCheckpoint, saveCheckpoint } from './resume.ts';

const book = openRuleBook(demoSite().config);
const minute = 60_000;
const devices = ['fd-lab', 'fd-or', 'fd-kitchen'];

/** Readings of the feeders every five seconds, where `speaks` says so. */
const historyOf = (start: number, speaks: (device: string, minutes: number) => boolean): History => ({
  async *blocks(_wanted, from, to) {
    const rows = [];
    for (let t = start; t < to; t += 5_000) {
      for (const [key, device] of devices.entries()) if (t >= from && speaks(device, (t - start) / minute)) rows.push({ t, key });
    }
    yield {
      keys: devices.map((device) => ({ device, field: 'active_power_kw' })),
      key: Uint32Array.from(rows, ({ key }) => key),
      t: Float64Array.from(rows, ({ t }) => t),
      value: Float64Array.from(rows, () => 10),
      count: rows.length,
    };
  },
});

/** Alarms that the desk heard of when rules was away from minute 10 to minute 30. */
async function afterRestart(speaks: (device: string, minutes: number) => boolean): Promise<string[]> {
  const clock = manualClock();
  const start = clock.now();
  using desk = openEngineDesk({ file: ':memory:', clock });
  const open = () => {
    const pending: Condition[] = [];
    return {
      book,
      pending,
      engine: openEngine(book.instances, (condition) => void pending.push(condition)),
      conditionHandler: openConditionHandler(book, desk, clock),
    };
  };
  const history = historyOf(start, speaks);
  const before = open();
  before.engine.start(start);
  await catchUp(before, history, start, start + 10 * minute);
  saveCheckpoint(desk, before.engine, start + 10 * minute);
  await clock.advance(30 * minute);
  const after = open();
  const since = loadCheckpoint(desk, after.engine);
  await catchUp(after, history, since?.t ?? Number.NaN, clock.now());
  return desk.journalSince(0).map(({ id, event }) => `${id} ${event}`);
}

describe('silence while rules was away', () => {
  test('of everything blames no device: what all have in common was down too', async () => {
    expect(await afterRestart((_device, minutes) => minutes < 10 || minutes > 25)).toEqual([]);
  });
  test('of one device among others that spoke is told', async () => {
    const told = await afterRestart((device, minutes) => device !== 'fd-lab' || minutes < 12 || minutes > 25);
    expect(told.filter((one) => !one.startsWith('T-'))).toEqual(['sys-comm.fd-lab raise', 'sys-comm.fd-lab clear']);
  });
});
