/**
 * The life of a ticket as one pure function: open, assigned, started, waiting, resolved, verified (signed off); or cancelled.
 * The desk applies it to what is stored, the console to what it shows while there is no connection.
 */
import type { Text } from './text.ts';
import { isReturn, type Ticket, type TicketState, type TicketWork, type WaitingKind } from './ticket.ts';

export type TicketEvent =
  | { type: 'assign'; assignee: string }
  | { type: 'start' }
  /** On site. Work begins with it. */
  | { type: 'arrive' }
  | { type: 'wait'; reason: string; kind?: WaitingKind; resumeAt?: number }
  /** The head agrees: to a contractor, to what is bought. */
  | { type: 'approve'; note: string | null }
  | { type: 'work'; work: Omit<TicketWork, 'by' | 'at'> }
  | { type: 'resolve'; resolution: string; work?: Omit<TicketWork, 'by' | 'at'> | undefined }
  /** `override`: signed although the alarm is still active; the reason for it. */
  | { type: 'verify'; override?: string; signature?: GivenSignature }
  /** Items of the check list are done, or are not after all. */
  | { type: 'check'; items: readonly string[]; done: boolean }
  | { type: 'check-add'; text: Text }
  | { type: 'close' }
  | { type: 'reopen'; reason: string }
  | { type: 'cancel'; reason: string }
  | { type: 'comment'; text: string }
  /** The alarm's condition is gone; noted, never closes the ticket. */
  | { type: 'recovered' }
  /** The alarm came again, or another one of the same cause joined. */
  | { type: 'recurred' };
export type TicketEventType = TicketEvent['type'];
export interface GivenSignature {
  name: string;
  file: number | null;
  stars: number | null;
  /** Drawn on the phone of this account, by somebody of the department without one. */
  phoneOf?: string;
}
/** Signs with a drawn line on the phone of whoever repaired. */
export const departmentActor = 'department';
const mostChecks = 30;

export type TicketFacts = Pick<
  Ticket,
  | 'state'
  | 'alarmActive'
  | 'assignee'
  | 'assignedAt'
  | 'startedAt'
  | 'resolvedAt'
  | 'resolvedBy'
  | 'resolution'
  | 'verifiedAt'
  | 'verifiedBy'
  | 'waitingReason'
  | 'override'
  | 'life'
>;

export interface TicketTraits {
  /** The one who signs off must not be the one who resolved it. */
  secondPerson: boolean;
  /** Signing off needs the alarm's condition to be gone. */
  needsNormal: boolean;
  /** One of its alarms is a danger to life, and is there now: the ticket stays open whoever asks. */
  lifeDanger?: boolean;
  /** One of its alarms protects lives, there now or gone: each item of its check list is ticked by itself. */
  lifeSafety?: boolean;
}

export type TicketMove = { facts: TicketFacts; from: TicketState; to: TicketState; changed: boolean };
export type TicketRefusal = { refused: string };

/** From which states each step of a person is possible. */
export const ticketSteps: Readonly<
  Record<Exclude<TicketEventType, 'comment' | 'recovered' | 'recurred' | 'check-add'>, readonly TicketState[]>
> = {
  assign: ['open', 'assigned', 'started', 'waiting'],
  start: ['open', 'assigned', 'waiting'],
  arrive: ['open', 'assigned', 'started', 'waiting'],
  wait: ['assigned', 'started'],
  approve: ['open', 'assigned', 'started', 'waiting'],
  work: ['assigned', 'started', 'waiting', 'resolved', 'verified'],
  resolve: ['open', 'assigned', 'started', 'waiting'],
  verify: ['resolved'],
  close: ['verified'],
  reopen: ['resolved', 'verified', 'closed', 'cancelled'],
  cancel: ['open', 'assigned', 'started', 'waiting'],
  check: ['open', 'assigned', 'started', 'waiting', 'resolved'],
};

/**
 * Applies one step. Never throws; a step that is not possible is a refusal that says why.
 * @param who id of the person
 * @param admin may sign off while the alarm is still active, with a reason; but no danger to life, and not the own work
 */
