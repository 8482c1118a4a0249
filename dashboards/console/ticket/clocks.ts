/** What the clocks of a ticket say now, between two answers of the server. */
import type { SlaClock } from '../../../desk/index.ts';
import type { Alarm } from '../../../shared/alarm.ts';
import { byUrgency } from '../../../shared/alarm-order.ts';
import type { Ticket } from '../../../shared/ticket.ts';
import type { Words } from '../i18n/i18n.tsx';

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

/** @param doneAt when it was done by a step that this phone has still to send */
export function clockNow(clock: SlaClock, at: number, doneAt: number | null = null): ClockNow {
  const { kind, targetMs, segments, breachedAt } = clock;
  const pending = clock.ended === null && doneAt !== null;
  const ended = pending ? 'done' : clock.ended;
  const now = pending ? Math.min(at, doneAt) : at;
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

type Repaired = Pick<Ticket, 'state' | 'alarm' | 'alarmActive' | 'resolvedAt'>;

/** Somebody says that it is repaired, and its alarm says that it is not. */
export const isUnrestored = ({ state, alarm, alarmActive }: Repaired): boolean => state === 'resolved' && alarm !== null && alarmActive;
/** The repair alone restores nothing while the alarm is there. */
export const restoredAt = (ticket: Repaired): number | null => (isUnrestored(ticket) ? null : ticket.resolvedAt);

/** Alarms of the ticket that are there now, most urgent first. */
export const stillActive = ({ alarm, alarms }: Pick<Ticket, 'alarm' | 'alarms'>, known: ReadonlyMap<string, Alarm>): Alarm[] =>
  [...new Set([alarm, ...alarms])]
    .flatMap((id) => (id === null ? [] : (known.get(id) ?? [])))
    .filter(({ active }) => active)
    .sort(byUrgency);

/** Before somebody says that it is repaired: which alarm is still there, with its number of now. */
export function activeWarning(
  ticket: Pick<Ticket, 'alarm' | 'alarms'>,
  known: ReadonlyMap<string, Alarm>,
  { t, text, number }: Pick<Words, 't' | 'text' | 'number'>,
): string | undefined {
  const [first] = stillActive(ticket, known);
  if (!first) return undefined;
  const value = first.live?.value ?? null;
  const now = value === null ? '' : ` · ${t('alarms.now', { value: `${number(value)} ${first.unit}`.trim() })}`;
  return `${t('repaired.alarmActive')} ${text(first.title)}${now}`;
}
