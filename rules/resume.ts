/**
 * Going on after a restart as if nothing had been: the engine's memory comes from the operations database, what was measured meanwhile from
 * the store. Judged with the engine's own code at its own time; what the desk had heard of already is not told again.
 */

import type { EngineDesk } from '../desk/index.ts';
import { openStore } from '../ingest/open-store.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { wantedBy } from './backtest.ts';
import type { ConditionHandler } from './condition-handler.ts';
import type { Condition, Engine } from './engine.ts';
import { type History, storeHistory } from './history.ts';
import type { RuleBook } from './pack.ts';

const memoryName = 'engine';
/** Series that lag behind the others are still seen whole; points that are known already cost nothing but the reading. */
const overlapMs = 15 * 60_000;
/** Older than this is history, not something to page people for. */
const longestMs = 24 * 3_600_000;
/** Nothing from any device for so long (real time): what all have in common was down, as we were. No device is blamed for that. */
const hushMs = 10_000;

interface Checkpoint {
  /** Plant time up to which readings were judged. */
  t: number;
  engine: string;
  /** How many times as fast as real time the plant ran. */
  speed?: number;
}

export function saveCheckpoint(desk: EngineDesk, engine: Engine, t: number, speed = 1): void {
  desk.setMemory(memoryName, { t, engine: engine.save(), speed } satisfies Checkpoint);
}

/** What the engine remembers again; undefined when there is no checkpoint that fits. */
export function loadCheckpoint(desk: EngineDesk, engine: Engine): { t: number; speed: number } | undefined {
  const saved = desk.memory(memoryName) as Checkpoint | undefined;
  if (!saved || typeof saved.engine !== 'string' || !engine.load(saved.engine)) return undefined;
  return { t: saved.t, speed: saved.speed ?? 1 };
}

export interface Resuming {
  book: RuleBook;
  engine: Engine;
  conditionHandler: ConditionHandler;
  /** Filled by the engine. */
  pending: Condition[];
}

/** Judges what the history holds from `since` to `now`; returns how many readings it read. */
export async function catchUp(
  { book, engine, conditionHandler, pending }: Resuming,
  history: History,
  since: number,
  now: number,
  overlap = overlapMs,
): Promise<number> {
  const from = Math.max(since - overlap, now - longestMs);
  const ports: (((t: number, value: number) => void) | undefined)[] = [];
  const hush = hushMs * Math.max(1, book.plant.speed);
  let heardAt = since;
  let readings = 0;
  for await (const { keys, key, t, value, count } of history.blocks(wantedBy(book.instances), from, now)) {
    while (ports.length < keys.length) {
      const { device, field } = keys[ports.length] as (typeof keys)[number];
      ports.push(engine.port(device, field));
    }
    for (let row = 0; row < count; row++) {
      const at = t[row] as number;
      if (at - heardAt > hush) engine.start(at);
      heardAt = at;
      ports[key[row] as number]?.(at, value[row] as number);
    }
    readings += count;
    conditionHandler.catchUp(pending.splice(0));
  }
  return readings;
}

/** Never throws: without a store the engine goes on with what it remembers. */
export async function resume(resuming: Resuming, storeUrl: string, since: number, now: number, log: Log): Promise<void> {
  if (storeUrl === '') return;
  try {
    await using store = await openStore({ url: storeUrl, site: resuming.book.plant.site });
    const readings = await catchUp(resuming, storeHistory(store), since, now);
    log.info({ readings, since: new Date(since).toISOString() }, 'caught up with what was measured meanwhile');
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'the store could not tell what was measured meanwhile');
  }
}
