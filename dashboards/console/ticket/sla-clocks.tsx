/** Acknowledge, arrive, restore: what is promised, what has run, how much is left. */
import type { SlaClock } from '../../../desk/index.ts';
import { type Ticket, waitingKindLabels, waitingKinds } from '../../../shared/ticket.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useNow } from '../parts/use-now.ts';
import { type ClockNow, clockNow, isUnrestored, restoredAt } from './clocks.ts';

const names = { acknowledge: 'sla.acknowledge', arrive: 'sla.arrive', restore: 'sla.restore' } as const;

/** @param ticket with what this phone has still to send */
export function SlaClocks({ clocks, ticket }: { clocks: readonly SlaClock[]; ticket: Ticket }) {
  const { t } = useWords();
  const { link } = useConsole();
  const now = useNow(link, 5_000);
  const { assignedAt, startedAt, resolvedAt } = ticket;
  const doneAt = { acknowledge: assignedAt ?? startedAt ?? resolvedAt, arrive: startedAt ?? resolvedAt, restore: restoredAt(ticket) };
  const unrestored = isUnrestored(ticket);
  return (
    <ul className="sla" aria-label={t('sla.title')}>
      {clocks.map((clock) => (
        <OneClock key={clock.kind} clock={clockNow(clock, now, doneAt[clock.kind])} unrestored={unrestored && clock.kind === 'restore'} />
      ))}
    </ul>
  );
}

function OneClock({ clock: { kind, state, targetMs, ranMs, leftMs, reason }, unrestored }: { clock: ClockNow; unrestored: boolean }) {
  const { t, text } = useWords();
  const span = useSpan();
  const waiting = waitingKinds.find((one) => reason?.startsWith(`${one}: `));
  const why = waiting ? text(waitingKindLabels[waiting]) : reason;
  const says = {
    kept: t('sla.kept', { ran: span(ranMs) }),
    missed: leftMs === null ? t('sla.none') : t('sla.missed', { over: span(Math.max(0, -leftMs)) }),
    running: leftMs === null ? t('sla.none') : t('sla.left', { left: span(leftMs) }),
    paused: t('sla.paused', { why: why ?? '' }),
    cancelled: t('sla.cancelled'),
  }[state];
  return (
    <li data-clock={kind} data-clock-state={state}>
      <span className="sla-name">{t(names[kind])}</span>
      <strong>{says}</strong>
      {unrestored && <strong className="sla-unrestored">{t('sla.unrestored')}</strong>}
      {targetMs !== null && <span className="calm small">{t('sla.target', { target: span(targetMs) })}</span>}
    </li>
  );
}

/** `1 h 05 min`; below an hour only minutes, so that nobody reads seconds. */
export function useSpan(): (ms: number) => string {
  const { t } = useWords();
  return (ms) => {
    const minutes = Math.floor(ms / 60_000);
    if (minutes >= 2 * 1_440) return t('span.days', { d: Math.floor(minutes / 1_440), h: Math.floor((minutes % 1_440) / 60) });
    if (minutes >= 60 && minutes % 60 === 0) return t('span.wholeHours', { h: minutes / 60 });
    if (minutes >= 60) return t('span.hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
    return t('span.minutes', { m: minutes });
  };
}
