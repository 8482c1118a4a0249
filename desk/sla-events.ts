/** What the clocks of a ticket hear of, from the journal of the ticket and of its alarm. */
import type { Priority } from '../shared/alarm.ts';
import type { Ticket } from '../shared/ticket.ts';
import { engineActor, type JournalEntry } from './desk.ts';
import type { Journal } from './journal.ts';
import type { SlaEvent } from './sla.ts';

const most = 5_000;

export function slaEvents(ticket: Ticket, journal: Journal): SlaEvent[] {
  const own = journal.list({ kind: 'ticket', id: ticket.id, limit: most }).reverse();
  const answered =
    ticket.alarm === null
      ? []
      : journal
          .list({ kind: 'alarm', id: ticket.alarm, event: 'acknowledge', from: ticket.openedAt, limit: most })
          .map(({ t, who }) => ({ t, who }));
  return eventsOf(ticket, own, answered);
}

/** @param own entries of the ticket, oldest first; @param answered when its alarm was acknowledged */
export function eventsOf(ticket: Ticket, own: readonly JournalEntry[], answered: readonly { t: number; who: string }[]): SlaEvent[] {
  const events: SlaEvent[] = [];
  const alarm = (t: number, by: string) => events.push({ t, by, type: 'alarm' });
  let priority: Priority = ticket.priority;
  for (const { event, t, who: by, from, to, why, detail } of own) {
    const next = detail.priority as Priority | undefined;
    if (event === 'open') events.push({ t, by, type: 'open', priority: next ?? ticket.priority });
    if (event === 'open' && ticket.alarm !== null) alarm(t, by);
    if (event === 'open') priority = next ?? priority;
    else if (next !== undefined && next !== priority) {
      priority = next;
      events.push({ t, by, type: 'priority', priority });
    }
    if (event === 'wait') {
      const until = typeof detail.resumeAt === 'number' ? detail.resumeAt : null;
      const kind = typeof detail.kind === 'string' ? detail.kind : null;
      events.push({ t, by, type: 'pause', reason: kind === null ? (why ?? '') : `${kind}: ${why ?? ''}`, until });
    } else if (from === 'waiting' && to !== 'waiting') events.push({ t, by, type: 'resume' });
    if (event === 'assign') events.push({ t, by, type: 'acknowledge' });
    // Whoever begins to work is there.
    else if (event === 'start' || event === 'arrive') events.push({ t, by, type: 'arrive' });
    else if (event === 'resolve') events.push({ t, by, type: 'restore' });
    else if (event === 'reopen') {
      events.push({ t, by, type: 'reopen' });
      // The engine opens it again because the alarm is back.
      if (by === engineActor.id) alarm(t, by);
    } else if (event === 'join' || event === 'recurred') alarm(t, by);
    else if (event === 'recovered') events.push({ t, by, type: 'recovered' });
    else if (event === 'verify') events.push({ t, by, type: 'sign' });
    else if (event === 'cancel') events.push({ t, by, type: 'cancel' });
  }
  for (const { t, who } of answered) events.push({ t, by: who, type: 'acknowledge' });
  if (!own.some(({ event }) => event === 'open')) {
    const again = reopenedFromBefore(own);
    if (again) return fromReopening(again, ticket.priority, events);
    events.push(...ownTimes(ticket));
  }
  const sorted = events.sort((a, b) => a.t - b.t);
  // Nothing says when its alarm went, but it is gone: then the repair alone counts.
  const last = sorted.findLast(({ type }) => type === 'alarm' || type === 'recovered');
  return last?.type === 'alarm' && !ticket.alarmActive ? sorted.filter(({ type }) => type !== 'alarm') : sorted;
}

/** The reopening of a ticket that was done with before the desk knew it: what it took then is not known here. */
function reopenedFromBefore(own: readonly JournalEntry[]): JournalEntry | undefined {
  const at = own.findIndex(({ event }) => event === 'reopen');
  const doneHere = own.slice(0, Math.max(at, 0)).some(({ event }) => ['resolve', 'verify', 'cancel'].includes(event));
  return doneHere ? undefined : own[at];
}

/** Its clocks begin at the reopening, as those of a new ticket. */
function fromReopening({ t, who: by }: JournalEntry, priority: Priority, events: readonly SlaEvent[]): SlaEvent[] {
  const later = events
    .filter((one) => one.t >= t && one.type !== 'reopen')
    .concat(events.filter((one) => one.t > t && one.type === 'reopen'));
  return [{ t, by, type: 'open', priority }, ...later.sort((one, other) => one.t - other.t)];
}

/** Of a ticket that came from before the desk, or whose moves are gone: what it says itself. One that is signed off was repaired at the latest then. */
function ownTimes(ticket: Ticket): SlaEvent[] {
  const { openedAt, openedBy, assignedAt, assignee, startedAt, resolvedAt, resolvedBy, verifiedAt, verifiedBy, priority, state, life } =
    ticket;
  const events: SlaEvent[] = [{ t: openedAt, by: openedBy, type: 'open', priority }];
  const add = (type: 'acknowledge' | 'arrive' | 'restore' | 'cancel', t: number | null, by: string | null) => {
    if (t !== null) events.push({ t, by: by ?? openedBy, type });
  };
  add('acknowledge', assignedAt, assignee);
  add('arrive', life.arrivedAt ?? startedAt, life.arrivedBy ?? assignee);
  if (state === 'cancelled') add('cancel', life.closedAt ?? openedAt, life.closedBy);
  else if (state === 'verified' || state === 'closed')
    add('restore', resolvedAt ?? verifiedAt ?? life.closedAt ?? openedAt, resolvedBy ?? verifiedBy);
  else add('restore', resolvedAt, resolvedBy);
  return events;
}
