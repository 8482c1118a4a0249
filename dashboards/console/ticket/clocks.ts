/** What the clocks of a ticket say now, between two answers of the server. */
import type { SlaClock } from '../../../desk/index.ts';

export interface ClockNow {
  kind: SlaClock['kind'];
  state: 'kept' | 'missed' | 'running' | 'paused' | 'cancelled';
  /** ms; null without a promise. */
  targetMs: number | null;
  ranMs: number;
  /** Until it is missed, or since; null without a promise. */
  leftMs: number | null;
  reason: string | null;
}

export function clockNow({ kind, targetMs, segments, ended, breachedAt }: SlaClock, now: number): ClockNow {
  const ranMs = segments.reduce(
    (sum, { state, from, to }) => sum + (state === 'running' ? Math.max(0, Math.min(to ?? now, now) - from) : 0),
    0,
  );
  const last = segments.at(-1);
  const leftMs = targetMs === null ? null : targetMs - ranMs;
  const missed = breachedAt !== null || (leftMs !== null && leftMs < 0);
  const state =
    ended === 'cancelled' ? 'cancelled' : missed ? 'missed' : ended === 'done' ? 'kept' : last?.state === 'paused' ? 'paused' : 'running';
  return { kind, state, targetMs, ranMs, leftMs, reason: last?.state === 'paused' && ended === null ? last.reason : null };
}
