/**
 * Keeps in the store what happens to alarms: follows the journal from a position that is kept in the operations database and moves on only when the
 * store has confirmed. The journal is on disk before anybody hears of a move, so nothing is lost while the store is away or over a crash; what is
 * written twice is the same points (docs/decisions/0012).
 */
import { Gauge, type Registry } from 'prom-client';
import type { EngineDesk } from '../desk/index.ts';
import { frugal, openStore } from '../ingest/open-store.ts';
import type { Store, StorePoint } from '../ingest/store.ts';
import { type Clock, systemClock, untilRound } from '../shared/clock.ts';
import { isFault, reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { RoleContext } from '../shared/role.ts';
import type { RuleBook } from './pack.ts';
import type { Plant } from './plant.ts';
import { pointsOf } from './transitions.ts';

/** Never throws: a store that cannot be opened hinders no alarm; the journal waits for the next start. */
export async function recordAlarms(context: RoleContext, desk: EngineDesk, { plant }: RuleBook): Promise<AsyncDisposable> {
  const { storeUrl, log, metrics } = context;
  await using undo = new AsyncDisposableStack();
  try {
    if (storeUrl !== '') {
      const store = undo.use(await openStore({ url: frugal(storeUrl), site: plant.site }));
      undo.use(openAlarmRecord({ desk, plant, store, log, metrics }));
    }
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'moves of alarms are not kept in the store');
  }
  return undo.move();
}

export const recordedCursor = 'stored';
const pollMs = 500;
const longestRetryMs = 5_000;
const batch = 500;
const stopLimitMs = 2_000;

export interface AlarmRecordDeps {
  desk: EngineDesk;
  plant: Plant;
  store: Pick<Store, 'write'>;
  log: Log;
  metrics: Registry;
  /** Real time: this is about the store, not about the plant. */
  wallClock?: Clock;
}

export function openAlarmRecord({ desk, plant, store, log, metrics, wallClock = systemClock() }: AlarmRecordDeps): AsyncDisposable {
  let cursor = desk.cursor(recordedCursor);
  new Gauge({
    name: 'plantroom_rules_unrecorded_moves',
    help: 'Moves of alarms and tickets that the store has not been told of yet',
    registers: [metrics],
    collect() {
      this.set(desk.lastSeq() - cursor);
    },
  });
  const stopping = new AbortController();

  /** A point that the store can never take must not hold up the others. */
  const write = async (points: StorePoint[]) => {
    try {
      const refused = points.length === 0 ? [] : await store.write(points);
      for (const { index, reason } of refused) log.warn({ point: points[index], reason }, 'the store refuses a move of an alarm for good');
    } catch (error) {
      if (!isFault(error) || error.retryable) throw error;
      if (points.length === 1)
        return log.warn({ point: points[0], reason: reasonOf(error) }, 'the store refuses a move of an alarm for good');
      for (const point of points) await write([point]);
    }
  };
  const follow = async () => {
    let failing = false;
    let waitMs = pollMs;
    while (!stopping.signal.aborted) {
      try {
        const entries = desk.journalSince(cursor, batch);
        await write(pointsOf(entries, plant, (id) => desk.alarm(id)));
        const last = entries.at(-1);
        if (last) {
          cursor = last.seq;
          desk.setCursor(recordedCursor, cursor);
        }
        if (failing) log.info('the store takes moves of alarms again');
        failing = false;
        waitMs = pollMs;
        if (entries.length === batch) continue;
      } catch (error) {
        if (!failing) log.warn({ reason: reasonOf(error) }, 'moves of alarms wait for the store');
        failing = true;
        waitMs = Math.min(waitMs * 2, longestRetryMs);
      }
      await wallClock.sleep(failing ? waitMs : untilRound(wallClock, waitMs), stopping.signal).catch(() => undefined);
    }
  };
  const running = follow();
  return {
    /** What is not in yet is written after the next start. */
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('stopping'));
      const limit = new AbortController();
      await Promise.race([running, wallClock.sleep(stopLimitMs, limit.signal).catch(() => undefined)]);
      limit.abort();
    },
  };
}
