/**
 * The number of now at every open alarm: what its judge sees, where it is heading, the worst since it was raised. Looked at every few seconds and kept in
 * the operations database, so that lists, pages, tickets, notices, MQTT and API all tell the same, also after a restart.
 */
import type { EngineDesk, SeenValues } from '../desk/index.ts';
import type { LiveValue, Trend } from '../shared/alarm.ts';
import { shown } from '../shared/wording.ts';
import type { Engine } from './engine.ts';

/** A value that stays the same is told again after this, so that its age is no riddle. Plant time. */
const againMs = 30_000;
/** What the trend is told from, where readings come often enough. */
const trendMs = 180_000;
const mostPoints = 40;
/** Less than this share of the limit, or of the value, is no movement. */
const steadyShare = 0.01;

type Point = readonly [t: number, value: number];

interface Followed {
  points: Point[];
  told: SeenValues | undefined;
}

export interface LiveValues {
  /** Looks at all open alarms; returns those whose number changed for a reader. */
  look(): string[];
}

export function openLiveValues(desk: EngineDesk, engine: Pick<Engine, 'sight'>): LiveValues {
  const followed = new Map<string, Followed>();
  return {
    look() {
      const seen: ({ id: string } & SeenValues)[] = [];
      const told: string[] = [];
      const open = new Set<string>();
      for (const { id, occurrence, limit, raisedAt } of desk.alarms({ limit: Number.MAX_SAFE_INTEGER })) {
        open.add(id);
        const sight = engine.sight(id);
        if (!sight) continue;
        const one = followed.get(id) ?? { points: [], told: undefined };
        followed.set(id, one);
        const { value, at, note } = sight;
        if (value === null) one.points = [];
        else if (one.points.at(-1)?.[0] !== at)
          one.points = [...one.points, [at, value] as const].filter(([t]) => t > at - trendMs * 4).slice(-mostPoints);
        const live: LiveValue = { value, at, trend: trendOf(one.points, limit), note };
        // The judge remembers the worst of a breach before this one until the next begins.
        const worst = sight.worst && raisedAt !== null && desk.alarm(id)?.active ? sight.worst : null;
        const next = { occurrence, live, worst };
        const news = !sameForReader(one.told, next);
        if (!news && one.told && at - one.told.live.at < againMs) continue;
        one.told = next;
        seen.push({ id, ...next });
        if (news) told.push(id);
      }
      const gone = [...followed.keys()].filter((id) => !open.has(id));
      for (const id of gone) followed.delete(id);
      if (seen.length > 0 || gone.length > 0) desk.see(seen, gone);
      return told;
    },
  };
}

/** By the oldest point of the window, or of the last three where readings are slower. */
export function trendOf(points: readonly Point[], limit: number | null): Trend | null {
  const last = points.at(-1);
  if (!last || points.length < 2) return null;
  const recent = points.filter(([t]) => t >= last[0] - trendMs);
  const first = (recent.length >= 3 ? recent : points.slice(-3))[0] as Point;
  const change = last[1] - first[1];
  const scale = Math.max(Math.abs(limit ?? 0), Math.abs(first[1]), Math.abs(last[1]));
  if (Math.abs(change) <= scale * steadyShare) return 'steady';
  return change > 0 ? 'rising' : 'falling';
}

const text = (value: number | null | undefined) => (value === null || value === undefined ? '' : shown(value));

function sameForReader(a: SeenValues | undefined, b: SeenValues): boolean {
  return (
    a !== undefined &&
    a.occurrence === b.occurrence &&
    text(a.live.value) === text(b.live.value) &&
    (a.live.value === null) === (b.live.value === null) &&
    a.live.trend === b.live.trend &&
    a.live.note?.zh === b.live.note?.zh &&
    text(a.worst?.value) === text(b.worst?.value)
  );
}
