/** What the clocks of a ticket hear of, from the journal of the ticket and of its alarm. */
import type { Priority } from '../shared/alarm.ts';
import type { Ticket } from '../shared/ticket.ts';
import type { JournalEntry } from './desk.ts';
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
  let priority: Priority = ticket.priority;
  for (const { event, t, who: by, from, to, why, detail } of own) {
    const next = detail.priority as Priority | undefined;
    if (event === 'open') events.push({ t, by, type: 'open', priority: next ?? ticket.priority });
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
    else if (event === 'reopen') events.push({ t, by, type: 'reopen' });
    else if (event === 'cancel') events.push({ t, by, type: 'cancel' });
  }
  if (events[0]?.type !== 'open') events.unshift({ t: ticket.openedAt, by: ticket.openedBy, type: 'open', priority: ticket.priority });
  for (const { t, who } of answered) events.push({ t, by: who, type: 'acknowledge' });
  return events.sort((a, b) => a.t - b.t);
}