export function moveTicket(
  ticket: TicketFacts,
  event: TicketEvent,
  now: number,
  who: string,
  traits: TicketTraits,
  admin = false,
): TicketMove | TicketRefusal {
  const from = ticket.state;
  if (event.type === 'comment') return { facts: ticket, from, to: from, changed: true };
  if (event.type === 'recovered' || event.type === 'recurred') {
    const active = event.type === 'recurred';
    return { facts: { ...ticket, alarmActive: active }, from, to: from, changed: ticket.alarmActive !== active };
  }
  if (event.type === 'check-add') {
    if (!ticketSteps.check.includes(from)) return { refused: `the check list of a ticket in state ${from} is closed` };
    if (ticket.life.checks.length >= mostChecks) return { refused: `a check list has at most ${mostChecks} items` };
    const item = { id: `own-${ticket.life.checks.length + 1}`, text: event.text, done: null };
    return { facts: { ...ticket, life: { ...ticket.life, checks: [...ticket.life.checks, item] } }, from, to: from, changed: true };
  }
  const anyTime = event.type === 'work' && isReturn(event.work);
  if (!anyTime && !ticketSteps[event.type].includes(from))
    return { refused: `a ticket in state ${from} cannot be moved by "${event.type}"` };
  const to = (state: TicketState, change: Partial<TicketFacts>): TicketMove => ({
    facts: { ...ticket, waitingReason: null, life: { ...ticket.life, waitingKind: null, resumeAt: null }, ...change, state },
    from,
    to: state,
    changed: true,
  });
  const signed = () => {
    const { signature } = event as { signature?: GivenSignature };
    return { ...ticket.life, signature: signature ? { ...signature, by: who, at: now, phoneOf: signature.phoneOf ?? null } : null };
  };
  switch (event.type) {
    case 'assign':
      if (event.assignee.trim() === '') return { refused: 'assigning needs a person' };
      // Handing over work in progress keeps it in progress.
      return to(from === 'open' ? 'assigned' : from, {
        assignee: event.assignee,
        assignedAt: now,
        waitingReason: from === 'waiting' ? ticket.waitingReason : null,
        ...(from === 'waiting' ? { life: ticket.life } : {}),
      });
    case 'start':
      return to('started', {
        startedAt: ticket.startedAt ?? now,
        ...(ticket.assignee === null ? { assignee: who, assignedAt: now } : {}),
      });
    case 'wait':
      if (event.reason.trim() === '') return { refused: 'waiting needs a reason' };
      if (event.kind !== undefined && event.resumeAt === undefined) return { refused: 'waiting needs the date on which work goes on' };
      if (event.resumeAt !== undefined && event.resumeAt <= now)
        return { refused: 'the date on which work goes on must lie in the future' };
      if (event.kind === 'contractor' && ticket.life.approval === null)
        return { refused: 'a contractor needs the approval of the head first: let the ticket wait for approval, and have it approved' };
      return to('waiting', {
        waitingReason: event.reason,
        life: { ...ticket.life, waitingKind: event.kind ?? null, resumeAt: event.resumeAt ?? null },
      });
    case 'arrive':
      return to('started', {
        startedAt: ticket.startedAt ?? now,
        ...(ticket.assignee === null ? { assignee: who, assignedAt: now } : {}),
        life: {
          ...ticket.life,
          arrivedAt: ticket.life.arrivedAt ?? now,
          arrivedBy: ticket.life.arrivedBy ?? who,
          waitingKind: null,
          resumeAt: null,
        },
      });
    case 'approve': {
      const life = { ...ticket.life, approval: { by: who, at: now, note: event.note } };
      // What waited for this goes on; what waits for something else goes on waiting.
      if (from === 'waiting' && ticket.life.waitingKind === 'approval')
        return to(ticket.startedAt === null ? 'assigned' : 'started', { life: { ...life, waitingKind: null, resumeAt: null } });
      return to(from, { waitingReason: ticket.waitingReason, life });
    }
    case 'work':
      return to(from, {
        waitingReason: ticket.waitingReason,
        life: { ...ticket.life, work: [...ticket.life.work, { ...event.work, by: who, at: now }] },
      });
    case 'check': {
      const unknown = event.items.find((id) => !ticket.life.checks.some((item) => item.id === id));
      if (unknown !== undefined) return { refused: `the check list has no item "${unknown}"` };
      if (traits.lifeSafety && new Set(event.items).size > 1)
        return { refused: 'lives hang on each item of this check list having been looked at: tick one at a time' };
      const done = event.done ? { by: who, at: now } : null;
      // What was ticked before keeps who did it.
      const checks = ticket.life.checks.map((item) =>
        event.items.includes(item.id) && (item.done === null || done === null) ? { ...item, done } : item,
      );
      const changed = checks.some((item, index) => item !== ticket.life.checks[index]);
      return { facts: { ...ticket, life: { ...ticket.life, checks } }, from, to: from, changed };
    }
    case 'close':
      return to('closed', { life: { ...ticket.life, closedAt: now, closedBy: who } });
    case 'resolve':
      if (event.resolution.trim() === '') return { refused: 'resolving needs a word on what was done' };
      return to('resolved', {
        resolvedAt: now,
        resolvedBy: who,
        resolution: event.resolution,
        life: {
          ...ticket.life,
          waitingKind: null,
          resumeAt: null,
          work: event.work ? [...ticket.life.work, { ...event.work, by: who, at: now }] : ticket.life.work,
        },
      });
    case 'verify':
      if (traits.secondPerson && isOwnWork(ticket, who)) {
        return { refused: 'the sign-off must come from another person than the one who did the work; no role is exempt' };
      }
      if (traits.needsNormal && ticket.alarmActive) {
        if (traits.lifeDanger) return { refused: 'the danger to life is still there: nobody can sign this off before it is gone' };
        if (!admin) return { refused: 'the alarm is still active' };
        if (event.override === undefined || event.override.trim() === '')
          return { refused: 'the alarm is still active: signing off all the same is an override and needs its reason' };
        return to('verified', { verifiedAt: now, verifiedBy: who, override: { reason: event.override, by: who }, life: signed() });
      }
      return to('verified', { verifiedAt: now, verifiedBy: who, override: null, life: signed() });
    case 'reopen':
      if (event.reason.trim() === '') return { refused: 'reopening needs a reason' };
      return to(ticket.assignee === null ? 'open' : 'assigned', {
        resolvedAt: null,
        resolvedBy: null,
        resolution: null,
        verifiedAt: null,
        verifiedBy: null,
        override: null,
        life: {
          ...ticket.life,
          signature: null,
          closedAt: null,
          closedBy: null,
          reopened: ticket.life.reopened + 1,
          // What was found well before did not hold.
          checks: ticket.life.checks.map((item) => ({ ...item, done: null })),
          waitingKind: null,
          resumeAt: null,
        },
      });
    case 'cancel':
      if (event.reason.trim() === '') return { refused: 'cancelling needs a reason' };
      if (traits.lifeDanger) return { refused: 'the danger to life is still there: its ticket cannot be cancelled' };
      return to('cancelled', {});
  }
}

/** Who resolved it, and who had it in work. */
export const isOwnWork = (
  { resolvedBy, assignee, startedAt }: Pick<Ticket, 'resolvedBy' | 'assignee' | 'startedAt'>,
  who: string,
): boolean => resolvedBy === who || (startedAt !== null && assignee === who);
