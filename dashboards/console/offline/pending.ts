/** A ticket as it will be when what waits has been sent: by the same rules as on the server. */
import type { Ticket } from '../../../shared/ticket.ts';
import { departmentActor, moveTicket, type TicketEvent } from '../../../shared/ticket-state.ts';
import type { Waiting } from './store.ts';

/** What the server will see; undefined where it changes nothing that is shown here. */
export function eventOf({ action, body = {}, user }: Pick<Waiting, 'action' | 'body' | 'user'>): TicketEvent | undefined {
  const said = body as Record<string, unknown>;
  switch (action) {
    case 'assign':
      return { type: 'assign', assignee: (said.assignee as string | undefined) ?? user };
    case 'sign':
      return {
        type: 'verify',
        signature: {
          name: said.name as string,
          file: null,
          stars: (said.stars as number | undefined) ?? null,
          ...(said.handed ? { phoneOf: user } : {}),
        },
      };
    case 'verify':
      return { type: 'verify', ...(said.override ? { override: (said.override as { reason: string }).reason } : {}) };
    case 'check':
      return typeof said.add === 'string'
        ? { type: 'check-add', text: { zh: said.add, en: said.add } }
        : { type: 'check', items: said.items as string[], done: said.done !== false };
    case 'resolve': {
      const work = said.work as { minutes: number; parts: []; costYuan: number; note?: string } | undefined;
      return { type: 'resolve', resolution: said.resolution as string, ...(work ? { work: { note: null, ...work } } : {}) };
    }
    case 'approve':
      return { type: 'approve', note: (said.note as string | undefined) ?? null };
    case 'wait':
    case 'start':
    case 'arrive':
    case 'close':
    case 'reopen':
    case 'cancel':
      return { type: action, ...said } as TicketEvent;
    default:
      return undefined;
  }
}

export function withWaiting(ticket: Ticket, waiting: readonly Waiting[], admin: boolean): Ticket {
  let shown = ticket;
  for (const one of waiting) {
    if (one.ticket !== ticket.id) continue;
    // What was refused, and what comes after it, has not happened.
    if (one.refused) break;
    const event = eventOf(one);
    if (!event) continue;
    const lifeSafety = shown.values?.lifeSafety === true;
    const lifeDanger = shown.alarmActive && lifeSafety;
    const who = event.type === 'verify' && event.signature?.phoneOf ? departmentActor : one.user;
    const moved = moveTicket(shown, event, one.doneAt, who, { secondPerson: true, needsNormal: true, lifeDanger, lifeSafety }, admin);
    if ('refused' in moved) break;
    shown = { ...shown, ...moved.facts };
  }
  return shown;
}

/** All of them; one that is closed here but not yet there stays in sight. */
export function ticketsWithWaiting(
  tickets: ReadonlyMap<string, Ticket>,
  waiting: readonly Waiting[],
  admin: boolean,
): ReadonlyMap<string, Ticket> {
  if (waiting.length === 0) return tickets;
  const next = new Map(tickets);
  for (const id of new Set(waiting.map(({ ticket }) => ticket))) {
    const ticket = tickets.get(id);
    if (ticket) next.set(id, withWaiting(ticket, waiting, admin));
  }
  return next;
}
